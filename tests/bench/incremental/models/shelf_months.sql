-- shelf_months: what each store sold of each category by month.
-- grain: store, category and month
-- key: shelf_id, month
-- definition: net sales and pieces of one category in one store
select
    store_id || '-' || category as shelf_id,
    store_id,
    category,
    date_trunc('month', ordered_on)::date as month,
    sum(net_amount) as net_sales,
    count(*) as lines
from {{ ref('order_lines') }}
where category is not null and store_id is not null
group by all
