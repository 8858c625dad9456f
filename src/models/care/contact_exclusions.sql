-- contact_exclusions: how many people with something due are not on today's list, and why.
-- zh-CN: 有事到期、但不在今日联系里的人数和原因
-- grain: one row per store and reason
-- key: store_id, reason
-- definition: Every person with an entry of care_list that is due and who is not on contact_list counts once: stale (the store's data), then
--   what stops all of their entries, then no_phone (the telephone may not be used), then beyond_limit.
-- zh-CN definition: 关怀日历里有到期的事、但不在名单上的，每人算一次：先看门店数据是否迟到，再看是什么让所有的事都不能办，再看电话
--   能不能用，剩下的是超过名额。
-- column reason: stale, one of suppressed_by in care_list, no_phone or beyond_limit
-- publishable: no
with due as (
    select
        l.person_id, l.store_id, bool_or(l.suppressed_by is null) as is_live,
        arg_min(l.suppressed_by, (l.priority, l.due_on, l.subject)) filter (where l.suppressed_by is not null) as stopped_by,
        bool_or(l.kind not in ('points_expiring', 'confirm_details') and l.suppressed_by is null) as has_marketing
    from {{ ref('care_list') }} l
    where l.due_on <= {{ var('today') }}
    group by l.person_id, l.store_id
),
reasons as (
    select
        d.store_id, d.person_id,
        case
            when coalesce(f.is_stale, false) then 'stale'
            when not d.is_live then d.stopped_by
            when not case when d.has_marketing then c.allowed else c.service_allowed end then 'no_phone'
            else 'beyond_limit'
        end as reason
    from due d
    join {{ ref('contact_consent') }} c on c.person_id = d.person_id and c.channel = 'phone'
    left join {{ ref('data_freshness') }} f on f.store_id = d.store_id
    left join {{ ref('contact_list') }} t on t.person_id = d.person_id
    where t.person_id is null
)
select store_id, reason, cast(count(*) as integer) as people
from reasons
group by store_id, reason
