-- store_migration_summary: every store's people a year ago and now, and what became of them.
-- zh-CN: 每家店一年前和现在的顾客，从哪来、到哪去
-- grain: one row per store that was or is somebody's home store
-- key: store_id
-- definition: See store_migration. people_before = kept + followed_out + moved_out + silent; people = kept + followed_in +
--   moved_in + new_people + returned.
-- zh-CN definition: 一年前的人 = 留下 + 随接替走的 + 换到别店 + 没再买。现在的人 = 留下 + 随接替来的 + 别店换来 + 新
--   顾客 + 隔年回来。怎么算见 store_migration。
-- column people_before: people whose home store it was a year ago
-- column people: people whose home store it is now, and who bought in the 365 days to as_of
-- column kept: people whose home store it was and is
-- column moved_out: have another home store now
-- column moved_in: had another home store a year ago
-- column followed_out: belong to the store that took over
-- column followed_in: came with a store that this one took over from
-- column silent: bought nothing in the 365 days to as_of
-- column new_people: bought for the first time
-- column returned: bought again after a year or more
-- column kept_share: kept per people a year ago
-- column silent_share: silent per people a year ago
-- publishable: no
with ends as (
    select from_store_id as store_id, kind, 'from' as side, people
    from {{ ref('store_migration') }}
    where from_store_id is not null
    union all
    select to_store_id, kind, 'to', people
    from {{ ref('store_migration') }}
    where to_store_id is not null
),
counted as (
    select
        store_id,
        coalesce(sum(people) filter (where side = 'from'), 0) as people_before,
        coalesce(sum(people) filter (where side = 'to'), 0) as people,
        coalesce(sum(people) filter (where side = 'from' and kind = 'kept'), 0) as kept,
        coalesce(sum(people) filter (where side = 'from' and kind = 'moved'), 0) as moved_out,
        coalesce(sum(people) filter (where side = 'to' and kind = 'moved'), 0) as moved_in,
        coalesce(sum(people) filter (where side = 'from' and kind = 'followed'), 0) as followed_out,
        coalesce(sum(people) filter (where side = 'to' and kind = 'followed'), 0) as followed_in,
        coalesce(sum(people) filter (where kind = 'silent'), 0) as silent,
        coalesce(sum(people) filter (where kind = 'new'), 0) as new_people,
        coalesce(sum(people) filter (where kind = 'returned'), 0) as returned
    from ends
    group by store_id
)
select
    c.store_id, coalesce(s.name, c.store_id) as name, s.region,
    {%- for column in ['people_before', 'people', 'kept', 'moved_out', 'moved_in', 'followed_out', 'followed_in', 'silent', 'new_people', 'returned'] %}
    cast(c.{{ column }} as integer) as {{ column }},
    {%- endfor %}
    {{ sql.ratio('c.kept', 'c.people_before', 6) }} as kept_share,
    {{ sql.ratio('c.silent', 'c.people_before', 6) }} as silent_share
from counted c
left join {{ source('stores') }} s on s.store_id = c.store_id
