-- period_figures: the retail figures of the current 28 days and of the two periods they are compared with.
-- zh-CN: 门店、大区和全部门店本期的数字，和两个对比期间的
-- grain: one row per scope, scope id and period
-- key: scope, scope_id, period
-- definition: The one place where period figures are computed; store_summary, region_summary and chain_summary show them.
--   current: the 28 days to as_of, as_of included. previous: the 28 days before those. last_year: the days that
--   comparison_days gives for those of the current period: 364 days back (52 weeks, so that weekdays match), or as far from
--   the Spring Festival of the year before. A store, region or chain that had no order until the end of a period
--   has null figures for it, not zeros. Other definitions as in month_figures.
-- zh-CN definition: 期间的数字都在这里算，别处只取用；没有写明的算法同 month_figures。本期是到统计日为止（含当天）的
--   {period.days} 天，前期是再往前同样多的天数。去年同期由 comparison_days 给出：平常往前推 {period.last_year_shift} 天，
--   春节前后对去年离春节一样远的日子。到一个期间结束还没有过订单的，那个期间是空的，不是 0。
-- column scope: store, region or chain
-- column scope_id: store id, region name, or empty for the chain
-- column period: current, previous or last_year
-- column period_from: first day of the period
-- column period_to: last day of the period
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
{%- set days = var('period.days') %}
with days as (
    {%- for period, day in [['current', 'day'], ['previous', sql.add_days('day', '0 - ' ~ days)], ['last_year', 'last_year_on']] %}
    {%- if not loop.first %}
    union all
    {%- endif %}
    select '{{ period }}' as period, {{ day }} as day
    from {{ ref('comparison_days') }}
    where day between {{ sql.add_days(var('as_of'), '1 - ' ~ days) }} and {{ var('as_of') }}
    {%- endfor %}
),
periods as (
    select period, min(day) as period_from, max(day) as period_to
    from days
    group by period
),
stores as (
    select s.store_id, s.region, min(p.ordered_on) as first_on
    from {{ source('stores') }} s
    left join {{ ref('order_postings') }} p on p.store_id = s.store_id
    group by s.store_id, s.region
),
scopes as (
    select 'store' as scope, store_id as scope_id, first_on from stores
    union all
    select 'region', region, min(first_on) from stores where region is not null group by region
    union all
    select 'chain', '', min(first_on) from stores
),
postings as (
    select
        p.store_id, s.region, d.period, p.ordered_on, p.person_id, p.is_sale, p.is_purchase, p.is_first_purchase, p.items,
        p.sales_amount, p.refund_amount, p.net_amount
    from {{ ref('order_postings') }} p
    join days d on d.day = p.ordered_on
    left join {{ source('stores') }} s on s.store_id = p.store_id
),
per_person as (
    {%- for scope, id in [['store', 'store_id'], ['region', 'region'], ['chain', "''"]] %}
    {%- if not loop.first %}
    union all
    {%- endif %}
    select
        '{{ scope }}' as scope, {{ id }} as scope_id, period, person_id,
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
    group by {% if scope == 'chain' %}period, person_id{% else %}{{ id }}, period, person_id{% endif %}
    {%- endfor %}
),
figures as (
    select
        scope, scope_id, period,
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
    group by scope, scope_id, period
),
started as (
    select s.scope, s.scope_id, d.period, d.period_from, d.period_to, d.period = 'current' or s.first_on <= d.period_to as has_history
    from scopes s
    cross join periods d
)
select
    s.scope, s.scope_id, s.period, s.period_from, s.period_to,
    {%- for column in ['net_sales', 'sales_amount', 'refund_amount', 'member_net_sales', 'orders', 'member_orders', 'items', 'customers', 'new_customers', 'repeat_customers'] %}
    case when s.has_history then coalesce(f.{{ column }}, 0) end as {{ column }},
    {%- endfor %}
    case when f.net_sales > 0 then {{ sql.ratio('f.member_net_sales', 'f.net_sales', 6) }} end as member_share,
    {{ sql.ratio('f.net_sales', 'f.orders', 2) }} as avg_basket,
    {{ sql.ratio('f.items', 'f.orders', 2) }} as items_per_order,
    {{ sql.ratio('f.net_sales', 'f.items', 2) }} as avg_item_price,
    {{ sql.ratio('f.refund_amount', 'f.sales_amount', 6) }} as refund_share,
    {{ sql.ratio('f.repeat_customers', 'f.customers', 6) }} as repeat_rate
from started s
left join figures f on f.scope = s.scope and f.scope_id = s.scope_id and f.period = s.period
