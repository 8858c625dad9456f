-- channel_figures: which channel brought how much, in every month and in the current and the previous 28 days.
-- zh-CN: 每个渠道带来多少：逐月，以及本期和前期
-- grain: one row per scope, scope id, span, first day and channel
-- key: scope, scope_id, span, starts_on, channel
-- definition: The one place where channel figures are computed; channel_months and channel_summary show them. Figures as in
--   month_figures, split by the channel on the order. Every month or period in which the chain or the store posted anything
--   has a row for each channel that it has in any span of the kind. Shares of customers add up to more than 1 where people
--   buy through several channels. No rows where the orders name fewer than two channels.
-- zh-CN definition: 渠道的数字都在这里算，别处只取用；算法同 month_figures，再按订单上写的渠道分开，没写的算未知。全
--   部门店或一家店有单子的每个月、每个期间，用过的渠道各有一行。一个人用几个渠道，就在每个渠道各算一次，所以顾客占比
--   加起来可能超过 100%。订单上写的渠道不到两个时，没有数字。
-- column scope: chain or store
-- column scope_id: store id, or empty for the chain
-- column span: month, or period = 28 days
-- column starts_on: first day of the month or period
-- column channel: as on the order; unknown = the order names none
-- column net_sales: sales less refunds posted plus exchanges, project currency
-- column orders: transactions with at least one sale line
-- column customers: identified people with a purchase through the channel
-- column avg_basket: net sales per order, project currency; null without an order
-- column sales_share: share of the net sales of all channels; null when those are not positive
-- column orders_share: share of all orders
-- column customers_share: share of all customers of the span
-- publishable: no
{%- set days = var('period.days') %}
{%- set current = sql.add_days(var('as_of'), '1 - ' ~ days) %}
{%- set previous = sql.add_days(var('as_of'), '1 - 2 * ' ~ days) %}
with named as (
    select count(distinct channel) as channels
    from {{ ref('order_postings') }}
    where is_sale
),
spans as (
    select
        'month' as span, {{ sql.month_start(sql.month_no('ordered_on')) }} as starts_on, store_id, channel, person_id, is_sale,
        is_purchase, net_amount
    from {{ ref('order_postings') }}
    union all
    select
        'period', case when ordered_on >= {{ current }} then {{ current }} else {{ previous }} end, store_id, channel, person_id,
        is_sale, is_purchase, net_amount
    from {{ ref('order_postings') }}
    where ordered_on >= {{ previous }}
),
per_person as (
    {%- for scope, id in [['store', 's.store_id'], ['chain', "''"]] %}
    {%- if not loop.first %}
    union all
    {%- endif %}
    select
        '{{ scope }}' as scope, {{ id }} as scope_id, s.span, s.starts_on, coalesce(s.channel, 'unknown') as channel, s.person_id,
        count(*) filter (where s.is_sale) as orders,
        count(*) filter (where s.is_purchase) as purchases,
        sum(s.net_amount) as net_sales
    from spans s
    join named n on n.channels > 1
    group by {% if scope == 'store' %}s.store_id, {% endif %}s.span, s.starts_on, coalesce(s.channel, 'unknown'), s.person_id
    {%- endfor %}
),
figures as (
    select
        scope, scope_id, span, starts_on, channel, sum(net_sales) as net_sales, sum(orders) as orders,
        count(*) filter (where person_id is not null and purchases > 0) as customers
    from per_person
    group by scope, scope_id, span, starts_on, channel
),
totals as (
    select
        scope, scope_id, span, starts_on, sum(net_sales) as net_sales, sum(orders) as orders,
        count(distinct person_id) filter (where purchases > 0) as customers
    from per_person
    group by scope, scope_id, span, starts_on
),
channels as (
    select distinct scope, scope_id, span, channel
    from figures
)
select
    t.scope, t.scope_id, t.span, t.starts_on, c.channel,
    cast(coalesce(f.net_sales, 0) as decimal(18, 2)) as net_sales,
    cast(coalesce(f.orders, 0) as integer) as orders,
    cast(coalesce(f.customers, 0) as integer) as customers,
    {{ sql.ratio('f.net_sales', 'f.orders', 2) }} as avg_basket,
    case when t.net_sales > 0 then {{ sql.ratio('coalesce(f.net_sales, 0)', 't.net_sales', 6) }} end as sales_share,
    {{ sql.ratio('coalesce(f.orders, 0)', 't.orders', 6) }} as orders_share,
    {{ sql.ratio('coalesce(f.customers, 0)', 't.customers', 6) }} as customers_share
from totals t
join channels c on c.scope = t.scope and c.scope_id = t.scope_id and c.span = t.span
left join figures f
    on f.scope = t.scope and f.scope_id = t.scope_id and f.span = t.span and f.starts_on = t.starts_on and f.channel = c.channel
