select store_id, month, is_complete, net_sales, orders, items, customers, new_customers, repeat_customers, member_share, avg_basket,
    items_per_order, avg_item_price, refund_share
from store_months
order by store_id, month
