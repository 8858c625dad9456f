-- target_months: what was expected of stores, what they reached, and where the month is heading (目标达成).
-- zh-CN: 门店的目标、做到多少、照这样会做到多少（目标达成）
-- grain: one row per scope, scope id, month and measure with a target
-- key: scope, scope_id, month, measure
-- definition: Actual figures are those of month_figures and of feedback_summary, to as_of. Regions and the chain add up the
--   targets of their stores, and the figures of just those stores, for net_sales, orders and new_customers; other measures do
--   not add up. elapsed_share: how much of the month should be done by as_of: by the days of the year before that
--   comparison_days gives, of the stores that had sales on them, else by the days of the month. Forecast: actual by
--   elapsed_share, of measures that add up, after seven days of the month.
-- zh-CN definition: 实际的数字取自 month_figures 和 feedback_summary，看到统计日。净销售额、订单数、新顾客三项，大区
--   和全部门店把门店的目标相加，实际也只加这些门店的；别的指标不能相加。该做到几成：看去年对应的日子到这时做了全月的
--   几成，那时没有销售的门店看过了全月的几成日子。预计全月 = 实际 ÷ 该做到的几成，只算能相加的三项，满七天才有。
-- column scope: store, region or chain
-- column scope_id: store id, region name, or empty for the chain
-- column measure: net_sales, orders, new_customers, customers, avg_basket, nps, csat, ces, or a word of the file
-- column target: as in the file; money, a count, points or a share
-- column actual: in the same unit; null where the program has no such figure
-- column achievement: actual by target; null while the target is not positive
-- column elapsed_share: 1 for finished months
-- column pace: achievement by elapsed_share, of measures that add up; 1 = on the way to the target
-- column forecast: of the whole month
-- column stores: how many stores have the target
-- publishable: no
{%- set additive = ['net_sales', 'orders', 'new_customers'] %}
{%- set counted = ['net_sales', 'orders', 'new_customers', 'customers', 'avg_basket'] %}
with wanted as (
    select t.store_id, s.region, {{ sql.month_no('t.month') }} as month_no, coalesce(t.measure, 'net_sales') as measure, t.target
    from {{ source('store_targets') }} t
    left join {{ source('stores') }} s on s.store_id = t.store_id
    where t.target is not null and t.month <= {{ var('as_of') }}
),
reached as (
    {%- for measure in counted %}
    select scope_id as store_id, {{ sql.month_no('month') }} as month_no, '{{ measure }}' as measure, cast({{ measure }} as decimal(18, 6)) as actual
    from {{ ref('month_figures') }}
    where scope = 'store'
    union all
    {%- endfor %}
    {%- for measure in ['nps', 'csat', 'ces'] %}
    select store_id, {{ sql.month_no('month') }}, '{{ measure }}', cast({{ measure }} as decimal(18, 6))
    from {{ ref('feedback_summary') }}
    where level = 'store_month'
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),
days as (
    select {{ sql.month_no('day') }} as month_no, day, last_year_on, day <= {{ var('as_of') }} as is_done
    from {{ ref('comparison_days') }}
),
calendar as (
    select
        month_no, cast(count(*) filter (where is_done) as integer) as days_done, cast(count(*) as integer) as days_known,
        {{ sql.day_diff(sql.month_start('month_no'), sql.month_start('month_no + 1')) }} as month_days,
        min(last_year_on) as other_from
    from days
    group by month_no
),
last_year as (
    select
        p.store_id, d.month_no, cast(sum(p.net_amount) filter (where d.is_done) as double) as done, cast(sum(p.net_amount) as double) as whole,
        min(p.ordered_on) as first_on
    from {{ ref('order_postings') }} p
    join days d on d.last_year_on = p.ordered_on
    group by p.store_id, d.month_no
),
first_orders as (
    select store_id, min(ordered_on) as first_on
    from {{ ref('order_postings') }}
    group by store_id
),
per_store as (
    select
        w.store_id, w.region, w.month_no, w.measure, w.target, r.actual,
        case
            when c.days_done >= c.month_days or {{ sql.month_start('w.month_no + 1') }} <= {{ var('as_of') }} then 1.0
            when f.first_on <= c.other_from and l.whole > 0 and l.done > 0 and l.done <= l.whole then l.done / l.whole
            when c.days_done > 0 then cast(c.days_done as double) / c.month_days
        end as elapsed_share,
        coalesce(c.days_done, 0) as days_done
    from wanted w
    left join reached r on r.store_id = w.store_id and r.month_no = w.month_no and r.measure = w.measure
    left join calendar c on c.month_no = w.month_no
    left join last_year l on l.store_id = w.store_id and l.month_no = w.month_no
    left join first_orders f on f.store_id = w.store_id
),
scoped as (
    select
        'store' as scope, store_id as scope_id, month_no, measure, target, actual, elapsed_share, days_done, 1 as stores
    from per_store
    {%- for scope, id in [['region', 'region'], ['chain', "''"]] %}
    union all
    select
        '{{ scope }}', {{ id }}, month_no, measure, sum(target), sum(coalesce(actual, 0)),
        case
            when sum(target) > 0 and min(elapsed_share) > 0 then sum(cast(target as double) * elapsed_share) / sum(cast(target as double))
        end,
        max(days_done), cast(count(*) as integer)
    from per_store
    where {{ id }} is not null and measure in ('{{ additive | join("', '") }}')
    group by {% if scope == 'chain' %}month_no, measure{% else %}{{ id }}, month_no, measure{% endif %}
    {%- endfor %}
)
select
    scope, scope_id, {{ sql.month_start('month_no') }} as month, measure, cast(target as decimal(18, 2)) as target,
    cast(actual as decimal(18, 4)) as actual,
    case when target > 0 then {{ sql.ratio('actual', 'target', 6) }} end as achievement,
    cast(round(elapsed_share, 6) as decimal(9, 6)) as elapsed_share,
    case
        when target > 0 and elapsed_share > 0 and measure in ('{{ additive | join("', '") }}')
        then cast(round(cast(actual as double) / cast(target as double) / elapsed_share, 6) as decimal(18, 6))
    end as pace,
    case
        when elapsed_share > 0 and (days_done >= 7 or elapsed_share = 1) and measure in ('{{ additive | join("', '") }}')
        then cast(round(cast(actual as double) / elapsed_share, 2) as decimal(18, 2))
    end as forecast,
    stores
from scoped
