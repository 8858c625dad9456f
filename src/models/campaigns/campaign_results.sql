-- campaign_results: what a campaign brought: contacted people beside those kept apart.
-- zh-CN: 活动带来多少：收消息的人和对照的人相比
-- grain: one row per campaign, and per store and segment of it with enough people in both arms
-- key: campaign_id, level, store_id, segment
-- definition: Net sales per customer of either arm as in campaign_outcomes; difference of the means with the 95 % interval of
--   Welch (1947, Biometrika 34), degrees of freedom of Welch and Satterthwaite, t by Abramowitz & Stegun 26.7.5 (off by less
--   than 0.0001 from ten people an arm on). No difference is given with fewer than campaigns.min_group people in an arm, none
--   without a control arm, and none where campaign_balance finds the arms unbalanced: who was chosen buys otherwise than who was not. Incremental: difference × treated people. The same
--   for the margin, where costs are known. Stores and segments as in campaign_arms: of the day before. Preliminary until
--   final_on of campaign_list. It measures the message to these people, not an offer that everybody could have.
-- zh-CN definition: 两组每位顾客的净销售额之差，95% 范围用 Welch 的方法。每组不到 {campaigns.min_group} 人的不给差别；没有对照组的、两组
--   在活动前就不一样的（见 campaign_balance）一律不给：被挑中的人本来就和别人不同。增量 = 差别 × 收消息的人数。知道成本的也算毛利。退货期没过的是初步结果。量的是
--   发给这些人的消息，不是人人都有的优惠。
-- column level: all, store or segment
-- column store_id: at level store
-- column segment: at level segment; see campaign_arms
-- column treated: people contacted
-- column treated_share: of them, bought at least once
-- column sales_treated: net sales per person, project currency
-- column difference: sales_treated less sales_control, project currency
-- column low: lower end of the 95 % interval of the difference
-- column degrees: degrees of freedom
-- column lift: difference by sales_control
-- column incremental_sales: difference × treated, project currency
-- column margin_difference: difference of the margin per person, project currency; null where less than half of the sales have a cost
-- column cost: at level all; project currency
-- column net_return: incremental margin less cost, project currency
-- column return_on_cost: net_return by cost
-- column costed_share: of the purchases, those with a known cost, by amount
-- column is_preliminary: returns may still come in, or the campaign still runs
-- column is_truncated: the sales begin later than the campaign
-- column verdict: better or worse (the interval leaves out 0), no_difference, too_small, no_control, unbalanced, no_treated, no_data (nothing
--   sold yet in its days), or the status of a campaign without a result (no_dates, bad_dates, planned, not_frozen, frozen)
-- publishable: no
{%- macro t95(df) -%}
(1.959963984540054 + 2.372271230298562 / {{ df }} + 2.822498615739611 / pow({{ df }}, 2) + 2.555849679507722 / pow({{ df }}, 3) + 1.589534053393823 / pow({{ df }}, 4))
{%- endmacro %}
{%- set levels = [['all', '', 'true'], ['store', 'store_id', 'store_id is not null'], ['segment', 'segment', 'segment is not null']] %}
{%- set figures = ['sales', 'margin'] %}
with outcomes as (
    -- Whole hundredths, so that sums are exact whatever the order; nobody buys for a thousand million.
    select
        campaign_id, arm, store_id, segment, has_bought, costed_sales, purchase_sales,
        cast(least(greatest(cast(net_sales as decimal(22, 2)), -1000000000), 1000000000) * 100 as hugeint) as sales,
        case when margin is not null then cast(least(greatest(cast(margin as decimal(22, 2)), -1000000000), 1000000000) * 100 as hugeint) end as margin
    from {{ ref('campaign_outcomes') }}
),
sums as (
    {%- for level, column, condition in levels %}
    {%- if not loop.first %}
    union all
    {%- endif %}
    select
        campaign_id, '{{ level }}' as level, {% if level == 'store' %}store_id{% else %}cast(null as varchar){% endif %} as store_id,
        {% if level == 'segment' %}segment{% else %}cast(null as varchar){% endif %} as segment,
        {%- for arm in ['treated', 'control'] %}
        count(*) filter (where arm = '{{ arm }}') as {{ arm }},
        count(*) filter (where arm = '{{ arm }}' and has_bought) as {{ arm }}_buyers,
        {%- for figure in figures %}
        sum({{ figure }}) filter (where arm = '{{ arm }}') as {{ figure }}_{{ arm }}_sum,
        sum({{ figure }} * {{ figure }}) filter (where arm = '{{ arm }}') as {{ figure }}_{{ arm }}_squares,
        {%- endfor %}
        {%- endfor %}
        sum(costed_sales) as costed_sales, sum(purchase_sales) as purchase_sales
    from outcomes
    where {{ condition }}
    group by campaign_id{% if column %}, {{ column }}{% endif %}
    {%- endfor %}
),
moments as (
    select
        campaign_id, level, store_id, segment, treated, control, treated_buyers, control_buyers, costed_sales, purchase_sales
        {%- for figure in figures %}
        {%- for arm in ['treated', 'control'] %},
        {{ figure }}_{{ arm }}_sum,
        cast({{ figure }}_{{ arm }}_sum as double) / {{ arm }} / 100 as {{ figure }}_{{ arm }},
        case when {{ arm }} > 1 then
            cast({{ arm }} * {{ figure }}_{{ arm }}_squares - {{ figure }}_{{ arm }}_sum * {{ figure }}_{{ arm }}_sum as double)
                / {{ arm }} / {{ arm }} / ({{ arm }} - 1) / 10000
        end as {{ figure }}_{{ arm }}_spread
        {%- endfor %}
        {%- endfor %}
    from sums
    where level = 'all' or (treated >= {{ var('campaigns.min_group') }} and control >= {{ var('campaigns.min_group') }})
),
errors as (
    select
        *, treated >= {{ var('campaigns.min_group') }} and control >= {{ var('campaigns.min_group') }} as is_enough
        {%- for figure in figures %},
        {{ figure }}_treated - {{ figure }}_control as {{ figure }}_difference,
        nullif(sqrt({{ figure }}_treated_spread + {{ figure }}_control_spread), 0) as {{ figure }}_error,
        pow({{ figure }}_treated_spread + {{ figure }}_control_spread, 2)
            / nullif(pow({{ figure }}_treated_spread, 2) / (treated - 1) + pow({{ figure }}_control_spread, 2) / (control - 1), 0) as {{ figure }}_degrees
        {%- endfor %}
    from moments
),
intervals as (
    select
        *
        {%- for figure in figures %},
        {{ figure }}_difference - {{ t95(figure ~ '_degrees') }} * {{ figure }}_error as {{ figure }}_low,
        {{ figure }}_difference + {{ t95(figure ~ '_degrees') }} * {{ figure }}_error as {{ figure }}_high
        {%- endfor %}
    from errors
    where is_enough
),
histories as (
    select min(ordered_on) as from_on
    from {{ ref('order_lines') }}
    where is_sale
),
unlike as (
    select distinct campaign_id
    from {{ ref('campaign_balance') }}
    where verdict = 'unbalanced'
),
rows as (
    select
        c.campaign_id, coalesce(e.level, 'all') as level, e.store_id, e.segment, c.status, c.starts_on, c.cost, h.from_on,
        coalesce(e.treated, 0) as treated, coalesce(e.control, 0) as control, coalesce(e.treated_buyers, 0) as treated_buyers,
        coalesce(e.control_buyers, 0) as control_buyers, e.sales_treated_sum, e.sales_control_sum, e.sales_control, e.costed_sales, e.purchase_sales,
        i.sales_difference as difference, i.sales_low as low, i.sales_high as high, i.sales_degrees as degrees, coalesce(e.is_enough, false) as is_enough, u.campaign_id is not null as is_unlike,
        case when e.costed_sales * 2 >= e.purchase_sales then i.margin_difference end as margin_difference,
        case when e.costed_sales * 2 >= e.purchase_sales then i.margin_low end as margin_low,
        case when e.costed_sales * 2 >= e.purchase_sales then i.margin_high end as margin_high
    from {{ ref('campaign_list') }} c
    cross join histories h
    left join unlike u on u.campaign_id = c.campaign_id
    left join errors e on e.campaign_id = c.campaign_id
    left join intervals i
        on i.campaign_id = e.campaign_id and i.level = e.level and i.store_id is not distinct from e.store_id and i.segment is not distinct from e.segment
),
judged as (
    select
        *,
        case
            when status in ('no_dates', 'bad_dates', 'planned', 'not_frozen', 'frozen') then status
            when starts_on > {{ var('as_of') }} or from_on is null then 'no_data'
            when treated = 0 then 'no_treated' when control = 0 then 'no_control'
            when not is_enough then 'too_small'
            when is_unlike then 'unbalanced'
            when low > 0 then 'better' when high < 0 then 'worse'
            when low is not null then 'no_difference'
            -- Nobody differs from anybody within the arms: nothing tells how much chance there is.
            when difference = 0 then 'no_difference'
            else 'too_small'
        end as verdict
    from rows
),
told as (
    select *, verdict in ('better', 'worse', 'no_difference') as is_told
    from judged
)
select
    campaign_id, level, store_id, segment, status, cast(treated as integer) as treated, cast(control as integer) as control,
    {{ sql.ratio('treated_buyers', 'treated', 6) }} as treated_share, {{ sql.ratio('control_buyers', 'control', 6) }} as control_share,
    try_cast(round(cast(sales_treated_sum as double) / treated / 100, 2) as decimal(18, 2)) as sales_treated,
    try_cast(round(cast(sales_control_sum as double) / control / 100, 2) as decimal(18, 2)) as sales_control
    {%- for column in ['difference', 'low', 'high', 'degrees'] %},
    case when is_told then try_cast(round({{ column }}, 2) as decimal(18, 2)) end as {{ column }}
    {%- endfor %},
    case when is_told and sales_control > 0 then try_cast(round(difference / sales_control, 6) as decimal(18, 6)) end as lift,
    {%- for name, column in [['incremental_sales', 'difference'], ['incremental_low', 'low'], ['incremental_high', 'high'], ['incremental_margin', 'margin_difference'], ['margin_low', 'margin_low'], ['margin_high', 'margin_high']] %}
    case when is_told then try_cast(round({{ column }} * treated, 2) as decimal(18, 2)) end as {{ name }},
    {%- endfor %}
    case when is_told then try_cast(round(margin_difference, 2) as decimal(18, 2)) end as margin_difference,
    case when level = 'all' then cost end as cost,
    {%- for name, column in [['net_return', 'margin_difference'], ['net_return_low', 'margin_low'], ['net_return_high', 'margin_high']] %}
    case when is_told and level = 'all' then try_cast(round({{ column }} * treated - cast(cost as double), 2) as decimal(18, 2)) end as {{ name }},
    {%- endfor %}
    {%- for name, column in [['return_on_cost', 'margin_difference'], ['return_low', 'margin_low'], ['return_high', 'margin_high']] %}
    case when is_told and level = 'all' and cost > 0 then try_cast(round(({{ column }} * treated - cast(cost as double)) / cast(cost as double), 6) as decimal(18, 6)) end as {{ name }},
    {%- endfor %}
    {{ sql.ratio('costed_sales', 'purchase_sales', 6) }} as costed_share,
    status in ('running', 'preliminary') as is_preliminary, coalesce(from_on > starts_on and status in ('running', 'preliminary', 'final'), false) as is_truncated, verdict
from told
