-- store_arrivals: whose data have arrived, and whose have not (到数).
-- zh-CN: 哪些门店的数据到了，哪些还没到（到数）
-- grain: one row per store that is expected to report today
-- key: store_id
-- definition: Data are due arrivals.due_days days after the business day: due_on is the newest day that should be there today. A
--   store is expected when it was open on due_on (opened_on and closed_on of the stores table). It has arrived when its newest line
--   is of due_on or later. Thin: its newest day has less than arrivals.thin_share of its usual orders for that weekday, where the
--   usual number is the middle one of the days with data on the same weekday in the eight weeks before (at least four such days,
--   and at least arrivals.thin_min_orders orders). Counted to today, on every accepted line, whatever as_of says.
-- zh-CN definition: 应到的日子是今天往前 {arrivals.due_days} 天；只问那天在营业的门店，最新一行数据不早于那天，就是到
--   数。看着不全：最新一天的订单数和平常之比低于 {arrivals.thin_share}。平常，是前八周同一个星期几的中位数，至少要有
--   四天数据，也不少于 {arrivals.thin_min_orders}单。都按今天算，和统计日无关。
-- column due_on: newest business day that should have arrived
-- column data_until: newest business day with data; null = none yet
-- column days_late: days from data_until to due_on; 0 when arrived; null when there never were any data
-- column missing_since: first business day that is missing
-- column arrived: data_until is due_on or later
-- column rows_newest: lines of any kind on the newest day
-- column orders_newest: orders with a sale line on the newest day
-- column orders_usual: the middle one of the same weekdays of the eight weeks before; null when there are fewer than four
-- column thin: the newest day looks incomplete
-- column last_file: the newest file that brought the newest day
-- column last_files: how many files brought it
-- publishable: no
with expected as (
    select store_id, coalesce(name, store_id) as name, region, {{ sql.add_days(var('today'), '-' ~ var('arrivals.due_days')) }} as due_on, opened_on
    from {{ source('stores') }}
    where
        coalesce(opened_on <= {{ sql.add_days(var('today'), '-' ~ var('arrivals.due_days')) }}, true)
        and coalesce(closed_on > {{ sql.add_days(var('today'), '-' ~ var('arrivals.due_days')) }}, true)
),
days as (
    select
        store_id, ordered_on, cast(count(*) as integer) as line_count,
        cast(count(distinct case when kind = 'sale' then transaction_id end) as integer) as orders
    from {{ source('transactions') }}
    group by store_id, ordered_on
),
newest as (
    select store_id, ordered_on as data_until, line_count, orders
    from days
    qualify row_number() over (partition by store_id order by ordered_on desc nulls last) = 1
),
same_weekday as (
    select n.store_id, d.orders
    from newest n
    join days d
        on d.store_id = n.store_id and d.ordered_on < n.data_until
        and d.ordered_on >= {{ sql.add_days('n.data_until', '-56') }}
        and {{ sql.day_of_week('d.ordered_on') }} = {{ sql.day_of_week('n.data_until') }}
),
placed as (
    select
        store_id, orders,
        row_number() over (partition by store_id order by orders nulls last) as place,
        count(*) over (partition by store_id) as days
    from same_weekday
),
usual as (
    select store_id, max(orders) as orders_usual
    from placed
    where days >= 4 and place = {{ sql.int_div('(days + 1)', '2') }}
    group by store_id
),
files as (
    select f.store_id, max(f.file) as last_file, cast(count(*) as integer) as last_files
    from {{ source('store_files') }} f
    join newest n on n.store_id = f.store_id and n.data_until = f.newest
    group by f.store_id
)
select
    e.store_id, e.name, e.region, e.due_on, n.data_until,
    case when n.data_until is not null then cast(greatest(0, {{ sql.day_diff('n.data_until', 'e.due_on') }}) as integer) end as days_late,
    case when n.data_until < e.due_on then {{ sql.add_days('n.data_until', '1') }} when n.data_until is null then e.opened_on end as missing_since,
    coalesce(n.data_until >= e.due_on, false) as arrived,
    coalesce(n.line_count, 0) as rows_newest, coalesce(n.orders, 0) as orders_newest, u.orders_usual,
    coalesce(u.orders_usual >= {{ var('arrivals.thin_min_orders') }} and n.orders < u.orders_usual * {{ var('arrivals.thin_share') }}, false) as thin,
    f.last_file, coalesce(f.last_files, 0) as last_files
from expected e
left join newest n on n.store_id = e.store_id
left join usual u on u.store_id = e.store_id
left join files f on f.store_id = e.store_id
