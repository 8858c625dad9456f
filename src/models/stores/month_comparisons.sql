-- month_comparisons: every month beside the same days of the year before and beside the month before (同比、环比).
-- zh-CN: 每个月和去年同样的日子、和上个月相比（同比、环比）
-- grain: one row per scope, scope id and month with orders in it or in the days it is compared with
-- key: scope, scope_id, month
-- definition: Same days of the year before: those that comparison_days gives for the days of the month up to as_of, so that
--   the weeks around the Spring Festival meet those of the year before and an unfinished month is compared with as many days.
--   Comparable stores were open on all those days, then and now: their first order is not later than the first of the days of
--   the year before, and they have not closed before the last day. Growth of a region or the chain is of comparable stores
--   only. The month before is compared with finished months only.
-- zh-CN definition: 同比：把当月到统计日为止的每一天，按 comparison_days 对到去年，所以春节对得上，没过完的月也只比同
--   样多的日子。可比店：第一张订单不晚于去年那些日子的第一天，到这个月最后一天还没有闭店。大区和全部门店的同比只看可
--   比店。环比只看已经过完的月。
-- column scope: store, region or chain
-- column scope_id: store id, region name, or empty for the chain
-- column month: first day of the month
-- column is_complete: as_of is on or after the last day of the month
-- column festival: days of the month are aligned by the Spring Festival
-- column net_sales: up to as_of, project currency
-- column net_sales_last_year: of the same days of the year before
-- column net_sales_previous: of the month before
-- column comparable_stores: stores that were open on all the days
-- column comparable_net_sales: of comparable stores
-- column comparable_net_sales_last_year: of comparable stores, on the days of the year before
-- column growth_last_year: comparable_net_sales against comparable_net_sales_last_year, less 1
-- column growth_previous: net_sales against net_sales_previous, less 1
-- publishable: no
with daily as (
    select
        store_id, ordered_on, cast(sum(net_amount) as decimal(18, 2)) as net_sales,
        cast(count(*) filter (where is_sale) as integer) as orders
    from {{ ref('order_postings') }}
    group by store_id, ordered_on
),
days as (
    select {{ sql.month_no('day') }} as month_no, day, last_year_on, aligned_by = 'spring_festival' as festival
    from {{ ref('comparison_days') }}
    where day <= {{ var('as_of') }}
),
months as (
    select
        month_no, max(day) as last_on, min(last_year_on) as other_from, bool_or(festival) as festival
    from days
    group by month_no
),
sides as (
    select p.store_id, d.month_no, p.net_sales, p.orders, cast(0 as decimal(18, 2)) as other_sales, 0 as other_orders
    from daily p
    join days d on d.day = p.ordered_on
    union all
    select p.store_id, d.month_no, cast(0 as decimal(18, 2)), 0, p.net_sales, p.orders
    from daily p
    join days d on d.last_year_on = p.ordered_on
),
first_orders as (
    select store_id, min(ordered_on) as first_on
    from daily
    group by store_id
),
per_store as (
    select
        x.store_id, s.region, x.month_no,
        cast(sum(x.net_sales) as decimal(18, 2)) as net_sales, cast(sum(x.orders) as integer) as orders,
        cast(sum(x.other_sales) as decimal(18, 2)) as other_sales, cast(sum(x.other_orders) as integer) as other_orders,
        bool_and(f.first_on <= m.other_from and coalesce(s.closed_on > m.last_on, true)) as comparable
    from sides x
    join months m on m.month_no = x.month_no
    join first_orders f on f.store_id = x.store_id
    left join {{ source('stores') }} s on s.store_id = x.store_id
    group by x.store_id, s.region, x.month_no
),
scoped as (
    {%- for scope, id in [['store', 'store_id'], ['region', 'region'], ['chain', "''"]] %}
    {%- if not loop.first %}
    union all
    {%- endif %}
    select
        '{{ scope }}' as scope, {{ id }} as scope_id, month_no,
        cast(sum(net_sales) as decimal(18, 2)) as net_sales, cast(sum(orders) as integer) as orders,
        cast(sum(other_sales) as decimal(18, 2)) as net_sales_last_year, cast(sum(other_orders) as integer) as orders_last_year,
        cast(count(*) filter (where comparable) as integer) as comparable_stores,
        cast(coalesce(sum(net_sales) filter (where comparable), 0) as decimal(18, 2)) as comparable_net_sales,
        cast(coalesce(sum(other_sales) filter (where comparable), 0) as decimal(18, 2)) as comparable_net_sales_last_year
    from per_store
    where {{ id }} is not null
    group by {% if scope == 'chain' %}month_no{% else %}{{ id }}, month_no{% endif %}
    {%- endfor %}
)
select
    s.scope, s.scope_id, {{ sql.month_start('s.month_no') }} as month,
    {{ sql.month_start('s.month_no + 1') }} <= {{ sql.add_days(var('as_of'), '1') }} as is_complete, m.festival,
    s.net_sales, s.orders, s.net_sales_last_year, s.orders_last_year, b.net_sales as net_sales_previous,
    s.comparable_stores, s.comparable_net_sales, s.comparable_net_sales_last_year,
    case
        when s.comparable_net_sales_last_year > 0
        then {{ sql.ratio('(s.comparable_net_sales - s.comparable_net_sales_last_year)', 's.comparable_net_sales_last_year', 6) }}
    end as growth_last_year,
    case
        when b.net_sales > 0 and {{ sql.month_start('s.month_no + 1') }} <= {{ sql.add_days(var('as_of'), '1') }}
        then {{ sql.ratio('(s.net_sales - b.net_sales)', 'b.net_sales', 6) }}
    end as growth_previous
from scoped s
join months m on m.month_no = s.month_no
left join scoped b on b.scope = s.scope and b.scope_id = s.scope_id and b.month_no = s.month_no - 1
