-- basket_products: the products that were sold, numbered, and which of them can be offered.
-- zh-CN: 卖过的商品编上号，并标明现在能不能推荐
-- grain: one row per sku with a sale line
-- key: sku_no
-- definition: On the shelf: not after shelf_to nor before shelf_from of the product list, and sold within 180 days of as_of.
-- zh-CN definition: 能推荐，是指统计日在商品表写的上架、下架日期之内，而且最近 180 天卖出过。没有写上架、下架日期的，
--   不受日期限制。
-- column sku_no: 1 = the lowest sku
-- column durable: nobody needs it twice, by the product list
-- column available: on the shelf
-- publishable: no
with listed as (
    select sku, bool_or(durable) as durable, min(shelf_from) as shelf_from, max(shelf_to) as shelf_to
    from {{ source('products') }}
    where sku is not null
    group by sku
)
select
    cast(row_number() over (order by s.sku) as integer) as sku_no, s.sku, s.name, s.category, coalesce(p.durable, false) as durable,
    coalesce(p.shelf_from <= {{ var('as_of') }}, true) and coalesce(p.shelf_to >= {{ var('as_of') }}, true)
        and s.last_sold_on > {{ sql.add_days(var('as_of'), -180) }} as available
from {{ ref('product_summary') }} s
left join listed p on p.sku = s.sku
where s.first_sold_on is not null
