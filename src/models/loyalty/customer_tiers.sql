-- customer_tiers: the tier of every known person by what they spent in the rolling 12 months.
-- zh-CN: 每位顾客的会员等级，按近几个月的消费算
-- grain: one row per person
-- key: person_id
-- definition: Qualifying spend is net sales of the tiers.months months to as_of (from the day after the same date so many
--   months ago); a refund lowers it on the day of the sale it takes back. The tier is the highest one whose spend is reached
--   exactly or exceeded; everybody has at least the lowest.
-- zh-CN definition: 看到统计日为止 {tiers.months}个月的净销售额，退货从当初卖出那天减去。达到门槛（等于也算）的最高一
--   级，就是他的等级。人人至少是最低一级。
-- column tier: name of the tier, from tiers.levels
-- column tier_no: 1 = lowest
-- column since: day the tier was reached; null until tier moves are recorded
-- column qualifying_spend: project currency
-- column to_next_tier: spend still missing for the next tier, project currency; null in the highest
-- column next_tier: name of the next tier; null in the highest
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
        tier, spend,
        cast(row_number() over (order by spend, tier) as integer) as tier_no,
        lead(tier) over (order by spend, tier) as next_tier,
        lead(spend) over (order by spend, tier) as next_spend
    from named
),
spending as (
    select person_id, cast(sum(net_sales) as decimal(18, 2)) as spend
    from {{ ref('customer_days') }}
    where day > {{ sql.add_months(var('as_of'), '0 - ' ~ var('tiers.months')) }}
    group by person_id
),
qualified as (
    select p.person_id, coalesce(s.spend, 0) as qualifying_spend
    from {{ ref('people') }} p
    left join spending s on s.person_id = p.person_id
)
select
    q.person_id, l.tier, l.tier_no, cast(null as date) as since, q.qualifying_spend,
    cast(l.next_spend - q.qualifying_spend as decimal(18, 2)) as to_next_tier, l.next_tier
from qualified q
join levels l
    on (l.spend <= q.qualifying_spend or l.tier_no = 1) and (l.next_spend is null or l.next_spend > q.qualifying_spend)
