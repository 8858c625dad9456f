-- clv_readiness: whether there is enough data for the models of customer value, now and on the day of the backtest.
-- zh-CN: 数据够不够用顾客价值模型，现在和检验那天各看一次
-- grain: one row per reference day
-- key: reference
-- definition: Ready from value.min_buyers customers, value.min_days days of history and value.min_regulars customers with
--   at least three purchase days on. For the backtest half of the days are enough.
-- zh-CN definition: 三样都到了才够：买过的顾客 {value.min_buyers}位，历史 {value.min_days} 天，来过三天以上的顾客
--   {value.min_regulars}位。检验那天，历史有一半天数就行。
-- column reference: as_of or split
-- column until: the day up to which the data were read
-- column buyers: people with at least one purchase day
-- column regulars: people with at least three purchase days
-- column history_days: days from the first purchase to that day
-- column ready: whether all three are reached
-- publishable: no
with counted as (
    select 'as_of' as reference, {{ var('as_of') }} as until, count(*) as buyers, count(*) filter (where repeats >= 2) as regulars, max(age_days) as days, 1 as part
    from {{ ref('purchase_histories') }}
    union all
    select 'split', (select split_on from {{ ref('prediction_split') }}), count(*), count(*) filter (where repeats >= 2), max(age_days), 2
    from {{ ref('backtest_histories') }}
)
select
    reference, until, cast(buyers as integer) as buyers, cast(regulars as integer) as regulars,
    cast(coalesce(days, 0) as integer) as history_days,
    buyers >= {{ var('value.min_buyers') }} and regulars >= {{ var('value.min_regulars') }}
        and coalesce(days, 0) * part >= {{ var('value.min_days') }} as ready
from counted
