-- customer_segments: the segment of every person in every scheme.
-- zh-CN: 每位顾客在各种分群方法里属于哪一群
-- grain: one row per person and scheme, in the scheme tag one per person and tag
-- key: person_id, scheme, segment
-- definition: Schemes: rfm_grid (eleven groups by recency and frequency), rfm_cell (eight cells YYY to NNN), both for customers
--   of the RFM window (see customer_rfm); lifecycle, tier, age and gender, for everybody; city, where it is known; value, channel
--   and category, for people with a purchase: where they bought most often, and what; of cities, channels and categories the
--   thirty with the most people, the others together. cluster: at most one (see customer_clusters). tag (see person_tags) and
--   the schemes of [[segments]]: of these a person has none, one or several.
-- zh-CN definition: RFM 分群和 RFM 八类，RFM 期间里买过才有；生命周期、会员等级、年龄、性别人人都有；城市填了才有；价
--   值、常用渠道、最常买的品类，买过才有。城市、渠道、品类各列人数最多的三十个，其余合成一群。聚类每人最多一群；标签
--   和 [[segments]] 里自定的分群，一个人可以没有，也可以有几个。
-- column segment: key of the segment; of city, channel, category, tag and own schemes its name
-- column code: the same for page addresses: lower case letters, digits and hyphens
-- column segment_no: order within the scheme
-- publishable: no
with grids as (
    select *
    from (values
        ('champions', 1), ('loyal', 2), ('potential_loyalist', 3), ('new', 4), ('promising', 5), ('need_attention', 6),
        ('about_to_sleep', 7), ('at_risk', 8), ('cant_lose', 9), ('hibernating', 10), ('lost', 11)
    ) g(segment, segment_no)
),
cells as (
    select *
    from (values
        ('YYY', 1), ('YNY', 2), ('NYY', 3), ('NNY', 4), ('YYN', 5), ('YNN', 6), ('NYN', 7), ('NNN', 8)
    ) c(segment, segment_no)
),
stages as (
    select *
    from (values ('prospect', 1), ('new', 2), ('active', 3), ('won_back', 4), ('silent', 5), ('lost', 6)) s(segment, segment_no)
),
facts as (
    select
        person_id,
        case
            when age is null or age > 110 then 'unknown'
            when age < 18 then 'under_18' when age < 25 then '18_24' when age < 35 then '25_34' when age < 45 then '35_44'
            when age < 55 then '45_54' when age < 65 then '55_64' else '65_up'
        end as age_band,
        case when gender in ('female', 'male') then gender else 'unknown' end as gender,
        nullif(trim(city), '') as city, top_channel, top_category
    from {{ ref('customer_facts') }}
),
ages as (
    select *
    from (values ('under_18', 1), ('18_24', 2), ('25_34', 3), ('35_44', 4), ('45_54', 5), ('55_64', 6), ('65_up', 7), ('unknown', 8)) a(segment, segment_no)
),
{%- for scheme, column in [('city', 'city'), ('channel', 'top_channel'), ('category', 'top_category')] %}
{{ scheme }}_sizes as (
    select {{ column }} as segment, row_number() over (order by count(*) desc, {{ column }}) as segment_no
    from facts
    where {{ column }} is not null
    group by {{ column }}
),
{{ scheme }}_members as (
    select
        f.person_id, case when z.segment_no <= 30 then z.segment else 'other' end as segment, least(z.segment_no, 31) as segment_no
    from facts f
    join {{ scheme }}_sizes z on z.segment = f.{{ column }}
),
{%- endfor %}
own as (
    select cast(null as varchar) as person_id, cast(null as varchar) as scheme, cast(null as varchar) as segment, 0 as segment_no
    where false
    {%- for segment in vars('segments') %}
    union all
    -- The rule {{ loop.index }} of [[segments]].
    select person_id, {{ segment.scheme | sql }}, {{ segment.name | sql }}, {{ loop.index }}
    from {{ ref('customer_facts') }}
    where coalesce((
-- [[segments]] {{ segment.scheme | replace("\n", " ") }} / {{ segment.name | replace("\n", " ") }}
{{ segment.condition }}
-- [[segments]] {{ segment.scheme | replace("\n", " ") }} / {{ segment.name | replace("\n", " ") }}
    ), false)
    {%- endfor %}
)
select r.person_id, 'rfm_grid' as scheme, r.grid as segment, replace(r.grid, '_', '-') as code, cast(g.segment_no as integer) as segment_no
from {{ ref('customer_rfm') }} r
join grids g on g.segment = r.grid
union all
select r.person_id, 'rfm_cell', r.cell, lower(r.cell), cast(c.segment_no as integer)
from {{ ref('customer_rfm') }} r
join cells c on c.segment = r.cell
union all
select person_id, 'tier', tier, 'tier-' || tier_no, tier_no
from {{ ref('customer_tiers') }}
union all
select person_id, 'tag', tag, 'tag-' || tag_no, tag_no
from {{ ref('person_tags') }}
union all
select l.person_id, 'lifecycle', l.stage, 'lifecycle-' || replace(l.stage, '_', '-'), s.segment_no
from {{ ref('customer_lifecycle') }} l
join stages s on s.segment = l.stage
union all
select person_id, 'value', class, 'value-' || class, class_no
from {{ ref('value_classes') }}
union all
select f.person_id, 'age', f.age_band, 'age-' || replace(f.age_band, '_', '-'), a.segment_no
from facts f
join ages a on a.segment = f.age_band
union all
select person_id, 'gender', gender, 'gender-' || gender, case gender when 'female' then 1 when 'male' then 2 else 3 end
from facts
{%- for scheme in ['city', 'channel', 'category'] %}
union all
select person_id, '{{ scheme }}', segment, '{{ scheme }}-' || substr(md5(segment), 1, 8), cast(segment_no as integer)
from {{ scheme }}_members
{%- endfor %}
union all
select person_id, scheme, segment, 'own-' || substr(md5(scheme || ' / ' || segment), 1, 8), segment_no
from own
union all
select person_id, 'cluster', 'cluster_' || cluster, 'cluster-' || cluster, cluster
from {{ ref('customer_clusters') }}
