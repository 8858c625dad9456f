-- points_liability: what the points still out there may cost.
-- zh-CN: 没用掉的积分值多少钱
-- grain: one row per scope and scope id
-- key: scope, scope_id
-- definition: Outstanding is the sum of positive balances. Of the lots whose last day lay in the 24 months before today, the share
--   that expired unused is expected of the others too: liability = outstanding × point value × (1 − that share), the chain's share
--   for every store. Without such lots nothing is taken off.
-- zh-CN definition: 未用积分是余额为正的合计。最后一天在今天之前 24 个月里的批次，过期没用掉的比例，也用来估计其他批次：
--   积分负债 = 未用积分 × 一分的价值 ×（1 − 这个比例），各店都用全部门店的比例。没有到期过的批次，就不减。
-- column outstanding: points
-- column face_value: outstanding × point value, project currency
-- column matured: points of the lots that ended in 24 months
-- column breakage: share of them that expired unused; null = no lot has ended yet
-- column liability: project currency
-- column debt: points used or taken back beyond balances
-- column members: people with a positive balance
-- publishable: no
with ended as (
    select sum(received) as matured, sum(expired) as expired
    from {{ ref('points_lots') }}
    where
        kind in ('earn', 'restore', 'opening', 'adjust', 'merge') and expires_on < {{ var('today') }}
        and expires_on >= {{ sql.add_months(var('today'), '-24') }}
),
share as (
    select matured, {{ sql.ratio('expired', 'matured', 6) }} as breakage
    from ended
),
balances as (
    select 'chain' as scope, '' as scope_id, balance
    from {{ ref('points_balances') }}
    union all
    select 'store', store_id, balance
    from {{ ref('points_balances') }}
    where store_id is not null
),
sums as (
    select
        scope, scope_id,
        coalesce(sum(balance) filter (where balance > 0), 0) as outstanding,
        coalesce(sum(-balance) filter (where balance < 0), 0) as debt,
        count(*) filter (where balance > 0) as members
    from balances
    group by scope, scope_id
)
{%- set worth = "cast('" ~ var('loyalty.point_value') ~ "' as decimal(12, 6))" %}
select
    s.scope, s.scope_id, cast(s.outstanding as decimal(18, 2)) as outstanding,
    cast(round(s.outstanding * {{ worth }}, 2) as decimal(18, 2)) as face_value,
    cast(coalesce(h.matured, 0) as decimal(18, 2)) as matured, h.breakage,
    cast(round(s.outstanding * {{ worth }} * (1 - coalesce(h.breakage, 0)), 2) as decimal(18, 2)) as liability,
    cast(s.debt as decimal(18, 2)) as debt, cast(s.members as integer) as members
from sums s
cross join share h
