-- care_candidates: for whom there is an occasion to get in touch, whether or not it may be used.
-- zh-CN: 可以联系谁、为了什么、在哪天，不管能不能联系
-- grain: one row per person, kind, subject and day
-- key: person_id, kind, subject, due_on
-- definition: From care.late_days before today to care.ahead_days after. birthday: care.birthday_lead days before it, until it is
--   over. holiday: the days of holiday_days for customers for whom care.holiday_audience holds. revisit: care.revisit_days after the
--   last purchase day, nothing bought since. replenish: the day on which a product is usually bought again. win_back: the day on
--   which somebody became silent or lost. churn: high risk, today. points_expiring: loyalty.warn_days and 7 days before points
--   end. confirm_details: today. People of no store have no entries, for there is nobody to call them.
-- zh-CN definition: 从今天之前 {care.late_days} 天到今天之后 {care.ahead_days} 天。生日：提前 {care.birthday_lead} 天，过了就不列。节
--   日：符合 {care.holiday_audience} 的顾客。回访：最后一次购买之后第 {care.revisit_days} 天，之后没再买。补货：通常该再买的那
--   天。挽回：变成沉睡或流失的那天。流失预警：今天高风险的。积分快过期：过期前 {loyalty.warn_days} 天和 7 天。核对资料：今天。没
--   有常去门店的人不列，因为没有人会联系。
-- column kind: birthday, holiday, revisit, replenish, win_back, churn, points_expiring or confirm_details
-- column subject: what it is about: the birthday, holiday, purchase day, product, stage or last day of points
-- column due_on: the day to get in touch
-- column event_on: the birthday, holiday or last day of points
-- column days: revisit: days since the purchase; replenish: usual days between purchases; birthday: years completed
-- column product: replenish: name of the product
-- column points: points_expiring: points
-- column worth: points_expiring: what they are worth, project currency
-- column at_stake: expected sales times the score of customer_churn, project currency
-- column value: expected net sales of twelve months, else net sales so far, project currency
-- publishable: no
{%- set today = var('today') %}
with birthdays as (
    select
        person_id, 'birthday' as kind, cast(day as varchar) as subject, {{ sql.add_days('day', '0 - ' ~ var('care.birthday_lead')) }} as due_on, day as event_on,
        age as days, cast(null as varchar) as product, cast(null as decimal(18, 2)) as points, cast(null as decimal(18, 2)) as worth
    from {{ ref('birthday_days') }}
    where day >= {{ today }}
),
holidays as (
    select f.person_id, 'holiday', h.holiday, {{ sql.add_days('h.day', '0 - h.lead_days') }}, h.day, null, null, null, null
    from {{ ref('holiday_days') }} h
    cross join {{ ref('customer_facts') }} f
    where
        h.day >= {{ today }} and {{ sql.add_days('h.day', '0 - h.lead_days') }} <= {{ sql.add_days(today, var('care.ahead_days')) }}
        and coalesce((
-- care.holiday_audience
{{ vars('care.holiday_audience') or 'true' }}
        ), false)
),
revisits as (
    select
        s.person_id, 'revisit', cast(s.last_order_on as varchar), {{ sql.add_days('s.last_order_on', 'd.days') }}, null, d.days, null, null, null
    from {{ ref('customer_summary') }} s
    cross join (select unnest([{% for days in vars('care.revisit_days') %}{{ days }}{% if not loop.last %}, {% endif %}{% endfor %}]::integer[]) as days) d
),
replenishments as (
    select
        r.person_id, 'replenish', r.sku, {{ sql.add_days(var('as_of'), 'cast(round(r.usual_days) as integer) - r.days_since') }}, null,
        cast(round(r.usual_days) as integer), coalesce(p.name, r.sku), null, null
    from {{ ref('recommendations') }} r
    left join {{ ref('product_summary') }} p on p.sku = r.sku
    where r.reason = 'replenish'
    qualify row_number() over (partition by r.person_id order by r.rank) = 1
),
lost as (
    select person_id, 'win_back', stage, since, null, null, null, null, null
    from {{ ref('customer_lifecycle') }}
    where stage in ('silent', 'lost')
),
leaving as (
    select person_id, 'churn', '', {{ today }}, null, null, null, null, null
    from {{ ref('customer_churn') }}
    where risk = 'high'
),
ending as (
    select person_id, 'points_expiring', cast(e.expires_on as varchar), {{ sql.add_days('e.expires_on', '0 - w.days') }}, e.expires_on, w.days, null, e.points, e.worth
    from {{ ref('points_expiring') }} e
    cross join (select unnest([{{ var('loyalty.warn_days') }}, 7]::integer[]) as days) w
    qualify row_number() over (partition by person_id, e.expires_on, w.days order by e.points desc) = 1
),
doubtful as (
    select distinct person_id, 'confirm_details', '', {{ today }}, null::date, null::integer, null, null::decimal(18, 2), null::decimal(18, 2)
    from {{ ref('confirm_details') }}
),
occasions as (
    select * from birthdays
    {%- for part in ['holidays', 'revisits', 'replenishments', 'lost', 'leaving', 'ending', 'doubtful'] %}
    union all
    select * from {{ part }}
    {%- endfor %}
)
select
    o.person_id, p.home_store_id as store_id, o.kind, o.subject, o.due_on, o.event_on, cast(o.days as integer) as days, o.product, o.points, o.worth,
    cast(coalesce(c.at_stake, 0) as decimal(18, 2)) as at_stake, cast(coalesce(v.clv_12m, s.net_sales, 0) as decimal(18, 2)) as value
from occasions o
join {{ ref('people') }} p on p.person_id = o.person_id
left join {{ ref('customer_churn') }} c on c.person_id = o.person_id
left join {{ ref('customer_value') }} v on v.person_id = o.person_id
left join {{ ref('customer_summary') }} s on s.person_id = o.person_id
where
    p.home_store_id is not null
    and o.due_on between {{ sql.add_days(today, '0 - ' ~ var('care.late_days')) }} and {{ sql.add_days(today, var('care.ahead_days')) }}
qualify row_number() over (partition by o.person_id, o.kind, o.subject, o.due_on order by o.days nulls last) = 1
