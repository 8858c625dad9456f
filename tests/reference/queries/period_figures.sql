select scope, scope_id, period, period_from, period_to, net_sales, sales_amount, refund_amount, member_net_sales, orders, items, customers,
    new_customers, repeat_customers, member_share, avg_basket, items_per_order, avg_item_price, refund_share, repeat_rate
from period_figures
where scope in ('store', 'chain')
order by scope, scope_id, period
