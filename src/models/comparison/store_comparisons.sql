-- store_comparisons: every store beside what its customers and orders let expect (同类比较).
-- zh-CN: 每家店和它的顾客、订单应有的水平相比（同类比较）
-- grain: one row per period, measure and store with at least comparison.min_sample cases
-- key: period, measure, store_id
-- definition: Indirect standardisation: expected = for every kind of case (see comparison_cases) the chain's mean, by the
--   store's own number of such cases; kinds that only one store has are left out. Ratio: what was measured by what was expected. z: the difference by its standard
--   deviation, if the store were like the chain. Stores differ more than by chance alone: the limits are widened by the square
--   root of overdispersion, the mean of z² with the outer tenths drawn in, at least 1 (Spiegelhalter 2005, Statistics in
--   Medicine 24:1185). No limits with fewer than comparison.min_stores stores.
-- zh-CN definition: 应有的水平 = 每一类取全部门店的平均，按这家店各类有多少合起来（间接标准化）；比值 = 实际 ÷ 应有。
--   顾客数或订单数不到 {comparison.min_sample}的门店不比。门店之间的差别本来就比碰巧大，所以界限按过度离散放宽（
--   Spiegelhalter，2005）。能比的门店少于 {comparison.min_stores}家时不给界限。
-- column period: current or before
-- column measure: see comparison_cases
-- column cases: customers or orders
-- column observed: the store's own mean or share; money, units or a share of 1
-- column expected: what it would be if each kind of case went as in the chain
-- column ratio: observed by expected
-- column adjusted: the chain's mean by ratio: what the store would show with the customers and orders of the whole chain
-- column size: expected² by variance; the more is known of a store, the greater
-- column z: standard deviations above (or below) what was expected
-- column overdispersion: at least 1; the same for all stores of a measure and period
-- column low: lower limit of the ratio that 95 in 100 stores like the chain keep
-- column high: upper limit
-- column low_outer: lower limit that 998 in 1,000 keep
-- column high_outer: upper limit
-- column verdict: well_above or well_below (beyond the outer limits), above or below, or expected; null without limits
-- column better: beyond a limit to the good side; refunds are good when they are few
-- publishable: no
with kinds as (
    select
        period, measure, stratum, cast(sum(total) as double) / sum(cases) as mean,
        greatest(cast(sum(squares) as double) / sum(cases) - power(cast(sum(total) as double) / sum(cases), 2), 0) as variance
    from {{ ref('comparison_cases') }}
    group by period, measure, stratum
    having count(*) > 1
),
chain as (
    select period, measure, cast(sum(total) as double) / sum(cases) as mean
    from {{ ref('comparison_cases') }}
    group by period, measure
),
stores as (
    select
        c.period, c.measure, c.store_id, cast(sum(c.cases) as integer) as cases, cast(sum(c.total) as double) as observed,
        sum(c.cases * k.mean order by c.stratum) as expected, sum(c.cases * k.variance order by c.stratum) as variance
    from {{ ref('comparison_cases') }} c
    join kinds k on k.period = c.period and k.measure = c.measure and k.stratum = c.stratum
    group by c.period, c.measure, c.store_id
),
tested as (
    select *, (observed - expected) / sqrt(variance) as z
    from stores
    where cases >= {{ var('comparison.min_sample') }} and expected > 0 and variance > 0
),
ends as (
    select
        period, measure, count(*) as stores, quantile_cont(z, 0.1) as low, quantile_cont(z, 0.9) as high
    from tested
    group by period, measure
),
spread as (
    select
        t.period, t.measure, max(e.stores) as stores,
        greatest(avg(power(least(greatest(t.z, e.low), e.high), 2) order by t.store_id), 1) as overdispersion
    from tested t
    join ends e on e.period = t.period and e.measure = t.measure
    group by t.period, t.measure
),
limited as (
    select
        t.period, t.measure, t.store_id, t.cases, t.observed / t.cases as observed, t.expected / t.cases as expected,
        t.observed / t.expected as ratio, c.mean * t.observed / t.expected as adjusted, power(t.expected, 2) / t.variance as size, t.z,
        s.overdispersion,
        case when s.stores >= {{ var('comparison.min_stores') }} then sqrt(t.variance * s.overdispersion) / t.expected end as deviation
    from tested t
    join spread s on s.period = t.period and s.measure = t.measure
    join chain c on c.period = t.period and c.measure = t.measure
),
judged as (
    select
        *, 1 - 1.959964 * deviation as low, 1 + 1.959964 * deviation as high, 1 - 3.090232 * deviation as low_outer,
        1 + 3.090232 * deviation as high_outer,
        case
            when ratio > 1 + 3.090232 * deviation then 'well_above' when ratio > 1 + 1.959964 * deviation then 'above'
            when ratio < 1 - 3.090232 * deviation then 'well_below' when ratio < 1 - 1.959964 * deviation then 'below'
            when deviation is not null then 'expected'
        end as verdict
    from limited
)
select
    period, measure, store_id, cases,
    {%- for column in ['observed', 'expected', 'ratio', 'adjusted', 'size', 'z', 'overdispersion', 'low', 'high', 'low_outer', 'high_outer'] %}
    round({{ column }}, 6) as {{ column }},
    {%- endfor %}
    verdict, case when verdict <> 'expected' then (verdict in ('well_above', 'above')) = (measure <> 'refunded') end as better
from judged
