-- campaign_balance: whether the contacted and the control people of a campaign were alike before it began.
-- zh-CN: 活动开始前，收消息的和对照的是不是一样的人
-- grain: one row per campaign with both arms and figure
-- key: campaign_id, covariate
-- definition: Standardised difference: the difference of the two means by the square root of the mean of the two variances
--   (Austin 2009, Statistics in Medicine 28:3083). Good below 0.1 either way. Small arms differ by more than that by chance
--   alone: up to 3.144 × √(1/n + 1/n) it is called chance (one draw in a hundred has any of the six figures beyond it, Bonferroni);
--   beyond it, unbalanced: then the arms were hardly drawn by lot. Figures as in campaign_arms.
-- zh-CN definition: 标准化差 = 两组平均之差 ÷ 两组方差平均的平方根；正负 0.1 以内是好。人少时，光凭偶然也会更大：在 3.144 ×
--   √(1/n + 1/n) 以内算偶然（六个数字一起看，一百次抽签有一次会超过），再大就是不平衡，多半不是抽签分的。
-- column covariate: sales, days, bought (in the campaigns.baseline_days days before), recency (days, people who bought before),
--   age or female
-- column treated: people with a known value
-- column mean_treated: of these, 4 decimals
-- column difference: standardised; null where nobody differs
-- column by_chance: up to where the difference may be chance
-- column verdict: good, chance or unbalanced; null without a difference
-- publishable: no
{%- set covariates = [
    ['sales', 'sales_before'], ['days', 'days_before'], ['bought', 'case when days_before > 0 then 1 else 0 end'],
    ['recency', 'recency_days'], ['age', 'age'], ['female', 'case when is_female then 1 when not is_female then 0 end'],
] %}
with values_in_cents as (
    -- Whole hundredths, so that sums are exact whatever the order; nobody buys for a thousand million.
    {%- for name, value in covariates %}
    {%- if not loop.first %}
    union all
    {%- endif %}
    select
        campaign_id, arm, '{{ name }}' as covariate,
        cast(least(greatest(cast({{ value }} as decimal(22, 2)), -1000000000), 1000000000) * 100 as hugeint) as x
    from {{ ref('campaign_arms') }}
    where arm in ('treated', 'control') and segment is not null and ({{ value }}) is not null
    {%- endfor %}
),
sums as (
    select
        campaign_id, covariate
        {%- for arm in ['treated', 'control'] %},
        count(x) filter (where arm = '{{ arm }}') as {{ arm }},
        coalesce(sum(x) filter (where arm = '{{ arm }}'), 0) as {{ arm }}_sum,
        coalesce(sum(x * x) filter (where arm = '{{ arm }}'), 0) as {{ arm }}_squares
        {%- endfor %}
    from values_in_cents
    group by campaign_id, covariate
),
moments as (
    select
        campaign_id, covariate, treated, control,
        {%- for arm in ['treated', 'control'] %}
        cast({{ arm }}_sum as double) / {{ arm }} / 100 as {{ arm }}_mean,
        cast({{ arm }} * {{ arm }}_squares - {{ arm }}_sum * {{ arm }}_sum as double) / {{ arm }} / ({{ arm }} - 1) / 10000 as {{ arm }}_variance,
        {%- endfor %}
        3.143980 * sqrt(1.0 / treated + 1.0 / control) as by_chance
    from sums
    where treated > 1 and control > 1
),
compared as (
    select *, (treated_mean - control_mean) / nullif(sqrt((treated_variance + control_variance) / 2), 0) as difference
    from moments
)
select
    campaign_id, covariate, cast(treated as integer) as treated, cast(control as integer) as control,
    cast(round(treated_mean, 4) as decimal(18, 4)) as mean_treated, cast(round(control_mean, 4) as decimal(18, 4)) as mean_control,
    try_cast(round(difference, 4) as decimal(9, 4)) as difference, cast(round(by_chance, 4) as decimal(9, 4)) as by_chance,
    case when abs(difference) < 0.1 then 'good' when abs(difference) < by_chance then 'chance' when difference is not null then 'unbalanced' end as verdict
from compared
