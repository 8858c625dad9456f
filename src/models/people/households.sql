-- households: pairs of people who share a telephone or a home and are not one person.
-- zh-CN: 共用电话或住址、但不是同一个人的两位顾客
-- grain: one row per pair of people
-- key: person_id, other_person_id
-- definition: Same telephone or same address, but another name and another birthday or gender. Such records are never
--   merged; the pair is known, so that a telephone is not called twice and a referral within a home can be told.
-- zh-CN definition: 电话或地址相同，但姓名不同，生日或性别也不同。这样的记录从不合并。记下来，是为了同一个电话不打两
--   次，也看得出一家人之间的介绍。
-- column reason: same_phone_other_person, same_phone_other_gender or same_home_other_person, then what agrees and what not
-- publishable: no
with pairs as (
    select
        least(p.person_id, q.person_id) as person_id,
        greatest(p.person_id, q.person_id) as other_person_id,
        l.reason, l.probability
    from {{ ref('identity_links') }} l
    join {{ ref('person_records') }} p on p.id_space = l.id_space and p.record_id = l.record_id
    join {{ ref('person_records') }} q on q.id_space = l.other_id_space and q.record_id = l.other_record_id
    where l.decision = 'household' and p.person_id <> q.person_id
)
select
    person_id, other_person_id,
    first(reason order by probability desc, reason) as reason,
    cast(count(*) as integer) as links
from pairs
group by person_id, other_person_id
