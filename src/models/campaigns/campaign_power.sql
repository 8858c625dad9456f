-- campaign_power: how large the effect of a planned campaign must be to be seen at all.
-- zh-CN: 计划中的活动，效果要多大才看得出来
-- grain: one row per campaign that has not begun
-- key: campaign_id
-- definition: Minimum detectable effect per customer = (1.959964 + 0.841621) × standard deviation × √(1/treated + 1/control): a
--   true effect of that size is found in 80 of 100 campaigns, at 5 % error on both sides (Bloom 1995, Evaluation Review 19(5)).
--   The standard deviation is that of the net sales of the people of both arms in the last days to as_of, as many as will be
--   measured, people without a purchase included. Nothing is said where fewer than ten of them bought: people chosen because
--   they stay away tell nothing of how much they buy when they come.
-- zh-CN definition: 最小可见效果（每位顾客）=（1.959964 + 0.841621）× 标准差 × √(1/收消息人数 + 1/对照人数)：真有这么大的效
--   果，100 次里有 80 次看得出来，误报 5%。标准差看同一批人最近同样多天的净销售额，没买的也算；其中买过的
--   不到十人就不给：专挑不来的人，看不出他们来了会买多少。
-- column audience: people the campaign is meant for, those left out included
-- column no_consent: of them, left out for want of a consent
-- column under_14: of them, children
-- column holdout: of them, in the permanent hold-out
-- column days: days whose sales will be measured
-- column sales_now: net sales per customer in as many days to as_of, project currency
-- column deviation: standard deviation of these, project currency
-- column buyers: people of both arms who bought in these days
-- column effect: minimum detectable effect per customer, project currency; null with fewer than two people in an arm or ten buyers
-- column effect_share: the effect by sales_now; null where nothing was bought
-- column needed: people in both arms, divided the same way, that would let see an effect of a tenth of sales_now
-- column cost_per_customer: cost by treated people, project currency
-- publishable: no
with plans as (
    select
        campaign_id, is_frozen, cost, cast({{ sql.day_diff('starts_on', 'measured_to') }} + 1 as integer) as days
    from {{ ref('campaign_list') }}
    where status in ('planned', 'frozen')
),
left_out as (
    select
        campaign_id, count(*) as audience, count(*) filter (where excluded = 'no_consent') as no_consent,
        count(*) filter (where excluded = 'under_14') as under_14
    from {{ ref('campaign_plan_arms') }}
    group by campaign_id
),
sold as (
    select a.campaign_id, a.person_id, a.arm, coalesce(sum(d.net_sales), 0) as net_sales,
        coalesce(bool_or(d.is_purchase_day), false) as has_bought
    from {{ ref('campaign_arms') }} a
    join plans p on p.campaign_id = a.campaign_id
    left join {{ ref('customer_days') }} d
        on d.person_id = a.person_id and d.day <= {{ var('as_of') }} and d.day > {{ sql.add_days(var('as_of'), '0 - p.days') }}
    group by a.campaign_id, a.person_id, a.arm
),
sums as (
    select
        campaign_id, count(*) as people,
        count(*) filter (where arm = 'treated') as treated, count(*) filter (where arm = 'control') as control, count(*) filter (where arm = 'holdout') as holdout,
        count(*) filter (where has_bought and arm <> 'holdout') as buyers,
        coalesce(sum(x) filter (where arm <> 'holdout'), 0) as total, coalesce(sum(x * x) filter (where arm <> 'holdout'), 0) as squares
    from (
        select campaign_id, arm, has_bought, cast(least(greatest(cast(net_sales as decimal(22, 2)), -1000000000), 1000000000) * 100 as hugeint) as x from sold
    ) w
    group by campaign_id
),
figures as (
    select
        p.campaign_id, p.days, p.cost, coalesce(l.audience, s.people, 0) as audience, coalesce(l.no_consent, 0) as no_consent, coalesce(l.under_14, 0) as under_14,
        coalesce(s.treated, 0) as treated, coalesce(s.control, 0) as control, coalesce(s.holdout, 0) as holdout, coalesce(s.buyers, 0) as buyers,
        case when s.treated > 1 and s.control > 1 and p.days is not null then cast(s.total as double) / (s.treated + s.control) / 100 end as mean,
        case when s.treated > 1 and s.control > 1 and p.days is not null and s.buyers >= 10 then
            sqrt(cast((s.treated + s.control) * s.squares - s.total * s.total as double) / (s.treated + s.control) / (s.treated + s.control - 1)) / 100
        end as deviation
    from plans p
    left join sums s on s.campaign_id = p.campaign_id
    left join left_out l on l.campaign_id = p.campaign_id
),
effects as (
    select *, 2.801585 * deviation * sqrt(1.0 / treated + 1.0 / control) as effect
    from figures
)
select
    campaign_id, cast(audience as integer) as audience, cast(no_consent as integer) as no_consent, cast(under_14 as integer) as under_14,
    cast(holdout as integer) as holdout, cast(treated as integer) as treated, cast(control as integer) as control, days,
    cast(buyers as integer) as buyers, cast(round(mean, 2) as decimal(18, 2)) as sales_now, cast(round(deviation, 2) as decimal(18, 2)) as deviation,
    cast(round(effect, 2) as decimal(18, 2)) as effect,
    case when mean > 0 then try_cast(round(effect / mean, 6) as decimal(18, 6)) end as effect_share,
    case when mean > 0 then try_cast(ceil((treated + control) * power(effect / (0.1 * mean), 2)) as integer) end as needed,
    cost, {{ sql.ratio('cost', 'treated', 2) }} as cost_per_customer
from effects
