-- portrait_orders: the latest orders of the people with a page.
-- zh-CN: 有专页的顾客，最近的订单
-- grain: one row per order, at most portraits.orders per person
-- key: source, transaction_id
-- definition: Purchases and refunds, the newest first.
-- zh-CN definition: 购买和退货都列，最新的在前，每人最多 {portraits.orders}单。每单最多写四样商品，金额大的在前。
-- column place: 1 = the newest of the person
-- column products: up to four products, the dearest first
-- column more: products beyond these
-- column refunded: the order was taken back in full
-- publishable: no
with numbered as (
    select
        o.person_id, o.source, o.transaction_id, o.ordered_on, o.ordered_at, o.store_id, o.channel, o.items, o.net_amount, o.is_refund,
        o.fully_refunded as refunded,
        cast(row_number() over (partition by o.person_id order by o.ordered_at desc, o.source, o.transaction_id) as integer) as place
    from {{ ref('orders') }} o
    join {{ ref('portrait_people') }} w on w.person_id = o.person_id
    where o.is_sale or o.is_refund
),
latest as (
    select * from numbered where place <= {{ var('portraits.orders') }}
),
products as (
    select
        l.source, l.transaction_id, coalesce(l.product_name, l.sku) as product,
        row_number() over (
            partition by l.source, l.transaction_id
            order by max(abs(l.amount)) desc, coalesce(l.product_name, l.sku)
        ) as product_no,
        count(*) over (partition by l.source, l.transaction_id) as products
    from {{ ref('order_lines') }} l
    join latest o on o.source = l.source and o.transaction_id = l.transaction_id
    where coalesce(l.product_name, l.sku) is not null and (l.is_sale or l.is_refund)
    group by l.source, l.transaction_id, coalesce(l.product_name, l.sku)
),
named as (
    select
        source, transaction_id, {{ sql.join_text('product', "'、'", 'product_no') }} as products,
        cast(max(products) - count(*) as integer) as more
    from products
    where product_no <= 4
    group by source, transaction_id
)
select
    o.person_id, o.place, o.source, o.transaction_id, o.ordered_on, o.ordered_at, o.store_id, s.name as store_name, o.channel, o.items, o.net_amount,
    o.is_refund, o.refunded, n.products, coalesce(n.more, 0) as more
from latest o
left join named n on n.source = o.source and n.transaction_id = o.transaction_id
left join {{ source('stores') }} s on s.store_id = o.store_id
