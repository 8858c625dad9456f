select p.record_id, r.recency_days, r.frequency, r.monetary, r.r, r.f, r.m, r.cell, r.grid
from customer_rfm r
join person_records p on p.person_id = r.person_id
order by p.record_id
