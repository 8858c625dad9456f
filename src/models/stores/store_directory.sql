-- store_directory: the open stores as customers may see them.
-- zh-CN: 给顾客看的营业中门店
-- grain: one row per store that is open
-- key: store_id
-- definition: name, address, telephone and opening hours from the stores file; no figures.
-- zh-CN definition: 名称、地址、电话和营业时间取自门店文件，没有任何业绩数字。今天已经闭店的不列。
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
