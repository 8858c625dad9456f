-- cluster_features: the figures by which customers are grouped.
-- zh-CN: 聚类用到的各项顾客数字
-- grain: one row per person of whom all of them are known
-- key: person_id
-- definition: The columns of customer_facts named in clusters.features, in that order.
-- zh-CN definition: 取 customer_facts 里这几项，按设置的顺序：{clusters.features}。有一项不知道的顾客不参加聚类。
-- column store_id: home store
-- publishable: no
select
    person_id, home_store_id as store_id,
    {%- for feature in vars('clusters.features') %}
    cast({{ feature }} as double) as {{ feature }}{% if not loop.last %},{% endif %}
    {%- endfor %}
from {{ ref('customer_facts') }}
where
    {%- for feature in vars('clusters.features') %}
    {{ feature }} is not null{% if not loop.last %} and{% endif %}
    {%- endfor %}
