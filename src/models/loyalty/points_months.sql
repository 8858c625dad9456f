-- points_months: points earned, used, taken back and expired, month by month.
-- zh-CN: 每月发了多少积分，用了、收回、过期多少
-- grain: one row per scope, scope id and month
-- key: scope, scope_id, month
-- definition: Entries of points_ledger by the month in which they were posted, for the chain (scope_id '') and each person's usual
--   store. Outstanding is the balance of all at the end of the month.
-- zh-CN definition: points_ledger 的记录按入账月份合计，全部门店（scope_id 是空的）和顾客常去的门店各一份。未用积分是月底全
--   部余额。
-- column earned: on sales, points
-- column used: redeemed, points
-- column taken_back: reversed after refunds less restored, points
-- column expired: points
-- column other: opening balances, adjustments and points carried between cards, points
-- column outstanding: points at the end of the month
-- publishable: no
with entries as (
    select {{ sql.month_no('l.at') }} as month_no, p.home_store_id as store_id, l.kind, sum(l.points) as points
    from {{ ref('points_ledger') }} l
    join {{ ref('people') }} p on p.person_id = l.person_id
    where l.points <> 0 and l.kind <> 'settle'
    group by {{ sql.month_no('l.at') }}, p.home_store_id, l.kind
),
scopes as (
    select 'chain' as scope, '' as scope_id, month_no, kind, points
    from entries
    union all
    select 'store', store_id, month_no, kind, points
    from entries
    where store_id is not null
),
sums as (
    select
        scope, scope_id, month_no,
        coalesce(sum(points) filter (where kind = 'earn'), 0) as earned,
        coalesce(sum(-points) filter (where kind = 'redeem'), 0) as used,
        coalesce(sum(-points) filter (where kind in ('reverse', 'restore')), 0) as taken_back,
        coalesce(sum(-points) filter (where kind = 'expire'), 0) as expired,
        coalesce(sum(points) filter (where kind in ('opening', 'adjust', 'merge')), 0) as other,
        sum(points) as net
    from scopes
    group by scope, scope_id, month_no
)
select
    scope, scope_id, {{ sql.month_start('month_no') }} as month,
    cast(earned as decimal(18, 2)) as earned, cast(used as decimal(18, 2)) as used, cast(taken_back as decimal(18, 2)) as taken_back,
    cast(expired as decimal(18, 2)) as expired, cast(other as decimal(18, 2)) as other,
    cast(sum(net) over (partition by scope, scope_id order by month_no) as decimal(18, 2)) as outstanding
from sums
