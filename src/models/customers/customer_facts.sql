-- customer_facts: everything known of a person in one row, for conditions and lists.
-- zh-CN: 一位顾客一行，知道的都在这里，供条件和名单用
-- grain: one row per person
-- key: person_id
-- definition: people beside customer_summary, the RFM scores, the tier, the stage and the expected value. Of people without a
--   purchase, orders, purchase days and net sales are 0, and dates, gaps and scores null. Every column extra_… of the customers' files is here too: of several records of a person, the
--   one that joined last and holds a value.
-- zh-CN definition: 把顾客资料、购买小结、RFM 分数、会员等级、生命周期、预计价值和流失风险放在一行。没有买过的人，订
--   单数、购买天数和净销售额是 0，日期、间隔和 RFM 等是空的。顾客文件里自带的列（extra_ 开头）也在：一人有几条记录时，
--   取填了的记录里入会最晚的那条。
-- column age: full years on the day of the build; null without a birthday or with a lunar one
-- column joined_days: days since joining
-- column frequency: purchase days in the RFM window
-- column monetary: net sales in the RFM window, project currency
-- column stage: see customer_lifecycle
-- column value_class: see value_classes
-- column p_alive: see customer_value
-- column clv_12m: expected net sales of the next twelve months, project currency; see customer_value
-- column churn_risk: high, medium or low; null for people who are lost or bought nothing in a year; see customer_churn
-- publishable: no
with extras as (
    select r.person_id, arg_max(columns('(extra_.*|record_id)'), (coalesce(c.joined_on, date '0001-01-01'), c.id_space, c.record_id)) as '\1'
    from {{ source('customers') }} c
    join {{ ref('person_records') }} r on r.id_space = c.id_space and r.record_id = c.record_id
    group by r.person_id
)
select
    p.person_id, p.name, p.gender, p.birthday, p.phone, p.email, p.city, p.home_store_id, p.joined_on, p.joined_channel, p.level,
    p.consent_marketing, p.preferred_channel, coalesce(p.points_balance, b.balance) as points_balance, p.records,
    case
        when p.birthday <= {{ var('today') }} and coalesce(p.birthday_calendar, 'solar') = 'solar'
            then cast(date_part('year', age({{ var('today') }}, p.birthday)) as integer)
    end as age,
    cast({{ sql.day_diff('p.joined_on', var('today')) }} as integer) as joined_days,
    s.first_order_on, s.last_order_on, s.recency_days, coalesce(s.orders, 0) as orders, coalesce(s.purchase_days, 0) as purchase_days,
    coalesce(s.net_sales, 0) as net_sales, s.avg_basket, s.refund_share, s.median_gap_days, s.stores_visited, s.channels,
    s.top_category, s.top_channel, r.frequency, r.monetary, r.r, r.f, r.m, r.cell, r.grid, t.tier, t.qualifying_spend,
    l.stage, k.class as value_class, v.p_alive, v.clv_12m, h.risk as churn_risk,
    x.* exclude (person_id, record_id)
from {{ ref('people') }} p
left join {{ ref('customer_summary') }} s on s.person_id = p.person_id
left join {{ ref('customer_rfm') }} r on r.person_id = p.person_id
left join {{ ref('customer_tiers') }} t on t.person_id = p.person_id
left join {{ ref('points_balances') }} b on b.person_id = p.person_id
left join {{ ref('customer_lifecycle') }} l on l.person_id = p.person_id
left join {{ ref('customer_value') }} v on v.person_id = p.person_id
left join {{ ref('value_classes') }} k on k.person_id = p.person_id
left join {{ ref('customer_churn') }} h on h.person_id = p.person_id
left join extras x on x.person_id = p.person_id
