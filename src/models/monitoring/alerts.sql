-- alerts: what a manager should look at today, by the rules and limits of the project.
-- zh-CN: 今天店长和总部该看的事，按项目定的界限
-- grain: one row per rule and store; no store = the whole chain
-- key: rule, store_id
-- definition: sales_down: net sales of the 28 days to as_of fell by at least alerts.sales_down against the 28 days before, with
--   alerts.min_orders orders or more then; critical from alerts.sales_down_critical on. refund_high: refunds posted reached
--   alerts.refund_share of sales posted, with alerts.min_orders orders or more. nps_low: NPS of the feedback.window days is
--   below alerts.nps, with alerts.min_answers answers or more; critical when the whole interval is below. no_data: an open
--   store's newest line is more than alerts.stale_days old, critical from three times that. complaints_overdue: complaints
--   not resolved alerts.complaint_days after they came in, counted to today; those of a store that another one took over from
--   are that one's. member_share_low: net sales of identified people
--   stay under alerts.member_share, with alerts.min_orders orders or more (not raised while the limit is 0). customers_down:
--   identified people with a purchase fell by at least alerts.customers_down, with alerts.min_orders of them or more in the
--   period before; critical from twice that. target_behind: the net sales of the month are heading for alerts.target_behind
--   less than the target or worse, after seven days of it; critical from twice that. churn_high: alerts.churn_share or more of
--   the expected sales of a store's customers of twelve months are those of people at high risk, with alerts.min_orders
--   customers or more (not raised while the limit is 0). peers_below: beyond the outer limit of store_comparisons to the bad
--   side, by the measure that lies out the farthest.
-- zh-CN definition: 业绩：净销售额比前期少的比例达到 {alerts.sales_down}（达到 {alerts.sales_down_critical}是紧急），
--   购买顾客少的比例达到 {alerts.customers_down}，照这样本月会比目标差的比例达到 {alerts.target_behind}（月初七天后才
--   看），退货率达到 {alerts.refund_share}，会员销售占比低于 {alerts.member_share}。服务和数据：最近
--   {feedback.window} 天净推荐值低于 {alerts.nps}且至少 {alerts.min_answers}份回答（整个区间都低是紧急），投诉超过
--   {alerts.complaint_days} 天没了结（涉及安全或登记为严重的是紧急，原店的算接替它的那家），营业中的门店最新数据早于
--   {alerts.stale_days} 天（三倍是紧急）。顾客和同类：高风险顾客占一家店往后 12 个月预计销售的比例达到
--   {alerts.churn_share}，或同类比较落到外侧界限之外、而且是差的一边。看业绩（目标除外）和高风险时，订单数或顾客数不
--   到 {alerts.min_orders}的不提醒，会员销售占比和高风险占比的界限是 0 时也不提醒；购买顾客、目标、退货率到界限的两倍
--   是紧急。
-- column severity: critical or warning
-- column store_id: null = the whole chain
-- column value: sales_down, customers_down, target_behind and shares as a share of 1, nps_low in points, no_data in days,
--   complaints_overdue in cases, peers_below as observed by expected
-- column threshold: the limit the value passed, in the same unit
-- column sample: orders, answers, customers or cases behind the value
-- column measure: of peers_below, see comparison_cases; else null
-- column observed_on: day the value stands for
-- column size: value as it is told: a fall without its sign
-- column limit_size: threshold likewise
-- column severity_no: 1 = critical
-- column rule_no: the order in which a manager should read them
-- column unit: of value and threshold: share, points, ratio, count or days
-- column section: where the rows behind it stand on the store's page rows/[store]
-- publishable: no
{%- set rules = [
    ['complaints_overdue', 'count', 'complaints'], ['sales_down', 'share', 'days'], ['target_behind', 'share', 'days'],
    ['customers_down', 'share', 'customers'], ['no_data', 'days', 'days'], ['nps_low', 'points', 'answers'],
    ['churn_high', 'share', 'risk'], ['peers_below', 'ratio', 'peers'], ['refund_high', 'share', 'refunds'],
    ['member_share_low', 'share', 'anonymous'],
] %}
with places as (
    select
        store_id, name, region, is_open, net_sales, net_sales_previous, orders, orders_previous, refund_share, member_share, customers,
        customers_previous
    from {{ ref('store_summary') }}
    union all
    select
        cast(null as varchar), cast(null as varchar), cast(null as varchar), true, net_sales, net_sales_previous, orders,
        orders_previous, refund_share, member_share, customers, customers_previous
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
customers_down as (
    select
        'customers_down' as rule, store_id, {{ sql.ratio('(customers - customers_previous)', 'customers_previous', 6) }} as value,
        0 - {{ var('alerts.customers_down') }} as threshold, customers_previous as sample,
        0 - 2 * {{ var('alerts.customers_down') }} as critical_from, {{ var('as_of') }} as observed_on
    from places
    where
        is_open and customers_previous >= {{ var('alerts.min_orders') }}
        and customers <= customers_previous * (1 - {{ var('alerts.customers_down') }})
),
target_behind as (
    select
        'target_behind' as rule, case when scope = 'store' then scope_id end as store_id, pace - 1 as value,
        0 - {{ var('alerts.target_behind') }} as threshold, stores as sample, 0 - 2 * {{ var('alerts.target_behind') }} as critical_from,
        {{ var('as_of') }} as observed_on
    from {{ ref('target_months') }}
    where
        scope in ('store', 'chain') and measure = 'net_sales' and forecast is not null
        and {{ sql.month_no('month') }} = {{ sql.month_no(var('as_of')) }} and pace <= 1 - {{ var('alerts.target_behind') }}
),
churn_high as (
    select
        'churn_high' as rule, c.store_id,
        {{ sql.ratio("coalesce(sum(v.clv_12m) filter (where c.risk = 'high'), 0)", 'sum(v.clv_12m)', 6) }} as value,
        {{ var('alerts.churn_share') }} as threshold, count(*) as sample, {{ var('as_of') }} as observed_on
    from {{ ref('customer_churn') }} c
    join {{ ref('customer_value') }} v on v.person_id = c.person_id
    where c.store_id is not null and {{ var('alerts.churn_share') }} > 0
    group by c.store_id
    having
        count(*) >= {{ var('alerts.min_orders') }} and sum(v.clv_12m) > 0
        and coalesce(sum(v.clv_12m) filter (where c.risk = 'high'), 0) >= {{ var('alerts.churn_share') }} * sum(v.clv_12m)
),
peers_below as (
    select
        'peers_below' as rule, store_id, ratio as value, case when measure = 'refunded' then high_outer else low_outer end as threshold,
        cases as sample, {{ var('as_of') }} as observed_on, measure
    from {{ ref('store_comparisons') }}
    where period = 'current' and not better and verdict in ('well_above', 'well_below')
    qualify row_number() over (partition by store_id order by abs(z) desc, measure) = 1
),
raised as (
    select rule, case when value <= critical_from then 'critical' else 'warning' end as severity, store_id, value, threshold, sample, observed_on, cast(null as varchar) as measure
    from sales_down
    union all
    select rule, case when value >= critical_from then 'critical' else 'warning' end, store_id, value, threshold, sample, observed_on, null
    from refund_high
    union all
    select rule, 'warning', store_id, value, threshold, sample, observed_on, null
    from member_share_low
    union all
    select rule, case when is_critical then 'critical' else 'warning' end, store_id, value, threshold, sample, observed_on, null
    from nps_low
    union all
    select rule, case when value >= 3 * threshold then 'critical' else 'warning' end, store_id, value, threshold, sample, observed_on, null
    from no_data
    union all
    select rule, case when is_critical then 'critical' else 'warning' end, store_id, value, threshold, sample, observed_on, null
    from complaints_overdue
    {%- for rule in ['customers_down', 'target_behind'] %}
    union all
    select rule, case when value <= critical_from then 'critical' else 'warning' end, store_id, value, threshold, sample, observed_on, null
    from {{ rule }}
    {%- endfor %}
    union all
    select rule, 'warning', store_id, value, threshold, sample, observed_on, null
    from churn_high
    union all
    select rule, 'warning', store_id, value, threshold, sample, observed_on, measure
    from peers_below
)
select
    r.rule, r.severity, r.store_id, s.name as store_name, s.region,
    cast(r.value as decimal(18, 6)) as value, cast(r.threshold as decimal(18, 6)) as threshold,
    cast(case when r.rule = 'nps_low' then r.value else abs(r.value) end as decimal(18, 6)) as size,
    cast(case when r.rule = 'nps_low' then r.threshold else abs(r.threshold) end as decimal(18, 6)) as limit_size,
    case when r.severity = 'critical' then 1 else 2 end as severity_no,
    cast(r.sample as integer) as sample, r.observed_on, r.measure,
    case r.rule
        {%- for rule in rules %}
        when '{{ rule[0] }}' then {{ loop.index }}
        {%- endfor %}
    end as rule_no,
    case r.rule
        {%- for rule in rules %}
        when '{{ rule[0] }}' then '{{ rule[1] }}'
        {%- endfor %}
    end as unit,
    case r.rule
        {%- for rule in rules %}
        when '{{ rule[0] }}' then '{{ rule[2] }}'
        {%- endfor %}
    end as section
from raised r
left join {{ source('stores') }} s on s.store_id = r.store_id
