-- points_expiring: whose points end soon, and how many.
-- zh-CN: 谁的积分快过期，有多少
-- grain: one row per person and last day
-- key: person_id, expires_on
-- definition: Points that can be used today and whose last day lies within loyalty.warn_days.
-- zh-CN definition: 今天能用、最后一天在 {loyalty.warn_days} 天之内的积分。
-- column expires_on: last day on which they can be used
-- column worth: points × loyalty.point_value, project currency
-- publishable: no
select
    l.person_id, l.expires_on, p.home_store_id as store_id, cast(sum(l.remaining) as decimal(18, 2)) as points,
    cast(round(sum(l.remaining) * cast('{{ var('loyalty.point_value') }}' as decimal(12, 6)), 2) as decimal(18, 2)) as worth
from {{ ref('points_lots') }} l
join {{ ref('people') }} p on p.person_id = l.person_id
where
    l.remaining > 0 and l.available_on <= {{ var('today') }}
    and l.expires_on between {{ var('today') }} and {{ sql.add_days(var('today'), var('loyalty.warn_days')) }}
group by l.person_id, l.expires_on, p.home_store_id
