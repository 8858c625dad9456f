-- lifecycle_transitions: who changed from which stage to which between one month end and the next.
-- zh-CN: 每个月有多少人从哪个阶段换到哪个阶段
-- grain: one row per month and pair of stages with people
-- key: month, from_stage, to_stage
-- definition: Of everybody known at the end of the month before. The last twelve full months and the running one to as_of.
-- zh-CN definition: 看上个月底已经知道的每个人：上个月底在哪个阶段，这个月底（或统计日）在哪个阶段，没换的也列出。包
--   括最近十二个整月和还没过完的这个月。
-- column month: the month in which they changed, first day
-- column from_stage: at the end of the month before
-- column to_stage: at the end of the month, or on as_of
-- column customers: people
-- column share: of those in from_stage
-- publishable: no
with ends as (
    select
        {{ sql.month_start('n') }} as month, {{ sql.month_start('n') }} - 1 as before_on,
        least({{ sql.add_months(sql.month_start('n'), 1) }} - 1, {{ var('as_of') }}) as on_day
    from (select unnest(generate_series({{ sql.month_no(var('as_of')) }} - 12, {{ sql.month_no(var('as_of')) }})) as n) numbers
),
pairs as (
    select e.month, a.stage as from_stage, b.stage as to_stage, count(*) as customers
    from ends e
    join {{ ref('lifecycle_spells') }} a on a.since <= e.before_on and coalesce(a.until, {{ var('as_of') }}) >= e.before_on
    join {{ ref('lifecycle_spells') }} b
        on b.person_id = a.person_id and b.since <= e.on_day and coalesce(b.until, {{ var('as_of') }}) >= e.on_day
    group by e.month, a.stage, b.stage
),
totals as (
    select month, from_stage, sum(customers) as customers
    from pairs
    group by month, from_stage
)
select
    p.month, p.from_stage, p.to_stage, cast(p.customers as integer) as customers,
    {{ sql.ratio('p.customers', 't.customers', 6) }} as share
from pairs p
join totals t on t.month = p.month and t.from_stage = p.from_stage
