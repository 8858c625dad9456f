-- portrait_facts: what is known of the people with a page, and which record says it.
-- zh-CN: 有专页的顾客，资料有哪些、出自哪条记录
-- grain: one row per person and field with a value
-- key: person_id, field
-- definition: The value of the model people, and the record it is from: the one that joined last among those that hold it. A value in
--   doubt names the doubt (see record_checks).
-- zh-CN definition: 内容用 people 里选定的，出处是写着这个内容的记录里入会最晚的那条。有疑问的，会写明疑在哪里（见
--   record_checks）。
-- column field_no: place of the field on a page
-- column field: name, gender, birthday, phone, email, city, address, level or preferred_channel
-- column value: as it stands in the file; a date as YYYY-MM-DD
-- column joined_on: joining day of the record
-- column last_used_on: latest purchase under this record
-- column confirmed_on: latest day on which the person confirmed their details, see details_confirmed
-- column same: other records of the person that say the same
-- column different: other records of the person that say something else
-- column reason: why the value is in doubt, as the key of a sentence (`check-…`); null = it is not
-- publishable: no
with records as (
    select
        r.person_id, r.id_space, r.record_id, c.source, c.joined_on, c.name, c.gender, cast(c.birthday as varchar) as birthday, c.phone,
        c.email, c.city, c.address, c.level, c.preferred_channel
    from {{ ref('portrait_people') }} w
    join {{ ref('person_records') }} r on r.person_id = w.person_id
    join {{ source('customers') }} c on c.id_space = r.id_space and c.record_id = r.record_id
),
spoken as (
    {%- for field in ['name', 'gender', 'birthday', 'phone', 'email', 'city', 'address', 'level', 'preferred_channel'] %}
    {%- if not loop.first %}
    union all
    {%- endif %}
    select
        r.person_id, {{ loop.index }} as field_no, '{{ field }}' as field, r.{{ field }} as value, r.id_space, r.record_id, r.source, r.joined_on,
        {% if field == 'address' %}cast(null as varchar){% else %}cast(p.{{ field }} as varchar){% endif %} as best
    from records r
    join {{ ref('people') }} p on p.person_id = r.person_id
    where r.{{ field }} is not null
    {%- endfor %}
),
ranked as (
    select
        *,
        row_number() over (
            partition by person_id, field
            order by case when best is null or value = best then 0 else 1 end, joined_on desc nulls last, id_space, record_id, source
        ) as place
    from spoken
),
chosen as (
    select * from ranked where place = 1
),
others as (
    select
        c.person_id, c.field,
        cast(count(*) filter (where o.value = c.value) as integer) as same,
        cast(count(*) filter (where o.value <> c.value) as integer) as different
    from chosen c
    join ranked o on o.person_id = c.person_id and o.field = c.field and o.place > 1
    group by c.person_id, c.field
),
used as (
    select o.id_space, o.record_id, max(o.ordered_on) as last_used_on
    from {{ ref('orders') }} o
    join chosen c on c.id_space = o.id_space and c.record_id = o.record_id
    where o.is_purchase
    group by o.id_space, o.record_id
),
doubts as (
    select source, id_space, record_id, field, min(reason) as reason
    from {{ ref('record_checks') }}
    group by source, id_space, record_id, field
)
select
    c.person_id, cast(c.field_no as integer) as field_no, c.field, c.value, c.source, c.id_space, c.record_id, c.joined_on, u.last_used_on, k.confirmed_on,
    coalesce(o.same, 0) as same, coalesce(o.different, 0) as different, d.reason
from chosen c
left join others o on o.person_id = c.person_id and o.field = c.field
left join used u on u.id_space = c.id_space and u.record_id = c.record_id
left join doubts d on d.source = c.source and d.id_space = c.id_space and d.record_id = c.record_id and d.field = c.field
left join {{ ref('details_confirmed') }} k on k.person_id = c.person_id
