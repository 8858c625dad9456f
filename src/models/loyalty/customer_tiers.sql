-- customer_tiers: the tier of every known person, what it takes to rise and to stay.
-- zh-CN: 每位顾客的会员等级，离升级和保级还差多少
-- grain: one row per person
-- key: person_id
-- definition: The tier of tier_spells on as_of. Qualifying spend is net sales of the tiers.months months to as_of (from the day
--   after the same date so many months ago), or of the calendar year; a refund lowers it on the day of the sale it takes back.
--   To stay, the spend from review_from to the review must reach the tier's threshold.
-- zh-CN definition: 等级取 tier_spells 里统计日那天的。资格消费是到统计日为止 {tiers.months} 个月（或当年）的净销售额，退货从当
--   初卖出那天减去。保级要看 review_from 到考核日的消费够不够本级门槛。
-- column tier: name of the tier, from tiers.levels
-- column tier_no: 1 = lowest
-- column since: day the tier was reached
-- column qualifying_spend: project currency
-- column to_next_tier: spend still missing for the next tier, project currency; null in the highest
-- column next_tier: name of the next tier; null in the highest
-- column to_retain: spend still missing to keep the tier at the review, project currency; 0 = it will be kept; null in the lowest
-- column review_on: day of the review; null in the lowest
-- column grace_until: last day to make up for a review that has failed; null where none has
-- publishable: no
{%- set months = '0 - ' ~ var('tiers.months') %}
with levels as (
    select
        l.tier_no, l.tier, l.spend,
        lead(l.tier) over (order by l.tier_no) as next_tier,
        lead(l.spend) over (order by l.tier_no) as next_spend
    from {{ ref('tier_levels') }} l
    join {{ ref('loyalty_versions') }} v on v.version = l.version
    where coalesce(v.from_on <= {{ var('as_of') }}, true) and coalesce(v.until_on >= {{ var('as_of') }}, true)
),
standing as (
    select person_id, tier, tier_no, from_on as since, review_on, review_from, grace_until
    from {{ ref('tier_spells') }}
    where until_on is null
),
spending as (
    select
        d.person_id,
        cast(coalesce(sum(d.net_sales) filter (where d.day >= {% if vars('tiers.window') == 'calendar' %}date_trunc('year', {{ var('as_of') }}){% else %}{{ sql.add_days(sql.add_months(var('as_of'), months), 1) }}{% endif %}), 0) as decimal(18, 2)) as spend,
        cast(coalesce(sum(d.net_sales) filter (where d.day >= s.review_from), 0) as decimal(18, 2)) as since_review
    from {{ ref('customer_days') }} d
    join standing s on s.person_id = d.person_id
    group by d.person_id
)
select
    s.person_id, s.tier, s.tier_no, s.since, coalesce(p.spend, 0) as qualifying_spend,
    case when l.next_tier is not null then cast(greatest(l.next_spend - coalesce(p.spend, 0), 0) as decimal(18, 2)) end as to_next_tier, l.next_tier,
    case when s.review_on is not null then cast(greatest(l.spend - coalesce(p.since_review, 0), 0) as decimal(18, 2)) end as to_retain,
    s.review_on, s.grace_until
from standing s
join levels l on l.tier_no = s.tier_no
left join spending p on p.person_id = s.person_id
