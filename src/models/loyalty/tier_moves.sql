-- tier_moves: who rose and who fell, and when.
-- zh-CN: 谁升级了，谁降级了，哪天
-- grain: one row per person and move
-- key: person_id, spell_no
-- definition: Every spell of tier_spells but the first, beside the one before it.
-- zh-CN definition: tier_spells 里除第一段以外的每一段，和前一段比。
-- column moved_on: first day in the new tier
-- column cause: up, down, or rules (the tier was taken out of the rules)
-- column spend: qualifying spend on that day, project currency
-- column days_before: days in the tier before
-- publishable: no
with steps as (
    select
        person_id, spell_no, from_on as moved_on, cause, tier, tier_no, spend,
        lag(tier) over (partition by person_id order by spell_no) as from_tier,
        lag(tier_no) over (partition by person_id order by spell_no) as from_tier_no,
        lag(from_on) over (partition by person_id order by spell_no) as from_on
    from {{ ref('tier_spells') }}
)
select
    s.person_id, s.spell_no, s.moved_on, s.cause, s.from_tier, s.from_tier_no, s.tier, s.tier_no, s.spend,
    cast({{ sql.day_diff('s.from_on', 's.moved_on') }} as integer) as days_before, p.home_store_id as store_id
from steps s
join {{ ref('people') }} p on p.person_id = s.person_id
where s.spell_no > 1
