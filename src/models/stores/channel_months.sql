-- channel_months: which channel brought how much, month by month, for the chain and each store (渠道构成).
-- grain: one row per scope, scope id, month and channel
-- key: scope, scope_id, month, channel
-- definition: Figures as in month_figures, split by the channel on the order. Every month in which the chain or the store posted
--   anything has a row for each of its channels. Shares of customers add up to more than 1 where people buy through several
--   channels. No rows where the orders name fewer than two channels.
-- column scope: chain or store
-- column scope_id: store id, or empty for the chain
-- column month: first day of the month
-- column is_complete: as_of is on or after the last day of the month
-- column channel: as on the order; unknown = the order names none
-- column net_sales: sales less refunds posted plus exchanges, project currency
-- column orders: transactions with at least one sale line
-- column customers: identified people with a purchase through the channel
-- column sales_share: share of the net sales of all channels; null when those are not positive
-- column orders_share: share of all orders
-- column customers_share: share of all customers of the month
-- publishable: no
with named as (
    select count(distinct channel) as channels
    from {{ ref('order_postings') }}
    where is_sale
),
postings as (
    select
        p.store_id, {{ sql.month_no('p.ordered_on') }} as month_no, coalesce(p.channel, 'unknown') as channel, p.person_id, p.is_sale,
        p.is_purchase, p.net_amount
    from {{ ref('order_postings') }} p
    join named n on n.channels > 1
),
per_person as (
    {%- for scope, id in [['store', 'store_id'], ['chain', "''"]] %}
    {%- if not loop.first %}
    union all
    {%- endif %}
    select
        '{{ scope }}' as scope, {{ id }} as scope_id, month_no, channel, person_id,
        count(*) filter (where is_sale) as orders,
        count(*) filter (where is_purchase) as purchases,
        sum(net_amount) as net_sales
    from postings
    group by {% if scope == 'store' %}store_id, {% endif %}month_no, channel, person_id
    {%- endfor %}
),
figures as (
    select
        scope, scope_id, month_no, channel, sum(net_sales) as net_sales, sum(orders) as orders,
        count(*) filter (where person_id is not null and purchases > 0) as customers
    from per_person
    group by scope, scope_id, month_no, channel
),
months as (
    select
        scope, scope_id, month_no, sum(net_sales) as net_sales, sum(orders) as orders,
        count(distinct person_id) filter (where purchases > 0) as customers
    from per_person
    group by scope, scope_id, month_no
),
channels as (
    select distinct scope, scope_id, channel
    from figures
)
select
    m.scope, m.scope_id, {{ sql.month_start('m.month_no') }} as month,
    {{ sql.month_start('m.month_no + 1') }} <= {{ sql.add_days(var('as_of'), 1) }} as is_complete,
    c.channel,
    cast(coalesce(f.net_sales, 0) as decimal(18, 2)) as net_sales,
    cast(coalesce(f.orders, 0) as integer) as orders,
    cast(coalesce(f.customers, 0) as integer) as customers,
    case when m.net_sales > 0 then {{ sql.ratio('coalesce(f.net_sales, 0)', 'm.net_sales', 6) }} end as sales_share,
    {{ sql.ratio('coalesce(f.orders, 0)', 'm.orders', 6) }} as orders_share,
    {{ sql.ratio('coalesce(f.customers, 0)', 'm.customers', 6) }} as customers_share
from months m
join channels c on c.scope = m.scope and c.scope_id = m.scope_id
left join figures f on f.scope = m.scope and f.scope_id = m.scope_id and f.month_no = m.month_no and f.channel = c.channel
