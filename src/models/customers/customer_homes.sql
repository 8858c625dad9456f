-- customer_homes: the store each person belongs to (常去门店), now and a year ago.
-- zh-CN: 每位顾客的常去门店，现在的和一年前的
-- grain: one row per person with at least one purchase
-- key: person_id
-- definition: Home store: most purchase days in the 365 days to as_of; on a tie (also when there is none in 365 days) the
--   store of the latest purchase, then the lowest store id. Days at a store that another one took over from (see
--   store_successors) count for that one. A year ago: the same over the 365 days before those, by the stores as they were
--   then.
-- zh-CN definition: 到统计日为止 365 天里购买日最多的门店；一样多的（这 365 天没买的也是）取最近买过的那家，还一样就
--   取编号小的。门店由另一家接替的，在原店的购买日算接替它的那家的。一年前的，看再往前 365 天，算法一样，门店按当时的
--   算。
-- column home_store_id: the home store, today
-- column bought: bought in the 365 days to as_of
-- column home_before_id: home store of the 365 days before; null without a purchase in them
-- publishable: no
with counted as (
    select
        d.person_id, coalesce(s.heir_id, d.store_id) as store_id, coalesce(s.heir_before_id, d.store_id) as store_before_id,
        d.purchase_days_365, d.purchase_days_before, d.last_order_on, d.last_order_at, d.last_before_at
    from {{ ref('customer_store_days') }} d
    left join {{ ref('store_successors') }} s on s.store_id = d.store_id
),
now as (
    select
        person_id, store_id, sum(purchase_days_365) as days, max(last_order_on) as last_order_on, max(last_order_at) as last_at
    from counted
    group by person_id, store_id
),
home as (
    select person_id, store_id, sum(days) over (partition by person_id) > 0 as bought
    from now
    qualify row_number() over (
        partition by person_id
        order by days desc nulls last, last_order_on desc nulls last, last_at desc nulls last, store_id nulls last
    ) = 1
),
before as (
    select person_id, store_before_id as store_id, sum(purchase_days_before) as days, max(last_before_at) as last_at
    from counted
    where purchase_days_before > 0
    group by person_id, store_before_id
),
home_before as (
    select person_id, store_id
    from before
    qualify row_number() over (
        partition by person_id order by days desc nulls last, last_at desc nulls last, store_id nulls last
    ) = 1
)
select h.person_id, h.store_id as home_store_id, h.bought, b.store_id as home_before_id
from home h
left join home_before b on b.person_id = h.person_id
