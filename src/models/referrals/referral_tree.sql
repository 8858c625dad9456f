-- referral_tree: everybody who brought somebody or was brought, with their place in the tree.
-- zh-CN: 推荐关系树：每个人在第几层，带来了多少人、多少销售
-- grain: one row per person who brought somebody or was brought
-- key: person_id
-- definition: Parent and child are referrer and referred person of attributed referrals, whatever became of the reward; circles cannot
--   occur (see referral_claims). Counted over 64 levels at most, which matters to nobody below the 64th.
-- zh-CN definition: 上下级是推荐人和被推荐人，只看采用了的推荐，给没给奖励都算；不会有圈（见 referral_claims）。最多数 64 层。
-- column referrer_person_id: parent; null = nobody brought this person
-- column root_person_id: the person at the top of the tree
-- column store_id: home store
-- column root_store_id: home store of the person at the top
-- column depth: 0 = top
-- column brought: people this person brought
-- column below: people in the tree below this person
-- column tree_size: people in the whole tree, its top included
-- column net_sales: all net sales of the person, project currency
-- column net_sales_below: all net sales of the people below, project currency
-- column place: texts that sort the people of a tree from the top down, children below their parent in the order of their coming
-- publishable: no
with recursive edges as (
    select
        person_id, referrer_person_id, referred_on,
        row_number() over (partition by referrer_person_id order by referred_on nulls last, person_id) as child_no
    from {{ ref('referral_outcomes') }}
    where is_attributed
),
up as (
    select person_id, referrer_person_id as above_id, 1 as step
    from edges
    union all
    select u.person_id, e.referrer_person_id, u.step + 1
    from up u
    join edges e on e.person_id = u.above_id
    where u.step < 64
),
members as (
    select person_id from edges
    union
    select referrer_person_id from edges
),
tops as (
    select
        m.person_id, coalesce(max(u.step), 0) as depth,
        coalesce(arg_max(u.above_id, u.step), m.person_id) as root_person_id
    from members m
    left join up u on u.person_id = m.person_id
    group by m.person_id
),
ways as (
    select
        u.person_id,
        string_agg(right('000000' || coalesce(e.child_no, 0), 6), '.' order by u.step desc) as way
    from up u
    left join edges e on e.person_id = u.above_id
    group by u.person_id
),
sales as (
    select m.person_id, p.home_store_id as store_id, coalesce(s.net_sales, 0) as net_sales
    from members m
    join {{ ref('people') }} p on p.person_id = m.person_id
    left join (
        select person_id, sum(net_sales) as net_sales from {{ ref('customer_days') }} group by person_id
    ) s on s.person_id = m.person_id
),
below as (
    select
        u.above_id as person_id, count(*) as below, count(*) filter (where u.step = 1) as brought, sum(s.net_sales) as net_sales
    from up u
    join sales s on s.person_id = u.person_id
    group by u.above_id
),
sizes as (
    select root_person_id, count(*) as tree_size
    from tops
    group by root_person_id
)
select
    t.person_id, e.referrer_person_id, t.root_person_id, s.store_id, r.store_id as root_store_id, cast(t.depth as integer) as depth,
    cast(coalesce(b.brought, 0) as integer) as brought, cast(coalesce(b.below, 0) as integer) as below,
    cast(z.tree_size as integer) as tree_size, cast(s.net_sales as decimal(18, 2)) as net_sales,
    cast(coalesce(b.net_sales, 0) as decimal(18, 2)) as net_sales_below,
    coalesce(w.way || '.', '') || right('000000' || coalesce(e.child_no, 0), 6) as place
from tops t
join sales s on s.person_id = t.person_id
join sales r on r.person_id = t.root_person_id
join sizes z on z.root_person_id = t.root_person_id
left join edges e on e.person_id = t.person_id
left join ways w on w.person_id = t.person_id
left join below b on b.person_id = t.person_id
