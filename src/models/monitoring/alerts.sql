-- alerts: what a manager should look at today, by the rules and limits of the project.
-- grain: one row per rule and store; no store = the whole chain
-- key: rule, store_id
-- definition: sales_down: net sales of the 28 days to as_of fell by at least alerts.sales_down against the 28 days before, with
--   alerts.min_orders orders or more then; critical from alerts.sales_down_critical on. refund_high: refunds posted reached
--   alerts.refund_share of sales posted, with alerts.min_orders orders or more. nps_low: NPS of the feedback.window days is
--   below alerts.nps, with alerts.min_answers answers or more; critical when the whole interval is below. no_data: an open
--   store's newest line is more than alerts.stale_days old, critical from three times that. complaints_overdue: complaints
--   not resolved alerts.complaint_days after they came in, counted to today; those of a store that another one took over from
--   are that one's. member_share_low: net sales of identified people
--   stay under alerts.member_share, with alerts.min_orders orders or more (not raised while the limit is 0).
-- column severity: critical or warning
-- column store_id: null = the whole chain
-- column value: sales_down and shares as a share of 1, nps_low in points, no_data in days, complaints_overdue in cases
-- column threshold: the limit the value passed, in the same unit
-- column sample: orders, answers or cases behind the value
-- column observed_on: day the value stands for
-- publishable: no
with places as (
    select
        store_id, name, region, is_open, net_sales, net_sales_previous, orders, orders_previous, refund_share, member_share
    from {{ ref('store_summary') }}
    union all
    select
        cast(null as varchar), cast(null as varchar), cast(null as varchar), true, net_sales, net_sales_previous, orders,
        orders_previous, refund_share, member_share
    from {{ ref('chain_summary') }}
),
sales_down as (
    select
        'sales_down' as rule, store_id,
        {{ sql.ratio('(net_sales - net_sales_previous)', 'net_sales_previous', 6) }} as value,
        0 - {{ var('alerts.sales_down') }} as threshold, orders_previous as sample,
        0 - {{ var('alerts.sales_down_critical') }} as critical_from, {{ var('as_of') }} as observed_on
    from places
    where
        is_open and net_sales_previous > 0 and orders_previous >= {{ var('alerts.min_orders') }}
        and net_sales <= net_sales_previous * (1 - {{ var('alerts.sales_down') }})
),
refund_high as (
    select
        'refund_high' as rule, store_id, refund_share as value, {{ var('alerts.refund_share') }} as threshold, orders as sample,
        2 * {{ var('alerts.refund_share') }} as critical_from, {{ var('as_of') }} as observed_on
    from places
    where is_open and orders >= {{ var('alerts.min_orders') }} and refund_share >= {{ var('alerts.refund_share') }}
),
member_share_low as (
    select
        'member_share_low' as rule, store_id, member_share as value, {{ var('alerts.member_share') }} as threshold,
        orders as sample, {{ var('as_of') }} as observed_on
    from places
    where is_open and orders >= {{ var('alerts.min_orders') }} and member_share < {{ var('alerts.member_share') }}
),
nps_low as (
    select
        'nps_low' as rule, store_id, nps as value, {{ var('alerts.nps') }} as threshold, nps_n as sample,
        nps_high < {{ var('alerts.nps') }} as is_critical, {{ var('as_of') }} as observed_on
    from {{ ref('feedback_summary') }}
    where level in ('chain', 'store') and nps_n >= {{ var('alerts.min_answers') }} and nps < {{ var('alerts.nps') }}
),
no_data as (
    select
        'no_data' as rule, store_id, days_behind as value, {{ var('alerts.stale_days') }} as threshold, lines as sample,
        {{ var('today') }} as observed_on
    from {{ ref('data_freshness') }}
    where is_stale
),
complaints_overdue as (
    select
        'complaints_overdue' as rule, store_id, count(*) as value, 0 as threshold, count(*) as sample,
        bool_or(severity in ('safety', 'critical', 'high')) as is_critical, {{ var('today') }} as observed_on
    from {{ ref('open_cases') }}
    where kind = 'complaint' and store_id is not null and age_days > {{ var('alerts.complaint_days') }}
    group by store_id
),
raised as (
    select rule, case when value <= critical_from then 'critical' else 'warning' end as severity, store_id, value, threshold, sample, observed_on
    from sales_down
    union all
    select rule, case when value >= critical_from then 'critical' else 'warning' end, store_id, value, threshold, sample, observed_on
    from refund_high
    union all
    select rule, 'warning', store_id, value, threshold, sample, observed_on
    from member_share_low
    union all
    select rule, case when is_critical then 'critical' else 'warning' end, store_id, value, threshold, sample, observed_on
    from nps_low
    union all
    select rule, case when value >= 3 * threshold then 'critical' else 'warning' end, store_id, value, threshold, sample, observed_on
    from no_data
    union all
    select rule, case when is_critical then 'critical' else 'warning' end, store_id, value, threshold, sample, observed_on
    from complaints_overdue
)
select
    r.rule, r.severity, r.store_id, s.name as store_name, s.region,
    cast(r.value as decimal(18, 6)) as value, cast(r.threshold as decimal(18, 6)) as threshold,
    cast(r.sample as integer) as sample, r.observed_on
from raised r
left join {{ source('stores') }} s on s.store_id = r.store_id
