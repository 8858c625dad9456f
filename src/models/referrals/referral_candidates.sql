-- referral_candidates: everything that says who brought whom, with the people behind the records and whether it comes in time.
-- zh-CN: 每一条“谁介绍谁”的说法，对上了人，看来得及不来得及
-- grain: one row per referrer on a customer's record, and per row of referrals
-- key: claim_id
-- definition: Two origins: the referrer written on the new customer's record, and the rows of referrals. Joining: the referrer of a
--   record, or a row with a code on the day the person joined; anything else is a touch. A person came on the day of joining or of
--   the first sale (also one taken back later), whichever is earlier, over all records of the person. A claim counts at best when
--   the referrer is known and is somebody else, when the person had not come before its day, and for a touch when the person
--   came at most referrals.window_days later. The day of a record is its day of joining, else of its first sale. A claim without a
--   day is taken to be of the day the person came. Days after today count as not known.
-- zh-CN definition: 来源有两个：新顾客资料上写的推荐人，和推荐记录表的每一行。资料上的推荐人，以及入会当天带推荐码的记录，算入会
--   时填写；其他算推荐接触。“来的那天”是入会日和首次购买（后来退掉的也算）里较早的一天，同一个人的几条记录合起来看。推荐人认得
--   出、不是本人，被推荐人在那天之前没有来过，推荐接触之后 {referrals.window_days} 天内来，才可能算数。资料
--   上的推荐人，日期取那条记录的入会日，没有就取它的首次购买。没有日期的，当作来的那天。今天以后的日期当作不知道。
-- column claim_id: record, source and record of the customer; or referral and referral_id
-- column origin: record or referral
-- column kind: joining or touch
-- column on_date: day of the claim; null = not known
-- column store_id: home store of the referrer
-- column came_on: day of joining or of the first sale; null = neither yet
-- column first_sale_on: first sale, also one that was taken back
-- column verdict: null = may count; self, unknown_referrer, not_joined, not_new or too_late
-- publishable: no
with first_sales as (
    select person_id, min(ordered_on) as first_sale_on
    from {{ ref('order_postings') }}
    where is_sale and person_id is not null
    group by person_id
),
first_uses as (
    select id_space, record_id, min(ordered_on) as first_on
    from {{ ref('orders') }}
    where is_sale and record_id is not null
    group by id_space, record_id
),
known as (
    select
        p.person_id, p.home_store_id, f.first_sale_on,
        case when p.joined_on <= {{ var('today') }} then p.joined_on end as joined_on
    from {{ ref('people') }} p
    left join first_sales f on f.person_id = p.person_id
),
came as (
    select
        person_id, home_store_id, joined_on, first_sale_on,
        least(coalesce(joined_on, first_sale_on), coalesce(first_sale_on, joined_on)) as came_on
    from known
),
said as (
    select
        'record ' || c.source || ' ' || c.record_id as claim_id, 'record' as origin, cast(null as varchar) as referral_id, c.id_space,
        cast(null as timestamp) as at,
        coalesce(case when c.joined_on <= {{ var('today') }} then c.joined_on end, u.first_on) as on_date,
        cast(null as varchar) as code, c.joined_channel as channel, c.referrer_record_id, c.record_id as referred_record_id
    from {{ source('customers') }} c
    left join first_uses u on u.id_space = c.id_space and u.record_id = c.record_id
    where c.referrer_record_id is not null
    union all
    select
        'referral ' || r.referral_id, 'referral', r.referral_id, r.id_space,
        case when r.on_date <= {{ var('today') }} then r.at end, case when r.on_date <= {{ var('today') }} then r.on_date end,
        r.code, r.channel, r.referrer_record_id, r.referred_record_id
    from {{ source('referrals') }} r
),
placed as (
    select
        s.claim_id, s.origin, s.referral_id, s.at, s.on_date, s.code, s.channel, s.referrer_record_id, a.person_id as referrer_person_id,
        s.referred_record_id, b.person_id, w.home_store_id as store_id, c.joined_on, c.first_sale_on, c.came_on,
        case when s.origin = 'record' or (s.code is not null and s.on_date = c.joined_on) then 'joining' else 'touch' end as kind,
        coalesce(a.person_id = b.person_id, s.referrer_record_id = s.referred_record_id, false) as is_self
    from said s
    left join {{ ref('person_records') }} a on a.id_space = s.id_space and a.record_id = s.referrer_record_id
    left join {{ ref('person_records') }} b on b.id_space = s.id_space and b.record_id = s.referred_record_id
    left join came w on w.person_id = a.person_id
    left join came c on c.person_id = b.person_id
)
select
    claim_id, origin, kind, referral_id, p.at, on_date, code, channel, referrer_record_id, referrer_person_id, referred_record_id, person_id,
    store_id, joined_on, first_sale_on, came_on,
    case
        when is_self then 'self'
        when referrer_person_id is null then 'unknown_referrer'
        when on_date > came_on then 'not_new'
        when kind = 'touch' and on_date < {{ sql.add_days('coalesce(came_on, ' ~ var('as_of') ~ ')', '-' ~ var('referrals.window_days')) }}
            then 'too_late'
        when person_id is null then 'not_joined'
    end as verdict
from placed p
