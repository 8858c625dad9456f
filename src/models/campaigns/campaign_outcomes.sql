-- campaign_outcomes: what every person of a campaign bought while it was measured.
-- zh-CN: 活动统计期间，每个人买了多少
-- grain: one row per campaign that has begun and person in an arm of its list
-- key: campaign_id, person_id
-- definition: Net sales by the day of the sale, in all stores, from the first day of the campaign to the last one measured (to
--   as_of, if that is earlier); returns are taken back on the day of the sale, so they may still change. Margin: net sales less
--   the units of purchases at the cost of the product list; units given back in part are not put back. Lines without a known
--   cost are taken with the cost share of the others of the campaign.
-- zh-CN definition: 从活动第一天数到统计的最后一天（最多到统计日），在所有门店买的净销售额，退货算回买的那天。毛利 = 净销售额 −
--   件数 × 商品表成本；不知道成本的行，按这个活动里其他行的成本占比算。
-- column has_bought: at least one purchase
-- column margin: project currency; null where no line of the campaign has a cost
-- column costed_sales: paid on purchases whose cost is known, project currency
-- column purchase_sales: paid on all purchases, project currency
-- publishable: no
with spans as (
    select campaign_id, starts_on, least(coalesce(measured_to, {{ var('as_of') }}), {{ var('as_of') }}) as until_on
    from {{ ref('campaign_list') }}
    where status in ('running', 'preliminary', 'final')
),
members as (
    select a.campaign_id, a.person_id, a.arm, a.store_id, a.segment, s.starts_on, s.until_on
    from {{ ref('campaign_arms') }} a
    join spans s on s.campaign_id = a.campaign_id
    where a.is_frozen
),
sold as (
    select m.campaign_id, m.person_id, sum(d.net_sales) as net_sales, bool_or(d.is_purchase_day) as has_bought
    from members m
    join {{ ref('customer_days') }} d on d.person_id = m.person_id and d.day between m.starts_on and m.until_on
    group by m.campaign_id, m.person_id
),
costs as (
    select
        m.campaign_id, m.person_id, sum(l.amount) as purchase_sales, sum(l.amount) filter (where p.cost is not null) as costed_sales,
        sum(cast(round(cast(l.quantity as decimal(20, 3)) * p.cost, 2) as decimal(30, 2))) as cost
    from members m
    join {{ ref('order_lines') }} l on l.person_id = m.person_id and l.is_purchase and l.value_on between m.starts_on and m.until_on
    left join {{ source('products') }} p on p.sku = l.sku
    group by m.campaign_id, m.person_id
),
shares as (
    select campaign_id, sum(cost) as cost, sum(costed_sales) as costed_sales
    from costs
    group by campaign_id
)
select
    m.campaign_id, m.person_id, m.arm, m.store_id, m.segment, coalesce(s.has_bought, false) as has_bought,
    cast(coalesce(s.net_sales, 0) as decimal(18, 2)) as net_sales,
    case when h.costed_sales > 0 then
        try_cast(coalesce(s.net_sales, 0) - coalesce(c.cost, 0)
            - round(cast(coalesce(c.purchase_sales, 0) - coalesce(c.costed_sales, 0) as double) * cast(h.cost as double) / cast(h.costed_sales as double), 2)
        as decimal(18, 2))
    end as margin,
    cast(coalesce(c.costed_sales, 0) as decimal(18, 2)) as costed_sales, cast(coalesce(c.purchase_sales, 0) as decimal(18, 2)) as purchase_sales
from members m
left join sold s on s.campaign_id = m.campaign_id and s.person_id = m.person_id
left join costs c on c.campaign_id = m.campaign_id and c.person_id = m.person_id
left join shares h on h.campaign_id = m.campaign_id
