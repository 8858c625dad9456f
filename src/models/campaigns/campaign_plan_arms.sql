-- campaign_plan_arms: who would be contacted by a planned campaign, and who is kept apart to compare.
-- zh-CN: 计划中的活动，谁收消息、谁留作对照
-- grain: one row per planned campaign and person of its audience
-- key: campaign_id, person_id
-- definition: The audience of every campaign of [[campaigns.plans]] that has not begun and has no list yet. People without a
--   consent to marketing (unless campaigns.require_consent is off) and children under 14 are left out. Of the others,
--   campaigns.holdout_share never get a message of any campaign: whose draw from campaigns.holdout_seed and the person's id is
--   below it, so that they are the same people in all campaigns. The rest is divided by a draw from the seed of the plan, its
--   id and the person's id. A draw is the first twelve hexadecimal digits of the MD5 of these, with colons between, as a part
--   of 1: the same every day, and unlike anything known of the person.
-- zh-CN definition: [[campaigns.plans]] 里还没开始、还没有名单的活动，要找的是哪些人。没有同意营销的（除非关掉
--   campaigns.require_consent）和不满 14 岁的不在内。其余的人里，{campaigns.holdout_share} 长期不收任何活动的消息，每次
--   都是同一批人；剩下的按种子抽签分成收消息的和对照。同一个人、同一个种子，抽到的总是一样，和他买过什么无关。
-- column id_space: with record_id, the record to export: of several the one that joined first
-- column excluded: why the person is in no arm: no_consent or under_14; null for all others
-- column arm: treated, control or holdout; null for those who are left out
-- column draw: between 0 and 1; below the control share = control
-- publishable: no
{%- macro draw(text) -%}
(cast(cast('0x' || substr(md5({{ text }}), 1, 12) as bigint) as double) / 281474976710656)
{%- endmacro %}
with joined as (
    select r.person_id, r.id_space, r.record_id, min(c.joined_on) as joined_on
    from {{ ref('person_records') }} r
    left join {{ source('customers') }} c on c.id_space = r.id_space and c.record_id = r.record_id
    group by r.person_id, r.id_space, r.record_id
),
records as (
    select person_id, id_space, record_id
    from joined
    qualify row_number() over (partition by person_id order by joined_on nulls last, id_space, record_id) = 1
),
audience as (
    select 0 as plan_no, cast(null as varchar) as campaign_id, cast(null as varchar) as person_id, 0.0 as control_share, cast(null as varchar) as seed
    where false
    {%- for plan in vars('campaigns.plans') %}
    union all
    -- The plan {{ loop.index }} of [[campaigns.plans]].
    select
        {{ loop.index }}, {{ plan.id | sql }}, f.person_id,
        {% if plan.control_share %}{{ plan.control_share }}{% else %}{{ var('campaigns.control_share') }}{% endif %},
        {% if plan.seed %}{{ plan.seed | sql }}{% else %}''{% endif %}
    from {{ ref('customer_facts') }} f
    where {% if plan.scheme %}f.person_id in (
        select person_id from {{ ref('customer_segments') }} where scheme = {{ plan.scheme | sql }} and segment = {{ plan.segment | sql }}
    ){% elif plan.audience %}coalesce((
-- [[campaigns.plans]] {{ plan.id | replace("\n", " ") }}
{{ plan.audience }}
    ), false){% else %}true{% endif %}
    {%- endfor %}
),
open_plans as (
    select campaign_id
    from {{ ref('campaign_list') }}
    where status = 'planned'
),
drawn as (
    select
        a.campaign_id, a.person_id, a.control_share,
        case
            when f.age < 14 then 'under_14'
            when {{ var('campaigns.require_consent') }} and not coalesce(f.consent_marketing, false) then 'no_consent'
        end as excluded,
        {{ draw(var('campaigns.holdout_seed') ~ " || ':' || a.person_id") }} as holdout_draw,
        {{ draw("a.seed || ':' || a.campaign_id || ':' || a.person_id") }} as draw
    from audience a
    join open_plans o on o.campaign_id = a.campaign_id
    join {{ ref('customer_facts') }} f on f.person_id = a.person_id
    qualify row_number() over (partition by a.campaign_id, a.person_id order by a.plan_no) = 1
)
select
    d.campaign_id, d.person_id, r.id_space, r.record_id, d.excluded,
    case
        when d.excluded is null then
            case when d.holdout_draw < {{ var('campaigns.holdout_share') }} then 'holdout' when d.draw < d.control_share then 'control' else 'treated' end
    end as arm,
    cast(round(d.draw, 9) as decimal(10, 9)) as draw
from drawn d
join records r on r.person_id = d.person_id
