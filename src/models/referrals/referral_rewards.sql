-- referral_rewards: rewards for referrals: due, paid, to come, and to be taken back.
-- zh-CN: 推荐奖励名单：该给的、给了的、快到的、要收回的
-- grain: one row per referred person whose spend reached the minimum
-- key: person_id
-- definition: Paid: entries of points_entries of kind adjust with more than 0 points whose reason holds one of the words referrals.paid_words;
--   the first of a referrer pays the first reward, and so on; entries below 0 take the reversed ones back likewise, which counts as
--   a sign that they had been paid. Without any such entry in
--   the files, nothing can be said about payment, and rewards stay due.
-- zh-CN definition: 积分明细里类型是调整、积分大于 0、事由里有 {referrals.paid_words} 之一的，算已经给了：同一位推荐人的第一笔对第一个奖
--   励，依此类推；小于 0 的算收回，收回过的当作给过。文件里完全没有这样的明细时，看不出给没给，一律列为该给。
-- column status: expected (return window not over), due, paid, over_limit, take_back (paid, then reversed), taken_back or cancelled (reversed before it was paid)
-- column reward: points or project currency, see kind
-- column kind: points, money or coupon
-- column cost: project currency
-- column payment_known: the files tell of paid rewards at all
-- column paid_on: day of the entry that paid
-- publishable: no
{%- if vars('referrals.reward_kind') == 'points' %}
{%- set worth = "cast('" ~ var('loyalty.point_value') ~ "' as decimal(12, 6))" %}
{%- else %}
{%- set worth = 1 %}
{%- endif %}
with entries as (
    select
        r.person_id, cast(e.at as date) as on_date, e.points > 0 as is_payment,
        row_number() over (partition by r.person_id, e.points > 0 order by e.at nulls last, e.entry_id) as entry_no
    from {{ source('points_entries') }} e
    join {{ ref('person_records') }} r on r.id_space = e.id_space and r.record_id = e.record_id
    where
        e.kind = 'adjust' and e.points <> 0 and (false
        {%- for word in vars('referrals.paid_words') %}
        or contains(lower(e.reason), lower({{ word | sql }}))
        {%- endfor %})
),
known as (
    select count(*) > 0 as payment_known
    from entries
),
counts as (
    select person_id, count(*) filter (where is_payment) as payments, count(*) filter (where not is_payment) as taken_back
    from entries
    group by person_id
),
rewards as (
    select
        person_id, referrer_person_id, store_id, referral_id, how, referred_on, due_on, reward_on, reversed_on, qualifying_spend, status,
        reason, flags, flagged, status in ('rewarded', 'reversed') as is_given,
        row_number() over (partition by referrer_person_id, status = 'reversed' order by reversed_on, due_on, person_id) as reversal_no
    from {{ ref('referrals_attributed') }}
    where is_attributed and due_on is not null
),
-- A reward that was taken back had been paid; the other payments go to the earliest rewards.
ranked as (
    select
        r.person_id, r.referrer_person_id, r.due_on, r.referred_on, c.payments,
        row_number() over (
            partition by r.referrer_person_id
            order by r.status <> 'reversed' or r.reversal_no > c.taken_back, r.due_on, r.referred_on nulls last, r.person_id
        ) as reward_no
    from rewards r
    join counts c on c.person_id = r.referrer_person_id
    where r.is_given
),
paid as (
    select
        person_id, referrer_person_id,
        row_number() over (partition by referrer_person_id order by due_on, referred_on nulls last, person_id) as payment_no
    from ranked
    where reward_no <= payments
)
select
    r.person_id, r.referrer_person_id, r.store_id, r.referral_id, r.how, r.referred_on, r.due_on, r.reversed_on, r.qualifying_spend,
    case
        when r.status = 'waiting' then 'expected'
        when r.status = 'refused' then 'over_limit'
        when r.status = 'rewarded' and p.person_id is not null then 'paid'
        when r.status = 'rewarded' then 'due'
        when p.person_id is null then 'cancelled'
        when t.person_id is not null then 'taken_back'
        else 'take_back'
    end as status,
    cast('{{ var('referrals.reward_value') }}' as decimal(18, 2)) as reward, {{ var('referrals.reward_kind') }} as kind,
    cast(round(cast('{{ var('referrals.reward_value') }}' as decimal(18, 2)) * {{ worth }}, 2) as decimal(18, 2)) as cost,
    k.payment_known, p.on_date as paid_on, r.flags, r.flagged
from rewards r
cross join known k
left join paid d on d.person_id = r.person_id
left join entries p on p.is_payment and p.person_id = d.referrer_person_id and p.entry_no = d.payment_no
left join entries t
    on not t.is_payment and r.status = 'reversed' and t.person_id = r.referrer_person_id and t.entry_no = r.reversal_no
