-- churn_features: what was known of customers 90 days before as_of, beside whether they stayed away since.
-- zh-CN: 90 天前知道的顾客情况，和后来有没有再来
-- grain: one row per person of churn_backtest_signals
-- key: person_id
-- definition: The figures from which the tree of churn is grown; days and visits as of that day.
-- zh-CN definition: 用来长出解释流失的决策树，人和 churn_backtest_signals 里的一样。距上次购买的天数、购买天数和预警
--   原因数都按那天算；原因里不含再来的可能性。没再来，是指后来 90 天没有购买。
-- column recency_days: days since the last purchase
-- column purchase_days: purchase days up to then
-- column reasons: signs of churn_signals that held, without the one by P(alive)
-- column stayed_away: no purchase in the 90 days since
-- publishable: no
select
    person_id, cast(recency_days as double) as recency_days, cast(purchase_days as double) as purchase_days,
    cast(cast(late as integer) + cast(fewer_visits as integer) + cast(smaller_baskets as integer) + cast(fewer_categories as integer)
        + cast(open_complaint as integer) + cast(detractor as integer) as double) as reasons,
    stayed_away
from {{ ref('churn_backtest_signals') }}
