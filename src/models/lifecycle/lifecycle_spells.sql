-- lifecycle_spells: from when until when every person was in which stage.
-- zh-CN: 每位顾客从哪天到哪天处于哪个阶段
-- grain: one row per person and unbroken time in a stage
-- key: person_id, since
-- definition: On any day the first of these that holds: prospect (known, no purchase yet), won_back (the gap before the last
--   purchase was longer than the limit to lost; until back_until of purchase_rhythm), new (one purchase day, until new_until),
--   active (until active_until), silent (until silent_until), lost.
-- zh-CN definition: 每一天按顺序看，先符合哪条就是哪个阶段：还没有买过是潜客；隔得超过流失界限才又来，是唤回；只来过
--   一天是新客；然后依次是活跃、沉睡、流失。每个阶段到多少天为止，见 purchase_rhythm。又买了但阶段没变的，连成一段。
-- column stage: prospect, new, active, won_back, silent or lost
-- column since: first day in the stage
-- column until: last day in the stage; null = it lasts on as_of
-- column spell_no: 1 = the first stage of the person
-- publishable: no
with stages as (
    select person_id, next_day, 'won_back' as stage, 0 as from_day, back_until as to_day, day
    from {{ ref('purchase_rhythm') }}
    where came_back
    union all
    select person_id, next_day, 'new', 0, new_until, day
    from {{ ref('purchase_rhythm') }}
    where day_no = 1
    union all
    select person_id, next_day, 'active', case when came_back then back_until + 1 when day_no = 1 then new_until + 1 else 0 end, active_until, day
    from {{ ref('purchase_rhythm') }}
    union all
    select person_id, next_day, 'silent', greatest(active_until, case when came_back then back_until when day_no = 1 then new_until else 0 end) + 1, silent_until, day
    from {{ ref('purchase_rhythm') }}
    union all
    select person_id, next_day, 'lost', silent_until + 1, null, day
    from {{ ref('purchase_rhythm') }}
),
times as (
    select
        person_id, stage, day + from_day as since,
        least(coalesce(day + to_day, date '9999-12-31'), coalesce(next_day - 1, date '9999-12-31')) as until
    from stages
    where to_day is null or to_day >= from_day
    union all
    select p.person_id, 'prospect', p.joined_on, coalesce(s.first_order_on - 1, date '9999-12-31')
    from {{ ref('people') }} p
    left join {{ ref('customer_summary') }} s on s.person_id = p.person_id
    where p.joined_on is not null or s.person_id is null
),
lived as (
    select person_id, stage, coalesce(since, {{ var('as_of') }}) as since, until
    from times
    where coalesce(since, {{ var('as_of') }}) <= least(until, {{ var('as_of') }})
),
-- The same stage after a new purchase is one spell.
marked as (
    select
        person_id, stage, since, until,
        case when lag(stage) over (partition by person_id order by since) = stage then 0 else 1 end as starts
    from lived
),
numbered as (
    select
        person_id, stage, since, until, sum(starts) over (partition by person_id order by since rows unbounded preceding) as spell_no
    from marked
)
select
    person_id, stage, min(since) as since, nullif(case when max(until) >= {{ var('as_of') }} then null else max(until) end, date '9999-12-31') as until,
    cast(spell_no as integer) as spell_no
from numbered
group by person_id, stage, spell_no
