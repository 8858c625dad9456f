-- identity_review: pairs of records that may be one person, side by side, for somebody to decide.
-- zh-CN: 可能是同一个人的两条记录，并排列出等人来定
-- grain: one row per pair of records
-- key: id_space, record_id, other_id_space, other_record_id
-- definition: Pairs whose probability lies between the review and the merging limit, and pairs above it that would have
--   joined people who contradict each other. `storebook identity same` or `different` decides.
-- zh-CN definition: 把握到 {identity.review}、还不到 {identity.merge}的，以及够得上合并、但会把互相矛盾的人连在一起的。
--   是不是同一个人，由人用 storebook identity same 或 different 认定。
-- column probability: how sure it is that both records are one person, 0 to 1
-- column reason: what agrees and what does not, the weightiest first
-- publishable: no
with facts as (
    select
        id_space, record_id,
        {%- for column in ['name', 'phone', 'email', 'birthday', 'city', 'address', 'store_id'] %}
        first({{ column }} order by joined_on desc nulls last, source) filter (where {{ column }} is not null) as {{ column }},
        {%- endfor %}
        min(joined_on) as joined_on
    from {{ source('customers') }}
    group by id_space, record_id
)
select
    l.id_space, l.record_id, l.other_id_space, l.other_record_id, l.probability, l.reason,
    a.name, b.name as other_name, a.phone, b.phone as other_phone, a.email, b.email as other_email,
    a.birthday, b.birthday as other_birthday, a.city, b.city as other_city, a.address, b.address as other_address,
    a.store_id, b.store_id as other_store_id, a.joined_on, b.joined_on as other_joined_on,
    p.person_id, q.person_id as other_person_id
from {{ ref('identity_links') }} l
join {{ ref('person_records') }} p on p.id_space = l.id_space and p.record_id = l.record_id
join {{ ref('person_records') }} q on q.id_space = l.other_id_space and q.record_id = l.other_record_id
left join facts a on a.id_space = l.id_space and a.record_id = l.record_id
left join facts b on b.id_space = l.other_id_space and b.record_id = l.other_record_id
where l.decision = 'review' and p.person_id <> q.person_id
