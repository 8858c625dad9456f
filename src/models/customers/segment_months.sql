-- segment_months: what the people who are in a segment today bought, month by month.
-- zh-CN: 今天在各分群里的人，过去每个月买了多少
-- grain: one row per scheme, segment and month, the last thirteen
-- key: scheme, code, month
-- definition: By the segments of today, so the line shows where these people come from. Sales count on the day of the original
--   sale.
-- zh-CN definition: 按今天的分群往回看十三个月，看得出这些人是怎么走过来的。销售和退货都算在当初卖出那天。
-- column buyers: people with a purchase day in the month
-- column net_sales: project currency
-- publishable: no
with months as (
    select person_id, {{ sql.month_no('day') }} as month_no, bool_or(is_purchase_day) as bought, sum(net_sales) as net_sales
    from {{ ref('customer_days') }}
    where {{ sql.month_no('day') }} >= {{ sql.month_no(var('as_of')) }} - 12
    group by person_id, {{ sql.month_no('day') }}
)
select
    s.scheme, s.segment, s.code, {{ sql.month_start('m.month_no') }} as month, cast(count(*) filter (where m.bought) as integer) as buyers,
    cast(sum(m.net_sales) as decimal(18, 2)) as net_sales
from {{ ref('customer_segments') }} s
join months m on m.person_id = s.person_id
group by s.scheme, s.segment, s.code, m.month_no
