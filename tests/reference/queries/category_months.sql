select category, month, net_sales, orders, items, customers, share, refund_share from category_months where month = date '2026-10-01' order by category nulls first
