-- month_figures: the retail figures of every month, for each store, each region and the whole chain.
-- zh-CN: 门店、大区和全部门店逐月的零售数字
-- grain: one row per scope, scope id and month, from the first month with orders to the month of as_of
-- key: scope, scope_id, month
-- definition: The one place where monthly figures are computed; store_months, region_months and chain_months show them.
--   Refunds are subtracted on the day they were posted. An order is a transaction with at least one sale line, whether or
--   not it was refunded later. Customers are people with at least one purchase (refunded orders do not count).
--   A month without orders stands there with zeros; a closed store ends with its last posting; the month of as_of is complete only on its last day.
-- zh-CN definition: 每月的数字都在这里算，别处只取用；退货算在退款那天。订单是至少有一行销售的单子，后来退了也算；购
--   买顾客是至少有一次购买的人，全部退掉的订单不算。没有订单的月份是 0，闭店的门店到最后一笔为止。统计日所在的月，到
--   最后一天才算整月。
-- column scope: store, region or chain
-- column scope_id: store id, region name, or empty for the chain
-- column month: first day of the month
-- column is_complete: as_of is on or after the last day of the month
-- column net_sales: sales less refunds posted plus exchanges, project currency
-- column orders: transactions with at least one sale line
-- column items: units on sale lines
-- column customers: identified people with a purchase
-- column new_customers: people whose first purchase anywhere in the chain falls here
-- column repeat_customers: customers with two or more purchase days in the month
-- column stores: stores with at least one order
-- column member_share: net sales of identified people per net sales
-- column avg_basket: net sales per order, project currency
-- column items_per_order: units per order
-- column avg_item_price: net sales per unit, project currency
-- column refund_share: refunds posted per sales posted, by amount
-- column repeat_rate: repeat customers per customers
-- publishable: no
with postings as (
    select
        p.store_id, s.region, {{ sql.month_no('p.ordered_on') }} as month_no, p.ordered_on, p.person_id, p.is_sale,
        p.is_purchase, p.is_first_purchase, p.items, p.sales_amount, p.refund_amount, p.net_amount
    from {{ ref('order_postings') }} p
    left join {{ source('stores') }} s on s.store_id = p.store_id
),
per_person as (
    {%- for scope, id in [['store', 'store_id'], ['region', 'region'], ['chain', "''"]] %}
    {%- if not loop.first %}
    union all
    {%- endif %}
    select
        '{{ scope }}' as scope, {{ id }} as scope_id, month_no, person_id,
        min(ordered_on) filter (where is_purchase) as first_on,
        max(ordered_on) filter (where is_purchase) as last_on,
        count(*) filter (where is_first_purchase) as first_purchases,
        count(*) filter (where is_sale) as orders,
        sum(items) as items,
        sum(sales_amount) as sales_amount,
        sum(refund_amount) as refund_amount,
        sum(net_amount) as net_sales
    from postings
    where {{ id }} is not null
    group by {% if scope == 'chain' %}month_no, person_id{% else %}{{ id }}, month_no, person_id{% endif %}
    {%- endfor %}
),
per_month as (
    select
        scope, scope_id, month_no,
        cast(sum(net_sales) as decimal(18, 2)) as net_sales,
        cast(sum(sales_amount) as decimal(18, 2)) as sales_amount,
        cast(sum(refund_amount) as decimal(18, 2)) as refund_amount,
        cast(coalesce(sum(net_sales) filter (where person_id is not null), 0) as decimal(18, 2)) as member_net_sales,
        cast(sum(orders) as integer) as orders,
        cast(coalesce(sum(orders) filter (where person_id is not null), 0) as integer) as member_orders,
        cast(sum(items) as decimal(18, 3)) as items,
        cast(count(*) filter (where person_id is not null and first_on is not null) as integer) as customers,
        cast(sum(first_purchases) as integer) as new_customers,
        cast(count(*) filter (where person_id is not null and first_on < last_on) as integer) as repeat_customers
    from per_person
    group by scope, scope_id, month_no
),
active_stores as (
    {%- for scope, id in [['store', 'store_id'], ['region', 'region'], ['chain', "''"]] %}
    {%- if not loop.first %}
    union all
    {%- endif %}
    select '{{ scope }}' as scope, {{ id }} as scope_id, month_no, cast(count(distinct store_id) as integer) as stores
    from postings
    where is_sale and {{ id }} is not null
    group by {% if scope == 'chain' %}month_no{% else %}{{ id }}, month_no{% endif %}
    {%- endfor %}
),
spans as (
    select
        m.scope, m.scope_id, min(m.month_no) as first_month,
        case
            when m.scope = 'store' and max(s.closed_on) <= {{ var('as_of') }} then max(m.month_no)
            else {{ sql.month_no(var('as_of')) }}
        end as last_month
    from per_month m
    left join {{ source('stores') }} s on m.scope = 'store' and s.store_id = m.scope_id
    group by m.scope, m.scope_id
),
calendar as (
    select scope, scope_id, {{ sql.each_number('first_month', 'last_month') }} as month_no
    from spans
)
select
    c.scope, c.scope_id,
    {{ sql.month_start('c.month_no') }} as month,
    {{ sql.month_start('c.month_no + 1') }} <= {{ sql.add_days(var('as_of'), '1') }} as is_complete,
    coalesce(m.net_sales, 0) as net_sales,
    coalesce(m.sales_amount, 0) as sales_amount,
    coalesce(m.refund_amount, 0) as refund_amount,
    coalesce(m.member_net_sales, 0) as member_net_sales,
    coalesce(m.orders, 0) as orders,
    coalesce(m.member_orders, 0) as member_orders,
    coalesce(m.items, 0) as items,
    coalesce(m.customers, 0) as customers,
    coalesce(m.new_customers, 0) as new_customers,
    coalesce(m.repeat_customers, 0) as repeat_customers,
    coalesce(a.stores, 0) as stores,
    case when m.net_sales > 0 then {{ sql.ratio('m.member_net_sales', 'm.net_sales', 6) }} end as member_share,
    {{ sql.ratio('m.net_sales', 'm.orders', 2) }} as avg_basket,
    {{ sql.ratio('m.items', 'm.orders', 2) }} as items_per_order,
    {{ sql.ratio('m.net_sales', 'm.items', 2) }} as avg_item_price,
    {{ sql.ratio('m.refund_amount', 'm.sales_amount', 6) }} as refund_share,
    {{ sql.ratio('m.repeat_customers', 'm.customers', 6) }} as repeat_rate
from calendar c
left join per_month m on m.scope = c.scope and m.scope_id = c.scope_id and m.month_no = c.month_no
left join active_stores a on a.scope = c.scope and a.scope_id = c.scope_id and a.month_no = c.month_no
