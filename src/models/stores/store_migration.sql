-- store_migration: how many people each store kept, lost and won within a year (门店迁移矩阵).
-- zh-CN: 一年里顾客在门店之间怎样流动（门店迁移矩阵）
-- grain: one row per home store a year ago, home store now and kind of move
-- key: from_store_id, to_store_id, kind
-- definition: Now: home stores of those who bought in the 365 days to as_of. A year ago: home stores of those who bought in the
--   365 days before. Home store: most purchase days, see customer_homes. No rows while the data do not reach that far back, or
--   where there is one store only.
-- zh-CN definition: 现在：到统计日为止 365 天里买过的人，常去哪家店。一年前：再往前 365 天里买过的人，当时常去哪家店。
--   每个人属于留下、随门店接替、换了店、没再买、新顾客、隔年回来里的一种。数据没有那么长，或者只有一家店时，没有数字。
-- column from_store_id: home store a year ago; null = bought nothing in those 365 days
-- column to_store_id: home store now; null = bought nothing since
-- column kind: kept; followed (to the store that took over from theirs); moved; silent; new (first purchase ever); returned (had
--   bought, but not in the year before)
-- column people: how many
-- column from_share: share of the people of from_store_id a year ago
-- column to_share: share of the people of to_store_id now
-- publishable: no
with people as (
    select
        h.home_before_id as from_id, case when h.bought then h.home_store_id end as to_id, s.heir_id,
        c.first_order_on >= {{ sql.add_days(var('as_of'), '-364') }} as is_new
    from {{ ref('customer_homes') }} h
    join {{ ref('customer_summary') }} c on c.person_id = h.person_id
    left join {{ ref('store_successors') }} s on s.store_id = h.home_before_id
    where h.bought or h.home_before_id is not null
),
kinds as (
    select
        from_id, to_id,
        case
            when from_id is null and is_new then 'new'
            when from_id is null then 'returned'
            when to_id is null then 'silent'
            when from_id = to_id then 'kept'
            when heir_id = to_id then 'followed'
            else 'moved'
        end as kind
    from people
),
counted as (
    select from_id, to_id, kind, count(*) as people
    from kinds
    group by from_id, to_id, kind
),
stores as (
    select count(distinct store_id) as stores, count(distinct store_id) filter (where was_home) as stores_before
    from (
        select from_id as store_id, true as was_home from counted
        union all
        select to_id, false from counted
    ) named
),
shares as (
    select
        from_id, to_id, kind, people,
        sum(people) over (partition by from_id) as from_people, sum(people) over (partition by to_id) as to_people
    from counted
)
select
    h.from_id as from_store_id, h.to_id as to_store_id, h.kind, cast(h.people as integer) as people,
    case when h.from_id is not null then {{ sql.ratio('h.people', 'h.from_people', 6) }} end as from_share,
    case when h.to_id is not null then {{ sql.ratio('h.people', 'h.to_people', 6) }} end as to_share
from shares h
join stores n on n.stores > 1 and n.stores_before > 0
