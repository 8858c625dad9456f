-- prediction_split: the day from which predictions are tested against what happened.
-- zh-CN: 从哪一天起，用后来的事实检验预计
-- grain: one row
-- key: as_of
-- definition: The last third of the history, at most 365 days, is held back: models are fitted to what came before it.
-- zh-CN definition: 历史的最后三分之一（最多 365 天）留出来做检验，模型只看之前的数据。
-- column first_on: first purchase day of the chain
-- column history_days: days from first_on to as_of
-- column holdout_days: days held back
-- column split_on: last day the models get to see
-- publishable: no
with history as (
    select min(day) as first_on, cast(coalesce({{ sql.day_diff('min(day)', var('as_of')) }}, 0) as integer) as history_days
    from {{ ref('customer_days') }}
    where is_purchase_day and day <= {{ var('as_of') }}
),
held as (
    select first_on, history_days, cast(least({{ sql.int_div('history_days', 3) }}, 365) as integer) as holdout_days
    from history
)
select
    {{ var('as_of') }} as as_of, first_on, history_days, holdout_days,
    {{ sql.add_days(var('as_of'), '0 - holdout_days') }} as split_on
from held
