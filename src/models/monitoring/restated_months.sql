-- restated_months: months that the release before had published and whose net sales are others now.
-- zh-CN: 上一版发布过、现在净销售额变了的月份
-- grain: one row per store and month
-- key: store_id, month
-- definition: Months that were complete in the release before, of the 24 months it kept. A sale that came late, a refund
--   posted back or a corrected file restates a month; a month a store had no row for counts as nothing.
-- zh-CN definition: 只看上一版时已经过完的月份，最多 24 个月。晚到的销售、补记的退货、改正过的文件，都会让以前的月份
--   变化。门店某个月没有数据的，按 0 算。
-- column month: first day of the month
-- column net_sales_before: net sales as published by the release before, project currency
-- column net_sales_now: net sales of this build, project currency
-- column net_sales_change: the difference, project currency
-- publishable: no
with published as (
    select
        cast(date_trunc('month', b.as_of) - interval 24 month as date) as first_month,
        (select max(month) from {{ source('release_months') }}) as last_month
    from {{ source('release_before') }} b
),
now as (
    select m.store_id, m.month, m.net_sales
    from {{ ref('store_months') }} m
    join published p on m.month between p.first_month and p.last_month
),
both_sides as (
    select
        coalesce(b.store_id, n.store_id) as store_id, coalesce(b.month, n.month) as month,
        coalesce(b.net_sales, 0) as net_sales_before, coalesce(n.net_sales, 0) as net_sales_now
    from {{ source('release_months') }} b
    full join now n on n.store_id = b.store_id and n.month = b.month
)
select
    r.store_id, coalesce(s.name, r.store_id) as store_name, r.month,
    cast(r.net_sales_before as decimal(18, 2)) as net_sales_before, cast(r.net_sales_now as decimal(18, 2)) as net_sales_now,
    cast(r.net_sales_now - r.net_sales_before as decimal(18, 2)) as net_sales_change
from both_sides r
left join {{ source('stores') }} s on s.store_id = r.store_id
where r.net_sales_before <> r.net_sales_now
