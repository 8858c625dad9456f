-- customer_days: what each person bought, day by day, refunds taken back on the day of the original sale.
-- zh-CN: 每位顾客每天买了多少，退货算回当初那天
-- grain: one row per person and day of value
-- key: person_id, day
-- definition: The base of customer value, RFM, tiers, cohorts and lifecycle. Purchase day: a day with at least one purchase.
-- zh-CN definition: 顾客价值、RFM、会员等级、同期群和生命周期都从这里算起。购买日是至少有一次购买的那天，全部退掉的订
--   单不算购买。对不上原单的退货，算在退货当天。
-- column day: the day of the sale; a refund that is not linked to a sale stands on its own day
-- column is_purchase_day: at least one purchase on that day
-- column orders: orders with a purchase
-- column items: units on sale lines
-- column refund_amount: paid back, project currency, positive
-- column net_sales: sales less refunds plus exchanges, project currency
-- publishable: no
select
    person_id, value_on as day,
    count(*) filter (where is_purchase) > 0 as is_purchase_day,
    cast(count(*) filter (where is_purchase) as integer) as orders,
    cast(sum(items) as decimal(18, 3)) as items,
    cast(sum(sales_amount) as decimal(18, 2)) as sales_amount,
    cast(sum(refund_amount) as decimal(18, 2)) as refund_amount,
    cast(sum(net_amount) as decimal(18, 2)) as net_sales
from {{ ref('order_postings') }}
where person_id is not null
group by person_id, value_on
