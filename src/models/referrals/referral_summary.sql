-- referral_summary: referrals month by month: invited, joined, bought, rewarded, and what they brought and cost.
-- zh-CN: 每月的推荐：邀请、入会、购买、奖励，带来多少、花了多少
-- grain: one row per scope (chain, store), scope id and month
-- key: scope, scope_id, month
-- definition: By the month of the referral and the home store of the referrer. Invited counts everybody somebody is said to have
--   brought once; refused are those of them who do not count (oneself, known already, too late, cycle, unknown referrer). Joined, bought
--   and rewarded count people who do. Referrals without a day are in no month.
-- zh-CN definition: 按推荐的月份、推荐人的常去门店。邀请：有人说是自己介绍的，每人算一次；不算数的是其中自己推荐自己、本来就是顾
--   客、太晚、循环、推荐人认不出的。入会、购买、奖励只数算数的。没有日期的推荐不在任何月份里。
-- column scope_id: empty for the chain
-- column invited: people, and records of whom nothing else is known
-- column bought: first purchase made, also taken back later
-- column net_sales_90d: net sales of the first 90 days of those who bought, project currency
-- column reward_cost: worth of the rewards given, project currency
-- column flagged: referred people with a flag
-- publishable: no
with invited as (
    select
        store_id, coalesce(on_date, came_on) as on_date, status, reason, person_id
    from {{ ref('referral_claims') }} c
    where place = 1 or person_id is null
    qualify person_id is not null or row_number() over (
        partition by person_id is null, referrer_record_id, coalesce(referred_record_id, claim_id) order by on_date nulls last, c.at nulls last, claim_id
    ) = 1
),
people as (
    select
        i.store_id, {{ sql.month_start(sql.month_no('i.on_date')) }} as month, i.status = 'refused' as is_refused,
        a.is_attributed and a.came_on is not null as has_joined, a.is_attributed and a.first_purchase_on is not null as has_bought,
        a.status = 'rewarded' as is_rewarded, a.status = 'reversed' as is_reversed, a.flagged > 0 as is_flagged,
        case when a.is_attributed then a.net_sales_90d else 0 end as net_sales_90d, a.reward_cost
    from invited i
    left join {{ ref('referrals_attributed') }} a on a.person_id = i.person_id
    where i.on_date is not null
),
scopes as (
    select 'chain' as scope, '' as scope_id, * exclude (store_id)
    from people
    union all
    select 'store', store_id, * exclude (store_id)
    from people
    where store_id is not null
),
counted as (
    select
        scope, scope_id, month, count(*) as invited, count(*) filter (where is_refused) as refused, count(*) filter (where has_joined) as joined,
        count(*) filter (where has_bought) as bought, count(*) filter (where is_rewarded) as rewarded,
        count(*) filter (where is_reversed) as reversed, count(*) filter (where is_flagged) as flagged,
        coalesce(sum(net_sales_90d), 0) as net_sales_90d, coalesce(sum(reward_cost), 0) as reward_cost
    from scopes
    group by scope, scope_id, month
)
select
    scope, scope_id, month, cast(invited as integer) as invited, cast(refused as integer) as refused, cast(joined as integer) as joined,
    cast(bought as integer) as bought, cast(rewarded as integer) as rewarded, cast(reversed as integer) as reversed,
    cast(flagged as integer) as flagged, {{ sql.ratio('bought', 'invited', 6) }} as conversion,
    cast(net_sales_90d as decimal(18, 2)) as net_sales_90d, cast(reward_cost as decimal(18, 2)) as reward_cost
from counted
