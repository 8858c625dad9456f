-- points_lots: every portion of points, what became of it and how long the rest lasts.
-- zh-CN: 每一批积分，用了多少，还剩多少，哪天到期
-- grain: one row per person and lot
-- key: person_id, lot_id
-- definition: The entries of points_ledger by lot. A lot is made by one entry; points are used, taken back and expire lot by lot.
--   The lot debt holds what was used or taken back beyond the balance, negative until later points make up for it.
-- zh-CN definition: 把 points_ledger 按批次合起来。一批由一笔记录产生，之后的使用、收回、过期都记在批次上。批次 debt 是用
--   超了或者收回时不够的，负数，以后得的积分先补它。
-- column kind: how it came: earn, restore, opening, adjust, merge, or debt
-- column received: points that came in
-- column used: redeemed, adjusted or carried away
-- column expired: points that ended unused
-- column taken_back: reversed after refunds
-- column settled: given for a debt
-- column remaining: points still there; negative for a debt
-- column expires_on: last day; null = never
-- publishable: no
with lots as (
    select
        person_id, lot_id,
        first(kind order by entry_no) as kind,
        first(l.at order by l.entry_no) as at,
        first(transaction_id order by entry_no) as transaction_id,
        first(store_id order by entry_no) as store_id,
        first(available_on order by entry_no) as available_on,
        first(expires_on order by entry_no) as expires_on,
        sum(points) filter (where points > 0) as received,
        sum(-points) filter (where points < 0 and kind in ('redeem', 'adjust', 'merge')) as used,
        sum(-points) filter (where kind = 'expire') as expired,
        sum(-points) filter (where kind = 'reverse') as taken_back,
        sum(-points) filter (where points < 0 and kind = 'settle') as settled,
        sum(points) as remaining
    from {{ ref('points_ledger') }} l
    where lot_id is not null
    group by person_id, lot_id
)
select
    person_id, lot_id, case when lot_id = 'debt' then 'debt' else kind end as kind, l.at, transaction_id, store_id,
    case when lot_id <> 'debt' then available_on end as available_on, case when lot_id <> 'debt' then expires_on end as expires_on,
    cast(coalesce(received, 0) as decimal(18, 2)) as received,
    cast(coalesce(used, 0) as decimal(18, 2)) as used,
    cast(coalesce(expired, 0) as decimal(18, 2)) as expired,
    cast(coalesce(taken_back, 0) as decimal(18, 2)) as taken_back,
    cast(coalesce(settled, 0) as decimal(18, 2)) as settled,
    cast(remaining as decimal(18, 2)) as remaining
from lots l
