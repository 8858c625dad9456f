-- cohort_figures: people by the month of their first purchase, and how many of them bought in each month after.
-- zh-CN: 按首次购买的月份分群，看以后每个月还有多少人买
-- grain: one row per scope, cohort and month since
-- key: scope, scope_id, cohort_month, month_number
-- definition: A cohort is everybody whose first purchase was in the month; by store and by channel it is the one of that first
--   purchase. Retained: with a purchase day in the month, in any store. Sales count on the day of the original sale. The last
--   24 cohorts. Month 0 is the month of the first purchase; the month of as_of may be unfinished.
-- zh-CN definition: 同一个月第一次购买的人是一群（同期群）；分门店、分渠道时，看第一次购买的门店和渠道。第 N 个月有购
--   买日就算还来，在哪家店都算；首次购买的当月是第 0 个月。销售和退货都算在当初卖出那天。看最近 24 群，统计日所在的月
--   可能还没过完。
-- column scope: chain, store or channel
-- column scope_id: empty for the chain, store id, channel
-- column month_number: months since the first purchase
-- column customers: people of the cohort
-- column retained: of these, with a purchase day in the month
-- column share: retained of customers
-- column net_sales: of the cohort in the month, project currency
-- column net_sales_total: from month 0 to this month
-- column sales_per_customer: net_sales_total per person of the cohort
-- column complete: false for the month of as_of while it is not over
-- publishable: no
with firsts as (
    select
        person_id, min(store_id) filter (where is_first_purchase) as store_id, min(channel) filter (where is_first_purchase) as channel
    from {{ ref('order_postings') }}
    where person_id is not null
    group by person_id
),
buyers as (
    select s.person_id, {{ sql.month_no('s.first_order_on') }} as cohort_no, f.store_id, f.channel
    from {{ ref('customer_summary') }} s
    left join firsts f on f.person_id = s.person_id
    where {{ sql.month_no('s.first_order_on') }} > {{ sql.month_no(var('as_of')) }} - 24
),
months as (
    select person_id, {{ sql.month_no('day') }} as month_no, bool_or(is_purchase_day) as bought, sum(net_sales) as net_sales
    from {{ ref('customer_days') }}
    where day <= {{ var('as_of') }}
    group by person_id, {{ sql.month_no('day') }}
),
scopes as (
    select person_id, cohort_no, 'chain' as scope, '' as scope_id from buyers
    union all
    select person_id, cohort_no, 'store', store_id from buyers where store_id is not null
    union all
    select person_id, cohort_no, 'channel', channel from buyers where channel is not null
),
sizes as (
    select scope, scope_id, cohort_no, count(*) as customers
    from scopes
    group by scope, scope_id, cohort_no
),
cells as (
    select z.scope, z.scope_id, z.cohort_no, z.customers, unnest(generate_series(0, {{ sql.month_no(var('as_of')) }} - z.cohort_no)) as month_number
    from sizes z
),
active as (
    select
        s.scope, s.scope_id, s.cohort_no, m.month_no - s.cohort_no as month_number, count(*) filter (where m.bought) as retained,
        sum(m.net_sales) as net_sales
    from scopes s
    join months m on m.person_id = s.person_id and m.month_no >= s.cohort_no
    group by s.scope, s.scope_id, s.cohort_no, m.month_no
),
filled as (
    select
        c.scope, c.scope_id, c.cohort_no, c.month_number, c.customers, coalesce(a.retained, 0) as retained,
        cast(coalesce(a.net_sales, 0) as decimal(18, 2)) as net_sales
    from cells c
    left join active a on a.scope = c.scope and a.scope_id = c.scope_id and a.cohort_no = c.cohort_no and a.month_number = c.month_number
),
summed as (
    select
        scope, scope_id, cohort_no, month_number, customers, retained, net_sales,
        cast(sum(net_sales) over (partition by scope, scope_id, cohort_no order by month_number rows unbounded preceding) as decimal(18, 2)) as net_sales_total
    from filled
)
select
    scope, scope_id, {{ sql.month_start('cohort_no') }} as cohort_month, cast(month_number as integer) as month_number,
    cast(customers as integer) as customers, cast(retained as integer) as retained,
    {{ sql.ratio('retained', 'customers', 6) }} as share, net_sales, net_sales_total,
    {{ sql.ratio('net_sales_total', 'customers', 2) }} as sales_per_customer,
    cohort_no + month_number < {{ sql.month_no(sql.add_days(var('as_of'), 1)) }} as complete
from summed
