-- referral_claims: what became of everything that says who brought whom, refused claims with their reason.
-- zh-CN: 每一条推荐的结果，没采用的写明原因
-- grain: one row per referrer on a customer's record, and per row of referrals
-- key: claim_id
-- definition: Of the claims on a person that may count (see referral_candidates) one is taken: a code at joining before any touch, the
--   first of several codes, the last of several touches. Where the people taken bring each other in a circle, the latest of its claims
--   is refused; no other claim takes its place. A claim on somebody who came before is called a cycle, too, when that person
--   brought the referrer, directly or through others (64 steps at most).
-- zh-CN definition: 同一位被推荐人的几条说法里，可能算数的（见 referral_candidates）只采用一条：入会时填写的优先于推荐接触；填写了几
--   次的取最早的，接触了几次的取最后的。采用以后如果互相推荐成了圈，圈里最晚的那条不算，也不换成别的。被推荐人本来就来过，而且推
--   荐人正是他（直接或经过别人，最多 64 层）介绍来的，也算循环。
-- column status: attributed, waiting (not a customer yet) or refused
-- column reason: of a refusal: self, unknown_referrer, not_new, too_late, cycle, other_referrer (another claim was taken) or repeated (the same
--   referrer once more); of waiting: not_joined
-- column place: place among the claims on the person; 1 = speaks for the person; null = nobody known
-- publishable: no
with recursive ranked as (
    select
        claim_id, origin, kind, referral_id, c.at, on_date, code, channel, referrer_record_id, referrer_person_id, referred_record_id,
        person_id, store_id, joined_on, first_sale_on, came_on, verdict,
        case when person_id is not null then cast(row_number() over (
            partition by person_id
            order by verdict is not null, kind <> 'joining', case when kind = 'joining' then on_date end nulls last, on_date desc nulls last,
                c.at desc nulls last, claim_id
        ) as integer) end as place
    from {{ ref('referral_candidates') }} c
),
edges as materialized (
    select
        person_id, referrer_person_id, claim_id,
        row_number() over (order by coalesce(on_date, came_on) nulls first, r.at nulls first, claim_id) as edge_no
    from ranked r
    where place = 1 and verdict is null
),
-- Everybody has at most one referrer here, so that going up by 1, 2, 4 … 65,536 steps ends on nobody outside a circle, and the
-- latest claim met on the way from somebody in a circle is the latest of that circle.
steps_0 as materialized (
    select person_id, referrer_person_id as reached, edge_no as latest
    from edges
),
{%- for k in range(16) %}
steps_{{ k + 1 }} as materialized (
    select a.person_id, b.reached, greatest(a.latest, b.latest) as latest
    from steps_{{ k }} a
    join steps_{{ k }} b on b.person_id = a.reached
),
{%- endfor %}
circles as (
    select e.claim_id
    from edges e
    join (select distinct reached from steps_16) c on c.reached = e.person_id
    join steps_16 s on s.person_id = e.person_id and s.latest = e.edge_no
),
brought as materialized (
    select e.person_id, e.referrer_person_id
    from edges e
    left join circles c on c.claim_id = e.claim_id
    where c.claim_id is null
),
above as (
    select claim_id, person_id, referrer_person_id as reached, 0 as step
    from ranked
    where verdict = 'not_new'
    union all
    select a.claim_id, a.person_id, b.referrer_person_id, a.step + 1
    from above a
    join brought b on b.person_id = a.reached
    where a.reached <> a.person_id and a.step < 64
),
returning_claims as (
    select distinct claim_id
    from above
    where reached = person_id
),
taken as (
    select person_id, referrer_person_id
    from ranked
    where place = 1 and verdict is null
),
judged as (
    select
        r.claim_id, r.origin, r.kind, r.referral_id, r.at, r.on_date, r.code, r.channel, r.referrer_record_id, r.referrer_person_id,
        r.referred_record_id, r.person_id, r.store_id, r.joined_on, r.first_sale_on, r.came_on, r.place,
        case
            when c.claim_id is not null or b.claim_id is not null then 'cycle'
            when r.verdict is not null then r.verdict
            when r.place > 1 and t.referrer_person_id = r.referrer_person_id then 'repeated'
            when r.place > 1 then 'other_referrer'
        end as reason
    from ranked r
    left join circles c on c.claim_id = r.claim_id
    left join returning_claims b on b.claim_id = r.claim_id
    left join taken t on t.person_id = r.person_id
)
select
    claim_id, origin, kind, referral_id, j.at, on_date, code, channel, referrer_record_id, referrer_person_id, referred_record_id, person_id,
    store_id, joined_on, first_sale_on, came_on, place,
    case when reason is null then 'attributed' when reason = 'not_joined' then 'waiting' else 'refused' end as status, reason
from judged j
