-- product_class_summary: how many products each class holds, and what they bring.
-- zh-CN: 各等级、各稳定性有多少商品、卖多少
-- grain: one row per class of sales and of evenness with products
-- key: class, xyz
-- definition: See product_classes.
-- zh-CN definition: 按 product_classes 的等级和稳定性数商品、加净销售额；占比以净销售额大于零的商品合计为准。
-- column class: A, B or C, by share of net sales
-- column xyz: X, Y or Z, by evenness of the months; unknown = fewer than six complete months, or nothing sold in them
-- column products: skus
-- column product_share: of all skus
-- column sold: skus with a sale line in the products.window days to as_of
-- column net_sales: of the products.window days to as_of, project currency
-- column share: of the net sales of the products that have any
-- column gross_margin: of the products whose cost is known, project currency
-- column margin_share: gross margin per net sales of the products whose cost is known; null where those are not positive
-- column idle: candidates to drop
-- publishable: no
with classes as (
    select
        class, coalesce(xyz, 'unknown') as xyz, count(*) as products, count(*) filter (where units > 0) as sold,
        sum(net_sales) as net_sales, coalesce(sum(net_sales) filter (where net_sales > 0), 0) as positive_sales, sum(gross_margin) as gross_margin,
        sum(net_sales) filter (where gross_margin is not null) as costed_sales, count(*) filter (where idle) as idle
    from {{ ref('product_classes') }}
    group by class, coalesce(xyz, 'unknown')
),
totals as (
    select sum(products) as products, cast(sum(positive_sales) as decimal(18, 2)) as positive_sales
    from classes
)
select
    c.class, c.xyz, cast(c.products as integer) as products, {{ sql.ratio('c.products', 't.products', 6) }} as product_share,
    cast(c.sold as integer) as sold, cast(c.net_sales as decimal(18, 2)) as net_sales,
    {{ sql.ratio('c.positive_sales', 't.positive_sales', 6) }} as share,
    cast(c.gross_margin as decimal(18, 2)) as gross_margin,
    case when c.costed_sales > 0 then {{ sql.ratio('c.gross_margin', 'c.costed_sales', 6) }} end as margin_share,
    cast(c.idle as integer) as idle
from classes c
cross join totals t
