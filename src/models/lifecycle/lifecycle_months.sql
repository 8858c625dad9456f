-- lifecycle_months: how many people stood in each stage at the end of every month.
-- zh-CN: 每个月底，各阶段有多少人
-- grain: one row per month end, store and stage with people; no store = the whole chain
-- key: month, store_id, stage
-- definition: The last 24 month ends and as_of. A person counts in the home store of today.
-- zh-CN definition: 看最近 24 个月底和统计日，有全部门店的，也有每家店的。每个人算在今天的常去门店。
-- column month: first day of the month
-- column on_day: last day of the month, or as_of
-- column customers: people
-- publishable: no
with ends as (
    select {{ sql.month_start('n') }} as month, least({{ sql.add_months(sql.month_start('n'), 1) }} - 1, {{ var('as_of') }}) as on_day
    from (select unnest(generate_series({{ sql.month_no(var('as_of')) }} - 24, {{ sql.month_no(var('as_of')) }})) as n) numbers
),
standing as (
    select e.month, e.on_day, p.home_store_id as store_id, s.stage
    from {{ ref('lifecycle_spells') }} s
    join ends e on s.since <= e.on_day and coalesce(s.until, {{ var('as_of') }}) >= e.on_day
    join {{ ref('people') }} p on p.person_id = s.person_id
)
select month, on_day, cast(null as varchar) as store_id, stage, cast(count(*) as integer) as customers
from standing
group by month, on_day, stage
union all
select month, on_day, store_id, stage, cast(count(*) as integer)
from standing
where store_id is not null
group by month, on_day, store_id, stage
