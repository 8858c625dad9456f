-- segment_schemes: the schemes by which customers are divided, and whether their segments overlap.
-- zh-CN: 有哪几种分群方法，群和群重不重叠
-- grain: one row per scheme with people
-- key: scheme_no, scheme
-- definition: People in two segments of a scheme overlap: in tags that is meant, in a scheme of [[segments]] it may be a slip.
-- zh-CN definition: 一个人在同一种方法的两个群里，就是重叠。标签本来就会重叠；[[segments]] 里自定的分群重叠了，可能是
--   条件写错了。
-- column own: whether it is a scheme of [[segments]]
-- column customers: people in at least one segment
-- column segments: segments with people
-- column overlapping: people in more than one
-- publishable: no
with people as (
    select scheme, person_id, count(*) as segments, bool_or(starts_with(code, 'own-')) as own
    from {{ ref('customer_segments') }}
    group by scheme, person_id
),
counted as (
    select scheme, bool_or(own) as own, count(*) as customers, count(*) filter (where segments > 1) as overlapping
    from people
    group by scheme
),
sizes as (
    select scheme, count(distinct segment) as segments
    from {{ ref('customer_segments') }}
    group by scheme
)
select
    cast(coalesce(list_position(['rfm_grid', 'rfm_cell', 'lifecycle', 'value', 'cluster', 'tier', 'age', 'gender', 'city', 'channel', 'category', 'tag'], c.scheme), 99) as integer) as scheme_no,
    c.scheme, c.own, cast(c.customers as integer) as customers, cast(z.segments as integer) as segments, cast(c.overlapping as integer) as overlapping
from counted c
join sizes z on z.scheme = c.scheme
