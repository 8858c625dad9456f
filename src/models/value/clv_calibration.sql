-- clv_calibration: what the purchase model expected of customers with so many repeat purchases, and what they did.
-- grain: one row per number of repeat purchase days up to the split; 7 = seven and more
-- key: repeats
-- definition: Means over the customers of clv_backtest.
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
