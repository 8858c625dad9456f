select p.record_id, t.tier, t.tier_no, t.qualifying_spend, t.to_next_tier, t.next_tier
from customer_tiers t
join person_records p on p.person_id = t.person_id
order by p.record_id
