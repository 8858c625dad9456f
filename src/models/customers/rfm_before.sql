-- rfm_before: RFM groups of everybody as they were some time ago, by today's cuts.
-- grain: one row per person with at least one purchase in the window up to that day
-- key: person_id
-- definition: As of rfm.compare_days before as_of, with the cuts of rfm_cuts, so that a move is a customer's and not a cut's.
-- publishable: no
with before_values as (
    {{ sql.rfm_values(ref('customer_days'), '(' ~ var('as_of') ~ ' - ' ~ var('rfm.compare_days') ~ ')') }}
)
select person_id, recency_days, frequency, monetary, r, f, m, cell, grid
from (
    {{ sql.rfm_scores('before_values', ref('rfm_cuts')) }}
) scored
