-- care_list: whom to greet, remind or win back, by which channel, and what keeps it from being done.
-- zh-CN: 关怀日历：联系谁、为了什么、用什么方式；不联系的写明原因
-- grain: one row per person, kind, subject and day
-- key: person_id, kind, subject, due_on
-- definition: The entries of care_candidates. Channel: the preferred one if it is allowed, else the first allowed one of care.channels.
--   What keeps an entry from being done, the first that holds: it was sent or somebody has seen to it (outbox_marks), a refusal of all
--   channels (contact_consent), an open complaint or request, the permanent hold-out of campaigns (not for points and details), contact
--   within care.every_days before, by the outbox too (for churn and details within 30 days), another entry of the person within care.every_days that comes first by care.priority.
-- zh-CN definition: care_candidates 里的每一条。方式：顾客偏好的允许就用它，否则取 {care.channels} 里第一个允许的。不联系的原因，取最
--   先成立的：发件箱里已经发出或办过；各个方式都不允许（见 contact_consent）；有没办完的投诉或请求；活动里长期不打扰的人（积分和资料除外）；之前
--   {care.every_days} 天内联系过，发件箱发出的也算（流失预警和核对资料看 30 天）；{care.every_days} 天内还有一条，按 {care.priority} 排在前面。
-- column store_id: home store
-- column on_day: due_on, today where that is past
-- column priority: 1 = first of care.priority
-- column reason: key of a sentence
-- column channel: phone, wechat, sms or mail; null = none is allowed
-- column message: name of the text in content/messages
-- column suppressed_by: null = to be done; else done, no_consent, withdrawn, do_not_contact, under_14, wrong_number, no_address, open_complaint, holdout,
--   contacted or frequency
-- publishable: no
{%- set today = var('today') %}
with allowed as (
    select
        c.person_id, c.channel, c.allowed, c.service_allowed, c.reason, c.service_reason,
        case c.channel {% for channel in vars('care.channels') %}when '{{ channel }}' then {{ loop.index }} {% endfor %}else 99 end as place,
        coalesce(p.preferred_channel = c.channel or (p.preferred_channel = 'email' and c.channel = 'mail'), false) as is_preferred
    from {{ ref('contact_consent') }} c
    join {{ ref('people') }} p on p.person_id = c.person_id
),
marketing as (
    select person_id, channel
    from allowed
    where allowed and place < 99
    qualify row_number() over (partition by person_id order by is_preferred desc, place, channel) = 1
),
service as (
    select person_id, channel
    from allowed
    where service_allowed and place < 99
    qualify row_number() over (partition by person_id order by is_preferred desc, place, channel) = 1
),
-- The reason of the channel that would be taken: the one that is nearest to being allowed.
refusals as (
    select
        person_id, min(reason) filter (where reason in ('under_14', 'do_not_contact')) as always,
        arg_min(reason, case reason when 'no_address' then 3 when 'wrong_number' then 2 else 1 end * 100 + place) as reason,
        arg_min(service_reason, case service_reason when 'no_address' then 3 when 'wrong_number' then 2 else 1 end * 100 + place) as service_reason
    from allowed
    where place < 99
    group by person_id
),
contacts as (
    select person_id, max(on_date) as last_on
    from (
        select person_id, on_date
        from {{ ref('interaction_log') }}
        where person_id is not null and not is_inbound and coalesce(is_reached, true)
        union all
        select person_id, on_day
        from {{ ref('outbox_marks') }}
    )
    where on_date <= {{ today }}
    group by person_id
),
done as (
    select distinct person_id, kind, subject, due_on
    from {{ ref('outbox_marks') }}
    where kind is not null
),
cases as (
    select distinct person_id
    from {{ ref('open_cases') }}
    where person_id is not null
),
judged as (
    select
        c.person_id, c.store_id, c.kind, c.subject, c.due_on, c.event_on, c.days, c.product, c.points, c.worth, c.at_stake, c.value,
        greatest(c.due_on, {{ today }}) as on_day, c.kind in ('points_expiring', 'confirm_details') as is_service,
        cast(case c.kind {% for kind in vars('care.priority') %}when '{{ kind }}' then {{ loop.index }} {% endfor %}else 99 end as integer) as priority,
        m.channel as marketing_channel, s.channel as service_channel, coalesce(r.always, r.reason) as reason, coalesce(r.always, r.service_reason) as service_reason,
        d.person_id is not null as is_done, k.person_id is not null as has_case, t.last_on,
        cast(cast('0x' || substr(md5({{ var('campaigns.holdout_seed') }} || ':' || c.person_id), 1, 12) as bigint) as double) / 281474976710656
            < {{ var('campaigns.holdout_share') }} as is_holdout
    from {{ ref('care_candidates') }} c
    left join marketing m on m.person_id = c.person_id
    left join service s on s.person_id = c.person_id
    left join refusals r on r.person_id = c.person_id
    left join contacts t on t.person_id = c.person_id
    left join done d on d.person_id = c.person_id and d.kind = c.kind and d.subject = c.subject and d.due_on = c.due_on
    left join cases k on k.person_id = c.person_id
),
stopped as (
    select
        *, case when is_service then service_channel else marketing_channel end as channel,
        case
            when is_done then 'done'
            when is_service and service_channel is null then coalesce(service_reason, 'no_address')
            when not is_service and marketing_channel is null then coalesce(reason, 'no_consent')
            when has_case then 'open_complaint'
            when is_holdout and not is_service then 'holdout'
            when last_on > {{ sql.add_days('on_day', "0 - case when kind in ('churn', 'confirm_details') then greatest(30, " ~ var('care.every_days') ~ ") else " ~ var('care.every_days') ~ " end") }}
                then 'contacted'
        end as stopped_by
    from judged
),
live as (
    select person_id, kind, subject, due_on, on_day, row_number() over (partition by person_id order by priority, on_day, kind, subject, due_on) as place
    from stopped
    where stopped_by is null
),
crowded as (
    select distinct l.person_id, l.kind, l.subject, l.due_on
    from live l
    join live o
        on o.person_id = l.person_id and o.place < l.place
        and {{ sql.day_diff('o.on_day', 'l.on_day') }} between 1 - {{ var('care.every_days') }} and {{ var('care.every_days') }} - 1
)
select
    s.person_id, s.store_id, s.kind, s.subject, s.due_on, s.on_day, s.event_on, s.priority, 'care-why-' || replace(s.kind, '_', '-') as reason, s.days, s.product, s.points,
    s.worth, s.at_stake, s.value, s.channel, s.kind as message,
    coalesce(s.stopped_by, case when c.person_id is not null then 'frequency' end) as suppressed_by
from stopped s
left join crowded c on c.person_id = s.person_id and c.kind = s.kind and c.subject = s.subject and c.due_on = s.due_on
