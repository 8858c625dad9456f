-- store_best_sellers: the products each store sold most of in the current 28 days.
-- zh-CN: 每家店本期卖得最多的商品
-- grain: one row per store and rank
-- key: store_id, rank
-- definition: The 28 days to as_of, as_of included. Ranked by net sales, then units, then the lowest sku; lines without a sku
--   and products without a sale line are left out. How many are listed is best_sellers.count.
-- zh-CN definition: 本期是到统计日为止（含当天）的 {period.days} 天，每家店列 {best_sellers.count}样。先比净销售额，再
--   比件数，再看货号。没有货号的行、本期一件没卖的商品不列。
-- column net_sales: sales less refunds posted plus exchanges, project currency
-- column items: units on sale lines
-- column orders: transactions with a sale line of this product
-- column customers: identified people with a purchase of this product
-- column share: net sales per net sales of the store's products with a sku in the period
-- publishable: no
with per_order as (
    select
        store_id, sku, source, transaction_id,
        min(person_id) as person_id,
        min(product_name) as product_name,
        min(category) as category,
        bool_or(is_purchase) as is_purchase,
        bool_or(is_sale) as is_sale,
        coalesce(sum(quantity) filter (where is_sale), 0) as items,
        sum(net_amount) as net_sales
    from {{ ref('order_lines') }}
    where
        sku is not null and kind in ('sale', 'refund', 'exchange')
        and ordered_on >= {{ sql.add_days(var('as_of'), '1 - ' ~ var('period.days')) }}
    group by store_id, sku, source, transaction_id
),
sold as (
    select
        store_id, sku, min(product_name) as product_name, min(category) as category,
        cast(sum(net_sales) as decimal(18, 2)) as net_sales,
        cast(sum(items) as decimal(18, 3)) as items,
        cast(count(*) filter (where is_sale) as integer) as orders,
        cast(count(distinct person_id) filter (where is_purchase) as integer) as customers
    from per_order
    group by store_id, sku
),
ranked as (
    select
        store_id, sku, product_name, category, net_sales, items, orders, customers,
        cast(sum(net_sales) over (partition by store_id) as decimal(18, 2)) as store_net_sales,
        cast(row_number() over (
            partition by store_id
            order by orders > 0 desc nulls last, net_sales desc nulls last, items desc nulls last, sku nulls last
        ) as integer) as rank
    from sold
)
select
    r.store_id, r.rank, r.sku, coalesce(p.name, r.product_name) as name, coalesce(p.category, r.category) as category,
    r.net_sales, r.items, r.orders, r.customers,
    case when r.store_net_sales > 0 then {{ sql.ratio('r.net_sales', 'r.store_net_sales', 6) }} end as share
from ranked r
left join {{ source('products') }} p on p.sku = r.sku
where r.orders > 0 and r.rank <= {{ var('best_sellers.count') }}
