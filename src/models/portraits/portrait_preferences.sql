-- portrait_preferences: where, how and what the people with a page buy.
-- zh-CN: 有专页的顾客在哪里买、怎么买、买什么
-- grain: one row per person, kind and value
-- key: person_id, kind, value
-- definition: All history up to as_of. A day counts for every category, channel and store with a purchase on it, so that days of one kind
--   may add up to more than the person's purchase days.
-- zh-CN definition: 看到统计日为止的全部历史。一天里买了几个品类、用了几个渠道、去了几家店，每一个都算一天，所以加起
--   来可能多于他的购买天数。
-- column kind: category, channel or store
-- column days: purchase days with it
-- column share: days / purchase days of the person
-- column net_sales: sales less refunds, project currency
-- column place: 1 = most days, then most net sales
-- publishable: no
with lines as (
    select l.person_id, l.value_on, l.is_purchase, l.net_amount, l.category, l.channel, l.store_id
    from {{ ref('order_lines') }} l
    join {{ ref('portrait_people') }} w on w.person_id = l.person_id
    where l.is_sale or l.is_refund
),
visits as (
    select person_id, count(distinct value_on) as days
    from lines
    where is_purchase
    group by person_id
),
kinds as (
    {%- for kind, column in [('category', 'category'), ('channel', 'channel'), ('store', 'store_id')] %}
    {%- if not loop.first %}
    union all
    {%- endif %}
    select
        person_id, '{{ kind }}' as kind, {{ column }} as value, count(distinct value_on) filter (where is_purchase) as days,
        cast(sum(net_amount) as decimal(18, 2)) as net_sales, max(value_on) filter (where is_purchase) as last_on
    from lines
    where {{ column }} is not null
    group by person_id, {{ column }}
    {%- endfor %}
)
select
    k.person_id, k.kind, k.value, coalesce(s.name, k.value) as label, cast(k.days as integer) as days, {{ sql.ratio('k.days', 'v.days', 6) }} as share,
    k.net_sales, k.last_on,
    cast(row_number() over (partition by k.person_id, k.kind order by k.days desc, k.net_sales desc, k.value) as integer) as place
from kinds k
join visits v on v.person_id = k.person_id
left join {{ source('stores') }} s on k.kind = 'store' and s.store_id = k.value
where k.days > 0
