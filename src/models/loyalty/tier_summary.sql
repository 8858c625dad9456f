-- tier_summary: how many people stand in each tier and what they spend.
-- zh-CN: 每个会员等级有多少人、消费多少
-- grain: one row per tier, empty tiers included
-- key: tier_no
-- definition: See customer_tiers. Buyers have net sales above 0 in the qualifying months; close to the next tier: at most
--   tiers.near_share of the next tier's spend is missing. Moves are those of the 365 days to as_of.
-- zh-CN definition: 等级怎么算，见 customer_tiers。有消费的会员，是这几个月净销售额大于 0 的人。接近升级，是离上一级
--   还差的金额，占上一级门槛的比例不超过 {tiers.near_share}。升降看统计日为止的 365 天。
-- column tier_no: 1 = lowest
-- column tier: name of the tier
-- column spend: spend from which the tier is reached, project currency
-- column customers: people in the tier
-- column share: share of all people
-- column buyers: people in the tier with qualifying spend above 0
-- column qualifying_spend: sum over the people of the tier, project currency
-- column spend_share: share of the qualifying spend of all tiers
-- column avg_spend: qualifying spend per person, project currency
-- column close_to_next: people close to the next tier
-- column risen: people who came up into the tier in a year
-- column fallen: people who fell out of the tier in a year
-- column reviews_soon: people whose review lies in the 90 days after as_of, or who are in grace
-- column at_risk: those of them who have not spent enough yet to stay
-- column factor: times the points its members earn
-- column benefits: what its members get, as the settings say it
-- publishable: no
with levels as (
    select l.tier_no, l.tier, l.spend, l.factor, l.benefits, lead(l.spend) over (order by l.tier_no) as next_spend
    from {{ ref('tier_levels') }} l
    join {{ ref('loyalty_versions') }} v on v.version = l.version
    where coalesce(v.from_on <= {{ var('as_of') }}, true) and coalesce(v.until_on >= {{ var('as_of') }}, true)
),
recent as (
    select tier_no, from_tier_no, cause
    from {{ ref('tier_moves') }}
    where moved_on > {{ sql.add_days(var('as_of'), '-365') }}
),
risen as (
    select tier_no, count(*) as risen
    from recent
    where cause = 'up'
    group by tier_no
),
fallen as (
    select from_tier_no as tier_no, count(*) as fallen
    from recent
    where cause = 'down'
    group by from_tier_no
),
members as (
    select
        l.tier_no, l.tier, l.spend, l.factor, l.benefits,
        count(t.person_id) as customers,
        count(*) filter (where t.qualifying_spend > 0) as buyers,
        count(*) filter (where t.to_next_tier <= l.next_spend * cast('{{ var('tiers.near_share') }}' as decimal(9, 4))) as close_to_next,
        count(*) filter (where t.review_on <= {{ sql.add_days(var('as_of'), '90') }}) as reviews_soon,
        count(*) filter (where t.review_on <= {{ sql.add_days(var('as_of'), '90') }} and t.to_retain > 0) as at_risk,
        cast(coalesce(sum(t.qualifying_spend), 0) as decimal(18, 2)) as qualifying_spend
    from levels l
    left join {{ ref('customer_tiers') }} t on t.tier_no = l.tier_no
    group by l.tier_no, l.tier, l.spend, l.factor, l.benefits
),
totals as (
    select sum(customers) as customers, cast(sum(qualifying_spend) as decimal(18, 2)) as qualifying_spend
    from members
)
select
    m.tier_no, m.tier, m.spend,
    cast(m.customers as integer) as customers,
    {{ sql.ratio('m.customers', 't.customers', 6) }} as share,
    cast(m.buyers as integer) as buyers,
    m.qualifying_spend,
    case when t.qualifying_spend > 0 then {{ sql.ratio('m.qualifying_spend', 't.qualifying_spend', 6) }} end as spend_share,
    {{ sql.ratio('m.qualifying_spend', 'm.customers', 2) }} as avg_spend,
    cast(m.close_to_next as integer) as close_to_next,
    cast(coalesce(r.risen, 0) as integer) as risen,
    cast(coalesce(f.fallen, 0) as integer) as fallen,
    cast(m.reviews_soon as integer) as reviews_soon,
    cast(m.at_risk as integer) as at_risk,
    m.factor, m.benefits
from members m
cross join totals t
left join risen r on r.tier_no = m.tier_no
left join fallen f on f.tier_no = m.tier_no
