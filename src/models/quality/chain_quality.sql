-- chain_quality: how complete and how right the records of all customers are.
-- zh-CN: 全部会员资料填得全不全、对不对
-- grain: one row per field
-- key: field
-- definition: as in store_quality, over all records, those of no store among them.
-- zh-CN definition: 算法和 store_quality 一样，看全部资料，不属于任何门店的也算。旁边放着上一版的完整率和有效率。
-- column completeness: share of records with a value
-- column validity: share of values that can be right; null without values
-- column completeness_before: completeness in the release before; null = not known
-- column validity_before: validity in the release before
-- publishable: no
with counts as (
    select
        field, cast(sum(records) as integer) as records, cast(sum(filled) as integer) as filled, cast(sum(masked) as integer) as masked,
        cast(sum(wrong) as integer) as wrong, cast(sum(suspicious) as integer) as suspicious, cast(sum(repeated) as integer) as duplicates
    from {{ ref('quality_counts') }}
    group by field
),
before as (
    select field, completeness, validity
    from {{ source('release_quality') }}
    where store_id is null
    qualify row_number() over (partition by field order by release desc) = 1
)
select
    c.field, c.records, c.filled, {{ sql.ratio('c.filled', 'c.records', 6) }} as completeness,
    {{ sql.ratio('c.filled - c.masked - c.wrong', 'c.filled', 6) }} as validity,
    c.masked, c.wrong, c.suspicious, c.duplicates, b.completeness as completeness_before, b.validity as validity_before
from counts c
left join before b on b.field = c.field
