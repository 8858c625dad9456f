-- segment_overlaps: how many people two segments have in common.
-- zh-CN: 两个分群里有多少人是同一批
-- grain: one row per ordered pair of different segments with people in common, of tags, own schemes, stages and value classes
-- key: code, other_code
-- definition: Tags, the schemes of [[segments]], lifecycle and value; at most the 60 largest segments.
-- zh-CN definition: 看标签、[[segments]] 里自定的分群、生命周期和价值，最多取人数最多的 60 个分群。倍数（lift）是：第
--   一群的人也在第二群的比例，是全部顾客的几倍。
-- column customers: people in both
-- column share: of the people in the first segment
-- column lift: how many times as many of the first segment's people are in the second as of all people
-- publishable: no
with chosen as (
    select scheme, segment, code, customers
    from {{ ref('segment_summary') }}
    where scheme in ('tag', 'lifecycle', 'value') or starts_with(code, 'own-')
    qualify row_number() over (order by customers desc, code) <= 60
),
members as (
    select s.person_id, s.code
    from {{ ref('customer_segments') }} s
    join chosen c on c.code = s.code
),
pairs as (
    select a.code, b.code as other_code, count(*) as customers
    from members a
    join members b on b.person_id = a.person_id and b.code <> a.code
    group by a.code, b.code
),
everybody as (
    select count(*) as customers
    from {{ ref('people') }}
)
select
    p.code, a.scheme, a.segment, p.other_code, b.scheme as other_scheme, b.segment as other_segment, cast(p.customers as integer) as customers,
    {{ sql.ratio('p.customers', 'a.customers', 6) }} as share,
    {{ sql.ratio('p.customers * e.customers', 'a.customers * b.customers', 4) }} as lift
from pairs p
join chosen a on a.code = p.code
join chosen b on b.code = p.other_code
cross join everybody e
