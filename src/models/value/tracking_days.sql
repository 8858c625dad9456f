-- tracking_days: first and repeat purchase days of the customers whom the backtest knows, day by day.
-- zh-CN: 检验用的顾客，每天有多少人首次购买、多少人回头购买
-- grain: one row per day with one of them
-- key: day_no
-- definition: Of people who first bought up to split_on of prediction_split.
-- zh-CN definition: 只看检验那天（prediction_split 的 split_on）为止第一次购买的人，一直数到统计日。
-- column day_no: days since the first purchase of the chain
-- column new_customers: people who first bought on this day
-- column repeat_purchases: people who bought again on this day
-- publishable: no
select
    cast({{ sql.day_diff('s.first_on', 'd.day') }} as integer) as day_no,
    cast(count(*) filter (where d.day = h.first_on) as integer) as new_customers,
    cast(count(*) filter (where d.day > h.first_on) as integer) as repeat_purchases
from {{ ref('customer_days') }} d
join {{ ref('backtest_histories') }} h on h.person_id = d.person_id
cross join {{ ref('prediction_split') }} s
where d.is_purchase_day and d.day <= s.as_of
group by s.first_on, d.day
