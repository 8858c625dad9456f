-- product_summary: every product's figures of the current 28 days and of the 28 days before.
-- zh-CN: 每样商品本期的数字，和前期相比
-- grain: one row per sku, of the product list or of any order line; lines without a sku are left out
-- key: sku
-- definition: The 28 days to as_of, as_of included; <figure>_previous: the 28 days before. Refunds count on the day they were
--   posted. Name and category of the product list, else the lowest one on the lines.
-- zh-CN definition: 本期是到统计日为止（含当天）的 {period.days} 天，前期是再往前同样多的天数。退货算在退款那天。名称
--   和品类用商品表的，没有就用交易行上的；没有货号的行不算。
-- column net_sales: sales less refunds posted plus exchanges, project currency
-- column orders: transactions with a sale line of this product
-- column items: units on sale lines
-- column customers: identified people with a purchase of this product
-- column stores: stores that sold it
-- column refund_share: refunds posted per sales posted, by amount
-- column gross_margin: net sales less units at cost, refunded units not put back, project currency; null without a cost
-- column rank: 1 = most net sales in the current period (then most units, then lowest sku); null without a sale
-- column first_sold_on: first day with a sale line
-- column last_sold_on: last day with a sale line
-- column net_sales_all: net sales of all time up to as_of, project currency
-- publishable: no
{%- set days = var('period.days') %}
with per_order as (
    select
        sku,
        case
            when ordered_on >= {{ sql.add_days(var('as_of'), '1 - ' ~ days) }} then 'current'
            when ordered_on >= {{ sql.add_days(var('as_of'), '1 - 2 * ' ~ days) }} then 'previous'
            else 'earlier'
        end as period,
        source, transaction_id,
        min(store_id) as store_id,
        min(person_id) as person_id,
        min(product_name) as name,
        min(category) as category,
        count(*) filter (where is_purchase) > 0 as is_purchase,
        count(*) filter (where is_sale) > 0 as is_sale,
        min(ordered_on) filter (where is_sale) as first_sold_on,
        max(ordered_on) filter (where is_sale) as last_sold_on,
        coalesce(sum(quantity) filter (where is_sale), 0) as items,
        coalesce(sum(amount) filter (where is_sale), 0) as sales_amount,
        coalesce(sum(-amount) filter (where is_refund), 0) as refund_amount,
        sum(net_amount) as net_sales
    from {{ ref('order_lines') }}
    where sku is not null and kind in ('sale', 'refund', 'exchange')
    group by
        sku,
        case
            when ordered_on >= {{ sql.add_days(var('as_of'), '1 - ' ~ days) }} then 'current'
            when ordered_on >= {{ sql.add_days(var('as_of'), '1 - 2 * ' ~ days) }} then 'previous'
            else 'earlier'
        end,
        source, transaction_id
),
sold as (
    select
        sku, min(name) as name, min(category) as category,
        min(first_sold_on) as first_sold_on, max(last_sold_on) as last_sold_on,
        cast(sum(net_sales) as decimal(18, 2)) as net_sales_all
        {%- for period, suffix in [['current', ''], ['previous', '_previous']] %},
        cast(coalesce(sum(net_sales) filter (where period = '{{ period }}'), 0) as decimal(18, 2)) as net_sales{{ suffix }},
        cast(coalesce(sum(sales_amount) filter (where period = '{{ period }}'), 0) as decimal(18, 2)) as sales_amount{{ suffix }},
        cast(coalesce(sum(refund_amount) filter (where period = '{{ period }}'), 0) as decimal(18, 2)) as refund_amount{{ suffix }},
        cast(count(*) filter (where is_sale and period = '{{ period }}') as integer) as orders{{ suffix }},
        cast(coalesce(sum(items) filter (where period = '{{ period }}'), 0) as decimal(18, 3)) as items{{ suffix }},
        cast(count(distinct person_id) filter (where is_purchase and period = '{{ period }}') as integer) as customers{{ suffix }},
        cast(count(distinct store_id) filter (where is_sale and period = '{{ period }}') as integer) as stores{{ suffix }}
        {%- endfor %}
    from per_order
    group by sku
),
listed as (
    select
        coalesce(p.sku, s.sku) as sku, coalesce(p.name, s.name) as name, coalesce(p.category, s.category) as category,
        p.brand, p.price, p.cost, p.durable, p.replenish_days, s.first_sold_on, s.last_sold_on,
        coalesce(s.net_sales_all, 0) as net_sales_all
        {%- for suffix in ['', '_previous'] %}
        {%- for column in ['net_sales', 'sales_amount', 'refund_amount', 'orders', 'items', 'customers', 'stores'] %},
        coalesce(s.{{ column }}{{ suffix }}, 0) as {{ column }}{{ suffix }}
        {%- endfor %}
        {%- endfor %}
    from {{ source('products') }} p
    full join sold s on s.sku = p.sku
)
select
    sku, name, category, brand, price, cost, durable, replenish_days,
    net_sales, sales_amount, refund_amount, orders, items, customers, stores,
    net_sales_previous, sales_amount_previous, refund_amount_previous, orders_previous, items_previous, customers_previous,
    stores_previous,
    {{ sql.ratio('refund_amount', 'sales_amount', 6) }} as refund_share,
    {{ sql.ratio('refund_amount_previous', 'sales_amount_previous', 6) }} as refund_share_previous,
    {{ sql.ratio('net_sales', 'items', 2) }} as avg_item_price,
    cast(round(net_sales - cast(items as decimal(20, 3)) * cost, 2) as decimal(18, 2)) as gross_margin,
    case when orders > 0 then cast(row_number() over (
        order by orders > 0 desc nulls last, net_sales desc nulls last, items desc nulls last, sku nulls last
    ) as integer) end as rank,
    first_sold_on, last_sold_on, net_sales_all
from listed
