-- customer_segments: the segment of every person in every scheme.
-- grain: one row per person and scheme, in the scheme tag one per person and tag
-- key: person_id, scheme, segment
-- definition: Schemes: rfm_grid (eleven groups by recency and frequency), rfm_cell (eight cells YYY to NNN), both for customers of the RFM
--   window (see customer_rfm), tier, for every known person (see customer_tiers), and tag (see person_tags): of these a person
--   has none, one or several.
-- column segment: key of the segment; for tiers its name
-- column code: the same for page addresses: lower case letters, digits and hyphens
-- column segment_no: place of the segment in its scheme, 1 first
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
