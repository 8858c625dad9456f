select as_of, period_from, period_to, data_until, open_stores, active_stores, people, buyers, net_sales, net_sales_previous,
    net_sales_last_year, avg_basket_previous, comparable_stores, comparable_net_sales, comparable_net_sales_previous,
    comparable_growth_previous, comparable_stores_last_year, comparable_net_sales_now, comparable_net_sales_last_year,
    comparable_growth_last_year
from chain_summary
