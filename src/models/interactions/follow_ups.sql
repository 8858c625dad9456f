-- follow_ups: what was promised to customers for a day, and whether it was done.
-- zh-CN: 约好哪天再跟进的事，做了没有
-- grain: one row per interaction with a day for the next step
-- key: interaction_id
-- definition: Done by the first later interaction with the same customer, by whomever, on or after the day agreed or in the
--   interactions.early_days days before; a purchase does not count. All records of a customer count, so that people who are
--   merged later have one list. A day before the contact itself is a slip of the pen: it counts as the day of the contact. On
--   the customer's home store; without one, on the store that made the contact. With the staff member who wrote it, unless they
--   have left or work in another store: then with the store. Blocked: the customer has asked since not to be contacted.
-- zh-CN definition: 同一位顾客在约定那天或之后、或者之前 {interactions.early_days} 天内，又有一次联系，就算做了，谁联系的都算；
--   买东西不算。顾客的各条记录都算，后来合并成一个人的只有一份名单。约定的日子写得比联系那天还早，按联系那天算。归顾客
--   的常去门店；没有的，归当时联系的门店。记在写下它的店员名下；店员已经离职或不在这家店，就由门店接手。顾客后来说不要
--   再联系的，停办。
-- column due_on: the day agreed, the day of the contact at the earliest
-- column is_misdated: the day written lies before the contact
-- column store_id: whose list it is on; null = no store is known
-- column written_by: the staff member who wrote it
-- column staff_id: who is to do it; null = the store
-- column handed_over: left or other_store; null = it is with whoever wrote it, or nobody is named
-- column status: open (to come), due (today), overdue or done
-- column is_blocked: not to be done any more
-- column is_traceable: a customer is named, so that it can be known whether it was done
-- column done_on: day of the interaction that did it
-- column done_outcome: what came of that one
-- column days_overdue: null unless overdue
-- column days_to_done: from the day agreed to done, negative when early; null unless done
-- column is_on_time: done on the day agreed or before; false once it is over and was not; null while there is time
-- column complaint: the customer has a complaint or request without an end
-- publishable: no
with contacts as (
    select
        interaction_id, contacted_at, on_date, record_id, person_id, contact_key, store_id as contact_store_id, home_store_id, staff_id,
        staff_name, outcome, next_step, next_step_on, greatest(next_step_on, on_date) as due_on,
        row_number() over (partition by contact_key order by contacted_at, interaction_id) as place
    from {{ ref('interaction_log') }}
),
tasks as (
    select *
    from contacts
    where next_step_on is not null
),
days as (
    select contact_key, on_date, min(place) as place
    from contacts
    where contact_key is not null
    group by contact_key, on_date
),
-- The first contact of the first day that is late enough, but one after the task. Days grow with places, so no contact has to be
-- held against every other of a customer who stands for thousands.
closing as (
    select t.interaction_id, t.contact_key, greatest(d.place, t.place + 1) as place
    from tasks t
    asof join days d
        on d.contact_key = t.contact_key and t.due_on - {{ var('interactions.early_days') }} <= d.on_date
),
done as (
    select t.interaction_id, c.interaction_id as done_by, c.on_date as done_on, c.outcome as done_outcome
    from closing t
    join contacts c on c.contact_key = t.contact_key and c.place = t.place
),
refusals as (
    select contact_key, max(contacted_at) as refused_at
    from {{ ref('interaction_log') }}
    where outcome = 'do_not_contact' and contact_key is not null
    group by contact_key
),
complaints as (
    select distinct person_id
    from {{ ref('open_cases') }}
    where person_id is not null
),
placed as (
    select
        t.*, coalesce(t.home_store_id, t.contact_store_id) as store_id, d.done_by, d.done_on, d.done_outcome,
        coalesce(r.refused_at >= t.contacted_at, false) as is_refused, k.person_id is not null as complaint,
        coalesce(s.left_on <= {{ var('today') }}, false) as has_left, coalesce(h.heir_id, s.store_id) as staff_store_id
    from tasks t
    left join done d on d.interaction_id = t.interaction_id
    left join refusals r on r.contact_key = t.contact_key
    left join complaints k on k.person_id = t.person_id
    left join {{ source('staff') }} s on s.staff_id = t.staff_id
    left join {{ ref('store_successors') }} h on h.store_id = s.store_id
),
judged as (
    select
        *, case when has_left then 'left' when staff_store_id <> store_id then 'other_store' end as handed_over,
        case
            when done_on is not null then 'done' when due_on < {{ var('today') }} then 'overdue' when due_on = {{ var('today') }} then 'due'
            else 'open'
        end as status
    from placed
)
select
    interaction_id, contacted_at, on_date, record_id, person_id, contact_key, store_id, staff_id as written_by,
    staff_name as written_by_name,
    case when handed_over is null then staff_id end as staff_id, case when handed_over is null then staff_name end as staff_name,
    handed_over, next_step, next_step_on, due_on, next_step_on < on_date as is_misdated, status,
    is_refused and status <> 'done' as is_blocked, contact_key is not null as is_traceable, done_by, done_on, done_outcome,
    cast(case when status = 'overdue' then {{ sql.day_diff('due_on', var('today')) }} end as integer) as days_overdue,
    cast({{ sql.day_diff('due_on', 'done_on') }} as integer) as days_to_done,
    case when done_on <= due_on then true when done_on > due_on or status = 'overdue' then false end as is_on_time, complaint
from judged
