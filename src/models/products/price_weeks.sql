-- price_weeks: units and price of every product, week by week.
-- zh-CN: 每种商品每周的价格和件数
-- grain: one row per sku and week with units sold at a price above zero
-- key: sku, week_no
-- definition: Sale lines in whole weeks counted back from as_of, as many as products.window holds, from the first whole week
--   with data of the chain on. Refunds are not subtracted: what comes back was wanted once. The price of a week is what was
--   paid per unit; a week is reduced when it is products.price_step or more below the middle (median) of the product's
--   weekly prices.
-- zh-CN definition: 从统计日往回七天一周，看 {products.window} 天里的整周。价格是那周平均每件实付；比各周价格的中位数
--   低 {products.price_step} 以上（含）的是便宜的周。
-- column week_no: 0 = the seven days to as_of
-- column units: on sale lines
-- column sales_amount: paid on them, project currency
-- column price: amount per unit, project currency, 4 decimals
-- column median_price: of the product's weeks, project currency, 6 decimals
-- column is_reduced: the week is reduced
-- publishable: no
{%- set weeks = sql.int_div(var('products.window'), 7) %}
{%- set week_no = sql.int_div(sql.day_diff('ordered_on', var('as_of')), 7) %}
with known as (
    select {{ sql.int_div('(' ~ sql.day_diff('min(ordered_on)', var('as_of')) ~ ' + 1)', 7) }} as weeks
    from {{ ref('order_lines') }}
    where is_sale
),
sold as (
    select
        sku, cast({{ week_no }} as integer) as week_no, cast(sum(quantity) as decimal(18, 3)) as units,
        cast(sum(amount) as decimal(18, 2)) as sales_amount
    from {{ ref('order_lines') }}
    where is_sale and sku is not null and quantity > 0
    group by sku, {{ week_no }}
),
priced as (
    select s.sku, s.week_no, s.units, s.sales_amount, {{ sql.ratio('s.sales_amount', 's.units', 4) }} as price
    from sold s
    join known k on s.week_no < least(k.weeks, {{ weeks }})
    where s.sales_amount > 0
),
medians as (
    select sku, cast(quantile_cont(cast(price as decimal(18, 6)), 0.5) as decimal(18, 6)) as median_price
    from priced
    where price > 0
    group by sku
)
select
    p.sku, p.week_no, p.units, p.sales_amount, p.price, m.median_price,
    p.price <= cast(m.median_price as decimal(24, 6)) * (1 - cast({{ var('products.price_step') }} as decimal(7, 6))) as is_reduced
from priced p
join medians m on m.sku = p.sku
where p.price > 0
