-- tier_summary: how many people stand in each tier and what they spend.
-- zh-CN: 每个会员等级有多少人、消费多少
-- grain: one row per tier, empty tiers included
-- key: tier_no
-- definition: See customer_tiers. Buyers have net sales above 0 in the qualifying months; close to the next tier: at most
--   tiers.near_share of the next tier's spend is missing.
-- zh-CN definition: 等级怎么算，见 customer_tiers。有消费的会员，是这几个月净销售额大于 0 的人。接近升级，是离上一级
--   还差的金额，占上一级门槛的比例不超过 {tiers.near_share}。
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
-- publishable: no
with named as (
    select cast(null as varchar) as tier, cast(null as decimal(18, 2)) as spend
    where false
    {%- for level in vars('tiers.levels') %}
    union all
    select {{ level.name | sql }}, cast('{{ level.spend }}' as decimal(18, 2))
    {%- endfor %}
),
levels as (
    select
        cast(row_number() over (order by spend, tier) as integer) as tier_no, tier, spend,
        lead(spend) over (order by spend, tier) as next_spend
    from named
),
members as (
    select
        l.tier_no, l.tier, l.spend,
        count(t.person_id) as customers,
        count(*) filter (where t.qualifying_spend > 0) as buyers,
        count(*) filter (where t.to_next_tier <= l.next_spend * cast('{{ var('tiers.near_share') }}' as decimal(9, 4))) as close_to_next,
        cast(coalesce(sum(t.qualifying_spend), 0) as decimal(18, 2)) as qualifying_spend
    from levels l
    left join {{ ref('customer_tiers') }} t on t.tier_no = l.tier_no
    group by l.tier_no, l.tier, l.spend
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
    cast(m.close_to_next as integer) as close_to_next
from members m
cross join totals t
