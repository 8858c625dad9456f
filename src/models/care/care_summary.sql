-- care_summary: how much there is to do per store, kind and day, and how much is held back.
-- zh-CN: 各店、各类、每天要联系多少人，多少人不联系
-- grain: one row per scope (chain, store), scope id, kind and day
-- key: scope, scope_id, kind, on_day
-- definition: The entries of care_list by on_day; what is late counts today.
-- zh-CN definition: 关怀日历按天数；过了日子没办的算今天。
-- column scope_id: empty for the chain
-- column entries: all of them
-- column to_do: those that may be done
-- publishable: no
with scoped as (
    select 'chain' as scope, '' as scope_id, kind, on_day, suppressed_by
    from {{ ref('care_list') }}
    union all
    select 'store', store_id, kind, on_day, suppressed_by
    from {{ ref('care_list') }}
)
select
    scope, scope_id, kind, on_day, cast(count(*) as integer) as entries, cast(count(*) filter (where suppressed_by is null) as integer) as to_do
from scoped
group by scope, scope_id, kind, on_day
