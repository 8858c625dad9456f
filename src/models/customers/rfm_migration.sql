-- rfm_migration: who moved from which RFM group to which.
-- zh-CN: 顾客从哪个 RFM 分群换到了哪个
-- grain: one row per grouping and pair of groups with people
-- key: scheme, from_segment, to_segment
-- definition: From rfm_before to customer_rfm, both by today's cuts; outside = no purchase in the window.
-- zh-CN definition: 从 {rfm.compare_days} 天前（rfm_before）到统计日（customer_rfm），两边都用今天的分界。“不在统计期
--   内”是指那时的 RFM 期间里没有购买。
-- column scheme: rfm_grid or rfm_cell
-- column from_segment: rfm.compare_days before as_of
-- column to_segment: on as_of
-- column customers: people
-- column share: of those in from_segment
-- publishable: no
with moves as (
    select coalesce(b.grid, 'outside') as from_grid, coalesce(n.grid, 'outside') as to_grid, coalesce(b.cell, 'outside') as from_cell, coalesce(n.cell, 'outside') as to_cell
    from {{ ref('rfm_before') }} b
    full join {{ ref('customer_rfm') }} n on n.person_id = b.person_id
),
counted as (
    select 'rfm_grid' as scheme, from_grid as from_segment, to_grid as to_segment, count(*) as customers
    from moves
    group by from_grid, to_grid
    union all
    select 'rfm_cell', from_cell, to_cell, count(*)
    from moves
    group by from_cell, to_cell
),
totals as (
    select scheme, from_segment, sum(customers) as customers
    from counted
    group by scheme, from_segment
)
select
    c.scheme, c.from_segment, c.to_segment, cast(c.customers as integer) as customers,
    {{ sql.ratio('c.customers', 't.customers', 6) }} as share
from counted c
join totals t on t.scheme = c.scheme and t.from_segment = c.from_segment
