-- price_differences: the same product at clearly different prices for different customers at the same time.
-- zh-CN: 同一样商品，同一时间，不同的顾客价钱不一样
-- grain: one row per scheme, segment, store, product and fortnight with enough people on both sides
-- key: scheme, segment, store_id, sku, fortnight
-- definition: Sale lines of known people in whole fortnights back from as_of, campaigns.price_days in all; orders with a coupon or
--   points used are left out, and so are orders given back. Price: what was paid per unit. Schemes: tier (of the day before the sale), newness (first purchase day or
--   later) and rfm_cell (today's; what somebody bought moved it). A price is open to all when anybody outside the segment, the
--   unknown included, paid it in that store and fortnight. Flagged: at least campaigns.price_people people of the segment paid
--   prices open to nobody else, campaigns.price_difference or more off the mean of the others (at least as many people), and
--   one of the others bought between the first and the last of those days. New people are compared with all others once.
-- zh-CN definition: 看统计日往回 {campaigns.price_days} 天，两周一段，同一家店、同一样商品；用了券、用了积分的、退掉的不算。一个价
--   钱，这群人以外（包括不认识的）也有人付过，就是人人都有的。要提醒的：这群人里至少 {campaigns.price_people} 人付的是别人没有的价
--   钱，和别人的平均差 {campaigns.price_difference} 以上，而同一段日子里别人也在买。
-- column scheme: tier, newness or rfm_cell
-- column fortnight: its first day
-- column people: of the segment, who bought the product
-- column price: mean paid per unit by them, project currency
-- column others: other known people who bought it
-- column price_others: mean paid per unit by them, project currency
-- column people_apart: people of the segment who paid a price open to nobody else that is far from price_others
-- column price_apart: mean of these prices, project currency
-- column difference: price_apart by price_others less 1; without such people price by price_others less 1
-- column verdict: flagged; explained (the means differ as much, but by prices open to all, or at other times); similar
-- publishable: no
{%- set step = var('campaigns.price_difference') %}
with coupon_orders as (
    select distinct id_space, transaction_id
    from {{ source('coupons') }}
    where transaction_id is not null and redeemed_at is not null
),
lines as (
    select
        l.store_id, l.sku, l.ordered_on, {{ sql.int_div(sql.day_diff('l.ordered_on', var('as_of')), 14) }} as fortnight_no, l.person_id,
        cast(l.quantity as decimal(18, 3)) as units, l.amount, cast({{ sql.ratio('l.amount', 'l.quantity', 2) }} as decimal(18, 2)) as price
    from {{ ref('order_lines') }} l
    join {{ ref('orders') }} o on o.source = l.source and o.transaction_id = l.transaction_id
    left join coupon_orders c on c.id_space = l.id_space and c.transaction_id = l.transaction_id
    where l.is_purchase and l.sku is not null and l.quantity > 0 and l.amount > 0 and o.coupon_code is null and o.points_redeemed = 0 and c.transaction_id is null
        and l.ordered_on > {{ sql.add_days(var('as_of'), '0 - ' ~ sql.int_div(var('campaigns.price_days'), 14) ~ ' * 14') }}
),
firsts as (
    select person_id, min(day) as first_on
    from {{ ref('customer_days') }}
    where is_purchase_day
    group by person_id
),
placed as (
    -- The tier of the day before: what a purchase lifts counts from the next day on. On somebody's first day, the first one.
    select
        'tier' as scheme, coalesce(s.tier, t.tier) as segment, l.store_id, l.sku, l.ordered_on, l.fortnight_no, l.person_id, l.units, l.amount, l.price
    from lines l
    asof left join {{ ref('tier_spells') }} s on s.person_id = l.person_id and s.from_on < l.ordered_on
    left join {{ ref('tier_spells') }} t on t.person_id = l.person_id and t.spell_no = 1
    union all
    select 'newness', case when l.person_id is not null then case when f.first_on = l.ordered_on then 'new' else 'known' end end, l.store_id, l.sku, l.ordered_on, l.fortnight_no, l.person_id, l.units, l.amount, l.price
    from lines l
    left join firsts f on f.person_id = l.person_id
    union all
    select 'rfm_cell', r.cell, l.store_id, l.sku, l.ordered_on, l.fortnight_no, l.person_id, l.units, l.amount, l.price
    from lines l
    left join {{ ref('customer_rfm') }} r on r.person_id = l.person_id
),
totals as (
    -- Per buyer side: the people of one segment, and all of the cell.
    select
        scheme, store_id, sku, fortnight_no, segment, count(distinct person_id) as people, sum(amount) as amount, sum(units) as units
    from placed
    where segment is not null
    group by scheme, store_id, sku, fortnight_no, segment
),
sides as (
    select
        *, sum(people) over cell - people as others, sum(amount) over cell - amount as other_amount, sum(units) over cell - units as other_units
    from totals
    window cell as (partition by scheme, store_id, sku, fortnight_no)
),
compared as (
    select
        scheme, store_id, sku, fortnight_no, segment, people, others, {{ sql.ratio('amount', 'units', 2) }} as price,
        {{ sql.ratio('other_amount', 'other_units', 2) }} as price_others
    from sides
    where people >= {{ var('campaigns.price_people') }} and others >= {{ var('campaigns.price_people') }} and not (scheme = 'newness' and segment = 'known')
),
price_points as (
    select
        scheme, store_id, sku, fortnight_no, price, min(coalesce(segment, '')) as segment, count(distinct coalesce(segment, '')) as buyers,
        bool_or(segment is null) as is_open
    from placed
    group by scheme, store_id, sku, fortnight_no, price
),
apart as (
    select
        c.scheme, c.store_id, c.sku, c.fortnight_no, c.segment, count(distinct p.person_id) as people_apart, sum(p.amount) as amount, sum(p.units) as units,
        min(p.ordered_on) as first_on, max(p.ordered_on) as last_on
    from compared c
    join price_points q
        on q.scheme = c.scheme and q.store_id = c.store_id and q.sku = c.sku and q.fortnight_no = c.fortnight_no and q.segment = c.segment
        and q.buyers = 1 and not q.is_open and abs(cast(q.price as double) / cast(c.price_others as double) - 1) >= {{ step }}
    join placed p
        on p.scheme = c.scheme and p.store_id = c.store_id and p.sku = c.sku and p.fortnight_no = c.fortnight_no and p.segment = c.segment and p.price = q.price
    group by c.scheme, c.store_id, c.sku, c.fortnight_no, c.segment
),
meanwhile as (
    select distinct a.scheme, a.store_id, a.sku, a.fortnight_no, a.segment
    from apart a
    join placed p
        on p.scheme = a.scheme and p.store_id = a.store_id and p.sku = a.sku and p.fortnight_no = a.fortnight_no and coalesce(p.segment <> a.segment, true)
        and p.ordered_on between a.first_on and a.last_on
),
judged as (
    select
        c.scheme, c.store_id, c.sku, c.fortnight_no, c.segment, c.people, c.price, c.others, c.price_others, coalesce(a.people_apart, 0) as people_apart,
        {{ sql.ratio('a.amount', 'a.units', 2) }} as price_apart, m.scheme is not null and a.people_apart >= {{ var('campaigns.price_people') }} as is_flagged
    from compared c
    left join apart a on a.scheme = c.scheme and a.store_id = c.store_id and a.sku = c.sku and a.fortnight_no = c.fortnight_no and a.segment = c.segment
    left join meanwhile m on m.scheme = c.scheme and m.store_id = c.store_id and m.sku = c.sku and m.fortnight_no = c.fortnight_no and m.segment = c.segment
),
differing as (
    select
        *, {{ sql.ratio('(case when is_flagged then price_apart else price end - price_others)', 'price_others', 6) }} as difference
    from judged
)
select
    scheme, segment, store_id, sku, {{ sql.add_days(var('as_of'), '-13 - 14 * fortnight_no') }} as fortnight, cast(people as integer) as people,
    cast(price as decimal(18, 2)) as price, cast(others as integer) as others, cast(price_others as decimal(18, 2)) as price_others,
    cast(people_apart as integer) as people_apart, cast(price_apart as decimal(18, 2)) as price_apart, difference,
    case when is_flagged then 'flagged' when abs(difference) >= {{ step }} then 'explained' else 'similar' end as verdict
from differing
