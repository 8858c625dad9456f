-- person_items: who bought which product on which day.
-- zh-CN: 谁在哪天买了什么商品
-- grain: one row per person, day and product
-- key: person_id, day, sku_no
-- definition: Purchases of the last recommendations.history days.
-- zh-CN definition: 看最近 {recommendations.history} 天、认得出顾客的购买。同一天买几次同一样商品，只算一行；他退过的
--   商品会标出来。
-- column day_no: days since 1970-01-01
-- column refunded: a line of this product was ever given back by the person
-- publishable: no
with refunds as (
    select distinct o.person_id, p.sku_no
    from {{ ref('order_lines') }} o
    join {{ ref('basket_products') }} p on p.sku = o.sku
    where o.is_refund and o.person_id is not null
),
bought as (
    select distinct o.person_id, o.ordered_on as day, p.sku_no
    from {{ ref('order_lines') }} o
    join {{ ref('basket_products') }} p on p.sku = o.sku
    where o.is_purchase and o.person_id is not null
        and o.ordered_on > {{ sql.add_days(var('as_of'), '0 - ' ~ var('recommendations.history')) }} and o.ordered_on <= {{ var('as_of') }}
)
select
    b.person_id, b.day, b.sku_no, cast({{ sql.day_diff("date '1970-01-01'", 'b.day') }} as integer) as day_no, r.sku_no is not null as refunded
from bought b
left join refunds r on r.person_id = b.person_id and r.sku_no = b.sku_no
