-- figure_changes: the key figures of the current period beside those of the release before.
-- zh-CN: 本期主要数字，和上一版发布的相比
-- grain: one row per store; no store = the whole chain
-- key: store_id
-- definition: What the release before published stands in <figure>_before, as it was computed then: another as_of, and so
--   another period, counts as a change too. Null where a figure was not there. See release_before for its dates.
-- zh-CN definition: 上一版的数字照当时发布的样子。两版的统计日不同、期间也就不同，这样的差别也算变化。哪一版没有这个
--   数字，就是空的。
-- column store_id: null = the whole chain
-- column net_sales_before: net sales as published by the release before, project currency
-- column net_sales_now: net sales of this build, project currency
-- column sales_growth: change of the two, as a share; null when there was nothing before
-- column orders_before: orders as published by the release before
-- column orders_now: orders of this build
-- column customers_before: identified people with a purchase, as published by the release before
-- column customers_now: identified people with a purchase, in this build
-- publishable: no
with now as (
    select cast(null as varchar) as store_id, cast(null as varchar) as store_name, net_sales, orders, customers
    from {{ ref('chain_summary') }}
    union all
    select store_id, name, net_sales, orders, customers
    from {{ ref('store_summary') }}
),
earlier as (
    select
        store_id,
        max(value) filter (where figure = 'net_sales') as net_sales,
        cast(max(value) filter (where figure = 'orders') as bigint) as orders,
        cast(max(value) filter (where figure = 'customers') as bigint) as customers
    from {{ source('release_figures') }}
    group by store_id
)
select
    coalesce(n.store_id, e.store_id) as store_id, coalesce(n.store_name, e.store_id) as store_name,
    cast(e.net_sales as decimal(18, 2)) as net_sales_before, cast(n.net_sales as decimal(18, 2)) as net_sales_now,
    case when e.net_sales > 0 then
        {{ sql.ratio('(n.net_sales - e.net_sales)', 'e.net_sales', 6) }}
    end as sales_growth,
    e.orders as orders_before, cast(n.orders as bigint) as orders_now,
    e.customers as customers_before, cast(n.customers as bigint) as customers_now
from now n
full join earlier e on e.store_id is not distinct from n.store_id
