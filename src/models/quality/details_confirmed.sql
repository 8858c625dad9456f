-- details_confirmed: when people last confirmed their details.
-- zh-CN: 顾客最近一次核对资料是哪天
-- grain: one row per person who did
-- key: person_id
-- definition: The latest interaction up to today whose result reads 已核对, 资料已核对, confirmed or details confirmed.
-- zh-CN definition: 取到今天为止，结果写着“已核对”“资料已核对”、confirmed 或 details confirmed 的最近一次跟进记录。
-- publishable: no
select r.person_id, max(i.on_date) as confirmed_on
from {{ source('interactions') }} i
join {{ ref('person_records') }} r on r.id_space = i.id_space and r.record_id = i.record_id
where lower(trim(i.result)) in ('已核对', '资料已核对', 'confirmed', 'details confirmed') and i.on_date <= {{ var('today') }}
group by r.person_id
