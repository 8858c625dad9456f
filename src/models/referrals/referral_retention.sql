-- referral_retention: whether new customers who were brought by others stay, beside all other new customers.
-- zh-CN: 朋友介绍来的新顾客，和其他新顾客比，留下来的多不多
-- grain: one row per scope (chain, store), scope id and origin
-- key: scope, scope_id, origin
-- definition: People whose first sale lies 90 to 454 days before as_of, so that everybody could be watched for 90 days; the first 90 days of
--   the data are left out when the data begin in that time. Came back: another purchase on a later day, at most 90 days after the first sale. By the home store of the new customer. The two groups differ in more than the referral: a
--   comparison, not a cause.
-- zh-CN definition: 首次购买在统计日之前 90 到 454 天的人，都看得满 90 天；数据开头的 90 天不算，那时候看不出谁是新顾客。再来：首次购买之
--   后 90 天里、另一天又买过。按新顾客的常去门店。两组人的差别不只是有没有人介绍：只能比较，不能当作原因。
-- column origin: referred or other
-- column customers: people watched
-- column came_back_low: lower end of the 95 % interval of the share (Wilson)
-- column came_back_high: upper end
-- column net_sales_90d: net sales from the first sale to 90 days later, per person, project currency
-- publishable: no
with begun as (
    select min(ordered_on) as data_from
    from {{ ref('order_postings') }}
),
firsts as (
    select p.person_id, min(p.ordered_on) as first_on
    from {{ ref('order_postings') }} p
    where p.is_sale and p.person_id is not null
    group by p.person_id
),
watched as (
    select f.person_id, f.first_on, h.home_store_id as store_id, case when a.is_attributed then 'referred' else 'other' end as origin
    from firsts f
    cross join begun b
    join {{ ref('people') }} h on h.person_id = f.person_id
    left join {{ ref('referral_outcomes') }} a on a.person_id = f.person_id
    where
        f.first_on between {{ sql.add_days(var('as_of'), '-454') }} and {{ sql.add_days(var('as_of'), '-90') }}
        and f.first_on >= {{ sql.add_days('b.data_from', '90') }}
        and exists (select 1 from {{ ref('referral_outcomes') }} o where o.is_attributed)
),
seen as (
    select
        w.person_id, w.store_id, w.origin, count(*) filter (where d.is_purchase_day and d.day > w.first_on) > 0 as came_back,
        coalesce(sum(d.net_sales), 0) as net_sales
    from watched w
    left join {{ ref('customer_days') }} d
        on d.person_id = w.person_id and d.day between w.first_on and {{ sql.add_days('w.first_on', '90') }}
    group by w.person_id, w.store_id, w.origin
),
scopes as (
    select 'chain' as scope, '' as scope_id, origin, came_back, net_sales
    from seen
    union all
    select 'store', store_id, origin, came_back, net_sales
    from seen
    where store_id is not null
),
counted as (
    select
        scope, scope_id, origin, count(*) as customers, count(*) filter (where came_back) as came_back,
        cast(sum(net_sales) as decimal(18, 2)) as net_sales
    from scopes
    group by scope, scope_id, origin
)
select
    scope, scope_id, origin, cast(customers as integer) as customers, cast(came_back as integer) as came_back,
    {{ sql.ratio('came_back', 'customers', 6) }} as came_back_share, {{ sql.wilson_low('came_back', 'customers') }} as came_back_low,
    {{ sql.wilson_high('came_back', 'customers') }} as came_back_high, {{ sql.ratio('net_sales', 'customers', 2) }} as net_sales_90d
from counted
