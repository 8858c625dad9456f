-- orders: every order (receipt) up to as_of with its money and its person.
-- zh-CN: 到统计日为止的每张单子（小票），带金额和顾客
-- grain: one row per source and transaction
-- key: source, transaction_id
-- definition: An order is all lines under one transaction id of one source. Its day, store and other texts are the
--   earliest or lowest of its lines. Refunds posted under another transaction do not change net_amount here; they stand in
--   refunded_amount.
-- zh-CN definition: 同一来源、同一单号的全部行是一张单子。日期、门店等取各行里最早或排在最前的。用别的单号退的货，不
--   改这里的净额，另记在 refunded_amount。
-- column ordered_at: time of the first line
-- column is_refund: the order holds refund lines and no sale line
-- column is_sale: the order holds at least one sale line
-- column is_purchase: the order holds a sale line and was not fully refunded
-- column fully_refunded: refunds reached what the sale lines were paid with
-- column lines: number of lines
-- column items: units on sale lines
-- column sales_amount: paid on sale lines, project currency
-- column refund_amount: paid back on refund lines of this transaction, project currency, positive
-- column refunded_amount: paid back on this order's sales, whenever and under whichever transaction, project currency, positive
-- column net_amount: sales less refunds plus exchanges of this transaction, project currency
-- column discount: discount on sale lines, project currency
-- column other_amount: top-ups, gift cards, deposits and shipping, project currency; not part of net sales
-- publishable: no
with refunds as (
    select source, sale_transaction_id, cast(sum(-amount) as decimal(18, 2)) as refunded_amount
    from {{ ref('order_lines') }}
    where is_refund
    group by source, sale_transaction_id
),
totals as (
    select
        source, transaction_id, min(ordered_at) as ordered_at, min(ordered_on) as ordered_on, min(store_id) as store_id,
        min(channel) as channel, min(id_space) as id_space, min(record_id) as record_id, min(person_id) as person_id,
        min(staff_id) as staff_id, min(payment_method) as payment_method, min(coupon_code) as coupon_code,
        min(original_transaction_id) as original_transaction_id, min(currency) as currency,
        count(*) as line_count,
        count(*) filter (where is_sale) as sale_lines,
        count(*) filter (where is_refund) as refund_lines,
        count(*) filter (where is_purchase) as purchase_lines,
        coalesce(sum(quantity) filter (where is_sale), 0) as items,
        coalesce(sum(amount) filter (where is_sale), 0) as sales_amount,
        coalesce(sum(-amount) filter (where is_refund), 0) as refund_amount,
        coalesce(sum(discount) filter (where is_sale), 0) as discount,
        coalesce(sum(net_amount), 0) as net_amount,
        coalesce(sum(amount) - sum(net_amount), 0) as other_amount,
        coalesce(sum(points_redeemed), 0) as points_redeemed
    from {{ ref('order_lines') }}
    group by source, transaction_id
)
select
    t.source, t.transaction_id, t.ordered_at, t.ordered_on, t.store_id, t.channel, t.id_space, t.record_id, t.person_id,
    t.staff_id, t.payment_method, t.coupon_code, t.original_transaction_id, t.currency,
    t.sale_lines > 0 as is_sale,
    t.sale_lines = 0 and t.refund_lines > 0 as is_refund,
    t.purchase_lines > 0 as is_purchase,
    t.sale_lines > 0 and t.purchase_lines = 0 as fully_refunded,
    cast(t.line_count as integer) as lines,
    cast(t.items as decimal(18, 3)) as items,
    cast(t.sales_amount as decimal(18, 2)) as sales_amount,
    cast(t.refund_amount as decimal(18, 2)) as refund_amount,
    cast(case when t.sale_lines > 0 then coalesce(r.refunded_amount, 0) else 0 end as decimal(18, 2)) as refunded_amount,
    cast(t.net_amount as decimal(18, 2)) as net_amount,
    cast(t.discount as decimal(18, 2)) as discount,
    cast(t.other_amount as decimal(18, 2)) as other_amount,
    cast(t.points_redeemed as decimal(18, 2)) as points_redeemed
from totals t
left join refunds r on r.source = t.source and r.sale_transaction_id = t.transaction_id
