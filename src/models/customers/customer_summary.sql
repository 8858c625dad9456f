-- customer_summary: one line of figures about every person with at least one purchase.
-- zh-CN: 每位买过的顾客，一人一行的小结
-- grain: one row per person with at least one purchase
-- key: person_id
-- definition: All history up to as_of. A person whose orders were all fully refunded has no purchase and no row.
--   Net sales are sales less all refunds of the person. Gaps are the days between one purchase day and the next; their
--   median and 90th percentile are interpolated linearly (type 7) and need two purchase days.
--   Top category and top channel: most purchase lines, most purchase orders; on a tie the lowest name.
-- zh-CN definition: 看到统计日为止的全部历史；订单全部退掉的人不算买过，没有这一行。净销售额减去他的全部退货。间隔是
--   两个购买日之间的天数，至少要有两个购买日。最常买的品类看商品行数，最常用的渠道看订单数，一样多的取名称排在前面的。
-- column home_store_id: most purchase days in 365 days, see customer_homes
-- column first_store_id: store of the first purchase
-- column recency_days: days from the last purchase to as_of
-- column orders: orders with a purchase
-- column purchase_days: days with at least one purchase
-- column net_sales: project currency, refunds subtracted
-- column avg_basket: net sales per order, project currency
-- column refunds: transactions with at least one refund line
-- column refund_amount: paid back, project currency
-- column refund_share: paid back per amount sold
-- column median_gap_days: median days between purchase days; null with one purchase day
-- column p90_gap_days: 90th percentile of the same
-- column stores_visited: number of stores with a purchase
-- column channels: number of channels with a purchase
-- publishable: no
with purchases as (
    select
        person_id,
        min(ordered_on) as first_order_on,
        max(ordered_on) as last_order_on,
        cast(count(*) as integer) as orders,
        min(case when is_first_purchase then store_id end) as first_store_id,
        cast(count(distinct store_id) as integer) as stores_visited,
        cast(count(distinct channel) as integer) as channels
    from {{ ref('order_postings') }}
    where is_purchase and person_id is not null
    group by person_id
),
money as (
    select
        person_id,
        cast(count(*) filter (where is_purchase_day) as integer) as purchase_days,
        cast(sum(sales_amount) as decimal(18, 2)) as sales_amount,
        cast(sum(refund_amount) as decimal(18, 2)) as refund_amount,
        cast(sum(net_sales) as decimal(18, 2)) as net_sales
    from {{ ref('customer_days') }}
    group by person_id
),
refunds as (
    select person_id, cast(count(*) as integer) as refunds
    from (
        select distinct person_id, source, transaction_id
        from {{ ref('order_postings') }}
        where has_refund and person_id is not null
    ) refunding
    group by person_id
),
gaps as (
    select
        person_id,
        {{ sql.day_diff('lag(day) over (partition by person_id order by day nulls last)', 'day') }} as gap
    from {{ ref('customer_days') }}
    where is_purchase_day
),
rhythm as (
    select
        person_id,
        cast(round(percentile_cont(0.5) within group (order by cast(gap as double)), 2) as decimal(9, 2)) as median_gap_days,
        cast(round(percentile_cont(0.9) within group (order by cast(gap as double)), 2) as decimal(9, 2)) as p90_gap_days
    from gaps
    where gap is not null
    group by person_id
),
categories as (
    select person_id, category
    from (
        select person_id, category, count(*) as purchases
        from {{ ref('order_lines') }}
        where is_purchase and person_id is not null and category is not null
        group by person_id, category
    ) counted
    qualify row_number() over (partition by person_id order by purchases desc nulls last, category nulls last) = 1
),
channels as (
    select person_id, channel
    from (
        select person_id, channel, count(*) as purchases
        from {{ ref('order_postings') }}
        where is_purchase and person_id is not null and channel is not null
        group by person_id, channel
    ) counted
    qualify row_number() over (partition by person_id order by purchases desc nulls last, channel nulls last) = 1
)
select
    p.person_id, h.home_store_id, p.first_store_id, p.first_order_on, p.last_order_on,
    cast({{ sql.day_diff('p.last_order_on', var('as_of')) }} as integer) as recency_days,
    p.orders, m.purchase_days, m.net_sales,
    {{ sql.ratio('m.net_sales', 'p.orders', 2) }} as avg_basket,
    coalesce(r.refunds, 0) as refunds, m.refund_amount,
    {{ sql.ratio('m.refund_amount', 'm.sales_amount', 6) }} as refund_share,
    y.median_gap_days, y.p90_gap_days, p.stores_visited, p.channels,
    c.category as top_category, n.channel as top_channel
from purchases p
join money m on m.person_id = p.person_id
left join {{ ref('customer_homes') }} h on h.person_id = p.person_id
left join refunds r on r.person_id = p.person_id
left join rhythm y on y.person_id = p.person_id
left join categories c on c.person_id = p.person_id
left join channels n on n.person_id = p.person_id
