-- segment_traits: what the people of a segment are more often, or less often, than all customers.
-- zh-CN: 一个分群的人，哪些特点比全部顾客多或少
-- grain: one row per segment, trait and value, at most twelve values per trait
-- key: scheme, code, trait, value
-- definition: Shares are of the people of whom the trait is known. Lift: share in the segment by share of all people. Its
--   interval is that of the segment's share (Wilson, 95 %) by the share of all.
-- zh-CN definition: 比例只算知道这个特点的人。倍数 = 分群里的比例 ÷ 全部顾客的比例，1 就是和大家一样。倍数的区间由分
--   群里比例的 95% 区间（Wilson）得来，不含 1 才看得出差别。
-- column trait: age, gender, city, store (home store), channel, category (bought in the RFM window), lifecycle or value
-- column customers: people of the segment with this value
-- column share: of the segment's people
-- column share_all: of all people
-- column lift: share by share_all; 1 = as everybody
-- column lift_low: lower end of the 95 % interval of the lift
-- column lift_high: upper end
-- column telling: the interval leaves 1 out
-- publishable: no
{%- set window = "cast(" ~ var('rfm.window') ~ " as varchar)" %}
with traits as (
    select person_id, scheme as trait, segment as value
    from {{ ref('customer_segments') }}
    where scheme in ('age', 'gender', 'city', 'channel', 'lifecycle', 'value') and segment <> 'unknown'
    union all
    select person_id, 'store', home_store_id
    from {{ ref('people') }}
    where home_store_id is not null
    union all
    select distinct person_id, 'category', category
    from {{ ref('order_lines') }}
    where
        is_purchase and person_id is not null and category is not null
        and ({{ window }} = 'all' or value_on >= {{ sql.add_days(var('as_of'), '1 - coalesce(try_cast(' ~ window ~ ' as integer), 365)') }})
),
known as (
    select trait, count(distinct person_id) as customers
    from traits
    group by trait
),
everybody as (
    select trait, value, count(*) as customers
    from traits
    group by trait, value
),
segment_known as (
    select s.scheme, s.segment, s.code, t.trait, count(distinct t.person_id) as customers
    from {{ ref('customer_segments') }} s
    join traits t on t.person_id = s.person_id
    where s.scheme <> t.trait
    group by s.scheme, s.segment, s.code, t.trait
),
counted as (
    select s.scheme, s.segment, s.code, t.trait, t.value, count(*) as customers
    from {{ ref('customer_segments') }} s
    join traits t on t.person_id = s.person_id
    where s.scheme <> t.trait
    group by s.scheme, s.segment, s.code, t.trait, t.value
),
shares as (
    select
        c.scheme, c.segment, c.code, c.trait, c.value, c.customers, n.customers as n, e.customers as all_customers, k.customers as all_n,
        {{ sql.wilson_low('c.customers', 'n.customers') }} as low, {{ sql.wilson_high('c.customers', 'n.customers') }} as high
    from counted c
    join segment_known n on n.scheme = c.scheme and n.segment = c.segment and n.trait = c.trait
    join everybody e on e.trait = c.trait and e.value = c.value
    join known k on k.trait = c.trait
    qualify row_number() over (partition by c.scheme, c.segment, c.trait order by c.customers desc, c.value) <= 12
)
select
    scheme, segment, code, trait, value, cast(customers as integer) as customers,
    {{ sql.ratio('customers', 'n', 6) }} as share, {{ sql.ratio('all_customers', 'all_n', 6) }} as share_all,
    {{ sql.ratio('customers * all_n', 'n * all_customers', 4) }} as lift,
    cast(round(cast(low as double) * all_n / all_customers, 4) as decimal(18, 4)) as lift_low,
    cast(round(cast(high as double) * all_n / all_customers, 4) as decimal(18, 4)) as lift_high,
    low * all_n > all_customers or high * all_n < all_customers as telling
from shares
