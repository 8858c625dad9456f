select r.record_id, c.home_store_id, c.first_store_id, c.first_order_on, c.last_order_on, c.recency_days, c.orders,
    c.purchase_days, c.net_sales, c.avg_basket, c.refunds, c.refund_amount, c.refund_share, c.median_gap_days, c.p90_gap_days,
    c.stores_visited, c.channels, c.top_category, c.top_channel
from customer_summary c
join person_records r on r.person_id = c.person_id
order by r.record_id
