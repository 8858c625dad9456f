-- referral_flags: what looks like abuse of referrals, each with its reason and figures.
-- zh-CN: 推荐里要查一查的地方，写明原因和数字
-- grain: one row per flag, referrer and referred person; person_id is empty where the flag is about the referrer
-- key: flag, referrer_person_id, person_id
-- definition: A flag refuses nothing, it says what to look at. Pairs: same household; same telephone or address on any of their records
--   (masked and made-up ones do not count); referred by oneself; a cycle; the referrer joined after the person. Referrers: at least
--   referrals.burst people on one day; at least three claims on people who were customers already, and half of all claims; at least
--   three buyers who bought on one day only and for at most 1.2 times the minimum, and half of all buyers; at least two people whose refunds took
--   the spend below the minimum; at least three rewards in 365 days that are worth more than what the referrer bought in them.
-- zh-CN definition: 标记不等于拒绝，只说要看什么。看两个人：同一家人；资料里电话或地址相同（隐去的、占位的不算）；自己推荐自己；
--   循环；推荐人比被推荐人晚入会。看推荐人：一天推荐 {referrals.burst} 人以上；推荐的本来就是顾客，三次以上且占一半；
--   带来的人只来过一天、消费不超过门槛 1.2 倍，三人以上且占买过的一半；带来的人退货后不够门槛，两人以上；365 天里至少三个奖励，
--   比推荐人自己买的还值钱。
-- column flag: same_household, same_phone, same_address, self, cycle, referrer_later; burst, known_already, minimum_only, returns, earns_more
-- column severity: high or medium
-- column store_id: home store of the referrer
-- column on_date: day of the referral, or of the burst; null = over time
-- column found: people, claims or rewards found; null for pairs
-- column of_all: of how many
-- column amount: of minimum_only and returns the spend, of earns_more the worth of the rewards, project currency
-- column limit_amount: of minimum_only and returns the minimum, of earns_more the referrer's own net sales, project currency
-- column detail: what is shared, as the reason of the household
-- publishable: no
{%- set minimum = "cast('" ~ var('referrals.minimum_spend') ~ "' as decimal(18, 2))" %}
{%- if vars('referrals.reward_kind') == 'points' %}
{%- set worth = "cast(" ~ var('referrals.reward_value') ~ " * cast('" ~ var('loyalty.point_value') ~ "' as decimal(12, 6)) as decimal(18, 6))" %}
{%- else %}
{%- set worth = "cast('" ~ var('referrals.reward_value') ~ "' as decimal(18, 2))" %}
{%- endif %}
{%- macro low_spend() -%}
purchase_days = 1 and qualifying_spend >= {{ minimum }} and qualifying_spend * 10 <= {{ minimum }} * 12 and spend_until < {{ var('as_of') }}
{%- endmacro %}
{%- macro rewarded_lately() -%}
status = 'rewarded' and reward_on > {{ sql.add_days(var('as_of'), '-365') }}
{%- endmacro %}
with claims as (
    select claim_id, referrer_person_id, person_id, store_id, coalesce(on_date, came_on) as on_date, status, reason
    from {{ ref('referral_claims') }}
    where referrer_person_id is not null
),
pairs as (
    select referrer_person_id, person_id, min(store_id) as store_id, min(on_date) as on_date
    from claims
    where person_id is not null and referrer_person_id <> person_id
    group by referrer_person_id, person_id
),
household_pairs as (
    select p.referrer_person_id, p.person_id, p.store_id, p.on_date, h.reason
    from pairs p
    join {{ ref('households') }} h
        on h.person_id = least(p.referrer_person_id, p.person_id) and h.other_person_id = greatest(p.referrer_person_id, p.person_id)
),
involved as (
    select referrer_person_id as person_id from pairs
    union
    select person_id from pairs
),
contacts as (
    select
        r.person_id,
        case when t.record_id is null then {{ sql.replace_all(sql.replace_all("c.phone", "'[^0-9*]'", "''"), "'^(00)?86(1[3-9][0-9]{9})$'", "'\\2'") }} end as phone,
        case when a.record_id is null then {{ sql.replace_all("lower(c.address)", "'[[:space:][:punct:]]'", "''") }} end as address
    from involved i
    join {{ ref('person_records') }} r on r.person_id = i.person_id
    join {{ source('customers') }} c on c.id_space = r.id_space and c.record_id = r.record_id
    left join (
        select distinct source, id_space, record_id from {{ ref('record_checks') }} where field = 'phone' and status <> 'suspicious'
    ) t on t.source = c.source and t.id_space = c.id_space and t.record_id = c.record_id
    left join (
        select distinct source, id_space, record_id from {{ ref('record_checks') }} where field = 'address'
    ) a on a.source = c.source and a.id_space = c.id_space and a.record_id = c.record_id
),
shared as (
    select
        p.referrer_person_id, p.person_id, min(p.store_id) as store_id, min(p.on_date) as on_date,
        bool_or(a.phone <> '' and a.phone = b.phone) as by_phone, bool_or(a.address <> '' and a.address = b.address) as by_address
    from pairs p
    left join household_pairs h on h.referrer_person_id = p.referrer_person_id and h.person_id = p.person_id
    join contacts a on a.person_id = p.referrer_person_id
    join contacts b on b.person_id = p.person_id
    where h.person_id is null
    group by p.referrer_person_id, p.person_id
),
refused as (
    select referrer_person_id, person_id, reason, min(store_id) as store_id, min(on_date) as on_date
    from claims
    where reason in ('self', 'cycle')
    group by referrer_person_id, person_id, reason
),
later as (
    select o.referrer_person_id, o.person_id, o.store_id, o.referred_on as on_date
    from {{ ref('referral_outcomes') }} o
    join {{ ref('people') }} p on p.person_id = o.referrer_person_id
    where o.is_attributed and p.joined_on > o.came_on
),
bursts as (
    select referrer_person_id, store_id, on_date, found
    from (
        select referrer_person_id, min(store_id) as store_id, on_date, count(distinct coalesce(person_id, claim_id)) as found
        from claims
        where on_date is not null and coalesce(reason, '') <> 'self'
        group by referrer_person_id, on_date
    ) days
    where found >= {{ var('referrals.burst') }}
    qualify row_number() over (partition by referrer_person_id order by found desc, on_date desc) = 1
),
known as (
    select referrer_person_id, min(store_id) as store_id, count(*) filter (where reason = 'not_new') as found, count(*) as of_all
    from claims
    group by referrer_person_id
),
outcomes as (
    select
        referrer_person_id, min(store_id) as store_id, count(*) filter (where first_purchase_on is not null) as buyers,
        count(*) filter (where {{ low_spend() }}) as low, coalesce(sum(qualifying_spend) filter (where {{ low_spend() }}), 0) as low_spend,
        count(*) filter (where reason = 'returned') as returns,
        coalesce(sum(qualifying_spend) filter (where reason = 'returned'), 0) as returned_spend,
        count(*) filter (where {{ rewarded_lately() }}) as rewards
    from {{ ref('referral_outcomes') }}
    where is_attributed
    group by referrer_person_id
),
bought as (
    select d.person_id, sum(d.net_sales) as net_sales
    from {{ ref('customer_days') }} d
    join outcomes o on o.referrer_person_id = d.person_id
    where d.day > {{ sql.add_days(var('as_of'), '-365') }}
    group by d.person_id
),
flags as (
    select
        'same_household' as flag, 'medium' as severity, referrer_person_id, person_id, store_id, on_date, null as found, null as of_all,
        null as amount, null as limit_amount, reason as detail
    from household_pairs
    union all
    select 'same_phone', 'high', referrer_person_id, person_id, store_id, on_date, null, null, null, null, null
    from shared
    where by_phone
    union all
    select 'same_address', 'medium', referrer_person_id, person_id, store_id, on_date, null, null, null, null, null
    from shared
    where by_address
    union all
    select reason, 'high', referrer_person_id, coalesce(person_id, ''), store_id, on_date, null, null, null, null, null
    from refused
    union all
    select 'referrer_later', 'medium', referrer_person_id, person_id, store_id, on_date, null, null, null, null, null
    from later
    union all
    select 'burst', 'medium', referrer_person_id, '', store_id, on_date, found, null, null, null, null
    from bursts
    union all
    select 'known_already', 'medium', referrer_person_id, '', store_id, null, found, of_all, null, null, null
    from known
    where found >= 3 and found * 2 >= of_all
    union all
    select 'minimum_only', 'high', referrer_person_id, '', store_id, null, low, buyers, low_spend, low * {{ minimum }}, null
    from outcomes
    where low >= 3 and low * 2 >= buyers
    union all
    select 'returns', 'high', referrer_person_id, '', store_id, null, returns, buyers, returned_spend, returns * {{ minimum }}, null
    from outcomes
    where returns >= 2
    union all
    select 'earns_more', 'medium', o.referrer_person_id, '', o.store_id, null, o.rewards, null, o.rewards * {{ worth }}, coalesce(b.net_sales, 0), null
    from outcomes o
    left join bought b on b.person_id = o.referrer_person_id
    where o.rewards >= 3 and o.rewards * {{ worth }} > coalesce(b.net_sales, 0)
)
select
    flag, severity, referrer_person_id, person_id, store_id, on_date, cast(found as integer) as found, cast(of_all as integer) as of_all,
    cast(amount as decimal(18, 2)) as amount, cast(limit_amount as decimal(18, 2)) as limit_amount, detail
from flags
