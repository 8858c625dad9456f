-- coupon_summary: coupons issued and redeemed, what they cost and what was bought with them: chain, campaign, store and month.
-- zh-CN: 券发了多少、用了多少、花了多少、带来多少：全部、各活动、各门店、各月
-- grain: one row per scope (chain, campaign, store, month) and scope id
-- key: scope, scope_id
-- definition: Issued and the rate look at the coupons that were issued: in the month, for the campaign, to people whose home store it is. Uses,
--   cost and sales look at the orders: in the month, of the campaign, at the store. Cost is the face value of coupons used in orders that were not
--   refunded in full. The rate has the 95 % interval of Wilson; it is empty when no coupon in the files is outstanding, because the
--   list then holds redeemed coupons only.
-- zh-CN definition: 发放和使用率看发了的券：当月发的、这个活动的、发给常去这家店的顾客的。用券、成本、销售看用券的单：当月的、这个活动
--   的、这家店的。成本是没退的单里用掉的券的面额。使用率带 95% 区间（Wilson）；文件里一张没用的券都没有时不算，因为那只是一份核销清单。
-- column scope_id: empty for the chain; the campaign, store or month
-- column month: first day of the month, for scope month
-- column issued: coupons issued
-- column redeemed: of these, redeemed and not returned
-- column rate_low: lower end of the 95 % interval
-- column rate_high: upper end
-- column uses: orders with a coupon of the list that were not returned, and redemptions without an order
-- column returned: coupons whose orders were all returned
-- column cost: face value of the uses, project currency
-- column without_value: coupons used that have no face value
-- column net_sales: of the orders, refunds taken back; an order with two coupons counts once, project currency
-- column cost_share: cost by cost + net sales of orders with a known coupon
-- column buyers: known people who used a coupon
-- column first_purchases: orders that were the first of their person
-- column median_days: median days from issue to redemption
-- publishable: no
with facts as (
    select
        coupon_id, campaign_id, home_store_id, issued_on, status, redeemed_on, face_value, uses, uses_kept, days_to_redeem, person_id, used_by
    from {{ ref('coupon_facts') }}
),
listed as (
    select count(*) filter (where status = 'outstanding') > 0 as has_outstanding
    from facts
),
issues as (
    {%- for scope, id in [['chain', "''"], ['campaign', 'campaign_id'], ['store', 'home_store_id'], ['month', 'cast(' ~ sql.month_start(sql.month_no('issued_on')) ~ ' as varchar)']] %}
    {%- if not loop.first %}
    union all
    {%- endif %}
    select '{{ scope }}' as scope, {{ id }} as scope_id, coupon_id, status, days_to_redeem
    from facts
    where {{ id }} is not null
    {%- endfor %}
),
issued as (
    select
        scope, scope_id, count(*) as issued, count(*) filter (where status = 'redeemed') as redeemed,
        count(*) filter (where status = 'returned') as returned,
        cast(round(percentile_cont(0.5) within group (order by cast(days_to_redeem as double)), 1) as decimal(9, 1)) as median_days
    from issues
    group by scope, scope_id
),
uses as (
    select
        u.source, u.transaction_id, u.coupon_id, f.campaign_id, u.store_id, u.ordered_on as on_date, f.face_value, u.used_by, u.is_first_purchase,
        u.net_sales
    from {{ ref('coupon_uses') }} u
    join facts f on f.coupon_id = u.coupon_id
    where not u.is_returned
    union all
    select null, null, coupon_id, campaign_id, home_store_id, redeemed_on, face_value, person_id, false, 0
    from facts
    where uses = 0 and redeemed_on is not null
),
scoped as (
    {%- for scope, id in [['chain', "''"], ['campaign', 'campaign_id'], ['store', 'store_id'], ['month', 'cast(' ~ sql.month_start(sql.month_no('on_date')) ~ ' as varchar)']] %}
    {%- if not loop.first %}
    union all
    {%- endif %}
    select '{{ scope }}' as scope, {{ id }} as scope_id, source, transaction_id, face_value, used_by, is_first_purchase, net_sales
    from uses
    where {{ id }} is not null
    {%- endfor %}
),
used as (
    select
        scope, scope_id, count(*) as uses, coalesce(sum(face_value), 0) as cost, count(*) filter (where face_value is null) as without_value,
        coalesce(sum(face_value) filter (where transaction_id is not null), 0) as cost_in_orders, count(distinct used_by) as buyers
    from scoped
    group by scope, scope_id
),
orders as (
    select scope, scope_id, sum(net_sales) as net_sales, count(*) filter (where is_first_purchase) as first_purchases
    from (
        select scope, scope_id, source, transaction_id, max(net_sales) as net_sales, bool_or(is_first_purchase) as is_first_purchase
        from scoped
        where transaction_id is not null
        group by scope, scope_id, source, transaction_id
    ) once
    group by scope, scope_id
),
scopes as (
    select scope, scope_id from issued
    union
    select scope, scope_id from used
)
select
    s.scope, s.scope_id, case when s.scope = 'month' then cast(s.scope_id as date) end as month, cast(coalesce(i.issued, 0) as integer) as issued,
    cast(coalesce(i.redeemed, 0) as integer) as redeemed, cast(coalesce(i.returned, 0) as integer) as returned,
    case when l.has_outstanding then {{ sql.ratio('i.redeemed', 'i.issued', 6) }} end as rate,
    case when l.has_outstanding then {{ sql.wilson_low('i.redeemed', 'i.issued') }} end as rate_low,
    case when l.has_outstanding then {{ sql.wilson_high('i.redeemed', 'i.issued') }} end as rate_high,
    cast(coalesce(u.uses, 0) as integer) as uses, cast(coalesce(u.cost, 0) as decimal(18, 2)) as cost,
    cast(coalesce(u.without_value, 0) as integer) as without_value, cast(coalesce(o.net_sales, 0) as decimal(18, 2)) as net_sales,
    case when o.net_sales + u.cost_in_orders > 0 then {{ sql.ratio('u.cost_in_orders', '(o.net_sales + u.cost_in_orders)', 6) }} end as cost_share,
    cast(coalesce(u.buyers, 0) as integer) as buyers, cast(coalesce(o.first_purchases, 0) as integer) as first_purchases, i.median_days
from scopes s
cross join listed l
left join issued i on i.scope = s.scope and i.scope_id = s.scope_id
left join used u on u.scope = s.scope and u.scope_id = s.scope_id
left join orders o on o.scope = s.scope and o.scope_id = s.scope_id
