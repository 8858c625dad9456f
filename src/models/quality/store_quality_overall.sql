-- store_quality_overall: the quality of a store's records in two figures.
-- zh-CN: 每家店会员资料的总完整率和总有效率
-- grain: one row per store with records
-- key: store_id
-- definition: Open stores only. Over name, birthday, telephone and, where the chain collects them, e-mail and address; gender and consent are the
--   customer's own choice and do not count. completeness = values / (records × fields); validity = right values / values.
-- zh-CN definition: 只看姓名、生日、电话，以及总部在收集的邮箱和地址；性别和营销许可由顾客自己决定，不算。完整率 = 填
--   了的 ÷（份数 × 项数），有效率 = 没有错的 ÷ 填了的。只列营业中的门店。
-- column completeness: share of the fields with a value
-- column validity: share of the values that can be right
-- column to_confirm: people the store should ask, see confirm_details
-- publishable: no
with counts as (
    select store_id, sum(records) as fields, sum(filled) as filled, sum(filled - masked - wrong) as valid, max(records) as records
    from {{ ref('quality_counts') }}
    where field in ('name', 'birthday', 'phone', 'email', 'address') and store_id is not null
    group by store_id
),
asked as (
    select store_id, cast(count(distinct person_id) as integer) as people
    from {{ ref('confirm_details') }}
    group by store_id
)
select
    c.store_id, s.name, s.region, cast(c.records as integer) as records,
    {{ sql.ratio('c.filled', 'c.fields', 6) }} as completeness, {{ sql.ratio('c.valid', 'c.filled', 6) }} as validity,
    coalesce(a.people, 0) as to_confirm
from counts c
join {{ ref('store_directory') }} s on s.store_id = c.store_id
left join asked a on a.store_id = c.store_id
