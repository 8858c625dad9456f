-- customer_stores: the stores each person bought in, and which one is the home store.
-- grain: one row per person and store with at least one purchase
-- key: person_id, store_id
-- definition: Home store: most purchase days in the 365 days to as_of; on a tie (also when there is none in 365 days) the
--   store of the latest purchase, then the lowest store id.
-- column purchase_days: days with at least one purchase there
-- column purchase_days_365: the same in the 365 days to as_of, as_of included
-- column orders: orders with a purchase there
-- column last_order_on: day of the latest purchase there
-- column is_home: this store is the person's home store
-- publishable: no
with days as (
    select person_id, store_id, ordered_on, count(*) as orders, max(ordered_at) as last_at
    from {{ ref('order_postings') }}
    where is_purchase and person_id is not null
    group by person_id, store_id, ordered_on
),
stores as (
    select
        person_id, store_id,
        cast(count(*) as integer) as purchase_days,
        cast(count(*) filter (where ordered_on >= {{ sql.add_days(var('as_of'), '-364') }}) as integer) as purchase_days_365,
        cast(sum(orders) as integer) as orders,
        max(ordered_on) as last_order_on,
        max(last_at) as last_at
    from days
    group by person_id, store_id
)
select
    person_id, store_id, purchase_days, purchase_days_365, orders, last_order_on,
    row_number() over (
        partition by person_id
        order by purchase_days_365 desc nulls last, last_order_on desc nulls last, last_at desc nulls last, store_id nulls last
    ) = 1 as is_home
from stores
