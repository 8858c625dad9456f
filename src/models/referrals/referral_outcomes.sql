-- referral_outcomes: what became of every referred person: bought, spent enough, rewarded or not, and why.
-- zh-CN: 每位被推荐人后来怎么样：买了没有，够不够，给不给奖励，为什么
-- grain: one row per referred person
-- key: person_id
-- definition: Qualifying spend is net sales of the days from the one the person came to referrals.spend_days later, refunds taken back
--   on the day of the sale. The reward is due on the first day on which the spend of days whose return window
--   (referrals.return_days) is over reaches referrals.minimum_spend, less all refunds posted by then. The first referrals.max_per_month rewards of a
--   referrer that fall due in a month count, in the order of day, day of the referral and person. A reward whose spend falls below the minimum
--   later, by refunds, is reversed.
-- zh-CN definition: 有效消费是从来的那天到之后 {referrals.spend_days} 天的净销售额，退货从当初卖出那天减去。退货期
--   （{referrals.return_days} 天）已过的消费，减去到那时为止的退货，第一次达到 {referrals.minimum_spend} 的那天给奖励。同一位推荐人一个月
--   最多 {referrals.max_per_month} 个，按到期日、推荐日、被推荐人的顺序。给了以后因为退货又不够的，收回。
-- column how: joining or last_touch
-- column referred_on: day of the claim; of a claim without one, the day the person came
-- column first_purchase_on: first sale, also one that was taken back
-- column spend_until: last day that counts
-- column qualifying_spend: project currency
-- column status: waiting, rewarded, reversed or refused
-- column reason: of a refusal: see referral_claims, or over_limit, no_purchase, below_minimum, returned; of waiting: not_joined, no_purchase,
--   below_minimum or return_window; of a reversal: returned
-- column is_attributed: the referrer counts as the one who brought the person, whatever became of the reward
-- column due_on: day of the reward, also one to come if nothing is taken back; null = none
-- column reward_on: due_on of rewards that were given
-- column reversed_on: day of the refund after which the spend was below the minimum for good
-- column place_in_month: place among the rewards of the referrer in the month
-- column purchase_days: days with a purchase from the day the person came to spend_until
-- column net_sales_90d: net sales of the first 90 days from the first sale, project currency
-- column net_sales: all net sales of the person, project currency
-- publishable: no
{%- set minimum = "cast('" ~ var('referrals.minimum_spend') ~ "' as decimal(18, 2))" %}
with claimed as (
    select
        person_id, referrer_person_id, referral_id, claim_id, store_id, code, channel, came_on, first_sale_on, joined_on,
        case when kind = 'joining' then 'joining' else 'last_touch' end as how, coalesce(on_date, came_on) as referred_on,
        status = 'attributed' as is_attributed, reason, {{ sql.add_days('came_on', var('referrals.spend_days')) }} as spend_until
    from {{ ref('referral_claims') }}
    where place = 1
),
postings as (
    select
        c.person_id, p.value_on, p.ordered_on, p.net_amount, p.sales_amount, p.is_sale, p.is_purchase
    from claimed c
    join {{ ref('order_postings') }} p on p.person_id = c.person_id and p.value_on between c.came_on and c.spend_until
    where c.is_attributed
),
days as (
    select distinct person_id, {{ sql.add_days('value_on', var('referrals.return_days')) }} as day
    from postings
    where is_sale
),
matured as (
    select
        d.person_id, d.day,
        sum(p.net_amount) filter (
            where p.ordered_on <= d.day
                and (p.net_amount < 0 or {{ sql.add_days('p.value_on', var('referrals.return_days')) }} <= d.day)
        ) as spend
    from days d
    join postings p on p.person_id = d.person_id
    group by d.person_id, d.day
),
due as (
    select person_id, min(day) as due_on
    from matured
    where spend >= {{ minimum }}
    group by person_id
),
spent as (
    select
        person_id, cast(sum(net_amount) as decimal(18, 2)) as qualifying_spend, sum(sales_amount) as sold,
        count(*) filter (where is_sale) as sales, count(distinct value_on) filter (where is_purchase) as purchase_days
    from postings
    group by person_id
),
running as (
    select person_id, ordered_on, sum(sum(net_amount)) over (partition by person_id order by ordered_on) as spend
    from postings
    group by person_id, ordered_on
),
enough as (
    select person_id, max(ordered_on) as last_on
    from running
    where spend >= {{ minimum }}
    group by person_id
),
fell as (
    select r.person_id, min(r.ordered_on) as fell_on
    from running r
    join enough e on e.person_id = r.person_id and r.ordered_on > e.last_on
    group by r.person_id
),
months as (
    select
        c.person_id,
        row_number() over (
            partition by c.referrer_person_id, {{ sql.month_no('d.due_on') }} order by d.due_on, c.referred_on nulls last, c.person_id
        ) as place
    from claimed c
    join due d on d.person_id = c.person_id
    where d.due_on <= {{ var('as_of') }}
),
sales as (
    select
        d.person_id, sum(d.net_sales) as net_sales,
        sum(d.net_sales) filter (where d.day <= {{ sql.add_days('c.first_sale_on', '90') }}) as net_sales_90d
    from {{ ref('customer_days') }} d
    join claimed c on c.person_id = d.person_id
    group by d.person_id
),
judged as (
    select
        c.person_id, c.referrer_person_id, c.referral_id, c.claim_id, c.store_id, c.how, c.code, c.channel, c.referred_on, c.joined_on,
        c.came_on, c.first_sale_on, c.spend_until, c.is_attributed, d.due_on, m.place, f.fell_on, coalesce(s.qualifying_spend, 0) as spend,
        coalesce(s.purchase_days, 0) as purchase_days, v.net_sales_90d, v.net_sales,
        case
            when not c.is_attributed then c.reason
            when c.came_on is null then 'not_joined'
            when m.place > {{ var('referrals.max_per_month') }} then 'over_limit'
            when m.place is not null and s.qualifying_spend < {{ minimum }} then 'returned'
            when m.place is not null then null
            when d.due_on is not null then 'return_window'
            when coalesce(s.sales, 0) = 0 then 'no_purchase'
            when s.sold >= {{ minimum }} and c.spend_until < {{ var('as_of') }} then 'returned'
            else 'below_minimum'
        end as reason
    from claimed c
    left join due d on d.person_id = c.person_id
    left join spent s on s.person_id = c.person_id
    left join fell f on f.person_id = c.person_id
    left join months m on m.person_id = c.person_id
    left join sales v on v.person_id = c.person_id
),
states as (
    select
        *,
        case
            when not is_attributed or reason = 'over_limit' then 'refused'
            when place is not null and reason = 'returned' then 'reversed'
            when place is not null then 'rewarded'
            when reason in ('not_joined', 'return_window') or spend_until >= {{ var('as_of') }} then 'waiting'
            else 'refused'
        end as status
    from judged
)
select
    person_id, referrer_person_id, referral_id, claim_id, store_id, how, code, channel, referred_on, joined_on, came_on,
    first_sale_on as first_purchase_on, spend_until, cast(spend as decimal(18, 2)) as qualifying_spend, status, reason, is_attributed,
    due_on, case when status in ('rewarded', 'reversed') then due_on end as reward_on,
    case when status = 'reversed' then greatest(coalesce(fell_on, due_on), due_on) end as reversed_on,
    cast(place as integer) as place_in_month, cast(purchase_days as integer) as purchase_days,
    cast(coalesce(net_sales_90d, 0) as decimal(18, 2)) as net_sales_90d, cast(coalesce(net_sales, 0) as decimal(18, 2)) as net_sales
from states
