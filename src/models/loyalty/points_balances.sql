-- points_balances: the points of every person today.
-- zh-CN: 每位顾客今天有多少积分
-- grain: one row per person with an entry in the ledger
-- key: person_id
-- definition: Balance is the sum of all entries of points_ledger. Pending: earned within the days in which goods may be returned,
--   not usable yet. Expiring: usable points whose last day lies within loyalty.warn_days of today.
-- zh-CN definition: 余额是 points_ledger 全部记录的合计。待生效：还在退货期里，不能用。快过期：最后一天在今天起
--   {loyalty.warn_days} 天之内的可用积分。
-- column balance: points; negative where more was used or taken back than there was
-- column available: points that can be used today
-- column pending: points that cannot be used yet
-- column expiring: points whose last day lies within loyalty.warn_days
-- column next_expiry_on: next last day of any of them; null = never
-- column earned: earned on sales since the ledger begins, before refunds
-- column used: redeemed since the ledger begins
-- column expired: expired since the ledger begins
-- publishable: no
with lots as (
    select
        person_id,
        sum(remaining) as balance,
        sum(remaining) filter (where remaining > 0 and available_on <= {{ var('today') }}) as available,
        sum(remaining) filter (where remaining > 0 and available_on > {{ var('today') }}) as pending,
        sum(remaining) filter (
            where remaining > 0 and available_on <= {{ var('today') }}
            and expires_on <= {{ sql.add_days(var('today'), var('loyalty.warn_days')) }}
        ) as expiring,
        min(expires_on) filter (where remaining > 0) as next_expiry_on
    from {{ ref('points_lots') }}
    group by person_id
),
flows as (
    select
        person_id, sum(points) filter (where kind = 'earn') as earned, sum(-points) filter (where kind = 'redeem') as used,
        sum(-points) filter (where kind = 'expire') as expired, max(l.at) filter (where kind <> 'expire') as last_at
    from {{ ref('points_ledger') }} l
    group by person_id
)
select
    l.person_id, p.home_store_id as store_id,
    cast(l.balance as decimal(18, 2)) as balance,
    cast(coalesce(l.available, 0) as decimal(18, 2)) as available,
    cast(coalesce(l.pending, 0) as decimal(18, 2)) as pending,
    cast(coalesce(l.expiring, 0) as decimal(18, 2)) as expiring,
    l.next_expiry_on,
    cast(coalesce(f.earned, 0) as decimal(18, 2)) as earned,
    cast(coalesce(f.used, 0) as decimal(18, 2)) as used,
    cast(coalesce(f.expired, 0) as decimal(18, 2)) as expired,
    f.last_at
from lots l
join flows f on f.person_id = l.person_id
join {{ ref('people') }} p on p.person_id = l.person_id
