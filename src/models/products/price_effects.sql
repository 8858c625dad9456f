-- price_effects: how many units a product sells in cheaper weeks, beside its usual weeks.
-- zh-CN: 便宜的周比平常的周多卖多少
-- grain: one row per sku with a week in price_weeks
-- key: sku
-- definition: Weeks as in price_weeks. Figures only for products with at least products.min_weeks weeks, four of them at the
--   regular and four at a reduced price; status says what the others lack. A week without a sale has no price and does not
--   count. Ratio: mean units of a reduced week by mean units of a regular week. Counts of units spread more than Poisson
--   allows, so its 95 % interval comes from the weeks' own variances: ln(ratio) ± t × sqrt(s1² / (n1 m1²) + s0² / (n0 m0²)),
--   the delta method for a ratio of means (Hedges, Gurevitch & Curtis 1999, Ecology 80(4), 1150–1156), t with the degrees of
--   freedom of Welch and Satterthwaite (Satterthwaite 1946, Biometrics Bulletin 2(6)). Elasticity: slope of least squares
--   of ln(units) on ln(price) over all the weeks, its standard error sqrt(SSE / (n − 2) / Sxx), its interval with t of n − 2.
--   t by Abramowitz & Stegun 26.7.5. No interval where all weeks of one kind sold the same, or all points lie on the line:
--   nothing then tells how much weeks differ. All of this is association: what else was different in the cheaper weeks
--   (holidays, display, season) is in it.
-- zh-CN definition: 要有 {products.min_weeks} 周有销售、平常和便宜各四周以上才有数字。倍数是便宜的周平均件数 ÷ 平常的
--   周平均件数，范围用各周自己的方差；价格弹性是 ln(件数) 对 ln(价格) 的最小二乘斜率。这些是一起出现，不是因果。
-- column status: enough, few_weeks, few_reduced or few_regular
-- column weeks: weeks with a sale
-- column weeks_regular: of them at the regular price
-- column weeks_reduced: of them at a reduced price
-- column price_regular: paid per unit in regular weeks, project currency
-- column price_reduced: paid per unit in reduced weeks, project currency
-- column units_regular: mean units of a regular week
-- column units_reduced: mean units of a reduced week
-- column ratio: units_reduced by units_regular
-- column ratio_low: lower end of the 95 % interval of the ratio
-- column ratio_high: upper end
-- column verdict: more = the interval lies above 1, fewer = below 1, unclear = it holds 1 or there is none
-- column elasticity: change of units in per cent with a price one per cent higher
-- column standard_error: of the elasticity
-- column elasticity_low: lower end of the 95 % interval of the elasticity
-- column elasticity_high: upper end
-- column sales_regular: mean amount of a regular week, project currency
-- column sales_reduced: mean amount of a reduced week, project currency
-- column margin_regular: mean amount less units at cost of a regular week, project currency; null without a cost
-- column margin_reduced: the same of a reduced week
-- publishable: no
{#- Two-sided 95 % quantile of t: z + (z³+z)/4ν + (5z⁵+16z³+3z)/96ν² + two terms more; off by 0.004 at 3 degrees of freedom. #}
{%- macro t95(df) -%}
(1.959963984540054 + 2.372271230298562 / {{ df }} + 2.822498615739611 / pow({{ df }}, 2) + 2.555849679507722 / pow({{ df }}, 3) + 1.589534053393823 / pow({{ df }}, 4))
{%- endmacro %}
with counted as (
    select
        sku, count(*) as weeks
        {%- for kind, condition in [['regular', 'not is_reduced'], ['reduced', 'is_reduced']] %},
        count(*) filter (where {{ condition }}) as weeks_{{ kind }},
        sum(units) filter (where {{ condition }}) as total_units_{{ kind }},
        sum(sales_amount) filter (where {{ condition }}) as total_sales_{{ kind }},
        sum(thousandths) filter (where {{ condition }}) as sum_{{ kind }},
        sum(thousandths * thousandths) filter (where {{ condition }}) as squares_{{ kind }}
        {%- endfor %}
    from (select sku, units, sales_amount, is_reduced, cast(cast(units as decimal(22, 3)) * 1000 as hugeint) as thousandths from {{ ref('price_weeks') }}) w
    group by sku
),
judged as (
    select
        sku,
        case
            when weeks < {{ var('products.min_weeks') }} then 'few_weeks' when weeks_reduced < 4 then 'few_reduced'
            when weeks_regular < 4 then 'few_regular' else 'enough'
        end as status
    from counted
),
logs as (
    -- Rounded to a decimal, so that the sums do not depend on the order of the rows.
    select
        w.sku, cast(round(ln(cast(w.price as double) / cast(w.median_price as double)), 9) as decimal(18, 9)) as x,
        cast(round(ln(cast(w.units as double)), 9) as decimal(18, 9)) as y
    from {{ ref('price_weeks') }} w
    join judged j on j.sku = w.sku
    where j.status = 'enough'
),
sums as (
    select
        sku, cast(count(*) as double) as n, cast(sum(x) as double) as x, cast(sum(y) as double) as y,
        cast(sum(x * x) as double) as xx, cast(sum(x * y) as double) as xy, cast(sum(y * y) as double) as yy
    from logs
    group by sku
),
centred as (
    select sku, n, case when round(xx - x * x / n, 9) > 0 then xx - x * x / n end as sxx, xy - x * y / n as sxy, yy - y * y / n as syy
    from sums
),
slopes as (
    select sku, n, sxy / sxx as slope, round(sqrt(greatest(syy - sxy * sxy / sxx, 0) / (n - 2) / sxx), 6) as error
    from centred
),
spreads as (
    -- Squared standard errors of the logarithm of either mean: s² / (n m²), the thousandths of units cancel out.
    select
        c.sku
        {%- for kind in ['regular', 'reduced'] %},
        cast(c.weeks_{{ kind }} * c.squares_{{ kind }} - c.sum_{{ kind }} * c.sum_{{ kind }} as double)
            / ((c.weeks_{{ kind }} - 1) * cast(c.sum_{{ kind }} as double) * cast(c.sum_{{ kind }} as double)) as spread_{{ kind }}
        {%- endfor %}
    from counted c
    join judged j on j.sku = c.sku
    where j.status = 'enough'
),
ratios as (
    select
        c.sku, ln(cast(c.sum_reduced as double) / c.weeks_reduced / (cast(c.sum_regular as double) / c.weeks_regular)) as log_ratio,
        sqrt(s.spread_regular + s.spread_reduced) as error,
        pow(s.spread_regular + s.spread_reduced, 2)
            / (pow(s.spread_regular, 2) / (c.weeks_regular - 1) + pow(s.spread_reduced, 2) / (c.weeks_reduced - 1)) as df
    from counted c
    join spreads s on s.sku = c.sku
    where s.spread_regular > 0 and s.spread_reduced > 0
),
intervals as (
    select
        sku, try_cast(round(exp(log_ratio - {{ t95('df') }} * error), 4) as decimal(18, 4)) as ratio_low,
        try_cast(round(exp(log_ratio + {{ t95('df') }} * error), 4) as decimal(18, 4)) as ratio_high
    from ratios
),
figures as (
    select
        c.sku, c.weeks, c.weeks_regular, c.weeks_reduced, j.status, p.cost, j.status = 'enough' as is_enough
        {%- for kind in ['regular', 'reduced'] %},
        {{ sql.ratio('c.total_sales_' ~ kind, 'c.total_units_' ~ kind, 2) }} as price_{{ kind }},
        {{ sql.ratio('c.total_units_' ~ kind, 'c.weeks_' ~ kind, 3) }} as units_{{ kind }},
        {{ sql.ratio('c.total_sales_' ~ kind, 'c.weeks_' ~ kind, 2) }} as sales_{{ kind }},
        {{ sql.ratio('(c.total_sales_' ~ kind ~ ' - try_cast(round(c.total_units_' ~ kind ~ ' * p.cost, 2) as decimal(30, 2)))', 'c.weeks_' ~ kind, 2) }} as margin_{{ kind }}
        {%- endfor %},
        try_cast(round(cast(c.sum_reduced as double) * c.weeks_regular / (cast(c.sum_regular as double) * c.weeks_reduced), 4) as decimal(18, 4)) as ratio
    from counted c
    join judged j on j.sku = c.sku
    join {{ ref('product_summary') }} p on p.sku = c.sku
)
select
    f.sku, p.name, p.category, f.status, cast(f.weeks as integer) as weeks, cast(f.weeks_regular as integer) as weeks_regular,
    cast(f.weeks_reduced as integer) as weeks_reduced
    {%- for column in ['price_regular', 'price_reduced', 'units_regular', 'units_reduced', 'ratio'] %},
    case when f.is_enough then f.{{ column }} end as {{ column }}
    {%- endfor %},
    i.ratio_low, i.ratio_high,
    case when f.is_enough then case when i.ratio_low > 1 then 'more' when i.ratio_high < 1 then 'fewer' else 'unclear' end end as verdict,
    try_cast(round(s.slope, 4) as decimal(18, 4)) as elasticity, try_cast(round(s.error, 4) as decimal(18, 4)) as standard_error,
    case when s.error > 0 then try_cast(round(s.slope - {{ t95('(s.n - 2)') }} * s.error, 4) as decimal(18, 4)) end as elasticity_low,
    case when s.error > 0 then try_cast(round(s.slope + {{ t95('(s.n - 2)') }} * s.error, 4) as decimal(18, 4)) end as elasticity_high
    {%- for column in ['sales_regular', 'sales_reduced', 'margin_regular', 'margin_reduced'] %},
    case when f.is_enough then f.{{ column }} end as {{ column }}
    {%- endfor %}
from figures f
join {{ ref('product_summary') }} p on p.sku = f.sku
left join intervals i on i.sku = f.sku
left join slopes s on s.sku = f.sku
