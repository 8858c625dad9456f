-- rfm_before: RFM groups of everybody as they were some time ago, by today's cuts.
-- zh-CN: 一段时间以前，每位顾客在哪个 RFM 分群
-- grain: one row per person with at least one purchase in the window up to that day
-- key: person_id
-- definition: As of rfm.compare_days before as_of, with the cuts of rfm_cuts, so that a move is a customer's and not a cut's.
-- zh-CN definition: 看统计日往前 {rfm.compare_days} 天的那一天。用今天的分界（rfm_cuts）打分，所以换了分群，是顾客变了，
--   不是分界变了。
-- publishable: no
with before_values as (
    {{ sql.rfm_values(ref('customer_days'), '(' ~ var('as_of') ~ ' - ' ~ var('rfm.compare_days') ~ ')') }}
)
select person_id, recency_days, frequency, monetary, r, f, m, cell, grid
from (
    {{ sql.rfm_scores('before_values', ref('rfm_cuts')) }}
) scored
