-- month_reconciliation: closed figures plus adjustments against the current figures, month by month and store by store.
-- zh-CN: 对账：结账数字加调整，是否等于现在的数字
-- grain: one row per closed month and store
-- key: month, store_id
-- definition: net_sales_closed + adjustments = net_sales_current and orders_closed + orders_adjusted = orders_current, exactly;
--   `unexplained` is 0 or the program is wrong. Customers are people and do not add up (one late order may bring a customer who was
--   there anyway, a refund in a later month may take one away), so they are only shown side by side.
-- zh-CN definition: 每个结账月份、每家门店对一次：结账净销售额 + 调整 = 现在的净销售额，订单数也一样，必须分毫不差。
--   对不上的数（unexplained）应是 0，否则就是程序有错。购买顾客数的是人，不能这样相加，只把两边并排列出。
-- column month: first day of the closed month
-- column net_sales_closed: net sales as frozen, project currency
-- column adjustments: net amount of all entries for this month, whenever they were posted
-- column entries: number of entries
-- column net_sales_current: net sales as the data say now
-- column unexplained: net_sales_current less net_sales_closed less adjustments
-- column orders_closed: orders as frozen
-- column orders_adjusted: orders that entries brought or took away
-- column orders_current: orders as the data say now
-- column customers_closed: customers as frozen
-- column customers_current: customers as the data say now
-- publishable: no
with closed as (
    select month, scope_id as store_id, name, region, net_sales, orders, customers
    from {{ ref('closed_month_figures') }}
    where scope = 'store'
),
adjusted as (
    select
        month, store_id, cast(sum(difference) as decimal(18, 2)) as adjustments, cast(count(*) as integer) as entries,
        cast(sum(orders_difference) as integer) as orders_adjusted
    from {{ ref('period_adjustments') }}
    group by month, store_id
),
present as (
    select f.month, f.scope_id as store_id, f.net_sales, f.orders, f.customers
    from {{ ref('month_figures') }} f
    where f.scope = 'store' and f.month in (select month from {{ ref('closed_month_figures') }})
),
keys as (
    select month, store_id from closed
    union
    select month, store_id from adjusted
    union
    select month, store_id from present
),
sides as (
    select
        k.month, k.store_id, coalesce(nullif(c.name, ''), s.name, k.store_id) as store_name, coalesce(nullif(c.region, ''), s.region) as region,
        coalesce(c.net_sales, 0) as net_sales_closed, coalesce(a.adjustments, 0) as adjustments, coalesce(a.entries, 0) as entries,
        coalesce(p.net_sales, 0) as net_sales_current, coalesce(c.orders, 0) as orders_closed,
        coalesce(a.orders_adjusted, 0) as orders_adjusted, coalesce(p.orders, 0) as orders_current,
        coalesce(c.customers, 0) as customers_closed, coalesce(p.customers, 0) as customers_current
    from keys k
    left join closed c on c.month = k.month and c.store_id = k.store_id
    left join adjusted a on a.month = k.month and a.store_id = k.store_id
    left join present p on p.month = k.month and p.store_id = k.store_id
    left join {{ source('stores') }} s on s.store_id = k.store_id
)
select
    month, store_id, store_name, region, net_sales_closed, adjustments, entries, net_sales_current,
    cast(net_sales_current - net_sales_closed - adjustments as decimal(18, 2)) as unexplained,
    orders_closed, orders_adjusted, orders_current, customers_closed, customers_current
from sides
