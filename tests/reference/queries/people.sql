select r.record_id, p.name, p.home_store_id, p.joined_on, p.records, p.consent_marketing
from people p
join person_records r on r.person_id = p.person_id
order by r.record_id
