select level, store_id, month, sku, n, complaints, nps_n, nps, nps_low, nps_high, csat_n, csat, csat_low, csat_high, ces_n, ces, ces_low, ces_high
from feedback_summary
where level in ('chain', 'store', 'store_month', 'sku')
order by level, store_id, month, sku
