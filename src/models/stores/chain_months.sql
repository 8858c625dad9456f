-- chain_months: the retail figures of the whole chain, month by month.
-- zh-CN: 全部门店逐月的零售数字
-- grain: one row per month
-- key: month
-- definition: See month_figures. Refunds count on the day they were posted; a month without orders stands there with
--   zeros, so that a chart shows the gap.
-- zh-CN definition: 算法见 month_figures，退货算在退款那天。没有订单的月份也列出，都是 0，图上看得出空缺。
-- column month: first day of the month
-- column is_complete: as_of is on or after the last day of the month
-- column net_sales: sales less refunds posted plus exchanges, project currency
-- column orders: transactions with at least one sale line
-- column items: units on sale lines
-- column customers: identified people with a purchase
-- column new_customers: people whose first purchase anywhere in the chain falls here
-- column repeat_customers: customers with two or more purchase days in the month
-- column member_share: net sales of identified people per net sales; null when net sales are not positive
-- column avg_basket: net sales per order, project currency
-- column items_per_order: units per order
-- column avg_item_price: net sales per unit, project currency
-- column refund_share: refunds posted per sales posted, by amount
-- column repeat_rate: repeat customers per customers
-- column stores: stores with at least one order
-- publishable: no
select
    month, is_complete, net_sales, sales_amount, refund_amount, member_net_sales, orders, member_orders, items, customers,
    new_customers, repeat_customers, stores, member_share, avg_basket, items_per_order, avg_item_price, refund_share, repeat_rate
from {{ ref('month_figures') }}
where scope = 'chain'
