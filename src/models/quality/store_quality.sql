-- store_quality: how complete and how right the records of every store's customers are.
-- zh-CN: 每家店的会员资料填得全不全、对不对
-- grain: one row per store and field
-- key: store_id, field
-- definition: completeness = records with a value / records; validity = values that are neither masked, placeholders nor
--   impossible / values. Open stores only. See quality_counts for what belongs to a store and
--   record_checks for what is in doubt.
-- zh-CN definition: 完整率 = 填了的份数 ÷ 全部份数。有效率 = 填了的里面，不是隐去一部分、不是占位、也不是不可能的比例。
--   资料算哪家店的见 quality_counts，哪些有疑问见 record_checks；只列营业中的门店。
-- column completeness: share of records with a value
-- column validity: share of values that can be right; null without values
-- column freshness_days: middle of the days since the last purchase or joining, when somebody could have asked
-- column duplicates: records that share the value with another person; null where that is no fault
-- column chain_completeness: the same share of the whole chain
-- publishable: no
with chain as (
    select field, sum(records) as records, sum(filled) as filled
    from {{ ref('quality_counts') }}
    group by field
)
select
    q.store_id, s.name, s.region, q.field, q.records, q.filled,
    {{ sql.ratio('q.filled', 'q.records', 6) }} as completeness,
    {{ sql.ratio('q.filled - q.masked - q.wrong', 'q.filled', 6) }} as validity,
    q.masked, q.wrong, q.suspicious, q.last_seen_days as freshness_days, q.repeated as duplicates,
    {{ sql.ratio('c.filled', 'c.records', 6) }} as chain_completeness
from {{ ref('quality_counts') }} q
join chain c on c.field = q.field
join {{ ref('store_directory') }} s on s.store_id = q.store_id
