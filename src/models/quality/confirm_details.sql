-- confirm_details: whom a store should ask to confirm their details, and which.
-- zh-CN: 每家店该请哪些顾客核对资料，核对哪一项
-- grain: one row per person and field
-- key: person_id, field
-- definition: People seen in the last 365 days (purchase or joining) with a value in doubt on the record that speaks for them, or
--   without a telephone. What may be right after all (suspicious) is not asked again once the person confirmed it in those
--   365 days. One who cannot be reached comes first, then by net sales of all time.
-- zh-CN definition: 最近 365 天买过或入会的顾客，现在用的资料里有可疑或不对的，或者没有电话。只是可疑、365 天内核对过
--   的，不再问。联系不上的排在前面，然后比全部净销售额。
-- column store_id: home store
-- column reason: why, as the key of a sentence (`check-…`)
-- column priority: 1 = cannot be reached, 2 = wrong, 3 = to be asked
-- publishable: no
with seen as (
    select
        p.person_id, p.name, p.phone, p.email, p.birthday, p.home_store_id as store_id, s.last_order_on, coalesce(s.net_sales, 0) as net_sales
    from {{ ref('people') }} p
    left join {{ ref('customer_summary') }} s on s.person_id = p.person_id
    where greatest(coalesce(s.last_order_on, p.joined_on), coalesce(p.joined_on, s.last_order_on))
        > {{ sql.add_days(var('today'), -365) }}
),
doubts as (
    select r.person_id, k.field, k.status, k.reason
    from {{ ref('record_checks') }} k
    join {{ ref('person_records') }} r on r.id_space = k.id_space and r.record_id = k.record_id
    join {{ source('customers') }} c on c.source = k.source and c.id_space = k.id_space and c.record_id = k.record_id
    join seen p on p.person_id = r.person_id
    left join {{ ref('details_confirmed') }} d on d.person_id = r.person_id and d.confirmed_on > {{ sql.add_days(var('today'), -365) }}
    -- A value that no longer speaks for the person needs no question.
    where not (k.status = 'suspicious' and d.person_id is not null)
        and (
            (k.field = 'name' and c.name = p.name) or (k.field = 'phone' and c.phone = p.phone) or (k.field = 'email' and c.email = p.email)
            or (k.field = 'birthday' and c.birthday = p.birthday) or k.field = 'address'
        )
    qualify row_number() over (partition by r.person_id, k.field order by k.reason, k.source, k.id_space, k.record_id) = 1
),
missing as (
    select p.person_id, 'phone' as field, 'missing' as status, 'phone_missing' as reason
    from seen p
    where p.phone is null and p.name is not null
),
all_doubts as (
    select * from doubts
    union all
    select * from missing
)
select
    d.person_id, p.store_id, d.field, d.status, d.reason,
    case when d.field = 'phone' and d.status <> 'suspicious' then 1 when d.status in ('invalid', 'placeholder', 'masked') then 2 else 3 end as priority,
    p.last_order_on, p.net_sales
from all_doubts d
join seen p on p.person_id = d.person_id
where p.store_id is not null
