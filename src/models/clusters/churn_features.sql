-- churn_features: what was known of customers 90 days before as_of, beside whether they stayed away since.
-- grain: one row per person of churn_backtest_signals
-- key: person_id
-- definition: The figures from which the tree of churn is grown; days and visits as of that day.
-- column recency_days: days since the last purchase
-- column purchase_days: purchase days up to then
-- column reasons: signs of churn_signals that held
-- column stayed_away: no purchase in the 90 days since
-- publishable: no
select
    person_id, cast(recency_days as double) as recency_days, cast(purchase_days as double) as purchase_days,
    cast(cast(late as integer) + cast(fewer_visits as integer) + cast(smaller_baskets as integer) + cast(fewer_categories as integer)
        + cast(open_complaint as integer) + cast(detractor as integer) as double) as reasons,
    stayed_away
from {{ ref('churn_backtest_signals') }}
