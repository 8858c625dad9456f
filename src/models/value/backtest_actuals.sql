-- backtest_actuals: what customers known on the day of the backtest bought after it.
-- zh-CN: 检验那天以后，当时的顾客又买了多少
-- grain: one row per person with at least one purchase day up to the split
-- key: person_id
-- definition: The same people as backtest_histories.
-- zh-CN definition: 人和 backtest_histories 里的一样。看检验那天之后到统计日的购买天数和净销售额。
-- column actual: purchase days after the split
-- column actual_sales: net sales after the split, project currency
-- publishable: no
select
    h.person_id,
    cast(count(d.day) filter (where d.is_purchase_day) as integer) as actual,
    cast(coalesce(sum(d.net_sales), 0) as decimal(18, 2)) as actual_sales
from {{ ref('backtest_histories') }} h
cross join {{ ref('prediction_split') }} s
left join {{ ref('customer_days') }} d on d.person_id = h.person_id and d.day > s.split_on and d.day <= s.as_of
group by h.person_id
