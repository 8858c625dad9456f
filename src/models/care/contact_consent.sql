-- contact_consent: by which channel a person may be contacted, and if not, why.
-- zh-CN: 每位顾客能用什么方式联系，不能的写明原因
-- grain: one row per person and channel
-- key: person_id, channel
-- definition: Marketing needs a consent: the latest row of consents for the channel or for marketing, over all records of the person
--   (of two of one moment the refusal), else consent_marketing of the customers' records. A record that refuses counts against
--   any grant. Whoever asked not to be contacted (an interaction) is left alone until a later consent. Under 14 never; 60 days
--   longer where the birthday is by the lunar calendar, which is behind the solar one. Service (points about to end, details to
--   confirm) needs no consent to marketing, but ends with "do not contact" too. A wrong number blocks phone and sms until somebody
--   is reached. Masked and made-up numbers are none.
-- zh-CN definition: 营销要先同意：看同意记录里这个渠道或营销的最新一条（同一时刻的以不同意为准），几条会员记录合起来看；没有
--   的，看会员资料里的营销许可；有一条资料拒绝就算拒绝。说过不要再联系的，在之后重新同意以前都不联系。不满 14 岁的不联系，农
--   历生日比公历同月同日来得晚，多算 60 天。服务（积分快过期、核对资料）不用营销同意，但说过不要再联系的也不打扰。号码不对的，联系上以前不打电话、不发短信。隐去
--   的、编造的号码不算号码。
-- column channel: phone, sms, wechat or mail
-- column allowed: for marketing
-- column service_allowed: for service
-- column reason: under_14, do_not_contact, withdrawn, no_consent, wrong_number or no_address; null = allowed
-- column service_reason: the same for service
-- column since: day of the consent or refusal that decides; null where it has none
-- publishable: no
with channels as (
    select * from (values ('phone', 'phone'), ('sms', 'sms'), ('wechat', 'wechat'), ('mail', 'email')) as t (channel, purpose)
),
wechat as (
    select distinct r.person_id
    from {{ source('customers') }} c
    join {{ ref('person_records') }} r on r.id_space = c.id_space and r.record_id = c.record_id
    where nullif(trim(c.wechat_id), '') is not null
),
-- Numbers that cannot be right: made up, too short.
bad_phones as (
    select distinct c.phone
    from {{ ref('record_checks') }} k
    join {{ source('customers') }} c on c.source = k.source and c.id_space = k.id_space and c.record_id = k.record_id
    where k.field = 'phone' and k.status <> 'suspicious' and c.phone is not null
),
ledger as (
    select r.person_id, c.purpose, c.at, c.on_date, c.granted
    from {{ source('consents') }} c
    join {{ ref('person_records') }} r on r.id_space = c.id_space and r.record_id = c.record_id
    where c.on_date <= {{ var('today') }}
),
latest as (
    select l.person_id, k.channel, l.at, l.on_date, l.granted
    from channels k
    join ledger l on l.purpose in ('marketing', k.purpose)
    qualify row_number() over (partition by l.person_id, k.channel order by l.at desc, l.granted, l.purpose) = 1
),
said as (
    select
        person_id, max(contacted_at) filter (where outcome = 'do_not_contact') as refused_at,
        max(contacted_at) filter (where outcome = 'wrong_number') as wrong_at,
        max(contacted_at) filter (where is_reached and channel in ('phone', 'sms')) as reached_at
    from {{ ref('interaction_log') }}
    where person_id is not null
    group by person_id
),
facts as (
    select
        p.person_id, k.channel, p.consent_marketing, l.granted, l.at as decided_at, l.on_date as decided_on, s.refused_at,
        {{ sql.add_days(sql.add_months('p.birthday', '14 * 12'), "case when p.birthday_calendar = 'lunar' then 60 else 0 end") }} > {{ var('today') }} as is_child,
        s.refused_at is not null and not coalesce(l.granted and l.at > s.refused_at, false) as is_refused,
        k.channel in ('phone', 'sms') and coalesce(s.wrong_at > coalesce(s.reached_at, timestamp '0001-01-01'), false) as is_wrong,
        case k.channel
            when 'mail' then p.email is not null
            when 'wechat' then w.person_id is not null
            else p.phone is not null and not contains(p.phone, '*') and b.phone is null
        end as has_address
    from {{ ref('people') }} p
    cross join channels k
    left join latest l on l.person_id = p.person_id and l.channel = k.channel
    left join said s on s.person_id = p.person_id
    left join wechat w on w.person_id = p.person_id
    left join bad_phones b on b.phone = p.phone
),
reasons as (
    select
        person_id, channel, consent_marketing, decided_on, refused_at, is_refused,
        case
            when is_child then 'under_14'
            when is_refused then 'do_not_contact'
            when not coalesce(granted, true) or not coalesce(consent_marketing, true) then 'withdrawn'
            when not coalesce(granted, consent_marketing, false) then 'no_consent'
            when is_wrong then 'wrong_number'
            when not has_address then 'no_address'
        end as reason,
        case
            when is_child then 'under_14'
            when is_refused then 'do_not_contact'
            when is_wrong then 'wrong_number'
            when not has_address then 'no_address'
        end as service_reason
    from facts
)
select
    person_id, channel, reason is null as allowed, service_reason is null as service_allowed, reason, service_reason,
    case when is_refused then cast(refused_at as date) else decided_on end as since
from reasons
