-- customer_lifecycle: the stage every person is in on as_of.
-- zh-CN: 每位顾客在统计日处于哪个阶段（生命周期）
-- grain: one row per person
-- key: person_id
-- definition: See lifecycle_spells. Lost (流失) means this stage and nothing else.
-- zh-CN definition: 阶段怎么分，见 lifecycle_spells。这本书里说“流失”，都是指这里的流失阶段。
-- column stage: prospect, new, active, won_back, silent or lost
-- column since: first day in the stage
-- column previous_stage: the stage before; null = none
-- column usual_gap: days between purchases that count for the person, see purchase_rhythm
-- column lost_on: the day on which the person will be lost without another purchase, or was; null for prospects
-- publishable: no
with spells as (
    select person_id, stage, since, until, lag(stage) over (partition by person_id order by since) as previous_stage
    from {{ ref('lifecycle_spells') }}
),
lasts as (
    select person_id, usual_gap, day + silent_until + 1 as lost_on
    from {{ ref('purchase_rhythm') }}
    where next_day is null
)
select s.person_id, s.stage, s.since, s.previous_stage, l.usual_gap, l.lost_on
from spells s
left join lasts l on l.person_id = s.person_id
where s.until is null
