-- customer_churn: who is about to stay away, how much so, and why (流失预警).
-- zh-CN: 谁快要流失、有多危险、为什么（流失预警）
-- grain: one row per person with a purchase in the 365 days to as_of who is not lost
-- key: person_id
-- definition: Reasons: the signs of churn_signals, points (points were redeemed in the last 90 days and less than a tenth of
--   them is left) and opted_out (refuses messages). Risk is high with two reasons of which recency is one, or with P(alive)
--   below churn.low; medium with recency, with two reasons, or with P(alive) below churn.middle; else low.
-- zh-CN definition: 看到统计日为止 365 天里买过、还没有流失的顾客；原因是 churn_signals 里的征兆，加上积分快兑完（90
--   天内兑过，剩下的不到兑掉的一成）和拒收消息。高风险：至少两个原因、其中一个是隔得久，或再来的可能性低于
--   {churn.low}。中风险：隔得久，或有两个原因，或再来的可能性低于 {churn.middle}；其余是低风险。分数 = 1 − 再来的可能
--   性 × 0.9 的“原因个数”次方，没有模型时可能性算一半。
-- column risk: high, medium or low
-- column score: 0 to 1 = surely gone; 1 − P(alive) × 0.9 to the number of reasons, without a model P(alive) counts as one half
-- column reasons: list of recency, visits, basket, category, p_alive, complaint, nps, points and opted_out
-- column expected_sales_365d: what the person is expected to buy in a year, project currency; see customer_value
-- column at_stake: expected sales times score, project currency
-- publishable: no
with redeemed as (
    select person_id, sum(points_redeemed) as points
    from {{ ref('order_lines') }}
    where person_id is not null and ordered_on > {{ var('as_of') }} - 90 and points_redeemed > 0
    group by person_id
),
signs as (
    select
        s.person_id, s.last_on, s.recency_days, s.purchase_days, s.p_alive, s.late, p.home_store_id as store_id,
        list_filter([
            case when s.late then 'recency' end, case when s.fewer_visits then 'visits' end,
            case when s.smaller_baskets then 'basket' end, case when s.fewer_categories then 'category' end,
            case when s.unlikely then 'p_alive' end, case when s.open_complaint then 'complaint' end,
            case when s.detractor then 'nps' end, case when r.points > 0 and coalesce(p.points_balance, b.balance) * 10 < r.points then 'points' end,
            case when p.consent_marketing = false then 'opted_out' end
        ], lambda reason: reason is not null) as reasons
    from {{ ref('churn_signals') }} s
    join {{ ref('people') }} p on p.person_id = s.person_id
    left join {{ ref('points_balances') }} b on b.person_id = s.person_id
    join {{ ref('customer_lifecycle') }} l on l.person_id = s.person_id
    left join redeemed r on r.person_id = s.person_id
    where l.stage <> 'lost'
),
scored as (
    select *, {{ sql.churn_risk('late', 'len(reasons)', 'p_alive') }} as risk, {{ sql.churn_score('len(reasons)', 'p_alive') }} as score
    from signs
)
select
    c.person_id, c.store_id, c.risk, cast(case c.risk when 'high' then 1 when 'medium' then 2 else 3 end as integer) as risk_no, c.score,
    -- Whoever is at risk by the model alone has that for a reason.
    case when len(c.reasons) = 0 and c.risk <> 'low' then ['p_alive'] else c.reasons end as reasons,
    c.last_on, c.recency_days, c.purchase_days, c.p_alive, v.clv_12m as expected_sales_365d,
    cast(round(v.clv_12m * c.score, 2) as decimal(18, 2)) as at_stake
from scored c
left join {{ ref('customer_value') }} v on v.person_id = c.person_id
