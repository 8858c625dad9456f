-- closed_month_report: what the page of a closed month shows, as it was when the month was closed.
-- zh-CN: 结账月份那一页上的数字，保持结账时的样子
-- grain: one row per closed month, scope, scope id and month of the figures
-- key: month, scope, scope_id, figures_month
-- definition: For every month up to periods.closed_through: the figures of the month itself (figures_month = month), those
--   beside which they stand (stores and regions: the month before and the same month of last year; the chain: the twelve
--   months before), and names as they were. Once a build has published a month closed, its rows come from
--   state/closed/ and do not change again; until then they are the current ones.
-- zh-CN definition: 结账截止月份 {periods.closed_through}和以前的每个月都有：当月的数字，以及放在旁边比较的数字，店名
--   也用当时的。门店和大区旁边是上个月和去年同月，全部门店旁边是之前的十二个月。结账后发布过一次，数字就从存下的那份
--   取，不再改动；在那之前是现在的数字。
-- column month: first day of the closed month
-- column closed_as_of: newest day of the data when the month was closed
-- column scope: store, region or chain
-- column scope_id: store id, region name, or empty for the chain
-- column name: name of the store when the month was closed; empty for regions and the chain
-- column figures_month: first day of the month the figures belong to
-- column net_sales: sales less refunds posted plus exchanges, project currency
-- column orders: transactions with at least one sale line
-- column customers: identified people with a purchase
-- column new_customers: people whose first purchase anywhere in the chain falls here
-- column stores: stores with at least one order
-- column adjustments: adjustments of earlier months that were posted in figures_month, project currency; not part of net_sales
-- publishable: no
{%- set figures = [
    'net_sales', 'sales_amount', 'refund_amount', 'orders', 'items', 'customers', 'new_customers', 'stores', 'member_share',
    'avg_basket', 'items_per_order', 'refund_share',
] %}
with frozen as (
    select month, closed_as_of, scope, scope_id, name, region, figures_month, adjustments{% for f in figures %}, {{ f }}{% endfor %}
    from {{ source('closed_figures') }}
),
names as (
    select 'store' as scope, store_id as scope_id, coalesce(name, store_id) as name, coalesce(region, '') as region
    from {{ source('stores') }}
),
posted as (
    select 'store' as scope, store_id as scope_id, posted_month, sum(difference) as adjustments
    from {{ source('adjustment_ledger') }}
    group by store_id, posted_month
    union all
    select 'region', n.region, l.posted_month, sum(l.difference)
    from {{ source('adjustment_ledger') }} l
    join names n on n.scope_id = l.store_id
    group by n.region, l.posted_month
    union all
    select 'chain', '', posted_month, sum(difference)
    from {{ source('adjustment_ledger') }}
    group by posted_month
),
current_figures as (
    select
        f.scope, f.scope_id, coalesce(n.name, '') as name,
        case f.scope when 'region' then f.scope_id else coalesce(n.region, '') end as region, f.month as figures_month,
        cast(coalesce(p.adjustments, 0) as decimal(18, 2)) as adjustments{% for f in figures %}, f.{{ f }}{% endfor %}
    from {{ ref('month_figures') }} f
    left join names n on n.scope = f.scope and n.scope_id = f.scope_id
    left join posted p on p.scope = f.scope and p.scope_id = f.scope_id and p.posted_month = f.month
),
official as (
    select scope, scope_id, name, region, figures_month, adjustments{% for f in figures %}, {{ f }}{% endfor %}
    from frozen
    where figures_month = month
    union all
    select scope, scope_id, name, region, figures_month, adjustments{% for f in figures %}, {{ f }}{% endfor %}
    from current_figures
    where figures_month not in (select month from frozen)
),
closing as (
    select distinct figures_month as month
    from current_figures
    where
        scope = 'chain' and figures_month <= try_cast({{ var('periods.closed_through') }} || '-01' as date)
        and figures_month not in (select month from frozen)
)
select month, closed_as_of, scope, scope_id, name, region, figures_month, adjustments{% for f in figures %}, {{ f }}{% endfor %}
from frozen
union all
select
    c.month, {{ var('as_of') }} as closed_as_of, o.scope, o.scope_id, o.name, o.region, o.figures_month,
    o.adjustments{% for f in figures %}, o.{{ f }}{% endfor %}
from closing c
join official o
    on o.figures_month in (c.month, {{ sql.add_months('c.month', '-1') }}, {{ sql.add_months('c.month', '-12') }})
    or (o.scope = 'chain' and o.figures_month between {{ sql.add_months('c.month', '-12') }} and c.month)
