-- order_lines: every accepted line of every order up to as_of, with the person, the net amount and what became of the order.
-- zh-CN: 到统计日为止采用的每一行交易，带顾客、净额和退没退
-- grain: one row per source, transaction and line
-- key: source, transaction_id, line_no
-- definition: Purchase: a sale line of an order that was not fully refunded.
--   Fully refunded: the order has refund lines and together they reach what its sale lines were paid with; a refund
--   belongs to the order in original_transaction_id (same source), or to its own transaction when that holds sale lines.
--   Net amount: what was paid net of discount on sale, refund and exchange lines; top-ups, gift cards, deposits and
--   shipping count 0. Money reports use ordered_on (the day a line was posted); customer value and cohorts use
--   value_on (the day of the sale that a refund takes back). Lines of zero quantity or amount are kept.
--   A linked refund belongs to the person of the original sale, where that is known.
-- zh-CN definition: 购买，是没有全部退掉的订单里的销售行；退货加起来够得上销售行付的钱，就是全部退掉。退货写了原单号，
--   就归原订单和原订单的顾客。净额只算销售、退货和换货，储值、礼品卡、定金和运费算 0。业绩看记账那天（ordered_on），
--   顾客价值和同期群看当初卖出那天（value_on）。
-- column source: the source the line came from
-- column ordered_on: the day the line was posted
-- column person_id: the unified person; null = anonymous
-- column category: category of the line, else of the product
-- column product_name: name on the line, else of the product
-- column amount: paid net of discount, project currency; negative on refunds
-- column net_amount: the part of the amount that counts as net sales, project currency
-- column is_sale: a sale line
-- column is_refund: a refund line
-- column is_purchase: a sale line of an order that was not fully refunded
-- column sale_transaction_id: the order this line belongs to: for a linked refund the original order
-- column value_on: the day in customer value: for a linked refund the day of the original sale
-- column order_fully_refunded: the order of this line was taken back in full
-- publishable: no
with refunds as (
    select
        source, coalesce(original_transaction_id, transaction_id) as sale_transaction_id,
        cast(sum(-amount) as decimal(18, 2)) as refunded
    from {{ source('transactions') }}
    where kind = 'refund' and ordered_on <= {{ var('as_of') }}
    group by source, coalesce(original_transaction_id, transaction_id)
),
refunded_orders as (
    select
        t.source, t.transaction_id as sale_transaction_id, min(t.ordered_on) as sale_on, min(pr.person_id) as sale_person_id,
        cast(sum(t.amount) as decimal(18, 2)) as sold, max(r.refunded) as refunded
    from {{ source('transactions') }} t
    join refunds r on r.source = t.source and r.sale_transaction_id = t.transaction_id
    left join {{ ref('person_records') }} pr on pr.id_space = t.id_space and pr.record_id = t.record_id
    where t.kind = 'sale' and t.ordered_on <= {{ var('as_of') }}
    group by t.source, t.transaction_id
),
lines as (
    select
        t.source, t.transaction_id, t.line_no, t.ordered_at, t.ordered_on, t.store_id, t.channel, t.id_space, t.record_id,
        pr.person_id, t.sku, t.product_name, t.category, t.quantity, t.unit_price, t.discount, t.amount, t.kind,
        t.original_transaction_id, t.staff_id, t.payment_method, t.points_redeemed, t.coupon_code, t.currency,
        case when t.kind = 'refund' then coalesce(t.original_transaction_id, t.transaction_id) else t.transaction_id end
            as sale_transaction_id
    from {{ source('transactions') }} t
    left join {{ ref('person_records') }} pr on pr.id_space = t.id_space and pr.record_id = t.record_id
    where t.ordered_on <= {{ var('as_of') }}
)
select
    l.source, l.transaction_id, l.line_no, l.ordered_at, l.ordered_on, l.store_id, l.channel, l.id_space, l.record_id,
    case when l.kind = 'refund' then coalesce(o.sale_person_id, l.person_id) else l.person_id end as person_id,
    l.sku, coalesce(l.product_name, p.name) as product_name, coalesce(l.category, p.category) as category,
    l.quantity, l.unit_price, l.discount, l.amount, l.kind,
    l.original_transaction_id, l.staff_id, l.payment_method, l.points_redeemed, l.coupon_code, l.currency,
    cast(case when l.kind in ('sale', 'refund', 'exchange') then l.amount else 0 end as decimal(18, 2)) as net_amount,
    l.kind = 'sale' as is_sale,
    l.kind = 'refund' as is_refund,
    l.kind = 'sale' and not coalesce(o.refunded >= o.sold, false) as is_purchase,
    l.sale_transaction_id,
    case when l.kind = 'refund' then coalesce(o.sale_on, l.ordered_on) else l.ordered_on end as value_on,
    coalesce(o.refunded >= o.sold, false) as order_fully_refunded
from lines l
left join refunded_orders o on o.source = l.source and o.sale_transaction_id = l.sale_transaction_id
left join {{ source('products') }} p on p.sku = l.sku
