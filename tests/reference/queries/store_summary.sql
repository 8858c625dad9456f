select store_id, name, region, city, is_open, data_until, net_sales, net_sales_previous, net_sales_last_year, orders, orders_previous,
    comparable_previous, comparable_last_year, home_customers
from store_summary
order by store_id
