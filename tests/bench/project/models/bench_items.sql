-- bench_items: as many items as the variable bench.items says.
-- grain: one row per item
-- key: item_id
select
    'I' || lpad(cast(n as varchar), 6, '0') as item_id,
    cast((n * 7919 % 1000003) / 100.0 as decimal(18, 2)) as net_sales,
    cast((n * 104729 % 1000003) / 100.0 as decimal(18, 2)) as net_sales_previous,
    n % 977 as orders,
    n % 613 as customers
from range({{ var('items') }}) as items(n)
