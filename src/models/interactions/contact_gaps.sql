-- contact_gaps: how many of each store's valued customers nobody has spoken to for long.
-- zh-CN: 每家店有多少高价值顾客好久没人联系
-- grain: one row per store with valued customers
-- key: store_id
-- definition: Valued customers: class high of value_classes, by home store. Spoken to: an interaction, from either side, whose
--   outcome is neither not_reached nor wrong_number. Left alone on purpose are those who refuse messages or asked not to be
--   contacted. Neglected: the others, without one in the interactions.gap_days days to today.
-- zh-CN definition: 高价值顾客（value_classes），归常去门店。有过一次联系，不管哪一方先，结果不是没联系上、也不是号码不对，
--   就算联系过。拒收营销的、说过不要再联系的另数，不算在内。其余的人到今天为止 {interactions.gap_days} 天里没有联系过的，
--   就是好久没联系。
-- column valued: customers of class high
-- column refusing: of those, who refuse messages or asked not to be contacted
-- column neglected: not spoken to for interactions.gap_days days; the refusing are left out
-- column never: of the neglected, never spoken to at all
-- column neglected_share: of the valued who do not refuse
-- publishable: no
with spoken as (
    select
        person_id, max(on_date) filter (where outcome is null or outcome not in ('not_reached', 'wrong_number')) as last_on,
        bool_or(outcome = 'do_not_contact') as has_refused
    from {{ ref('interaction_log') }}
    where person_id is not null
    group by person_id
),
people as (
    select
        p.home_store_id as store_id, s.last_on, coalesce(not p.consent_marketing, false) or coalesce(s.has_refused, false) as is_refusing
    from {{ ref('value_classes') }} v
    join {{ ref('people') }} p on p.person_id = v.person_id
    left join spoken s on s.person_id = v.person_id
    where v.class = 'high' and p.home_store_id is not null
),
counts as (
    select
        store_id, count(*) as valued, count(*) filter (where is_refusing) as refusing,
        count(*) filter (
            where not is_refusing and (last_on is null or last_on <= {{ sql.add_days(var('today'), '0 - ' ~ var('interactions.gap_days')) }})
        ) as neglected,
        count(*) filter (where not is_refusing and last_on is null) as never
    from people
    group by store_id
)
select
    store_id, cast(valued as integer) as valued, cast(refusing as integer) as refusing, cast(neglected as integer) as neglected,
    cast(never as integer) as never, {{ sql.ratio('neglected', '(valued - refusing)', 6) }} as neglected_share
from counts
