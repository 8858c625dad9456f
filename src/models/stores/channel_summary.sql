-- channel_summary: which channel brought how much in the current 28 days, beside the 28 days before.
-- grain: one row per scope, scope id and channel with an order in either period
-- key: scope, scope_id, channel
-- definition: As channel_months, over the periods of period_figures. No rows where the orders name fewer than two channels.
-- column scope: chain or store
-- column scope_id: store id, or empty for the chain
-- column channel: as on the order; unknown = the order names none
-- column net_sales: sales less refunds posted plus exchanges, project currency
-- column orders: transactions with at least one sale line
-- column customers: identified people with a purchase through the channel
-- column avg_basket: net sales per order, project currency
-- column sales_share: share of the net sales of all channels; null when those are not positive
-- column orders_share: share of all orders
-- column customers_share: share of all customers of the period
-- column sales_share_change: sales_share less that of the previous period; null without one
-- publishable: no
{%- set days = var('period.days') %}
with named as (
    select count(distinct channel) as channels
    from {{ ref('order_postings') }}
    where is_sale
),
postings as (
    select
        p.store_id, case when p.ordered_on > {{ sql.add_days(var('as_of'), '-' ~ days) }} then 'current' else 'previous' end as period,
        coalesce(p.channel, 'unknown') as channel, p.person_id, p.is_sale, p.is_purchase, p.net_amount
    from {{ ref('order_postings') }} p
    join named n on n.channels > 1
    where p.ordered_on > {{ sql.add_days(var('as_of'), '-2 * ' ~ days) }}
),
per_person as (
    {%- for scope, id in [['store', 'store_id'], ['chain', "''"]] %}
    {%- if not loop.first %}
    union all
    {%- endif %}
    select
        '{{ scope }}' as scope, {{ id }} as scope_id, period, channel, person_id,
        count(*) filter (where is_sale) as orders,
        count(*) filter (where is_purchase) as purchases,
        sum(net_amount) as net_sales
    from postings
    group by {% if scope == 'store' %}store_id, {% endif %}period, channel, person_id
    {%- endfor %}
),
figures as (
    select
        scope, scope_id, period, channel, sum(net_sales) as net_sales, sum(orders) as orders,
        count(*) filter (where person_id is not null and purchases > 0) as customers
    from per_person
    group by scope, scope_id, period, channel
),
totals as (
    select
        scope, scope_id, period, sum(net_sales) as net_sales, sum(orders) as orders,
        count(distinct person_id) filter (where purchases > 0) as customers
    from per_person
    group by scope, scope_id, period
),
channels as (
    select distinct scope, scope_id, channel
    from figures
),
shares as (
    select
        t.scope, t.scope_id, t.period, c.channel, coalesce(f.net_sales, 0) as net_sales, coalesce(f.orders, 0) as orders,
        coalesce(f.customers, 0) as customers,
        {{ sql.ratio('f.net_sales', 'f.orders', 2) }} as avg_basket,
        case when t.net_sales > 0 then {{ sql.ratio('coalesce(f.net_sales, 0)', 't.net_sales', 6) }} end as sales_share,
        {{ sql.ratio('coalesce(f.orders, 0)', 't.orders', 6) }} as orders_share,
        {{ sql.ratio('coalesce(f.customers, 0)', 't.customers', 6) }} as customers_share
    from totals t
    join channels c on c.scope = t.scope and c.scope_id = t.scope_id
    left join figures f on f.scope = t.scope and f.scope_id = t.scope_id and f.period = t.period and f.channel = c.channel
)
select
    c.scope, c.scope_id, c.channel,
    {%- for alias, suffix in [['n', ''], ['p', '_previous']] %}
    cast({{ alias }}.net_sales as decimal(18, 2)) as net_sales{{ suffix }},
    cast({{ alias }}.orders as integer) as orders{{ suffix }},
    cast({{ alias }}.customers as integer) as customers{{ suffix }},
    {{ alias }}.avg_basket as avg_basket{{ suffix }},
    {{ alias }}.sales_share as sales_share{{ suffix }},
    {{ alias }}.orders_share as orders_share{{ suffix }},
    {{ alias }}.customers_share as customers_share{{ suffix }},
    {%- endfor %}
    cast(n.sales_share - p.sales_share as decimal(18, 6)) as sales_share_change
from channels c
left join shares n on n.scope = c.scope and n.scope_id = c.scope_id and n.channel = c.channel and n.period = 'current'
left join shares p on p.scope = c.scope and p.scope_id = c.scope_id and p.channel = c.channel and p.period = 'previous'
