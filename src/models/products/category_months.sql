-- category_months: what each product category sold, month by month, in the whole chain.
-- zh-CN: 全部门店每个月各品类卖了多少
-- grain: one row per category and month with at least one line
-- key: category, month
-- definition: Refunds count on the day they were posted. Lines without a category stand under an empty category, so that
--   the months add up to the chain.
-- zh-CN definition: 退货算在退款那天。品类先看交易行上写的，没有写就看商品表。都没有的列在空的品类下，所以各品类加起
--   来等于全部门店。
-- column category: category of the line, else of the product; null = unknown
-- column month: first day of the month
-- column net_sales: sales less refunds posted plus exchanges, project currency
-- column orders: transactions with a sale line of this category
-- column items: units on sale lines
-- column customers: identified people with a purchase in this category
-- column share: net sales per net sales of all categories in the month; null when those are not positive
-- column avg_item_price: net sales per unit, project currency
-- column refund_share: refunds posted per sales posted, by amount
-- publishable: no
with per_order as (
    select
        category, {{ sql.month_no('ordered_on') }} as month_no, source, transaction_id,
        min(person_id) as person_id,
        count(*) filter (where is_purchase) > 0 as is_purchase,
        count(*) filter (where is_sale) > 0 as is_sale,
        sum(quantity) filter (where is_sale) as items,
        sum(amount) filter (where is_sale) as sales_amount,
        sum(-amount) filter (where is_refund) as refund_amount,
        sum(net_amount) as net_sales
    from {{ ref('order_lines') }}
    where kind in ('sale', 'refund', 'exchange')
    group by category, {{ sql.month_no('ordered_on') }}, source, transaction_id
),
months as (
    select
        category, month_no,
        cast(sum(net_sales) as decimal(18, 2)) as net_sales,
        cast(coalesce(sum(sales_amount), 0) as decimal(18, 2)) as sales_amount,
        cast(coalesce(sum(refund_amount), 0) as decimal(18, 2)) as refund_amount,
        cast(count(*) filter (where is_sale) as integer) as orders,
        cast(coalesce(sum(items), 0) as decimal(18, 3)) as items,
        cast(count(distinct person_id) filter (where is_purchase) as integer) as customers
    from per_order
    group by category, month_no
),
totals as (
    select month_no, cast(sum(net_sales) as decimal(18, 2)) as net_sales
    from months
    group by month_no
)
select
    m.category, {{ sql.month_start('m.month_no') }} as month, m.net_sales, m.sales_amount, m.refund_amount, m.orders, m.items,
    m.customers,
    case when t.net_sales > 0 then {{ sql.ratio('m.net_sales', 't.net_sales', 6) }} end as share,
    {{ sql.ratio('m.net_sales', 'm.items', 2) }} as avg_item_price,
    {{ sql.ratio('m.refund_amount', 'm.sales_amount', 6) }} as refund_share
from months m
join totals t on t.month_no = m.month_no
