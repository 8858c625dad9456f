-- holdout_results: what all messages together brought: everybody else beside the people who never get one.
-- zh-CN: 所有消息合起来带来多少：和长期不打扰的人相比
-- grain: one row, once a campaign with a list has begun
-- key: from_on
-- definition: The permanent hold-out (see campaign_plan_arms) beside all other people who had bought before the first day counted: the
--   first day of the first campaign with a list, at most 365 days ago. Net sales per customer from then to as_of, refunds on the
--   day of the sale. Interval and limits as in campaign_results. Where more than one in twenty of the hold-out stand as treated
--   on a list, it was not kept, and no difference is given.
-- zh-CN definition: 长期不打扰的人，和其余在那之前买过的人相比，从第一个有名单的活动开始（最多往前 365 天）到统计日，每位顾客买了多
--   少。不打扰的人里有超过二十分之一出现在收消息的名单上，就是没有守住，不给差别。
-- column people: others
-- column holdout: people in the hold-out
-- column contacted: of these, treated by a list
-- column campaigns: campaigns with a list that have begun since
-- column sales_people: net sales per other person, project currency
-- column difference: sales_people less sales_holdout, project currency
-- column incremental_sales: difference × others, project currency
-- column verdict: better, worse, no_difference, too_small or not_kept
-- publishable: no
{%- macro t95(df) -%}
(1.959963984540054 + 2.372271230298562 / {{ df }} + 2.822498615739611 / pow({{ df }}, 2) + 2.555849679507722 / pow({{ df }}, 3) + 1.589534053393823 / pow({{ df }}, 4))
{%- endmacro %}
with begun as (
    select campaign_id, starts_on
    from {{ ref('campaign_list') }}
    where is_frozen and status in ('running', 'preliminary', 'final') and starts_on <= {{ var('as_of') }}
        and coalesce(measured_to >= {{ sql.add_days(var('as_of'), -364) }}, true)
),
span as (
    select greatest(min(starts_on), {{ sql.add_days(var('as_of'), -364) }}) as from_on, count(*) as campaigns
    from begun
    having count(*) > 0
),
contacted as (
    select distinct a.person_id
    from {{ ref('campaign_arms') }} a
    join begun b on b.campaign_id = a.campaign_id
    where a.is_frozen and a.arm = 'treated'
),
known as (
    select d.person_id, min(s.from_on) as from_on
    from {{ ref('customer_days') }} d
    join span s on d.is_purchase_day and d.day < s.from_on
    group by d.person_id
),
sold as (
    select
        k.person_id, c.person_id is not null as is_contacted,
        cast(cast('0x' || substr(md5({{ var('campaigns.holdout_seed') }} || ':' || k.person_id), 1, 12) as bigint) as double) / 281474976710656 < {{ var('campaigns.holdout_share') }} as is_holdout,
        coalesce(sum(d.net_sales), 0) as net_sales
    from known k
    left join {{ ref('customer_days') }} d on d.person_id = k.person_id and d.day between k.from_on and {{ var('as_of') }}
    left join contacted c on c.person_id = k.person_id
    group by k.person_id, c.person_id
),
sums as (
    select
        count(*) filter (where not is_holdout) as people, count(*) filter (where is_holdout) as holdout, count(*) filter (where is_holdout and is_contacted) as contacted,
        coalesce(sum(x) filter (where not is_holdout), 0) as people_sum, coalesce(sum(x) filter (where is_holdout), 0) as holdout_sum,
        coalesce(sum(x * x) filter (where not is_holdout), 0) as people_squares, coalesce(sum(x * x) filter (where is_holdout), 0) as holdout_squares
    from (
        select is_holdout, is_contacted, cast(least(greatest(cast(net_sales as decimal(22, 2)), -1000000000), 1000000000) * 100 as hugeint) as x from sold
    ) w
),
moments as (
    select
        *, people >= {{ var('campaigns.min_group') }} and holdout >= {{ var('campaigns.min_group') }} as is_enough
        {%- for side in ['people', 'holdout'] %},
        cast({{ side }}_sum as double) / nullif({{ side }}, 0) / 100 as {{ side }}_mean,
        case when {{ side }} > 1 then
            cast({{ side }} * {{ side }}_squares - {{ side }}_sum * {{ side }}_sum as double) / {{ side }} / {{ side }} / ({{ side }} - 1) / 10000
        end as {{ side }}_spread
        {%- endfor %}
    from sums
),
errors as (
    select
        *, people_mean - holdout_mean as difference, nullif(sqrt(people_spread + holdout_spread), 0) as error,
        pow(people_spread + holdout_spread, 2) / nullif(pow(people_spread, 2) / (people - 1) + pow(holdout_spread, 2) / (holdout - 1), 0) as degrees
    from moments
),
intervals as (
    select *, difference - {{ t95('degrees') }} * error as low, difference + {{ t95('degrees') }} * error as high
    from errors
),
judged as (
    select
        *,
        case
            when contacted * 20 > holdout then 'not_kept' when not is_enough or low is null then 'too_small'
            when low > 0 then 'better' when high < 0 then 'worse' else 'no_difference'
        end as verdict
    from intervals
)
select
    s.from_on, {{ var('as_of') }} as until_on, cast(s.campaigns as integer) as campaigns, cast(j.people as integer) as people,
    cast(j.holdout as integer) as holdout, cast(j.contacted as integer) as contacted,
    try_cast(round(j.people_mean, 2) as decimal(18, 2)) as sales_people, try_cast(round(j.holdout_mean, 2) as decimal(18, 2)) as sales_holdout
    {%- for column in ['difference', 'low', 'high'] %},
    case when j.verdict in ('better', 'worse', 'no_difference') then try_cast(round(j.{{ column }}, 2) as decimal(18, 2)) end as {{ column }},
    case when j.verdict in ('better', 'worse', 'no_difference') then try_cast(round(j.{{ column }} * j.people, 2) as decimal(18, 2)) end as incremental_{{ column if column != 'difference' else 'sales' }}
    {%- endfor %},
    j.verdict
from judged j
cross join span s
