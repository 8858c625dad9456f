-- portrait_people: the people who have a page of their own, and why.
-- zh-CN: 哪些顾客有自己的一页，为什么
-- grain: one row per person with a page
-- key: person_id
-- definition: Those somebody should act on: an open complaint or request, details to confirm, a record that may be somebody
--   else's (people who cannot be reached come before those). Of each store the first portraits.most_per_store of them, in that order, then by net sales of all time; with
--   portraits.of = "active" everybody with a purchase or joining in the last portraits.active_days days besides. People of no
--   store have no page, for there is nobody to read it.
-- zh-CN definition: 有事要做的顾客：投诉或请求没办完、资料要核对、可能和别的记录是同一个人。每家店最多
--   {portraits.most_per_store}位：先投诉和请求，再联系不上的，再可能重复的，再其他要核对的，然后比全部净销售额。给谁
--   做页看设置 {portraits.of}，写成 active 时，最近 {portraits.active_days} 天买过或入会的也都有。没有常去门店的人没有
--   专页，因为没有人会看。
-- column store_id: home store, whose staff may read the page
-- column complaint: one of open_cases
-- column confirm: on the list of details to confirm
-- column review: on the list of records that may be one person
-- column place: 1 = the first of the store
-- publishable: no
{%- set of = vars('portraits.of') %}
with complaints as (
    select distinct person_id
    from {{ ref('open_cases') }}
    where person_id is not null
),
confirming as (
    select person_id, min(priority) as priority
    from {{ ref('confirm_details') }}
    group by person_id
),
reviewed as (
    select person_id from {{ ref('identity_review') }}
    union
    select other_person_id from {{ ref('identity_review') }}
),
people as (
    select
        p.person_id, p.home_store_id as store_id, c.person_id is not null as complaint, f.person_id is not null as confirm,
        r.person_id is not null as review, coalesce(f.priority, 4) as priority, coalesce(s.net_sales, 0) as net_sales,
        coalesce(greatest(coalesce(s.last_order_on, p.joined_on), coalesce(p.joined_on, s.last_order_on))
            > {{ sql.add_days(var('today'), '0 - ' ~ var('portraits.active_days')) }}, false) as is_active
    from {{ ref('people') }} p
    left join {{ ref('customer_summary') }} s on s.person_id = p.person_id
    left join complaints c on c.person_id = p.person_id
    left join confirming f on f.person_id = p.person_id
    left join reviewed r on r.person_id = p.person_id
    where p.home_store_id is not null
),
ranked as (
    select
        person_id, store_id, complaint, confirm, review, is_active,
        cast(row_number() over (
            partition by store_id
            order by
                case when complaint then 1 when confirm and priority = 1 then 2 when review then 3 when confirm then 4 else 5 end,
                priority, net_sales desc, person_id
        ) as integer) as place
    from people
)
select person_id, store_id, complaint, confirm, review, place
from ranked
where {% if of == 'nobody' %}false{% else %}((complaint or confirm or review) and place <= {{ var('portraits.most_per_store') }}){% if of == 'active' %} or is_active{% endif %}{% endif %}
