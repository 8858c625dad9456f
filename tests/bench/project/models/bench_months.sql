-- bench_months: twenty months of every item.
-- grain: one row per item and month
-- key: item_id, month
select
    item_id,
    cast(date '2025-01-01' + to_months(cast(m as integer)) as date) as month,
    cast((hash(item_id, m) % 1000000) / 100.0 as decimal(18, 2)) as net_sales,
    cast(hash(item_id, m, 1) % 500 as integer) as orders,
    cast(hash(item_id, m, 2) % 300 as integer) as customers
from {{ ref('bench_items') }}
cross join range(20) as months(m)
