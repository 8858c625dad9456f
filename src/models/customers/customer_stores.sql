-- customer_stores: the stores each person bought in, and which one is the home store.
-- zh-CN: 每位顾客在哪些门店买过，哪家是常去门店
-- grain: one row per person and store with at least one purchase
-- key: person_id, store_id
-- definition: The stores where the purchases were made, also those that another one took over from since: who belonged to
--   such a store may have a home store without a row here. See customer_homes.
-- zh-CN definition: 按实际购买的门店列，后来由别家接替的门店也照列。所以原店由别家接替的顾客，常去门店可能是他还没去
--   买过的那家，这里就没有那家的行。
-- column purchase_days: days with at least one purchase there
-- column purchase_days_365: the same in the 365 days to as_of, as_of included
-- column orders: orders with a purchase there
-- column last_order_on: day of the latest purchase there
-- column is_home: this store is the person's home store
-- publishable: no
select
    d.person_id, d.store_id, d.purchase_days, d.purchase_days_365, d.orders, d.last_order_on,
    d.store_id = h.home_store_id as is_home
from {{ ref('customer_store_days') }} d
join {{ ref('customer_homes') }} h on h.person_id = d.person_id
