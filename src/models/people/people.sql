-- people: every known person with the best contact data of all their records.
-- zh-CN: 每位认得出的顾客，从各条记录里取最好的资料
-- grain: one row per person
-- key: person_id
-- definition: A person is a cluster of records; people known only from transactions are included, without a name.
--   Where several records differ, a value that can be right speaks before one in doubt (then suspicious, masked, and last a
--   placeholder or an impossible value, see record_checks); among equals the record that joined last (then the lowest id
--   space and record id). A blank never overwrites a value. Joining day and channel are those of the earliest record. Consent is true only when no
--   record refuses it; null = never asked.
-- zh-CN definition: 一位顾客由一条或几条记录合成；只在交易里出现过的也算，没有姓名。几条记录不一样时，可信的优先于有
--   疑问的，同样可信的取入会最晚的那条，空白从不盖掉内容。入会日期和入会渠道取最早的。有一条记录拒收营销，就算拒收；
--   从来没问过的是空的。
-- column home_store_id: most purchase days in 365 days, see customer_homes; else the store on the record, or the one that
--   took over from it
-- column birthday_calendar: solar or lunar, of the record the birthday is from
-- column joined_on: earliest joining day of the records
-- column records: number of records of this person
-- column consent_marketing: false when any record refuses
-- column points_balance: sum of the imported balances, points
-- publishable: no
with doubts as (
    select
        source, id_space, record_id,
        {%- for field in ['name', 'birthday', 'phone', 'email'] %}
        max(doubt) filter (where field = '{{ field }}') as {{ field }}{% if not loop.last %},{% endif %}
        {%- endfor %}
    from (
        select source, id_space, record_id, field, case status when 'suspicious' then 1 when 'masked' then 2 else 3 end as doubt
        from {{ ref('record_checks') }}
        where field in ('name', 'birthday', 'phone', 'email')
    ) judged
    group by source, id_space, record_id
),
records as (
    select
        pr.person_id, pr.id_space, pr.record_id, c.source, c.store_id, c.name, c.gender, c.birthday, c.birthday_calendar,
        c.phone, c.email, c.city, c.level, c.tags, c.joined_on, c.joined_channel, c.preferred_channel, c.consent_marketing,
        c.points_balance, coalesce(d.name, 0) as name_doubt, coalesce(d.birthday, 0) as birthday_doubt,
        coalesce(d.phone, 0) as phone_doubt, coalesce(d.email, 0) as email_doubt
    from {{ ref('person_records') }} pr
    left join {{ source('customers') }} c on c.id_space = pr.id_space and c.record_id = pr.record_id
    left join doubts d on d.source = c.source and d.id_space = c.id_space and d.record_id = c.record_id
)
{%- set latest = 'joined_on desc nulls last, id_space, record_id, source' %},
merged as (
    select
        person_id,
        {%- for column in ['name', 'birthday', 'phone', 'email'] %}
        first({{ column }} order by {{ column }}_doubt, {{ latest }}) filter (where {{ column }} is not null) as {{ column }},
        {%- endfor %}
        {%- for column in ['gender', 'city', 'level', 'tags', 'preferred_channel', 'store_id'] %}
        first({{ column }} order by {{ latest }}) filter (where {{ column }} is not null) as {{ column }},
        {%- endfor %}
        first(birthday_calendar order by birthday_doubt, {{ latest }}) filter (where birthday is not null) as birthday_calendar,
        min(joined_on) as joined_on,
        first(joined_channel order by joined_on nulls last, id_space, record_id, source) filter (where joined_channel is not null)
            as joined_channel,
        cast(count(distinct (id_space, record_id)) as integer) as records,
        bool_and(consent_marketing) as consent_marketing,
        cast(sum(points_balance) as decimal(18, 2)) as points_balance
    from records
    group by person_id
)
select
    m.person_id, m.name, m.gender, m.birthday, m.birthday_calendar, m.phone, m.email, m.city,
    coalesce(h.home_store_id, s.heir_id, m.store_id) as home_store_id,
    m.joined_on, m.joined_channel, m.records, m.consent_marketing, m.preferred_channel, m.level, m.tags, m.points_balance
from merged m
left join {{ ref('customer_homes') }} h on h.person_id = m.person_id
left join {{ ref('store_successors') }} s on s.store_id = m.store_id
