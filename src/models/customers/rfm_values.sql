-- rfm_values: recency, frequency and monetary value of every customer of the RFM window, before scoring.
-- grain: one row per person with at least one purchase in the window
-- key: person_id
-- definition: The window is the last rfm.window days to as_of, as_of included, or all history with rfm.window = "all".
--   Frequency is the number of purchase days in the window. Monetary is net sales in the window; a refund counts on the
--   day of the sale it takes back.
-- column recency_days: days from the last purchase to as_of
-- column frequency: purchase days in the window
-- column monetary: net sales in the window, project currency
-- column orders: orders with a purchase in the window
-- publishable: no
{%- set window = "cast(" ~ var('rfm.window') ~ " as varchar)" %}
with days as (
    select person_id, day, is_purchase_day, orders, net_sales
    from {{ ref('customer_days') }}
    where {{ window }} = 'all' or day >= {{ sql.add_days(var('as_of'), '1 - coalesce(try_cast(' ~ window ~ ' as integer), 365)') }}
)
select
    person_id,
    cast({{ sql.day_diff('max(day) filter (where is_purchase_day)', var('as_of')) }} as integer) as recency_days,
    cast(count(*) filter (where is_purchase_day) as integer) as frequency,
    cast(sum(net_sales) as decimal(18, 2)) as monetary,
    cast(sum(orders) as integer) as orders
from days
group by person_id
having count(*) filter (where is_purchase_day) > 0
