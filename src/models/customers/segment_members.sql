-- segment_members: the people of every segment with the figures a list needs, without names.
-- zh-CN: 每个分群里有哪些顾客，带名单要用的数字，没有姓名
-- grain: one row per scheme and person, in the scheme tag one per person and tag
-- key: scheme, person_id, segment
-- definition: customer_segments beside the window's RFM values and the figures of all history; columns are null for people
--   without a purchase.
-- zh-CN definition: 在 customer_segments 旁边放上 RFM 期间的数字和全部历史的数字。没有买过的顾客，购买的数字是空的。
-- column segment: key of the segment
-- column code: the same for page addresses
-- column store_id: home store
-- column recency_days: days from the last purchase to as_of
-- column orders: orders with a purchase, all history
-- column net_sales: all history, project currency
-- column monetary: net sales in the RFM window, project currency
-- publishable: no
select
    s.scheme, s.segment, s.segment_no, s.code, s.person_id, p.home_store_id as store_id,
    c.first_order_on, c.last_order_on, c.recency_days, c.orders, c.purchase_days, c.net_sales, c.avg_basket, c.top_category,
    r.r, r.f, r.m, r.frequency, r.monetary, t.tier, t.qualifying_spend
from {{ ref('customer_segments') }} s
join {{ ref('people') }} p on p.person_id = s.person_id
left join {{ ref('customer_summary') }} c on c.person_id = s.person_id
left join {{ ref('customer_rfm') }} r on r.person_id = s.person_id
left join {{ ref('customer_tiers') }} t on t.person_id = s.person_id
