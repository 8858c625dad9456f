-- channel_months: which channel brought how much, month by month, for the chain and each store (渠道构成).
-- zh-CN: 每个月各渠道带来多少（渠道构成）
-- grain: one row per scope, scope id, month and channel
-- key: scope, scope_id, month, channel
-- definition: The months of channel_figures.
-- zh-CN definition: 取 channel_figures 里逐月的部分，有全部门店的，也有每家店的。
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
select
    scope, scope_id, starts_on as month,
    {{ sql.add_months('starts_on', 1) }} <= {{ sql.add_days(var('as_of'), 1) }} as is_complete,
    channel, net_sales, orders, customers, sales_share, orders_share, customers_share
from {{ ref('channel_figures') }}
where span = 'month'
