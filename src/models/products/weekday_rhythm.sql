-- weekday_rhythm: what each weekday brings to the chain, to each store and in each category.
-- zh-CN: 每个星期几卖多少
-- grain: one row per scope, scope id and weekday
-- key: scope, scope_id, weekday
-- definition: The 364 days to as_of, so that every weekday is there as often; a scope with less counts from its first to its
--   last day with an order. Business days (project.day_starts_at); refunds count on the day they were posted.
-- zh-CN definition: 看最近 364 天。与平均一天相比：那个星期几平均每天的净销售额，除以七个星期几的平均；每个星期几都有
--   四次以上才算。
-- column scope: chain, store or category
-- column scope_id: store id, category (empty for lines without one), or empty for the chain
-- column weekday: 1 = Monday to 7 = Sunday
-- column days: how often this weekday came
-- column orders: transactions with a sale line
-- column net_sales: sales less refunds posted plus exchanges, project currency
-- column orders_per_day: orders by days, 4 decimals; null when the weekday did not come
-- column net_sales_per_day: net sales by days, project currency; null when the weekday did not come
-- column share: net sales of all weekdays' net sales; null when those are not positive
-- column index: net_sales_per_day by the mean of the seven weekdays; null unless every weekday came four times and the mean is
--   positive
-- column orders_index: the same of orders_per_day
-- publishable: no
{#- How often a weekday (1 to 7) comes from a first to a last day, both included. #}
{%- macro weekday_count(weekday, first, last) -%}
({{ sql.int_div('(' ~ sql.day_diff(first, last) ~ ' + 1)', 7) }}
            + case when ({{ weekday }} - {{ sql.day_of_week(first) }} + 7) % 7 < ({{ sql.day_diff(first, last) }} + 1) % 7 then 1 else 0 end)
{%- endmacro %}
with postings as (
    select
        store_id, category, source, transaction_id, ordered_on, bool_or(is_sale) as is_sale, sum(net_amount) as net_sales
    from {{ ref('order_lines') }}
    where kind in ('sale', 'refund', 'exchange') and ordered_on > {{ sql.add_days(var('as_of'), -364) }}
    group by store_id, category, source, transaction_id, ordered_on
),
orders as (
    select store_id, source, transaction_id, ordered_on, bool_or(is_sale) as is_sale, sum(net_sales) as net_sales
    from postings
    group by store_id, source, transaction_id, ordered_on
),
days as (
    {%- for scope, id, rows in [['chain', "''", 'orders'], ['store', 'store_id', 'orders'], ['category', "coalesce(category, '')", 'postings']] %}
    {%- if not loop.first %}
    union all
    {%- endif %}
    select
        '{{ scope }}' as scope, {{ id }} as scope_id, cast({{ sql.day_of_week('ordered_on') }} as integer) as weekday,
        count(*) filter (where is_sale) as orders, sum(net_sales) as net_sales, min(ordered_on) filter (where is_sale) as first_on,
        max(ordered_on) filter (where is_sale) as last_on
    from {{ rows }}
    group by {% if scope != 'chain' %}{{ id }}, {% endif %}{{ sql.day_of_week('ordered_on') }}
    {%- endfor %}
),
spans as (
    select scope, scope_id, min(first_on) as first_on, max(last_on) as last_on, sum(net_sales) as net_sales
    from days
    group by scope, scope_id
    having sum(orders) > 0
),
grid as (
    select
        s.scope, s.scope_id, w.weekday, s.net_sales as all_sales,
        {{ weekday_count('w.weekday', 's.first_on', 's.last_on') }} as days
    from spans s
    cross join (select {{ sql.each_number(1, 7) }} as weekday) w
),
figures as (
    select
        g.scope, g.scope_id, g.weekday, g.all_sales, g.days, coalesce(d.orders, 0) as orders, coalesce(d.net_sales, 0) as net_sales,
        {{ sql.ratio('coalesce(d.orders, 0)', 'g.days', 4) }} as orders_per_day,
        {{ sql.ratio('coalesce(d.net_sales, 0)', 'g.days', 2) }} as net_sales_per_day,
        -- In millionths, so that the index is not formed from cents.
        cast({{ sql.ratio('1000000 * coalesce(d.net_sales, 0)', 'g.days', 0) }} as hugeint) as sales_rate,
        cast({{ sql.ratio('1000000 * coalesce(d.orders, 0)', 'g.days', 0) }} as hugeint) as orders_rate
    from grid g
    left join days d on d.scope = g.scope and d.scope_id = g.scope_id and d.weekday = g.weekday
),
means as (
    select scope, scope_id, min(days) as least_days, sum(orders_rate) as orders_week, sum(sales_rate) as sales_week
    from figures
    group by scope, scope_id
)
select
    f.scope, f.scope_id, cast(f.weekday as integer) as weekday, cast(f.days as integer) as days, cast(f.orders as integer) as orders,
    cast(f.net_sales as decimal(18, 2)) as net_sales, f.orders_per_day, f.net_sales_per_day,
    case when f.all_sales > 0 then {{ sql.ratio('f.net_sales', 'f.all_sales', 6) }} end as share,
    case when m.least_days >= 4 and m.sales_week > 0 then {{ sql.ratio('7 * f.sales_rate', 'm.sales_week', 4) }} end as "index",
    case when m.least_days >= 4 then {{ sql.ratio('7 * f.orders_rate', 'm.orders_week', 4) }} end as orders_index
from figures f
join means m on m.scope = f.scope and m.scope_id = f.scope_id
