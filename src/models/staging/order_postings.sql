-- order_postings: what one order posted in one store on one day; the base of money reports and of customer value.
-- zh-CN: 一张单子在一家店一天里的合计，业绩和顾客价值都用它
-- grain: one row per source, transaction, store, day posted and day of value
-- key: source, transaction_id, store_id, ordered_on, value_on
-- definition: Lines summed as far as both calendars allow: ordered_on is the day of posting (money reports), value_on the
--   day of the sale that a refund takes back (customer value). An order of sale lines has one row with is_sale; refunds of
--   earlier orders stand in rows of their own. Orders holding only top-ups, gift cards, deposits or shipping are left out.
-- zh-CN definition: 把交易行按两个日子合起来：记账那天（ordered_on）给业绩用，当初卖出那天（value_on）给顾客价值用。
--   有销售的订单，销售记成一行；退以前的订单，另起一行。只有储值、礼品卡、定金或运费的单子不列。
-- column ordered_at: time of the first line
-- column is_sale: counts as one order: at least one sale line
-- column is_purchase: counts as a purchase: a sale line of an order that was not fully refunded
-- column is_first_purchase: the first purchase of this person anywhere in the chain (ties: earliest time, then lowest source and transaction)
-- column has_refund: at least one refund line
-- column items: units on sale lines
-- column sales_amount: paid on sale lines, project currency
-- column refund_amount: paid back on refund lines, project currency, positive
-- column net_amount: sales less refunds plus exchanges, project currency
-- publishable: no
with postings as (
    select
        source, transaction_id, store_id, ordered_on, value_on,
        min(ordered_at) as ordered_at, min(channel) as channel, min(person_id) as person_id,
        count(*) filter (where is_sale) > 0 as is_sale,
        count(*) filter (where is_purchase) > 0 as is_purchase,
        count(*) filter (where is_refund) > 0 as has_refund,
        cast(coalesce(sum(quantity) filter (where is_sale), 0) as decimal(18, 3)) as items,
        cast(coalesce(sum(amount) filter (where is_sale), 0) as decimal(18, 2)) as sales_amount,
        cast(coalesce(sum(-amount) filter (where is_refund), 0) as decimal(18, 2)) as refund_amount,
        cast(sum(net_amount) as decimal(18, 2)) as net_amount
    from {{ ref('order_lines') }}
    where kind in ('sale', 'refund', 'exchange')
    group by source, transaction_id, store_id, ordered_on, value_on
)
select
    source, transaction_id, store_id, ordered_on, value_on, ordered_at, channel, person_id, is_sale, is_purchase,
    is_purchase and person_id is not null and row_number() over (
        partition by person_id, is_purchase
        order by ordered_on nulls last, ordered_at nulls last, source nulls last, transaction_id nulls last, store_id nulls last
    ) = 1 as is_first_purchase,
    has_refund, items, sales_amount, refund_amount, net_amount
from postings
