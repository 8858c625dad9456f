-- comparison_cases: what stores are judged by, case by case, each with what it is like.
-- zh-CN: 门店比较的底数：分好类的顾客和订单
-- grain: one row per period, measure, store and kind of case
-- key: period, measure, store_id, stratum
-- definition: Cases of a kind are what one would expect the same of. came_back: customers known before the period, by recency
--   (30, 90, 180, 365 days), purchase days (1, 2 to 3, more) and channel of the last purchase; a case counts for the store of
--   that purchase. avg_basket and items_per_order: orders by channel, whether a person is known, and weekday or weekend.
--   refunded: the same orders with anything given back. member_orders: orders by channel and weekday or weekend.
--   Periods: the last comparison.days days to as_of, and as many before.
-- zh-CN definition: 同一类的顾客或订单，结果应该差不多。再来：期间开始之前 365 天里买过的顾客，按多久没来、来过几天、
--   上次的渠道分类，算在上次购买的门店。客单价、连带率和退货：订单按渠道、认不认得出顾客、平日或周末分类；会员订单只
--   按渠道、平日或周末分类。期间是到统计日为止的 {comparison.days} 天，和再往前同样长的一段。
-- column period: current or before
-- column measure: came_back, avg_basket, items_per_order, refunded or member_orders
-- column stratum: the kind of case
-- column cases: customers or orders
-- column total: sum of what was measured: how many came back or were given back, money, units
-- column squares: sum of the squares of it
-- publishable: no
{%- set span = var('comparison.days') %}
with periods as (
    select 'current' as period, {{ sql.add_days(var('as_of'), '1 - ' ~ span) }} as from_on, {{ var('as_of') }} as to_on
    union all
    select 'before', {{ sql.add_days(var('as_of'), '1 - 2 * ' ~ span) }}, {{ sql.add_days(var('as_of'), '0 - ' ~ span) }}
),
purchases as (
    select person_id, store_id, ordered_on, ordered_at, coalesce(channel, 'unknown') as channel
    from {{ ref('orders') }}
    where is_purchase and person_id is not null
),
known as (
    select
        d.period, d.from_on, d.to_on, p.person_id, p.store_id, p.channel, p.ordered_on as last_on,
        {{ sql.day_diff('p.ordered_on', 'd.from_on') }} as recency_days,
        count(distinct p.ordered_on) over (partition by d.period, p.person_id) as purchase_days
    from purchases p
    join periods d on p.ordered_on < d.from_on and p.ordered_on >= {{ sql.add_days('d.from_on', -365) }}
    qualify row_number() over (
        partition by d.period, p.person_id order by p.ordered_at desc, p.store_id nulls last, p.channel
    ) = 1
),
returned as (
    select distinct k.period, k.person_id
    from known k
    join purchases p on p.person_id = k.person_id and p.ordered_on between k.from_on and k.to_on
),
customers as (
    select
        k.period, 'came_back' as measure, k.store_id,
        concat_ws(
            ' ',
            case when k.recency_days <= 30 then '030' when k.recency_days <= 90 then '090' when k.recency_days <= 180 then '180' else '365' end,
            case when k.purchase_days = 1 then '1' when k.purchase_days <= 3 then '2' else '4' end, k.channel
        ) as stratum,
        cast(case when r.person_id is null then 0 else 1 end as decimal(18, 3)) as value
    from known k
    left join returned r on r.period = k.period and r.person_id = k.person_id
),
receipts as (
    select
        d.period, o.store_id, coalesce(o.channel, 'unknown') as channel, case when o.person_id is null then 'anonymous' else 'known' end as who,
        case when {{ sql.day_of_week('o.ordered_on') }} >= 6 then 'weekend' else 'weekday' end as day_kind,
        cast(o.net_amount as decimal(18, 3)) as amount, cast(o.items as decimal(18, 3)) as items, o.refunded_amount > 0 as is_refunded
    from {{ ref('orders') }} o
    join periods d on o.ordered_on between d.from_on and d.to_on
    where o.is_sale
),
cases as (
    select period, measure, store_id, stratum, value
    from customers
    union all
    select period, 'avg_basket', store_id, concat_ws(' ', channel, who, day_kind), amount
    from receipts
    union all
    select period, 'items_per_order', store_id, concat_ws(' ', channel, who, day_kind), items
    from receipts
    union all
    select period, 'refunded', store_id, concat_ws(' ', channel, who, day_kind), cast(case when is_refunded then 1 else 0 end as decimal(18, 3))
    from receipts
    union all
    select period, 'member_orders', store_id, concat_ws(' ', channel, day_kind), cast(case when who = 'known' then 1 else 0 end as decimal(18, 3))
    from receipts
)
select
    period, measure, store_id, stratum, cast(count(*) as integer) as cases, cast(sum(value) as decimal(38, 3)) as total,
    cast(sum(cast(value as decimal(20, 3)) * value) as decimal(38, 6)) as squares
from cases
where store_id is not null
group by period, measure, store_id, stratum
