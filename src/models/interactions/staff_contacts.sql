-- staff_contacts: what each staff member's contacts came to, and whether they kept their follow-ups.
-- zh-CN: 每位店员联系了多少、联系上多少，约好的跟进做了没有
-- grain: one row per staff member with a contact or an unfinished follow-up
-- key: staff_id
-- definition: Contacts of the interactions.window days to today. Reached as in interaction_summary. On time: of the follow-ups
--   they wrote whose day lies in the same days, today left out, that name a customer and were not called off, those done on the
--   day or before; follow-ups that went to the store (follow_ups) count for nobody. Shares are left out where fewer than
--   interactions.min_contacts stand below the line: with few, chance decides. Nobody is ranked.
-- zh-CN definition: 联系看到今天为止的 {interactions.window} 天，联系上的比例和 interaction_summary 一样算。按时：自己写下的跟进
--   里，约定的日子在这段时间、今天不算、写明了顾客、没有停办的，当天或之前做了的占多少；由门店接手的不算在个人头上。分母不到
--   {interactions.min_contacts}的，不写比例：数太少，碰巧就能决定。不排名次。
-- column store_id: the store of the list of staff (today's, where another one took over); else that of the latest contact
-- column has_left: left the chain
-- column told: own contacts whose outcome tells whether somebody was reached
-- column due: follow-ups of the days whose day is over
-- column on_time: of those, done on the day or before
-- column overdue: follow-ups not done today, however old
-- column upcoming: follow-ups for today and later
-- publishable: no
{%- set from_on = sql.add_days(var('today'), '1 - ' ~ var('interactions.window')) %}
{%- macro wilson(k, n, sign) -%}
case when {{ n }} >= {{ var('interactions.min_contacts') }} then cast(round(
        ({{ k }}::double / {{ n }} + 3.841459::double / (2 * {{ n }}) {{ sign }} 1.959964::double
            * sqrt(greatest(0, {{ k }}::double / {{ n }} * (1 - {{ k }}::double / {{ n }})) / {{ n }} + 3.841459::double / (4 * {{ n }} * {{ n }})))
        / (1 + 3.841459::double / {{ n }}), 6) as decimal(18, 6)) end
{%- endmacro %}
with contacts as (
    select
        staff_id, count(*) as contacts, count(distinct contact_key) as people, count(is_reached) filter (where not is_inbound) as told,
        count(*) filter (where not is_inbound and is_reached) as reached, max(on_date) as last_on,
        arg_max(store_id, (contacted_at, interaction_id)) filter (where store_id is not null) as store_id
    from {{ ref('interaction_log') }}
    where staff_id is not null and on_date >= {{ from_on }}
    group by staff_id
),
kept as (
    select
        staff_id, count(*) filter (where due_on >= {{ from_on }} and due_on < {{ var('today') }}) as due,
        count(*) filter (where due_on >= {{ from_on }} and due_on < {{ var('today') }} and is_on_time) as on_time,
        count(*) filter (where status = 'overdue') as overdue, count(*) filter (where status in ('due', 'open')) as upcoming,
        min(store_id) as store_id
    from {{ ref('follow_ups') }}
    where staff_id is not null and is_traceable and not is_blocked
    group by staff_id
),
everybody as (
    select staff_id from contacts
    union
    select staff_id from kept where due + overdue + upcoming > 0
),
joined as (
    select
        e.staff_id, nullif(trim(s.name), '') as staff_name, coalesce(h.heir_id, s.store_id, c.store_id, k.store_id) as store_id,
        nullif(trim(s.role), '') as role, coalesce(s.left_on <= {{ var('today') }}, false) as has_left,
        coalesce(c.contacts, 0) as contacts, coalesce(c.people, 0) as people, coalesce(c.told, 0) as told,
        coalesce(c.reached, 0) as reached, c.last_on, coalesce(k.due, 0) as due, coalesce(k.on_time, 0) as on_time,
        coalesce(k.overdue, 0) as overdue, coalesce(k.upcoming, 0) as upcoming
    from everybody e
    left join contacts c on c.staff_id = e.staff_id
    left join kept k on k.staff_id = e.staff_id
    left join {{ source('staff') }} s on s.staff_id = e.staff_id
    left join {{ ref('store_successors') }} h on h.store_id = s.store_id
)
select
    staff_id, staff_name, store_id, role, has_left, last_on, cast(contacts as integer) as contacts, cast(people as integer) as people,
    cast(told as integer) as told, cast(reached as integer) as reached,
    case when told >= {{ var('interactions.min_contacts') }} then {{ sql.ratio('reached', 'told', 6) }} end as reached_share,
    {{ wilson('reached', 'told', '-') }} as reached_low, {{ wilson('reached', 'told', '+') }} as reached_high, cast(due as integer) as due,
    cast(on_time as integer) as on_time,
    case when due >= {{ var('interactions.min_contacts') }} then {{ sql.ratio('on_time', 'due', 6) }} end as on_time_share,
    {{ wilson('on_time', 'due', '-') }} as on_time_low, {{ wilson('on_time', 'due', '+') }} as on_time_high,
    cast(overdue as integer) as overdue, cast(upcoming as integer) as upcoming
from joined
