select store_id, rank, sku, name, category, net_sales, items, orders, customers, share from store_best_sellers order by store_id, rank
