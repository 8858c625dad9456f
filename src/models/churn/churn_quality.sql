-- churn_quality: how good the warning would have been 90 days ago, beside the simple rule.
-- zh-CN: 90 天前的预警会有多准，比简单办法强不强
-- grain: one row; none without a backtest
-- key: tested_on
-- definition: Flagged: high risk by the rules of customer_churn, as far as they can be known for that day (points and consent
--   cannot). The simple rule flags as many people, those away longest. Precision: of the flagged, how many stayed away for
--   90 days. Recall: of those who stayed away, how many were flagged. Better: more of them caught than by the simple rule, and
--   not by chance (McNemar's test with continuity correction, 5 %).
-- zh-CN definition: 按 90 天前的情况重新判断谁是高风险（积分和拒收消息那时无从知道，不算），再看后来 90 天谁没再来；
--   简单办法是挑同样多、最久没来的人。命中率：判为高风险的人里，没再来的占多少。找全率：没再来的人里，判为高风险的占
--   多少。比简单办法抓住的人多，而且不是碰巧（McNemar 检验，5%），才算更好。
-- column tested_on: the day for which the warning was rebuilt
-- column customers: people tested
-- column stayed_away: of these, no purchase in the 90 days since
-- column base_share: stayed_away of customers
-- column flagged: people with high risk
-- column caught: of these, stayed away
-- column baseline_caught: of as many who were away longest, stayed away
-- column precision_low: lower end of the 95 % interval of the precision (Wilson)
-- column precision_high: upper end
-- column verdict: better, same or worse than the simple rule
-- publishable: no
with signs as (
    select
        *, cast(late as integer) + cast(fewer_visits as integer) + cast(smaller_baskets as integer) + cast(fewer_categories as integer) + cast(unlikely as integer)
            + cast(open_complaint as integer) + cast(detractor as integer) as reasons
    from {{ ref('churn_backtest_signals') }}
),
flagged as (
    select
        person_id, stayed_away, {{ sql.churn_risk('late', 'reasons', 'p_alive') }} = 'high' as flagged,
        row_number() over (order by recency_days desc, person_id) as place
    from signs
),
sized as (
    select *, count(*) filter (where flagged) over () as flags
    from flagged
),
counted as (
    select
        count(*) as customers, count(*) filter (where stayed_away) as stayed_away, count(*) filter (where flagged) as flagged,
        count(*) filter (where flagged and stayed_away) as caught,
        count(*) filter (where place <= flags and stayed_away) as baseline_caught,
        -- People whom one of the two judges rightly and the other does not.
        count(*) filter (where (flagged = stayed_away) and ((place <= flags) <> stayed_away)) as only_model,
        count(*) filter (where (flagged <> stayed_away) and ((place <= flags) = stayed_away)) as only_baseline
    from sized
)
select
    {{ var('as_of') }} - 90 as tested_on,
    cast(customers as integer) as customers, cast(stayed_away as integer) as stayed_away, {{ sql.ratio('stayed_away', 'customers', 6) }} as base_share,
    cast(flagged as integer) as flagged, cast(caught as integer) as caught,
    {{ sql.ratio('caught', 'flagged', 6) }} as precision, {{ sql.wilson_low('caught', 'flagged') }} as precision_low,
    {{ sql.wilson_high('caught', 'flagged') }} as precision_high, {{ sql.ratio('caught', 'stayed_away', 6) }} as recall,
    cast(baseline_caught as integer) as baseline_caught,
    {{ sql.ratio('baseline_caught', 'flagged', 6) }} as baseline_precision, {{ sql.ratio('baseline_caught', 'stayed_away', 6) }} as baseline_recall,
    {{ sql.ratio('caught * customers', 'flagged * stayed_away', 4) }} as lift,
    case
        when only_model + only_baseline = 0 then 'same'
        when power(greatest(abs(only_model - only_baseline) - 1, 0), 2) <= 3.841459 * (only_model + only_baseline) then 'same'
        when only_model > only_baseline then 'better'
        else 'worse'
    end as verdict
from counted
where customers > 0
