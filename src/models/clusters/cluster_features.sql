-- cluster_features: the figures by which customers are grouped.
-- grain: one row per person of whom all of them are known
-- key: person_id
-- definition: The columns of customer_facts named in clusters.features, in that order.
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
