-- data_freshness: how far the data of every store reaches, and where days are missing.
-- zh-CN: 每家店的数据到哪一天，缺了几天
-- grain: one row per store
-- key: store_id
-- definition: Freshness is counted to today, not to as_of. A store is stale when it is open and its newest line is more than
--   alerts.stale_days old; a store without any line is not stale but silent. Missing days are days without a line in the 28
--   days to as_of, from the store's first line on.
-- zh-CN definition: 按今天算，不按统计日算：营业中的门店，最新一行早于 {alerts.stale_days} 天，就是数据迟到；一行也没
--   有的是从无数据，不算迟到。缺数据的天数，看到统计日为止的 {period.days} 天，从这家店第一行数据那天算起。
-- column data_until: day of the newest line of any kind
-- column days_behind: days from data_until to today
-- column is_stale: open, and more than alerts.stale_days behind
-- column is_silent: no line at all
-- column lines: lines of all time
-- column days_with_data: days with a line in the 28 days to as_of
-- column missing_days: days without one, from the first line on
-- column feedback_until: day of the newest feedback
-- publishable: no
with arrivals as (
    select
        store_id, min(ordered_on) as first_on, max(ordered_on) as data_until, cast(count(*) as integer) as lines,
        cast(count(distinct ordered_on) filter (
            where ordered_on >= {{ sql.add_days(var('as_of'), '1 - ' ~ var('period.days')) }}
        ) as integer) as days_with_data
    from {{ ref('order_lines') }}
    group by store_id
),
feedback as (
    select store_id, max(on_date) as feedback_until
    from {{ source('feedback') }}
    where store_id is not null
    group by store_id
),
freshness as (
    select
        s.store_id, s.name, s.region, s.city,
        s.closed_on is null or s.closed_on > {{ var('today') }} as is_open,
        a.first_on, a.data_until, cast({{ sql.day_diff('a.data_until', var('today')) }} as integer) as days_behind,
        coalesce(a.lines, 0) as lines, coalesce(a.days_with_data, 0) as days_with_data,
        greatest(a.first_on, {{ sql.add_days(var('as_of'), '1 - ' ~ var('period.days')) }}) as expected_from,
        f.feedback_until
    from {{ source('stores') }} s
    left join arrivals a on a.store_id = s.store_id
    left join feedback f on f.store_id = s.store_id
)
select
    store_id, coalesce(name, store_id) as name, region, city, is_open, first_on, data_until, days_behind,
    coalesce(is_open and days_behind > {{ var('alerts.stale_days') }}, false) as is_stale,
    data_until is null as is_silent,
    lines, days_with_data,
    case
        when first_on is null then 0
        else cast(greatest(0, {{ sql.day_diff('expected_from', var('as_of')) }} + 1 - days_with_data) as integer)
    end as missing_days,
    feedback_until
from freshness
