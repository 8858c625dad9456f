-- lifecycle_returns: of those who were silent or lost, how many bought again, so that the limits can be judged.
-- zh-CN: 沉睡、流失的人后来有多少又买了，看界限定得合不合适
-- grain: one row per stage and watch
-- key: stage, within_days
-- definition: Every time somebody became silent or lost, and was watched for so many days after it (up to as_of). Came back:
--   bought again within them. When many of the lost come back the limits are too short; when hardly any of the silent do, too
--   long.
-- zh-CN definition: 每次有人变成沉睡或流失，往后看 30、90、180 天（要在统计日之前看满），其间又买了就算回来，比例带
--   95% 区间（Wilson）。流失的人回来很多，说明界限太短。沉睡的人几乎都不回来，说明界限太长。
-- column stage: silent or lost
-- column within_days: 30, 90 or 180
-- column watched: times somebody became silent or lost at least so many days before as_of
-- column came_back: of these, how often they bought again within the days
-- column share: came_back of watched
-- column low: lower end of the 95 % interval of the share (Wilson)
-- column high: upper end
-- publishable: no
with entries as (
    select s.person_id, s.stage, s.since, min(r.day) as bought_on
    from {{ ref('lifecycle_spells') }} s
    left join {{ ref('purchase_rhythm') }} r on r.person_id = s.person_id and r.day > s.since
    where s.stage in ('silent', 'lost')
    group by s.person_id, s.stage, s.since
),
counted as (
    select
        e.stage, w.within_days, count(*) as watched, count(*) filter (where e.bought_on <= e.since + w.within_days) as came_back
    from entries e
    join (values (30), (90), (180)) w(within_days) on e.since + w.within_days <= {{ var('as_of') }}
    group by e.stage, w.within_days
)
select
    stage, cast(within_days as integer) as within_days, cast(watched as integer) as watched, cast(came_back as integer) as came_back,
    {{ sql.ratio('came_back', 'watched', 6) }} as share,
    {{ sql.wilson_low('came_back', 'watched') }} as low, {{ sql.wilson_high('came_back', 'watched') }} as high
from counted
