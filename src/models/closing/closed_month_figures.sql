-- closed_month_figures: the official figures of the closed months.
-- zh-CN: 已结账月份的正式数字
-- grain: one row per closed month, scope and scope id
-- key: month, scope, scope_id
-- definition: The rows of closed_month_report that belong to the month itself: frozen, they stay what they were when the month
--   was closed. Later changes stand in period_adjustments; month_reconciliation holds both against the current figures.
-- zh-CN definition: 取 closed_month_report 里属于结账当月的数字，结账后不再改动。以后的变化列在跨期调整（
--   period_adjustments）里，两边和现在的数字对账见 month_reconciliation。
-- column month: first day of the closed month
-- column closed_as_of: newest day of the data when the month was closed
-- column scope: store, region or chain
-- column scope_id: store id, region name, or empty for the chain
-- column net_sales: sales less refunds posted plus exchanges, project currency
-- column orders: transactions with at least one sale line
-- column customers: identified people with a purchase
-- column adjustments: adjustments of earlier months that were posted in this month, project currency; not part of net_sales
-- publishable: no
select
    month, closed_as_of, scope, scope_id, name, region, net_sales, sales_amount, refund_amount, orders, items, customers,
    new_customers, stores, member_share, avg_basket, items_per_order, refund_share, adjustments
from {{ ref('closed_month_report') }}
where figures_month = month
