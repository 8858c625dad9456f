-- store_segments: how many people of each home store stand in each segment.
-- zh-CN: 每家店的顾客里，各分群有多少人
-- grain: one row per store, scheme and segment with people
-- key: store_id, scheme, segment
-- definition: A person counts in the home store only (see customer_homes); people without one are left out. Net sales are
--   those of the RFM window, in all stores.
-- zh-CN definition: 每个人只算在常去门店，没有常去门店的不算。净销售额是 RFM 期间里在所有门店买的。
-- column code: the segment for page addresses
-- column customers: people in the segment whose home store this is
-- column share: share of the store's people of the scheme
-- column share_chain: the same share among all people with a home store
-- column net_sales: net sales in the RFM window, project currency
-- publishable: no
with members as (
    select p.home_store_id as store_id, s.person_id, s.scheme, s.segment, s.code, s.segment_no, v.monetary
    from {{ ref('customer_segments') }} s
    join {{ ref('people') }} p on p.person_id = s.person_id
    left join {{ ref('rfm_values') }} v on v.person_id = s.person_id
    where p.home_store_id is not null
),
segments as (
    select
        store_id, scheme, segment, code, segment_no, count(*) as customers,
        cast(coalesce(sum(monetary), 0) as decimal(18, 2)) as net_sales
    from members
    group by store_id, scheme, segment, code, segment_no
),
people as (
    -- Somebody with three tags is one person.
    select store_id, scheme, count(distinct person_id) as customers, sum(count(distinct person_id)) over (partition by scheme) as chain_customers
    from members
    group by store_id, scheme
),
shares as (
    select
        s.store_id, s.scheme, s.segment, s.code, s.segment_no, s.customers, s.net_sales, p.customers as store_customers,
        sum(s.customers) over (partition by s.scheme, s.segment) as segment_customers, p.chain_customers as scheme_customers
    from segments s
    join people p on p.store_id = s.store_id and p.scheme = s.scheme
)
select
    store_id, scheme, segment, segment_no, code,
    cast(customers as integer) as customers,
    {{ sql.ratio('customers', 'store_customers', 6) }} as share,
    {{ sql.ratio('segment_customers', 'scheme_customers', 6) }} as share_chain,
    net_sales
from shares
