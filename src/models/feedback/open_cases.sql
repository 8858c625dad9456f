-- open_cases: complaints and rights requests that nobody has brought to an end.
-- zh-CN: 还没办完的投诉和个人信息请求
-- grain: one row per complaint or rights request without an end
-- key: feedback_id
-- definition: Feedback of kind complaint or rights that has come in until today, has no resolved_at, and whose status is neither
--   resolved nor closed. Those of a store that another one took over from are that one's.
-- zh-CN definition: 到今天为止收到、没有解决时间、状态也不是已解决或已关闭的投诉和个人信息请求。门店由另一家接替的，
--   算接替它的那家的。
-- column on_date: civil day of the feedback
-- column store_id: the store that answers for it today; null = feedback about no store
-- column person_id: null = nobody known
-- column age_days: days since it came in, counted to today
-- publishable: no
select
    f.feedback_id, f.on_date, f.kind, f.severity, f.status, coalesce(h.heir_id, f.store_id) as store_id, r.person_id,
    cast({{ sql.day_diff('f.on_date', var('today')) }} as integer) as age_days
from {{ source('feedback') }} f
left join {{ ref('store_successors') }} h on h.store_id = f.store_id
left join {{ ref('person_records') }} r on r.id_space = f.id_space and r.record_id = f.record_id
where
    f.kind in ('complaint', 'rights') and f.resolved_at is null and coalesce(f.status, '') not in ('resolved', 'closed')
    and coalesce(f.on_date, {{ var('today') }}) <= {{ var('today') }}
