-- clv_calibration: what the purchase model expected of customers with so many repeat purchases, and what they did.
-- zh-CN: 回头来过几天的顾客，预计还来几天，实际来了几天
-- grain: one row per number of repeat purchase days up to the split; 7 = seven and more
-- key: repeats
-- definition: Means over the customers of clv_backtest.
-- zh-CN definition: 把 clv_backtest 的顾客按检验那天以前回头购买的天数分组，七天以上算一组。每组取平均。
-- column customers: people
-- column actual: mean purchase days after the split
-- column expected: the same as the model expected it
-- column baseline: the same by the simple formula
-- publishable: no
select
    cast(least(repeats, 7) as integer) as repeats, cast(count(*) as integer) as customers,
    {{ sql.ratio('sum(actual)', 'count(*)', 4) }} as actual,
    {{ sql.ratio('sum(round(expected, 3))', 'count(*)', 4) }} as expected,
    {{ sql.ratio('sum(round(baseline, 3))', 'count(*)', 4) }} as baseline
from {{ ref('clv_backtest') }}
group by least(repeats, 7)
