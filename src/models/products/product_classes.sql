-- product_classes: how much of the sales each product carries (ABC) and how evenly it sells (XYZ).
-- zh-CN: 每种商品的 ABC 等级和稳定性
-- grain: one row per sku, of the product list or of any order line; lines without a sku are left out
-- key: sku
-- definition: Net sales of the products.window days to as_of, refunds on the day they were posted. Ranked from most to least
--   net sales; a product belongs to the class in which its share begins: A when the products that sell strictly more have
--   less than products.abc_a of the net sales, B when they have less than products.abc_b, else C. So the product that
--   crosses a limit is still of the better class, the first product is always A, and products that sell the same share
--   their class. Products without net sales, or with more refunds than sales, are C; all shares are of the net sales of
--   the products that have any.
--   XYZ by the coefficient of variation of the units sold in a month: X up to 0.5, Y up to 1, Z above. It takes the
--   complete months since the first sale, at most the last twelve, a month without a sale as zero; fewer than six, or no
--   unit in any of them: null.
--   Idle: a product of class C without a sale in the 90 days to as_of that is on the shelf by the product list and has
--   been for 90 days, where sales are known for 90 days at least.
-- zh-CN definition: 看最近 {products.window} 天的净销售额，从多到少排：排在前面的合起来不到 {products.abc_a} 是 A，不
--   到 {products.abc_b} 是 B，其余是 C；跨过界限的那一种算在它开头的那一类，卖得一样多的在同一类，没有净销售额的是 C。
--   稳定性看每月件数的变异系数：0.5 以内是 X，1 以内是 Y，更大是 Z；不满六个完整的月份不判断。
-- column class: A, B or C
-- column xyz: X, Y or Z
-- column net_sales: sales less refunds posted plus exchanges, project currency
-- column share: net sales per net sales of all products with net sales above zero; 0 without
-- column share_before: the same share of the products that sell strictly more; null for products without net sales
-- column units: on sale lines of the window
-- column gross_margin: net sales less units at cost, refunded units not put back, project currency; null without a cost
-- column margin_share: gross margin per net sales; null where those are not positive
-- column months: complete months that the coefficient of variation takes
-- column variation: standard deviation (n − 1) of the units of a month per their mean
-- column first_sold_on: first day with a sale line
-- column last_sold_on: last day with a sale line
-- column days_since_sold: from the last sale to as_of
-- column idle: a candidate to drop
-- publishable: no
{%- set idle_from = sql.add_days(var('as_of'), -90) %}
{%- set last_month = "(" ~ sql.month_no(sql.add_days(var('as_of'), 1)) ~ " - 1)" %}
with sold as (
    select
        sku, cast(sum(net_amount) as decimal(18, 2)) as net_sales,
        cast(coalesce(sum(quantity) filter (where is_sale), 0) as decimal(18, 3)) as units
    from {{ ref('order_lines') }}
    where sku is not null and ordered_on > {{ sql.add_days(var('as_of'), '0 - ' ~ var('products.window')) }}
    group by sku
),
shelves as (
    select sku, min(shelf_from) as shelf_from, max(shelf_to) as shelf_to
    from {{ source('products') }}
    where sku is not null
    group by sku
),
listed as (
    select
        s.sku, s.name, s.category, s.brand, s.cost, s.first_sold_on, s.last_sold_on, h.shelf_from, h.shelf_to,
        coalesce(w.net_sales, 0) as net_sales, coalesce(w.units, 0) as units,
        {{ sql.month_no('s.first_sold_on') }} + case when day(s.first_sold_on) > 1 then 1 else 0 end as first_month,
        min(s.first_sold_on) over () as known_from
    from {{ ref('product_summary') }} s
    left join sold w on w.sku = s.sku
    left join shelves h on h.sku = s.sku
),
levels as (
    select net_sales, sum(net_sales) as level_sales
    from listed
    where net_sales > 0
    group by net_sales
),
shares as (
    select
        net_sales,
        cast(coalesce(sum(level_sales) over (order by net_sales desc rows between unbounded preceding and 1 preceding), 0)
            as decimal(20, 2)) as sales_before,
        cast(sum(level_sales) over () as decimal(20, 2)) as total_sales
    from levels
),
unit_months as (
    select l.sku, {{ sql.month_no('l.ordered_on') }} as month_no, cast(cast(sum(l.quantity) as decimal(22, 3)) * 1000 as hugeint) as thousandths
    from {{ ref('order_lines') }} l
    where l.is_sale and l.sku is not null
    group by l.sku, {{ sql.month_no('l.ordered_on') }}
),
spread as (
    select
        s.sku, greatest({{ last_month }} - greatest(min(s.first_month), {{ last_month }} - 11) + 1, 0) as months,
        coalesce(sum(u.thousandths), 0) as units_sum,
        coalesce(sum(u.thousandths * u.thousandths), 0) as units_squares
    from listed s
    left join unit_months u
        on u.sku = s.sku and u.month_no >= greatest(s.first_month, {{ last_month }} - 11) and u.month_no <= {{ last_month }}
    where s.first_sold_on is not null
    group by s.sku
),
variations as (
    select
        sku, months,
        case when months >= 6 and units_sum > 0 then
            cast(round(
                sqrt(cast(months as double) / (months - 1) * cast(greatest(months * units_squares - units_sum * units_sum, 0) as double))
                / cast(units_sum as double), 6) as decimal(18, 6))
        end as variation
    from spread
)
select
    l.sku, l.name, l.category, l.brand,
    case
        when l.net_sales <= 0 then 'C'
        when s.sales_before < s.total_sales * cast({{ var('products.abc_a') }} as decimal(9, 6)) then 'A'
        when s.sales_before < s.total_sales * cast({{ var('products.abc_b') }} as decimal(9, 6)) then 'B'
        else 'C'
    end as class,
    case when v.variation <= 0.5 then 'X' when v.variation <= 1 then 'Y' when v.variation > 1 then 'Z' end as xyz,
    cast(l.net_sales as decimal(18, 2)) as net_sales,
    coalesce({{ sql.ratio('s.net_sales', 's.total_sales', 6) }}, 0) as share,
    {{ sql.ratio('s.sales_before', 's.total_sales', 6) }} as share_before,
    cast(l.units as decimal(18, 3)) as units,
    try_cast(round(l.net_sales - cast(l.units as decimal(20, 3)) * l.cost, 2) as decimal(18, 2)) as gross_margin,
    case when l.net_sales > 0 then
        {{ sql.ratio('(try_cast(round(l.net_sales - cast(l.units as decimal(20, 3)) * l.cost, 2) as decimal(18, 2)))', 'l.net_sales', 6) }} end as margin_share,
    cast(coalesce(v.months, 0) as integer) as months, v.variation,
    l.first_sold_on, l.last_sold_on, cast({{ sql.day_diff('l.last_sold_on', var('as_of')) }} as integer) as days_since_sold,
    coalesce(
        (l.net_sales <= 0 or s.sales_before >= s.total_sales * cast({{ var('products.abc_b') }} as decimal(9, 6)))
        and coalesce(l.last_sold_on <= {{ idle_from }}, true)
        and coalesce(l.shelf_from <= {{ idle_from }}, true) and coalesce(l.shelf_to >= {{ var('as_of') }}, true)
        and l.known_from <= {{ idle_from }}, false) as idle
from listed l
left join shares s on s.net_sales = l.net_sales
left join variations v on v.sku = l.sku
