-- channel_summary: which channel brought how much in the current 28 days, beside the 28 days before.
-- zh-CN: 本期各渠道带来多少，和前期相比
-- grain: one row per scope, scope id and channel with an order in either period
-- key: scope, scope_id, channel
-- definition: The periods of channel_figures.
-- zh-CN definition: 取 channel_figures 里本期和前期的部分，各长 {period.days} 天。
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
{%- set figures = ['net_sales', 'orders', 'customers', 'avg_basket', 'sales_share', 'orders_share', 'customers_share'] %}
with periods as (
    select
        *, case when starts_on = {{ sql.add_days(var('as_of'), '1 - ' ~ var('period.days')) }} then 'current' else 'previous' end as period
    from {{ ref('channel_figures') }}
    where span = 'period'
),
channels as (
    select distinct scope, scope_id, channel
    from periods
)
select
    c.scope, c.scope_id, c.channel,
    {%- for alias, suffix in [['n', ''], ['p', '_previous']] %}
    {%- for figure in figures %}
    {{ alias }}.{{ figure }} as {{ figure }}{{ suffix }},
    {%- endfor %}
    {%- endfor %}
    cast(n.sales_share - p.sales_share as decimal(18, 6)) as sales_share_change
from channels c
left join periods n on n.scope = c.scope and n.scope_id = c.scope_id and n.channel = c.channel and n.period = 'current'
left join periods p on p.scope = c.scope and p.scope_id = c.scope_id and p.channel = c.channel and p.period = 'previous'
