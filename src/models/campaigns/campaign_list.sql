-- campaign_list: every campaign, planned or under way, with its dates and how far it has come.
-- zh-CN: 每个营销活动的日期和进展
-- grain: one row per campaign
-- key: campaign_id
-- definition: The campaigns of [[campaigns.plans]], of the file of campaigns, and those that a list of people names. Where both
--   speak, the file does. A campaign is frozen when a list of its people (campaign_targets) is there. Sales are measured from
--   the first day to campaigns.after_days days after the last one; they are final campaigns.return_days days later, when
--   returns have come in.
-- zh-CN definition: [[campaigns.plans]] 里计划的、活动文件里的、名单里出现的活动都在；两边都写了的，以文件为准。有了名单
--   （campaign_targets）就算定下来了。销售从第一天数到结束后 {campaigns.after_days} 天，再过 {campaigns.return_days} 天
--   退货差不多退完，才是最后的数字。
-- column audience: whom it is meant for: the segment named by the file, else scheme and segment or the condition of the plan
-- column is_planned: it stands in [[campaigns.plans]]
-- column is_frozen: a list of its people has been loaded
-- column targets: records on that list
-- column cost: project currency; null = not known
-- column measured_to: last day whose sales count; null = no end given
-- column final_on: from this day the result is final
-- column status: no_dates, bad_dates (ends before it begins), planned, not_frozen (it began, nobody's list was loaded), frozen
--   (not begun), running, preliminary (returns still to come) or final
-- publishable: no
with plans as (
    select
        0 as plan_no, cast(null as varchar) as campaign_id, cast(null as varchar) as name, cast(null as varchar) as audience,
        cast(null as date) as starts_on, cast(null as date) as ends_on, cast(null as varchar) as channel, cast(null as decimal(18, 2)) as cost
    where false
    {%- for plan in vars('campaigns.plans') %}
    union all
    -- The plan {{ loop.index }} of [[campaigns.plans]].
    select
        {{ loop.index }}, {{ plan.id | sql }}, {% if plan.name %}{{ plan.name | sql }}{% else %}null{% endif %},
        {% if plan.scheme %}{{ (plan.scheme ~ ' / ' ~ plan.segment) | sql }}{% elif plan.audience %}{{ plan.audience | sql }}{% else %}null{% endif %},
        {% if plan.starts_on %}try_cast({{ plan.starts_on | sql }} as date){% else %}null{% endif %},
        {% if plan.ends_on %}try_cast({{ plan.ends_on | sql }} as date){% else %}null{% endif %},
        {% if plan.channel %}{{ plan.channel | sql }}{% else %}null{% endif %},
        {% if plan.cost is defined and plan.cost is not none and plan.cost != "" %}cast({{ plan.cost }} as decimal(18, 2)){% else %}null{% endif %}
    {%- endfor %}
),
first_plans as (
    select *
    from plans
    qualify row_number() over (partition by campaign_id order by plan_no) = 1
),
lists as (
    select campaign_id, count(*) as targets
    from {{ source('campaign_targets') }}
    group by campaign_id
),
ids as (
    select campaign_id from first_plans
    union
    select campaign_id from {{ source('campaigns') }}
    union
    select campaign_id from lists
),
known as (
    select
        i.campaign_id, coalesce(c.name, p.name, i.campaign_id) as name, coalesce(c.segment, p.audience) as audience,
        coalesce(c.starts_on, p.starts_on) as starts_on, coalesce(c.ends_on, p.ends_on) as ends_on,
        coalesce(c.channel, p.channel) as channel, cast(coalesce(c.cost, p.cost) as decimal(18, 2)) as cost,
        p.campaign_id is not null as is_planned, l.campaign_id is not null as is_frozen, coalesce(l.targets, 0) as targets
    from ids i
    left join first_plans p on p.campaign_id = i.campaign_id
    left join {{ source('campaigns') }} c on c.campaign_id = i.campaign_id
    left join lists l on l.campaign_id = i.campaign_id
),
dated as (
    select
        *, coalesce(ends_on < starts_on, false) as is_backwards,
        {{ sql.add_days('ends_on', var('campaigns.after_days')) }} as measured_to,
        {{ sql.add_days('ends_on', var('campaigns.after_days') ~ ' + ' ~ var('campaigns.return_days')) }} as final_on
    from known
)
select
    campaign_id, name, audience, starts_on, ends_on, channel, cost, is_planned, is_frozen, cast(targets as integer) as targets,
    case when not is_backwards then measured_to end as measured_to, case when not is_backwards then final_on end as final_on,
    case
        when starts_on is null then 'no_dates' when is_backwards then 'bad_dates'
        when not is_frozen and starts_on >= {{ var('today') }} then 'planned'
        when not is_frozen then 'not_frozen'
        when starts_on > {{ var('today') }} then 'frozen'
        when measured_to is null or measured_to > {{ var('as_of') }} then 'running'
        when final_on > {{ var('as_of') }} then 'preliminary'
        else 'final'
    end as status
from dated
