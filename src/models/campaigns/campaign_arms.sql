-- campaign_arms: the people of every campaign with their arm, and what was known of them the day before it began.
-- zh-CN: 每个活动里的人：收消息还是对照，活动开始前一天是什么样
-- grain: one row per campaign and person
-- key: campaign_id, person_id
-- definition: Once a list (campaign_targets) is there, it speaks; before, the draw of campaign_plan_arms. Somebody with several
--   records on the list is one person and keeps the arm of the record that joined first (then the lowest id space and record
--   id). Store, segment and figures are those of the day before the campaign began (of as_of, if that is earlier), so that the
--   campaign itself cannot move anybody. Store: most purchase days in the 365 days to then, on a tie the latest; without a
--   purchase the store on the record; a store that another one took over from is that one. Segments: none = never bought
--   before, lapsed = not in the campaigns.baseline_days days, one = on one day of them, regular = on several.
-- zh-CN definition: 有了名单（campaign_targets）就以名单为准，之前按抽签。一个人有几条记录在名单上的，算一个人，取入会最早那
--   条的分组。门店、人群和数字都看活动开始前一天，活动本身改不了。人群：从没买过；{campaigns.baseline_days} 天里没来过；
--   来过一天；来过几天。
-- column arm: treated, control or, in a plan only, holdout
-- column is_frozen: from a list, not from the draw
-- column records: records of the person on the list
-- column is_conflict: these records stand in different arms
-- column segment: none, lapsed, one or regular
-- column sales_before: net sales in the campaigns.baseline_days days before, project currency
-- column days_before: purchase days in them
-- column recency_days: days from the last purchase to the day before; null for people who never bought
-- column age: full years on that day; null where not known
-- column is_female: null where the gender is not known
-- publishable: no
{%- set span = var('campaigns.baseline_days') %}
with campaigns as (
    select
        campaign_id,
        case when status not in ('no_dates', 'bad_dates') then least({{ sql.add_days('starts_on', -1) }}, {{ var('as_of') }}) end as known_on
    from {{ ref('campaign_list') }}
),
listed as (
    select r.person_id, t.campaign_id, t.id_space, t.record_id, t.arm, min(c.joined_on) as joined_on
    from {{ source('campaign_targets') }} t
    join {{ ref('person_records') }} r on r.id_space = t.id_space and r.record_id = t.record_id
    left join {{ source('customers') }} c on c.id_space = t.id_space and c.record_id = t.record_id
    group by r.person_id, t.campaign_id, t.id_space, t.record_id, t.arm
),
counted as (
    select campaign_id, person_id, count(*) as records, count(distinct arm) > 1 as is_conflict
    from listed
    group by campaign_id, person_id
),
firsts as (
    select campaign_id, person_id, arm
    from listed
    qualify row_number() over (partition by campaign_id, person_id order by joined_on nulls last, id_space, record_id) = 1
),
members as (
    select f.campaign_id, f.person_id, f.arm, true as is_frozen, n.records, n.is_conflict
    from firsts f
    join counted n on n.campaign_id = f.campaign_id and n.person_id = f.person_id
    union all
    select campaign_id, person_id, arm, false, 1, false
    from {{ ref('campaign_plan_arms') }}
    where arm is not null
),
arms as (
    select m.campaign_id, m.person_id, m.arm, m.is_frozen, m.records, m.is_conflict, c.known_on, {{ sql.add_days('c.known_on', '1 - ' ~ span) }} as known_from
    from members m
    join campaigns c on c.campaign_id = m.campaign_id
),
bought as (
    select
        a.campaign_id, a.person_id, coalesce(sum(d.net_sales) filter (where d.day >= a.known_from), 0) as sales_before,
        count(*) filter (where d.is_purchase_day and d.day >= a.known_from) as days_before,
        max(d.day) filter (where d.is_purchase_day) as last_on
    from arms a
    join {{ ref('customer_days') }} d on d.person_id = a.person_id and d.day <= a.known_on
    group by a.campaign_id, a.person_id
),
visits as (
    select distinct p.person_id, coalesce(h.heir_id, p.store_id) as store_id, p.value_on
    from {{ ref('order_postings') }} p
    left join {{ ref('store_successors') }} h on h.store_id = p.store_id
    where p.is_purchase and p.person_id is not null
),
stores as (
    select a.campaign_id, a.person_id, v.store_id
    from arms a
    join visits v on v.person_id = a.person_id and v.value_on <= a.known_on
    group by a.campaign_id, a.person_id, a.known_on, v.store_id
    qualify row_number() over (
        partition by a.campaign_id, a.person_id
        order by count(*) filter (where v.value_on > {{ sql.add_days('a.known_on', -365) }}) desc, max(v.value_on) desc, v.store_id
    ) = 1
),
record_stores as (
    select r.person_id, coalesce(h.heir_id, c.store_id) as store_id
    from {{ source('customers') }} c
    join {{ ref('person_records') }} r on r.id_space = c.id_space and r.record_id = c.record_id
    left join {{ ref('store_successors') }} h on h.store_id = c.store_id
    where c.store_id is not null
    qualify row_number() over (partition by r.person_id order by c.joined_on nulls last, c.id_space, c.record_id, c.source, c.store_id) = 1
)
select
    a.campaign_id, a.person_id, a.arm, a.is_frozen, cast(a.records as integer) as records, a.is_conflict,
    coalesce(s.store_id, t.store_id) as store_id,
    case
        when a.known_on is null then null when b.last_on is null then 'none' when b.days_before = 0 then 'lapsed'
        when b.days_before = 1 then 'one' else 'regular'
    end as segment,
    cast(coalesce(b.sales_before, 0) as decimal(18, 2)) as sales_before, cast(coalesce(b.days_before, 0) as integer) as days_before,
    cast({{ sql.day_diff('b.last_on', 'a.known_on') }} as integer) as recency_days,
    case when p.birthday <= a.known_on and coalesce(p.birthday_calendar, 'solar') = 'solar' then cast(date_part('year', age(a.known_on, p.birthday)) as integer) end as age,
    case when p.gender in ('female', 'male') then p.gender = 'female' end as is_female
from arms a
join {{ ref('people') }} p on p.person_id = a.person_id
left join bought b on b.campaign_id = a.campaign_id and b.person_id = a.person_id
left join stores s on s.campaign_id = a.campaign_id and s.person_id = a.person_id
left join record_stores t on t.person_id = a.person_id
