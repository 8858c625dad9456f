-- segment_summary: size and value of every segment that has people.
-- zh-CN: 每个分群有多少人、买了多少
-- grain: one row per scheme and segment
-- key: scheme, segment
-- definition: Money and orders are those of the RFM window. Medians are taken over people with a purchase (recency over all
--   history) and interpolated.
-- zh-CN definition: 金额和订单数看 RFM 期间。中位数只看买过的人：距上次购买的天数看全部历史，购买天数看 RFM 期间。
-- column segment: key of the segment; names are localised by the theme
-- column code: the same for page addresses
-- column segment_no: place of the segment in its scheme
-- column customers: people in the segment
-- column share: share of the people of the scheme
-- column net_sales: net sales in the RFM window, project currency
-- column net_sales_share: share of the net sales of the scheme; null when those are not positive
-- column orders: orders with a purchase in the RFM window
-- column avg_basket: net sales per order, project currency
-- column avg_net_sales: net sales per person, project currency
-- column recency_median: median days since the last purchase
-- column frequency_median: median purchase days in the RFM window
-- publishable: no
with members as (
    select s.person_id, s.scheme, s.segment, s.code, s.segment_no, c.recency_days, v.frequency, v.monetary, v.orders
    from {{ ref('customer_segments') }} s
    left join {{ ref('customer_summary') }} c on c.person_id = s.person_id
    left join {{ ref('rfm_values') }} v on v.person_id = s.person_id
),
segments as (
    select
        scheme, segment, code, segment_no,
        count(*) as customers,
        cast(coalesce(sum(monetary), 0) as decimal(18, 2)) as net_sales,
        cast(coalesce(sum(orders), 0) as integer) as orders,
        cast(round(quantile_cont(cast(recency_days as double), 0.5), 1) as decimal(9, 1)) as recency_median,
        cast(round(quantile_cont(cast(frequency as double), 0.5), 1) as decimal(9, 1)) as frequency_median
    from members
    group by scheme, segment, code, segment_no
),
schemes as (
    -- Somebody with three tags is one person, with one person's sales.
    select scheme, count(*) as customers, cast(coalesce(sum(monetary), 0) as decimal(18, 2)) as net_sales
    from (select distinct scheme, person_id, monetary from members)
    group by scheme
)
select
    s.scheme, s.segment, s.segment_no, s.code,
    cast(s.customers as integer) as customers,
    {{ sql.ratio('s.customers', 't.customers', 6) }} as share,
    s.net_sales,
    case when t.net_sales > 0 then {{ sql.ratio('s.net_sales', 't.net_sales', 6) }} end as net_sales_share,
    s.orders,
    {{ sql.ratio('s.net_sales', 's.orders', 2) }} as avg_basket,
    {{ sql.ratio('s.net_sales', 's.customers', 2) }} as avg_net_sales,
    s.recency_median, s.frequency_median
from segments s
join schemes t on t.scheme = s.scheme
