-- store_directory: the open stores as customers may see them.
-- grain: one row per store that is open
-- key: store_id
-- definition: name, address, telephone and opening hours from the stores file; no figures.
-- publishable: yes
select
    store_id,
    name,
    region,
    city,
    address,
    phone,
    hours
from {{ source('stores') }}
where closed_on is null or closed_on > {{ var('today') }}
