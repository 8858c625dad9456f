-- referrals_attributed: who brought each referred person, what became of it, and whether a reward is due.
-- zh-CN: 每位被推荐人是谁介绍来的，后来怎样，给不给奖励
-- grain: one row per referred person
-- key: person_id
-- definition: A code at joining wins, else the last touch at most referrals.window_days before the person came; only people who are new
--   over all their records; not oneself, no circles. Rewards: see referral_outcomes. A reward in points is worth its points × the
--   value of a point. Flags: see referral_flags; they refuse nothing.
-- zh-CN definition: 入会时填写的优先，否则取来之前 {referrals.window_days} 天里最后一次推荐接触；合并各条记录以后是新顾客的才算；自己推荐
--   自己、循环推荐不算。奖励见 referral_outcomes；积分奖励的价值 = 积分 × 一分的价值。标记见 referral_flags，不影响结果。
-- column store_id: home store of the referrer
-- column how: joining or last_touch
-- column referred_on: day of the claim; of a claim without one, the day the person came
-- column came_on: day of joining or of the first sale
-- column first_purchase_on: first sale, also one that was taken back
-- column qualifying_spend: net sales from came_on to spend_until, project currency
-- column status: waiting, rewarded, reversed or refused
-- column reason: see referral_outcomes
-- column is_attributed: the referrer counts as the one who brought the person, whatever became of the reward
-- column due_on: day of the reward, also one to come if nothing is taken back
-- column reward: what the referrer gets, in points or project currency; null = nothing
-- column reward_cost: worth of it, project currency; null = nothing
-- column flags: flags of the pair and of the referrer, separated by a comma; null = none
-- column flagged: number of them
-- publishable: no
{%- if vars('referrals.reward_kind') == 'points' %}
{%- set worth = "cast('" ~ var('loyalty.point_value') ~ "' as decimal(12, 6))" %}
{%- else %}
{%- set worth = 1 %}
{%- endif %}
with flagged as (
    select o.person_id, {{ sql.join_text('f.flag', "', '", 'f.flag') }} as flags, count(*) as flagged
    from {{ ref('referral_outcomes') }} o
    join {{ ref('referral_flags') }} f
        on f.referrer_person_id = o.referrer_person_id and f.person_id in (o.person_id, '')
    group by o.person_id
),
outcomes as (
    select
        *,
        case when status = 'rewarded' then cast('{{ var('referrals.reward_value') }}' as decimal(18, 2)) end as reward
    from {{ ref('referral_outcomes') }}
)
select
    o.person_id, o.referrer_person_id, o.referral_id, o.claim_id, o.store_id, o.how, o.code, o.channel, o.referred_on, o.joined_on, o.came_on,
    o.first_purchase_on, o.spend_until, o.qualifying_spend, o.status, o.reason, o.is_attributed, o.due_on, o.reward_on, o.reversed_on,
    o.place_in_month, o.purchase_days, o.net_sales_90d, o.net_sales, o.reward,
    cast(round(o.reward * {{ worth }}, 2) as decimal(18, 2)) as reward_cost, f.flags, cast(coalesce(f.flagged, 0) as integer) as flagged
from outcomes o
left join flagged f on f.person_id = o.person_id
