-- portrait_months: net sales of the people with a page, month by month.
-- zh-CN: 有专页的顾客，每个月的净销售额
-- grain: one row per person and month
-- key: person_id, month
-- definition: The 24 months to as_of, refunds taken back in the month of the sale; months without a purchase are 0.
-- zh-CN definition: 看到统计日为止的 24 个月，退货从当初卖出的那个月减去。没有购买的月份是 0。
-- column month: first day of the month
-- column net_sales: project currency
-- publishable: no
with months as (
    select {{ sql.month_start('n') }} as month
    from (select {{ sql.each_number(sql.month_no(var('as_of')) ~ ' - 23', sql.month_no(var('as_of'))) }} as n) x
),
spent as (
    select d.person_id, {{ sql.month_start(sql.month_no('d.day')) }} as month, sum(d.net_sales) as net_sales, sum(d.orders) as orders
    from {{ ref('customer_days') }} d
    join {{ ref('portrait_people') }} w on w.person_id = d.person_id
    group by d.person_id, {{ sql.month_start(sql.month_no('d.day')) }}
)
select
    w.person_id, m.month, cast(coalesce(s.net_sales, 0) as decimal(18, 2)) as net_sales, cast(coalesce(s.orders, 0) as integer) as orders
from {{ ref('portrait_people') }} w
cross join months m
left join spent s on s.person_id = w.person_id and s.month = m.month
