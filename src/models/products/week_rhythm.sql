-- week_rhythm: at which hour of which weekday the chain and each store sell.
-- zh-CN: 一周里哪一天、哪个钟点卖得多
-- grain: one row per scope, scope id, weekday and hour, for the hours from the first to the last with anything posted
-- key: scope, scope_id, weekday, hour
-- definition: The 364 days to as_of, so that every weekday is there as often; a scope with less counts from its first to its
--   last day with an order. The weekday is the business day's (project.day_starts_at), the hour the clock's at the first
--   line of the order. A store whose lines all stand at midnight has no times: its orders are in a row with an empty hour.
--   Refunds count on the day and hour they were posted.
-- zh-CN definition: 看最近 364 天，历史短的从第一单到最后一单；星期按营业日，钟点按小票时间。全部门店和每家店各一份。
-- column scope: chain or store
-- column scope_id: store id, or empty for the chain
-- column weekday: 1 = Monday to 7 = Sunday
-- column hour: 0 to 23; null = not known
-- column days: how often this weekday came
-- column orders: transactions with a sale line
-- column net_sales: sales less refunds posted plus exchanges, project currency
-- column orders_per_day: orders by days, 4 decimals; null when the weekday did not come
-- column share: orders of all orders of the scope
-- column index: orders_per_day by the mean of the seven weekdays at this hour; null unless every weekday came four times, or
--   without an order at this hour
-- publishable: no
{#- How often a weekday (1 to 7) comes from a first to a last day, both included. #}
{%- macro weekday_count(weekday, first, last) -%}
({{ sql.int_div('(' ~ sql.day_diff(first, last) ~ ' + 1)', 7) }}
            + case when ({{ weekday }} - {{ sql.day_of_week(first) }} + 7) % 7 < ({{ sql.day_diff(first, last) }} + 1) % 7 then 1 else 0 end)
{%- endmacro %}
with postings as (
    select
        store_id, source, transaction_id, ordered_on, min(ordered_at) as ordered_at, bool_or(is_sale) as is_sale,
        sum(net_amount) as net_sales, bool_or(cast(ordered_at as time) <> time '00:00:00') as has_time
    from {{ ref('order_lines') }}
    where kind in ('sale', 'refund', 'exchange') and ordered_on > {{ sql.add_days(var('as_of'), -364) }}
    group by store_id, source, transaction_id, ordered_on
),
timed as (
    select store_id, bool_or(has_time) as has_times
    from postings
    group by store_id
),
counted as (
    select
        p.store_id, cast({{ sql.day_of_week('p.ordered_on') }} as integer) as weekday,
        case when t.has_times then cast(hour(p.ordered_at) as integer) end as hour,
        count(*) filter (where p.is_sale) as orders, sum(p.net_sales) as net_sales, min(p.ordered_on) filter (where p.is_sale) as first_on,
        max(p.ordered_on) filter (where p.is_sale) as last_on
    from postings p
    join timed t on t.store_id = p.store_id
    group by p.store_id, {{ sql.day_of_week('p.ordered_on') }}, case when t.has_times then cast(hour(p.ordered_at) as integer) end
),
scoped as (
    {%- for scope, id in [['chain', "''"], ['store', 'store_id']] %}
    {%- if not loop.first %}
    union all
    {%- endif %}
    select
        '{{ scope }}' as scope, {{ id }} as scope_id, weekday, hour, sum(orders) as orders, sum(net_sales) as net_sales, min(first_on) as first_on,
        max(last_on) as last_on
    from counted
    group by {% if scope == 'store' %}store_id, {% endif %}weekday, hour
    {%- endfor %}
),
spans as (
    select
        scope, scope_id, min(first_on) as first_on, max(last_on) as last_on, min(hour) as first_hour, max(hour) as last_hour,
        bool_or(hour is null) as has_unknown, sum(orders) as orders
    from scoped
    group by scope, scope_id
    having sum(orders) > 0
),
hours as (
    select scope, scope_id, {{ sql.each_number('first_hour', 'last_hour') }} as hour
    from spans
    where first_hour is not null
    union all
    select scope, scope_id, null
    from spans
    where has_unknown
),
grid as (
    select
        s.scope, s.scope_id, w.weekday, cast(h.hour as integer) as hour, s.orders as all_orders,
        {{ weekday_count('w.weekday', 's.first_on', 's.last_on') }} as days
    from spans s
    join hours h on h.scope = s.scope and h.scope_id = s.scope_id
    cross join (select {{ sql.each_number(1, 7) }} as weekday) w
),
cells as (
    select
        g.scope, g.scope_id, g.weekday, g.hour, g.all_orders, g.days, coalesce(c.orders, 0) as orders, coalesce(c.net_sales, 0) as net_sales,
        {{ sql.ratio('coalesce(c.orders, 0)', 'g.days', 4) }} as orders_per_day
    from grid g
    left join scoped c
        on c.scope = g.scope and c.scope_id = g.scope_id and c.weekday = g.weekday and c.hour is not distinct from g.hour
),
means as (
    select scope, scope_id, hour, min(days) as least_days, sum(orders_per_day) as week
    from cells
    group by scope, scope_id, hour
)
select
    c.scope, c.scope_id, cast(c.weekday as integer) as weekday, c.hour, cast(c.days as integer) as days, cast(c.orders as integer) as orders,
    cast(c.net_sales as decimal(18, 2)) as net_sales, c.orders_per_day, {{ sql.ratio('c.orders', 'c.all_orders', 6) }} as share,
    case when m.least_days >= 4 then {{ sql.ratio('cast(c.orders_per_day * 70000 as bigint)', 'cast(m.week * 10000 as bigint)', 4) }} end as "index"
from cells c
join means m on m.scope = c.scope and m.scope_id = c.scope_id and m.hour is not distinct from c.hour
