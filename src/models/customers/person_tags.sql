-- person_tags: the tags people bear today.
-- zh-CN: 顾客今天带着哪些标签
-- grain: one row per person and tag
-- key: person_id, tag
-- definition: Tags of files (table tags), of the column tags of customers (several in one cell, separated by a comma, semicolon,
--   vertical bar, slash or line end), and of the rules in [[tags]] whose condition holds. A tag that has expired, or is to come, is not
--   borne. Where one has several origins, the file speaks, then the customer's record, then the rule.
-- zh-CN definition: 标签来自标签文件、会员资料的标签列（一格里可以写几个，用逗号、顿号、分号、竖线、斜杠或换行隔开）
--   和 [[tags]] 里条件成立的规则。已经过期的、还没开始的不算。同一个标签有几个来源时，先认标签文件，再认会员资料，最
--   后认规则。
-- column tag_no: place of the tag among all, by name
-- column origin: manual (file of tags), imported (record of the customer) or rule
-- column added_on: since when; null = not known
-- column expires_on: first day without it; null = no end
-- column added_by: who put it, where the file says so
-- publishable: no
with from_files as (
    select r.person_id, trim(t.tag) as tag, t.added_on, t.expires_on, t.added_by
    from {{ source('tags') }} t
    join {{ ref('person_records') }} r on r.id_space = t.id_space and r.record_id = t.record_id
),
from_records as (
    select r.person_id, {{ sql.each_part(sql.replace_all("c.tags", "'[,，;；、|/\\n\\r]+'", "'|'"), "'|'") }} as tag
    from {{ source('customers') }} c
    join {{ ref('person_records') }} r on r.id_space = c.id_space and r.record_id = c.record_id
    where c.tags is not null
),
all_tags as (
    select person_id, tag, 1 as origin_no, 'manual' as origin, added_on, expires_on, added_by
    from from_files
    where tag <> '' and (expires_on is null or expires_on > {{ var('today') }}) and (added_on is null or added_on <= {{ var('today') }})
    union all
    select person_id, trim(tag), 2, 'imported', null, null, null
    from from_records
    where trim(tag) <> ''
    {%- for tag in vars('tags') %}
    union all
    -- The rule {{ loop.index }} of [[tags]].
    select person_id, {{ tag.name | sql }}, 3, 'rule', null,
        {% if tag.until %}{{ sql.add_days("date '" ~ tag.until ~ "'", 1) }}{% else %}null{% endif %}, null
    from {{ ref('customer_facts') }}
    where coalesce((
-- [[tags]] {{ tag.name | replace("\n", " ") }}
{{ tag.condition }}
-- [[tags]] {{ tag.name | replace("\n", " ") }}
    ), false){% if tag.until %} and {{ var('today') }} <= date '{{ tag.until }}'{% endif %}
    {%- endfor %}
),
borne as (
    select *
    from all_tags
    qualify row_number() over (
        partition by person_id, tag order by origin_no, added_on nulls last, expires_on desc nulls first, added_by nulls last
    ) = 1
)
select
    person_id, tag, cast(dense_rank() over (order by tag) as integer) as tag_no, origin, added_on, expires_on, added_by
from borne
