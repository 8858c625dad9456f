-- arrival_days: the last fourteen days that were due, region by region: how many stores have data of the day.
-- zh-CN: 最近十四个应到数的日子，各大区有多少门店有数据
-- grain: one row per region and day
-- key: region, day
-- definition: A store counts for the days on which it was open (opened_on and closed_on of the stores table). A day without a line may
--   be a day off as well as a lost file. Stores without a region stand under an empty name.
-- zh-CN definition: 应到数的最后一天，是今天往前 {arrivals.due_days} 天。门店只算它在营业的日子，看门店文件里的开业、
--   闭店日期。一天没有数据，可能是歇业，也可能是漏传。没有大区的门店，列在空的大区下面。
-- column day: business day
-- column stores: stores that were open
-- column stores_with_data: stores with at least one line of the day
-- column share: stores with data per store
-- publishable: no
with calendar as (
    select {{ sql.add_days(var('today'), '-' ~ var('arrivals.due_days')) }} as due_on, {{ sql.each_number('0', '13') }} as back
),
due_days as (
    select {{ sql.add_days('due_on', '0 - back') }} as day
    from calendar
),
with_data as (
    select distinct store_id, ordered_on as day
    from {{ source('transactions') }}
    where ordered_on >= {{ sql.add_days(var('today'), '-400') }}
),
open_stores as (
    select coalesce(s.region, '') as region, d.day, s.store_id
    from due_days d
    join {{ source('stores') }} s on coalesce(s.opened_on <= d.day, true) and coalesce(s.closed_on > d.day, true)
)
select
    o.region, o.day, cast(count(*) as integer) as stores, cast(count(w.store_id) as integer) as stores_with_data,
    {{ sql.ratio('count(w.store_id)', 'count(*)', 6) }} as share
from open_stores o
left join with_data w on w.store_id = o.store_id and w.day = o.day
group by o.region, o.day
