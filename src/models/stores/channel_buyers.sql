-- channel_buyers: how many people buy through one channel, and how many through several (单渠道/多渠道顾客).
-- zh-CN: 只用一个渠道买的、用几个渠道买的各有多少人
-- grain: one row per scope, scope id and reach
-- key: scope, scope_id, reach
-- definition: Identified people with a purchase in the 182 days (26 weeks) to as_of, and in the 182 days before, by the number of
--   channels on their purchases anywhere in the chain. Of a store: the people whose home store it is today. No rows where the
--   orders name fewer than two channels; <figure>_previous is null unless the data reach back over the whole earlier period.
-- zh-CN definition: 到统计日为止 182 天（26 周）里买过、认得出的顾客，看他在所有门店的购买用过几个渠道；再往前 182 天
--   也这样算。门店的数字，是今天常去这家店的人。订单上写的渠道不到两个时，没有数字。数据没有盖满前一段时，前一段是空
--   的。
-- column scope: chain or store
-- column scope_id: store id, or empty for the chain
-- column reach: single = one channel; multi = two or more
-- column people: people who bought
-- column share: share of all people of the scope who bought
-- column orders: their orders
-- column net_sales: their net sales, project currency; refunds on the day they were posted
-- column avg_spend: net sales per person, project currency
-- column orders_each: orders per person
-- publishable: no
with named as (
    select count(distinct channel) as channels, min(ordered_on) <= {{ sql.add_days(var('as_of'), '-363') }} as has_previous
    from {{ ref('order_postings') }}
    where is_sale
),
spent as (
    select
        p.person_id, case when p.ordered_on > {{ sql.add_days(var('as_of'), '-182') }} then 'current' else 'previous' end as period,
        p.channel, p.is_purchase, p.is_sale, p.net_amount
    from {{ ref('order_postings') }} p
    where p.person_id is not null and p.ordered_on > {{ sql.add_days(var('as_of'), '-364') }}
),
per_person as (
    select
        person_id, period, case when count(distinct channel) filter (where is_purchase) > 1 then 'multi' else 'single' end as reach,
        count(*) filter (where is_purchase) as purchases, count(*) filter (where is_sale) as orders, sum(net_amount) as net_sales
    from spent
    group by person_id, period
),
buyers as (
    select b.person_id, b.period, b.reach, b.orders, b.net_sales, h.home_store_id
    from per_person b
    join named n on n.channels > 1 and (b.period = 'current' or n.has_previous)
    join {{ ref('customer_homes') }} h on h.person_id = b.person_id
    where b.purchases > 0
),
counted as (
    {%- for scope, id in [['store', 'home_store_id'], ['chain', "''"]] %}
    {%- if not loop.first %}
    union all
    {%- endif %}
    select
        '{{ scope }}' as scope, {{ id }} as scope_id, period, reach, count(*) as people, sum(orders) as orders,
        sum(net_sales) as net_sales
    from buyers
    group by {% if scope == 'store' %}home_store_id, {% endif %}period, reach
    {%- endfor %}
),
totals as (
    select scope, scope_id, period, sum(people) as people
    from counted
    group by scope, scope_id, period
),
rows_wanted as (
    select t.scope, t.scope_id, r.reach
    from (select distinct scope, scope_id from totals) t
    cross join (values ('single'), ('multi')) r(reach)
),
figures as (
    select
        t.scope, t.scope_id, t.period, w.reach, coalesce(c.people, 0) as people, coalesce(c.orders, 0) as orders,
        coalesce(c.net_sales, 0) as net_sales, t.people as all_people
    from totals t
    join rows_wanted w on w.scope = t.scope and w.scope_id = t.scope_id
    left join counted c on c.scope = t.scope and c.scope_id = t.scope_id and c.period = t.period and c.reach = w.reach
)
select
    w.scope, w.scope_id, w.reach,
    {%- for alias, suffix in [['n', ''], ['p', '_previous']] %}
    cast({{ alias }}.people as integer) as people{{ suffix }},
    {{ sql.ratio(alias ~ '.people', alias ~ '.all_people', 6) }} as share{{ suffix }},
    cast({{ alias }}.orders as integer) as orders{{ suffix }},
    cast({{ alias }}.net_sales as decimal(18, 2)) as net_sales{{ suffix }},
    {{ sql.ratio(alias ~ '.net_sales', alias ~ '.people', 2) }} as avg_spend{{ suffix }},
    {{ sql.ratio(alias ~ '.orders', alias ~ '.people', 2) }} as orders_each{{ suffix }}{% if not loop.last %},{% endif %}
    {%- endfor %}
from rows_wanted w
left join figures n on n.scope = w.scope and n.scope_id = w.scope_id and n.reach = w.reach and n.period = 'current'
left join figures p on p.scope = w.scope and p.scope_id = w.scope_id and p.reach = w.reach and p.period = 'previous'
