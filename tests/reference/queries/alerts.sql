select rule, severity, store_id, value, threshold, sample from alerts order by rule, store_id nulls first
