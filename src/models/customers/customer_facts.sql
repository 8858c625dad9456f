-- customer_facts: everything known of a person in one row, for conditions and lists.
-- grain: one row per person
-- key: person_id
-- definition: people beside customer_summary, the RFM scores and the tier. Figures are null for people without a purchase.
-- column age: full years on the day of the build; null without a birthday or with a lunar one
-- column joined_days: days since joining
-- column frequency: purchase days in the RFM window
-- column monetary: net sales in the RFM window, project currency
-- publishable: no
select
    p.person_id, p.name, p.gender, p.birthday, p.phone, p.email, p.city, p.home_store_id, p.joined_on, p.joined_channel, p.level,
    p.consent_marketing, p.preferred_channel, p.points_balance, p.records,
    case
        when p.birthday <= {{ var('today') }} and coalesce(p.birthday_calendar, 'solar') = 'solar'
            then cast(date_part('year', age({{ var('today') }}, p.birthday)) as integer)
    end as age,
    cast({{ sql.day_diff('p.joined_on', var('today')) }} as integer) as joined_days,
    s.first_order_on, s.last_order_on, s.recency_days, coalesce(s.orders, 0) as orders, coalesce(s.purchase_days, 0) as purchase_days,
    coalesce(s.net_sales, 0) as net_sales, s.avg_basket, s.refund_share, s.median_gap_days, s.stores_visited, s.channels,
    s.top_category, s.top_channel, r.frequency, r.monetary, r.r, r.f, r.m, r.cell, r.grid, t.tier, t.qualifying_spend
from {{ ref('people') }} p
left join {{ ref('customer_summary') }} s on s.person_id = p.person_id
left join {{ ref('customer_rfm') }} r on r.person_id = p.person_id
left join {{ ref('customer_tiers') }} t on t.person_id = p.person_id
