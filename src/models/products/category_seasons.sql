-- category_seasons: how strong each calendar month is, by category and for the whole chain.
-- zh-CN: 每个品类哪几个月卖得多
-- grain: one row per scope, category and calendar month
-- key: scope, category, calendar_month
-- definition: Classical multiplicative decomposition (Hyndman & Athanasopoulos, Forecasting: Principles and Practice, 3rd ed.,
--   section 3.4) of net sales per day of the month, refunds on the day they were posted, over the complete months since the
--   first sale, at most the last sixty: every month by the moving average of the twelve months around it (2×12, the two
--   outermost half), the mean of these ratios per calendar month, brought to a mean of 1 over the twelve. Needs 24 complete
--   months, and an average above zero around every calendar month; else the index is null. A month of the first sale counts
--   only when that fell on its first day.
-- zh-CN definition: 满 24 个完整的月份才有指数：每月的日均净销售额 ÷ 前后十二个月的居中移动平均，同一个月份取平均，再
--   化成平均为 1（经典的乘法分解）。最多看最近 60 个月。
-- column scope: chain or category
-- column category: null for the chain, and for lines without a category
-- column calendar_month: 1 = January to 12
-- column index: 1 = as an average month; null = not enough data
-- column months: complete months known
-- column years: ratios that the index is the mean of
-- column net_sales_per_day: mean of the calendar month in the months known, project currency; null without one
-- publishable: no
{%- set last_month = "(" ~ sql.month_no(sql.add_days(var('as_of'), 1)) ~ " - 1)" %}
with sold as (
    select category, month, net_sales
    from {{ ref('category_months') }}
),
starts as (
    select category, min(ordered_on) as first_on
    from {{ ref('order_lines') }}
    where kind in ('sale', 'refund', 'exchange')
    group by category
),
scopes as (
    select 'chain' as scope, cast(null as varchar) as category, min(first_on) as first_on
    from starts
    having count(*) > 0
    union all
    select 'category', category, first_on
    from starts
),
spans as (
    select
        scope, category,
        greatest({{ sql.month_no('first_on') }} + case when day(first_on) > 1 then 1 else 0 end, {{ last_month }} - 59) as first_month
    from scopes
),
calendar as (
    select scope, category, {{ last_month }} - first_month + 1 as months, {{ sql.each_number('first_month', last_month) }} as month_no
    from spans
),
figures as (
    select 'chain' as scope, cast(null as varchar) as category, {{ sql.month_no('month') }} as month_no, sum(net_sales) as net_sales
    from sold
    group by {{ sql.month_no('month') }}
    union all
    select 'category', category, {{ sql.month_no('month') }}, net_sales
    from sold
),
daily as (
    select
        c.scope, c.category, c.months, c.month_no, (c.month_no - 1) % 12 + 1 as calendar_month,
        cast(round(cast(coalesce(f.net_sales, 0) as double)
            / {{ sql.day_diff(sql.month_start('c.month_no'), sql.month_start('(c.month_no + 1)')) }}, 6) as decimal(24, 6)) as per_day
    from calendar c
    left join figures f on f.scope = c.scope and f.category is not distinct from c.category and f.month_no = c.month_no
),
averaged as (
    select
        scope, category, months, month_no, calendar_month, per_day,
        -- Two runs of twelve, one month apart: twenty-four times the moving average.
        case when count(*) over early = 12 and count(*) over late = 12 then sum(per_day) over early + sum(per_day) over late end as around
    from daily
    window
        early as (partition by scope, category order by month_no rows between 6 preceding and 5 following),
        late as (partition by scope, category order by month_no rows between 5 preceding and 6 following)
),
ratios as (
    select
        scope, category, calendar_month, per_day,
        case when months >= 24 and around > 0 then try_cast(round(24 * cast(per_day as double) / cast(around as double), 9) as decimal(18, 9)) end as ratio
    from averaged
),
means as (
    select
        scope, category, calendar_month, count(ratio) as years, cast(sum(ratio) as double) / nullif(count(ratio), 0) as mean_ratio,
        try_cast(round(cast(sum(per_day) as double) / count(*), 2) as decimal(18, 2)) as net_sales_per_day
    from ratios
    group by scope, category, calendar_month
),
rows_of as (
    select
        s.scope, s.category, n.calendar_month, greatest({{ last_month }} - s.first_month + 1, 0) as months, coalesce(m.years, 0) as years,
        m.mean_ratio, m.net_sales_per_day
    from spans s
    cross join (select {{ sql.each_number(1, 12) }} as calendar_month) n
    left join means m on m.scope = s.scope and m.category is not distinct from s.category and m.calendar_month = n.calendar_month
),
wholes as (
    -- Rounded to a decimal, so that the sum does not depend on the order of the rows.
    select
        scope, category, count(mean_ratio) as known, min(mean_ratio) as lowest,
        cast(sum(cast(round(mean_ratio, 9) as decimal(18, 9))) as double) as total
    from rows_of
    group by scope, category
)
select
    r.scope, r.category, cast(r.calendar_month as integer) as calendar_month,
    case when w.known = 12 and w.lowest >= 0 and w.total > 0 then cast(round(12 * r.mean_ratio / w.total, 6) as decimal(9, 6)) end as "index",
    cast(r.months as integer) as months, cast(r.years as integer) as years, r.net_sales_per_day
from rows_of r
join wholes w on w.scope = r.scope and w.category is not distinct from r.category
