-- store_successors: which stores another one took over from, and who has their people today.
-- zh-CN: 哪些门店由另一家接替，顾客今天归哪家
-- grain: one row per store that another one took over from, or will
-- key: store_id
-- definition: From effective_on on (today counts), people, lists, points and keys of the store are those of its successor; sales
--   stay where they were made. Where the successor was taken over too, its successor counts, and so on.
-- zh-CN definition: 从接替那天起（当天就算），原店的顾客、名单、积分和访问码都归接替的门店，销售仍留在当时卖出的门店。
--   接替的门店又由别家接替的，归最后那家。
-- column successor_id: the store that takes over
-- column effective_on: first day on which it has taken over
-- column is_effective: it has, today
-- column heir_id: the store at the end of the chain today; null while nothing has happened
-- column heir_before_id: the same 365 days before as_of
-- publishable: no
with recursive links as (
    select
        store_id, successor_id, effective_on, effective_on <= {{ var('today') }} as is_effective,
        effective_on <= {{ sql.add_days(var('as_of'), '-365') }} as was_effective
    from {{ source('store_successions') }}
),
steps as (
    select 'now' as period, store_id, successor_id as reached, 1 as step
    from links
    where is_effective
    union all
    select 'before', store_id, successor_id, 1
    from links
    where was_effective
    union all
    select s.period, s.store_id, l.successor_id, s.step + 1
    from steps s
    join links l on l.store_id = s.reached and case when s.period = 'now' then l.is_effective else l.was_effective end
),
ends as (
    select period, store_id, reached
    from steps
    qualify row_number() over (partition by period, store_id order by step desc) = 1
)
select
    l.store_id, l.successor_id, l.effective_on, l.is_effective, n.reached as heir_id, b.reached as heir_before_id
from links l
left join ends n on n.store_id = l.store_id and n.period = 'now'
left join ends b on b.store_id = l.store_id and b.period = 'before'
