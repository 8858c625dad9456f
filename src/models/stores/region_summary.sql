-- region_summary: every region's figures of the current 28 days, beside the 28 days before and those a year ago.
-- zh-CN: 各大区本期的数字，和前期、去年同期相比
-- grain: one row per region; stores without a region are left out
-- key: region
-- definition: The period.days days to as_of, as_of included. <figure>_previous: as many days before. <figure>_last_year: the
--   days that comparison_days gives for them. Null where there was no order yet. See period_figures.
-- zh-CN definition: 本期是到统计日为止（含当天）的 {period.days} 天，前期是再往前同样多的天数。去年同期是往前推
--   {period.last_year_shift} 天，星期几对得上；按春节对齐时，春节前后对去年离春节一样远的日子。那时还没有订单的，数字
--   是空的；没有大区的门店不算。
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
-- column open_stores: stores not closed by as_of
-- column active_stores: stores with an order in the current period
-- column data_until: day of the newest line
-- column comparable_stores: stores open in the current and the previous period
-- column comparable_net_sales: their net sales now, project currency
-- column comparable_net_sales_previous: their net sales in the previous period, project currency
-- column comparable_growth_previous: change of the two, as a share
-- column comparable_stores_last_year: stores open now and a year ago
-- column comparable_net_sales_now: their net sales now, project currency
-- column comparable_net_sales_last_year: their net sales a year ago, project currency
-- column comparable_growth_last_year: change of the two, as a share
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
        max(period_to) filter (where period = 'current') as period_to
    from {{ ref('period_figures') }}
    where scope = 'region'
    group by scope_id
),
stores as (
    select
        region, cast(count(*) filter (where is_open) as integer) as open_stores,
        cast(count(*) filter (where orders > 0) as integer) as active_stores,
        max(data_until) as data_until,
        cast(count(*) filter (where comparable_previous) as integer) as comparable_stores,
        cast(coalesce(sum(net_sales) filter (where comparable_previous), 0) as decimal(18, 2)) as comparable_net_sales,
        cast(coalesce(sum(net_sales_previous) filter (where comparable_previous), 0) as decimal(18, 2))
            as comparable_net_sales_previous,
        cast(count(*) filter (where comparable_last_year) as integer) as comparable_stores_last_year,
        cast(coalesce(sum(net_sales) filter (where comparable_last_year), 0) as decimal(18, 2)) as comparable_net_sales_now,
        cast(coalesce(sum(net_sales_last_year) filter (where comparable_last_year), 0) as decimal(18, 2))
            as comparable_net_sales_last_year
    from {{ ref('store_summary') }}
    where region is not null
    group by region
)
select
    f.scope_id as region, f.period_from, f.period_to, s.data_until, s.open_stores, s.active_stores,
    {%- for suffix in ['', '_previous', '_last_year'] %}
    {%- for figure in figures %}
    f.{{ figure }}{{ suffix }},
    {%- endfor %}
    {%- endfor %}
    s.comparable_stores, s.comparable_net_sales, s.comparable_net_sales_previous,
    case when s.comparable_net_sales_previous > 0 then
        {{ sql.ratio('(s.comparable_net_sales - s.comparable_net_sales_previous)', 's.comparable_net_sales_previous', 6) }}
    end as comparable_growth_previous,
    s.comparable_stores_last_year, s.comparable_net_sales_now, s.comparable_net_sales_last_year,
    case when s.comparable_net_sales_last_year > 0 then
        {{ sql.ratio('(s.comparable_net_sales_now - s.comparable_net_sales_last_year)', 's.comparable_net_sales_last_year', 6) }}
    end as comparable_growth_last_year
from figures f
join stores s on s.region = f.scope_id
