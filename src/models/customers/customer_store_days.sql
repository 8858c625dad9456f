-- customer_store_days: how often each person bought in each store, in all and in each of the last two years.
-- zh-CN: 每位顾客在每家店买了几天，近两年单独数
-- grain: one row per person and store with at least one purchase
-- key: person_id, store_id
-- definition: The stores where the purchases were made, also those that another one took over from since. The base of
--   customer_homes and customer_stores.
-- zh-CN definition: 按实际购买的门店算，后来由别家接替的门店也照列。购买天数有三种：全部历史的、到统计日为止 365 天的、
--   再往前 365 天的。常去门店（customer_homes）和去过的门店（customer_stores）都从这里来。
-- column purchase_days: days with at least one purchase there
-- column purchase_days_365: the same in the 365 days to as_of, as_of included
-- column purchase_days_before: the same in the 365 days before those
-- column orders: orders with a purchase there
-- column last_order_on: day of the latest purchase there
-- column last_order_at: time of the latest purchase there
-- column last_before_at: time of the latest purchase there in the 365 days before
-- publishable: no
{%- set year_ago = sql.add_days(var('as_of'), '-364') %}
{%- set two_years_ago = sql.add_days(var('as_of'), '-729') %}
with days as (
    select person_id, store_id, ordered_on, count(*) as orders, max(ordered_at) as last_at
    from {{ ref('order_postings') }}
    where is_purchase and person_id is not null
    group by person_id, store_id, ordered_on
)
select
    person_id, store_id,
    cast(count(*) as integer) as purchase_days,
    cast(count(*) filter (where ordered_on >= {{ year_ago }}) as integer) as purchase_days_365,
    cast(count(*) filter (where ordered_on >= {{ two_years_ago }} and ordered_on < {{ year_ago }}) as integer) as purchase_days_before,
    cast(sum(orders) as integer) as orders,
    max(ordered_on) as last_order_on,
    max(last_at) as last_order_at,
    max(last_at) filter (where ordered_on >= {{ two_years_ago }} and ordered_on < {{ year_ago }}) as last_before_at
from days
group by person_id, store_id
