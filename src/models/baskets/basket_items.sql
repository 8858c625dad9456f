-- basket_items: which products stood on one receipt.
-- zh-CN: 每张小票上有哪些商品
-- grain: one row per receipt and product
-- key: basket_no, sku_no
-- definition: Purchases of the last recommendations.window days; with or without a person. A product counts once per receipt.
-- zh-CN definition: 看最近 {recommendations.window} 天的购买，认不认得出顾客都算。同一样商品在一张小票上只算一次。全部
--   退掉的订单不算购买。
-- column basket_no: receipts in the order of source and number
-- publishable: no
with lines as (
    select distinct o.source, o.transaction_id, p.sku_no
    from {{ ref('order_lines') }} o
    join {{ ref('basket_products') }} p on p.sku = o.sku
    where o.is_purchase and o.ordered_on > {{ sql.add_days(var('as_of'), '0 - ' ~ var('recommendations.window')) }}
)
select cast(dense_rank() over (order by source, transaction_id) as integer) as basket_no, sku_no
from lines
