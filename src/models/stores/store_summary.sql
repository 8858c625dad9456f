-- store_summary: every store's figures of the current 28 days, beside the 28 days before and those a year ago.
-- zh-CN: 每家店本期的数字，和前期、去年同期相比
-- grain: one row per store, stores without orders included
-- key: store_id
-- definition: The period.days days to as_of, as_of included. <figure>_previous: as many days before. <figure>_last_year: the
--   days that comparison_days gives for them. Null where there was no order yet. See period_figures.
--   Comparable (可比店): open on the first day of the earlier period and not closed by as_of; without opened_on, the first
--   line counts as the opening.
-- zh-CN definition: 本期是到统计日为止（含当天）的 {period.days} 天，前期是再往前同样多的天数。去年同期是往前推
--   {period.last_year_shift} 天，星期几对得上；按春节对齐时，春节前后对去年离春节一样远的日子。那时还没有订单的，数字
--   是空的。可比店：较早那个期间的第一天已经开业、到统计日没有闭店；没有写开业日期的，从第一行数据算起。
-- column data_until: day of the newest line of the store, of any kind
-- column first_sale_on: day of the oldest line of the store
-- column comparable_previous: open in the current and the previous period
-- column comparable_last_year: open in the current period and the one a year ago
-- column home_customers: people whose home store this is
-- column period_from: first day of the current period
-- column net_sales: sales less refunds posted plus exchanges, project currency
-- column orders: transactions with at least one sale line
-- column items: units on sale lines
-- column customers: identified people with a purchase
-- column new_customers: people whose first purchase anywhere in the chain falls here
-- column repeat_customers: customers with two or more purchase days in the period
-- column member_share: net sales of identified people per net sales; null when net sales are not positive
-- column avg_basket: net sales per order, project currency
-- column items_per_order: units per order
-- column avg_item_price: net sales per unit, project currency
-- column refund_share: refunds posted per sales posted, by amount
-- column repeat_rate: repeat customers per customers
-- publishable: no
{%- set figures = [
    'net_sales', 'sales_amount', 'refund_amount', 'member_net_sales', 'orders', 'member_orders', 'items',
    'customers', 'new_customers', 'repeat_customers', 'member_share', 'avg_basket',
    'items_per_order', 'avg_item_price', 'refund_share', 'repeat_rate',
] %}
with figures as (
    select
        scope_id,
    {%- for period, suffix in [['current', ''], ['previous', '_previous'], ['last_year', '_last_year']] %}
    {%- for figure in figures %}
        max({{ figure }}) filter (where period = '{{ period }}') as {{ figure }}{{ suffix }},
    {%- endfor %}
    {%- endfor %}
        max(period_from) filter (where period = 'current') as period_from,
        max(period_to) filter (where period = 'current') as period_to,
        max(period_from) filter (where period = 'last_year') as last_year_from
    from {{ ref('period_figures') }}
    where scope = 'store'
    group by scope_id
),
arrivals as (
    select store_id, min(ordered_on) as first_sale_on, max(ordered_on) as data_until
    from {{ ref('order_lines') }}
    group by store_id
),
homes as (
    select home_store_id as store_id, cast(count(*) as integer) as home_customers
    from {{ ref('customer_homes') }}
    group by home_store_id
),
opened as (
    select
        s.store_id, s.name, s.region, s.city, s.opened_on, s.closed_on, a.first_sale_on, a.data_until,
        coalesce(s.opened_on, a.first_sale_on) as open_from,
        s.closed_on is null or s.closed_on > {{ var('as_of') }} as is_open
    from {{ source('stores') }} s
    left join arrivals a on a.store_id = s.store_id
)
select
    o.store_id, coalesce(o.name, o.store_id) as name, o.region, o.city, o.opened_on, o.closed_on, o.is_open, o.first_sale_on,
    o.data_until, f.period_from, f.period_to,
    {%- for suffix in ['', '_previous', '_last_year'] %}
    {%- for figure in figures %}
    f.{{ figure }}{{ suffix }},
    {%- endfor %}
    {%- endfor %}
    coalesce(o.is_open and o.open_from <= {{ sql.add_days('f.period_from', '0 - ' ~ var('period.days')) }}, false)
        as comparable_previous,
    coalesce(o.is_open and o.open_from <= f.last_year_from, false)
        as comparable_last_year,
    coalesce(h.home_customers, 0) as home_customers
from opened o
join figures f on f.scope_id = o.store_id
left join homes h on h.store_id = o.store_id
