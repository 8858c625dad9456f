-- season_categories: what each store sold of each category in each quarter of the year.
-- grain: store, quarter and category
-- key: season_id, category
-- definition: net sales and lines of one category in one store and quarter
select
    store_id || '-' || quarter(ordered_on) as season_id,
    store_id,
    category,
    quarter(ordered_on)::integer as quarter,
    sum(net_amount) as net_sales,
    count(*) as lines
from {{ ref('order_lines') }}
where category is not null and store_id is not null
group by all
