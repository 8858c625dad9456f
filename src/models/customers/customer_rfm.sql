-- customer_rfm: RFM scores of every customer of the window, with both groupings.
-- grain: one row per person with at least one purchase in the window
-- key: person_id
-- definition: Place of a value = 1 + number of cuts below it (see rfm_cuts); r = 6 − place of recency, f and m = place of
--   frequency and monetary, each 1 to 5. cell: three letters for R, F, M; Y when the score is above the mean score of all
--   customers (or above the number in rfm.high), N otherwise. grid: one of eleven groups by R and F.
-- column recency_days: days from the last purchase to as_of
-- column frequency: purchase days in the window
-- column monetary: net sales in the window, project currency; refunds on the day of the sale
-- column r: 1 to 5, 5 = bought most recently
-- column f: 1 to 5, 5 = most purchase days
-- column m: 1 to 5, 5 = most net sales
-- column cell: YYY to NNN
-- column grid: champions, loyal, potential_loyalist, new, promising, need_attention, about_to_sleep, at_risk, cant_lose, hibernating or lost
-- publishable: no
{%- set high = "try_cast(cast(" ~ var('rfm.high') ~ " as varchar) as decimal(9, 4))" %}
with cuts as (
    {%- for dimension in ['recency', 'frequency', 'monetary'] %}
    {%- if not loop.first %}
    cross join
    {%- else %}
    select r.cuts as recency, f.cuts as frequency, m.cuts as monetary from
    {%- endif %}
    (select coalesce(list(value order by cut_no), []) as cuts from {{ ref('rfm_cuts') }} where dimension = '{{ dimension }}') {{ dimension[0] }}
    {%- endfor %}
),
scores as (
    select
        v.person_id, v.recency_days, v.frequency, v.monetary,
        cast(5 - len(list_filter(c.recency, lambda cut: cut < v.recency_days)) as integer) as r,
        cast(1 + len(list_filter(c.frequency, lambda cut: cut < v.frequency)) as integer) as f,
        cast(1 + len(list_filter(c.monetary, lambda cut: cut < v.monetary)) as integer) as m
    from {{ ref('rfm_values') }} v
    cross join cuts c
),
means as (
    select count(*) as customers, sum(r) as r, sum(f) as f, sum(m) as m
    from scores
)
select
    s.person_id, s.recency_days, s.frequency, s.monetary, s.r, s.f, s.m,
    {%- for score in ['r', 'f', 'm'] %}
    case when case when {{ high }} is null then s.{{ score }} * t.customers > t.{{ score }} else s.{{ score }} > {{ high }} end then 'Y' else 'N' end
    {%- if not loop.last %} ||{% endif %}
    {%- endfor %} as cell,
    case
        when s.r = 5 and s.f >= 4 then 'champions'
        when s.r >= 3 and s.f >= 4 then 'loyal'
        when s.r >= 4 and s.f in (2, 3) then 'potential_loyalist'
        when s.r = 5 and s.f = 1 then 'new'
        when s.r = 4 and s.f = 1 then 'promising'
        when s.r = 3 and s.f = 3 then 'need_attention'
        when s.r = 3 and s.f <= 2 then 'about_to_sleep'
        when s.r <= 2 and s.f in (3, 4) then 'at_risk'
        when s.r <= 2 and s.f = 5 then 'cant_lose'
        when s.r = 1 and s.f = 1 then 'lost'
        else 'hibernating'
    end as grid
from scores s
cross join means t
