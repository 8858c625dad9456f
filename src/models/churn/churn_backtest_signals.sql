-- churn_backtest_signals: churn_signals as they were 90 days before as_of, and who stayed away since.
-- grain: one row per person with a purchase in the 365 days before that day; none when the model of the backtest saw later days
-- key: person_id
-- definition: As churn_signals; P(alive) with the parameters of clv_backtest_parameters, which know nothing later than
--   split_on of prediction_split. Without that model the other signs are tested alone.
-- column stayed_away: no purchase in the 90 days since
-- publishable: no
with signals as (
    {{ sql.churn_signals(ref('customer_days'), ref('order_lines'), ref('clv_backtest_parameters'), source('feedback'), ref('person_records'), '(' ~ var('as_of') ~ ' - 90)') }}
),
bought as (
    select distinct person_id
    from {{ ref('customer_days') }}
    where is_purchase_day and day > {{ var('as_of') }} - 90 and day <= {{ var('as_of') }}
)
select s.*, b.person_id is null as stayed_away
from signals s
left join bought b on b.person_id = s.person_id
where exists (select 1 from {{ ref('prediction_split') }} p where p.split_on <= {{ var('as_of') }} - 90)
