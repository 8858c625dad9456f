-- churn_backtest_signals: churn_signals as they were 90 days before as_of, and who stayed away since.
-- zh-CN: 回到 90 天前看征兆，再看后来谁没再来
-- grain: one row per person with a purchase in the 365 days before that day; none when the model of the backtest saw later days
-- key: person_id
-- definition: As churn_signals; P(alive) with the parameters of clv_backtest_parameters, which know nothing later than
--   split_on of prediction_split. Without that model the other signs are tested alone.
-- zh-CN definition: 征兆和 churn_signals 一样，按 90 天前那天算；看那天之前 365 天里买过的顾客，后来 90 天没有购买的
--   记为没再来。再来的可能性用检验时的模型参数（clv_backtest_parameters）算，没有模型时只检验其他征兆。模型的参数用到
--   了那天以后的数据时，没有结果。
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
