-- clv_quality: how well purchases and sales were predicted, beside the simple formula.
-- zh-CN: 购买天数和金额预计得准不准，和简单办法比
-- grain: one row per measure; none when there is no backtest
-- key: measure
-- definition: Over the customers of clv_backtest: Pearson's correlation and the mean absolute error per customer between what
--   was predicted and what happened, and the totals. The model is better when its error is smaller.
-- zh-CN definition: 看 clv_backtest 的顾客，预计和实际的相关系数（Pearson）、每位顾客平均差多少，以及合计。模型平均差
--   得更少，就是模型更好。
-- column measure: purchases (purchase days after the split) or sales (net sales after the split)
-- column actual: total
-- column expected: total the model expected
-- column baseline: total the simple formula expected
-- column correlation: of the model's expectation with what happened, −1 to 1
-- column baseline_correlation: the same of the simple formula
-- column error: mean absolute error per customer of the model
-- column baseline_error: the same of the simple formula
-- column better: whether the model's error is smaller
-- publishable: no
with pairs as (
    select 'purchases' as measure, cast(actual as decimal(18, 4)) as y, cast(expected as decimal(18, 4)) as x, cast(baseline as decimal(18, 4)) as b
    from {{ ref('clv_backtest') }}
    union all
    select 'sales', cast(actual_sales as decimal(18, 4)), cast(expected_sales as decimal(18, 4)), cast(baseline_sales as decimal(18, 4))
    from {{ ref('clv_backtest') }}
),
-- Sums of decimals are exact, so that the same data give the same figures however they are divided among threads.
sums as (
    select
        measure, count(*) as n, sum(y) as y, sum(x) as x, sum(b) as b,
        sum(cast(y * y as decimal(38, 8))) as yy, sum(cast(x * x as decimal(38, 8))) as xx, sum(cast(b * b as decimal(38, 8))) as bb,
        sum(cast(x * y as decimal(38, 8))) as xy, sum(cast(b * y as decimal(38, 8))) as b_y,
        sum(abs(x - y)) as x_off, sum(abs(b - y)) as b_off
    from pairs
    group by measure
),
doubles as (
    select
        measure, n, x_off, b_off, y as y_total, x as x_total, b as b_total,
        {%- for name in ['y', 'x', 'b', 'yy', 'xx', 'bb', 'xy', 'b_y'] %}
        cast({{ name }} as double) / n as {{ name }}{% if not loop.last %},{% endif %}
        {%- endfor %}
    from sums
)
select
    measure, cast(n as integer) as customers,
    cast(round(y_total, 2) as decimal(18, 2)) as actual, cast(round(x_total, 2) as decimal(18, 2)) as expected,
    cast(round(b_total, 2) as decimal(18, 2)) as baseline,
    case when yy > y * y and xx > x * x then cast(round((xy - x * y) / sqrt((xx - x * x) * (yy - y * y)), 4) as decimal(6, 4)) end as correlation,
    case when yy > y * y and bb > b * b then cast(round((b_y - b * y) / sqrt((bb - b * b) * (yy - y * y)), 4) as decimal(6, 4)) end as baseline_correlation,
    cast(round(x_off / n, 4) as decimal(18, 4)) as error, cast(round(b_off / n, 4) as decimal(18, 4)) as baseline_error,
    x_off < b_off as better
from doubles
