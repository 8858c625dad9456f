-- quality_counts: per store and field, how many records there are, hold a value, and hold one in doubt.
-- zh-CN: 每家店每一项资料：多少份、填了多少、多少有疑问
-- grain: one row per store and field; store_id null = records of no store
-- key: store_id, field
-- definition: A record belongs to the store written on it (or to the one that took over from that), else to the home store of
--   its person. Fields no record of the chain holds
--   are not collected and left out. Repeated = the value also stands on a record of another person (telephone, e-mail; name
--   together with birthday).
-- zh-CN definition: 资料属于登记的门店（由别家接替的，算接替它的那家），没有登记时属于常去门店，都没有的单独列。一份
--   都没填的项，当作不收集，不列。重复，是指另一位顾客的资料上也有同样的内容：电话、邮箱，或姓名加生日。
-- column filled: records with a value
-- column masked: values of which the file holds a part
-- column wrong: values that are placeholders or cannot be right
-- column suspicious: values that should be asked
-- column repeated: records that share the value with another person
-- column last_seen_days: days since somebody could have asked: middle of the days since the last purchase or joining
-- publishable: no
with records as (
    select
        c.source, c.id_space, c.record_id, r.person_id, coalesce(h.heir_id, c.store_id, p.home_store_id) as store_id,
        c.name, c.gender, c.birthday, c.phone, lower(trim(c.email)) as email, c.address, c.joined_on, c.consent_marketing,
        {{ sql.day_diff('greatest(coalesce(s.last_order_on, c.joined_on), coalesce(c.joined_on, s.last_order_on))', var('today')) }} as seen_days
    from {{ source('customers') }} c
    join {{ ref('person_records') }} r on r.id_space = c.id_space and r.record_id = c.record_id
    join {{ ref('people') }} p on p.person_id = r.person_id
    left join {{ ref('customer_summary') }} s on s.person_id = r.person_id
    left join {{ ref('store_successors') }} h on h.store_id = c.store_id
),
marked as (
    select
        *,
        phone is not null and min(person_id) over (partition by phone) <> max(person_id) over (partition by phone) as phone_again,
        email is not null and min(person_id) over (partition by email) <> max(person_id) over (partition by email) as email_again,
        name is not null and birthday is not null
            and min(person_id) over (partition by name, birthday) <> max(person_id) over (partition by name, birthday) as name_again
    from records
),
fields as (
    {%- for field, repeated in [
        ('name', 'name_again'), ('gender', 'null'), ('birthday', 'null'), ('phone', 'phone_again'), ('email', 'email_again'),
        ('address', 'null'), ('joined_on', 'null'), ('consent_marketing', 'null')] %}
    select
        source, id_space, record_id, store_id, seen_days, '{{ field }}' as field, {{ field }} is not null as is_filled,
        {{ repeated }} as is_repeated
    from marked
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
)
select
    f.store_id, f.field, cast(count(*) as integer) as records, cast(count(*) filter (where f.is_filled) as integer) as filled,
    cast(count(*) filter (where k.status = 'masked') as integer) as masked,
    cast(count(*) filter (where k.status in ('placeholder', 'invalid')) as integer) as wrong,
    cast(count(*) filter (where k.status = 'suspicious') as integer) as suspicious,
    case when f.field in ('name', 'phone', 'email') then cast(count(*) filter (where f.is_repeated) as integer) end as repeated,
    cast(round(quantile_cont(cast(f.seen_days as double), 0.5)) as integer) as last_seen_days
from fields f
left join {{ ref('record_checks') }} k
    on k.source = f.source and k.id_space = f.id_space and k.record_id = f.record_id and k.field = f.field
group by f.store_id, f.field
qualify sum(count(*) filter (where f.is_filled)) over (partition by f.field) > 0
