-- discount_depths: what was sold at the regular price, and what at which discount.
-- zh-CN: 不同优惠幅度各卖了多少
-- grain: one row per depth of discount; unknown only where there are such lines
-- key: depth
-- definition: Sale lines of the products.window days to as_of; refunds are not subtracted. The depth of a line is the
--   discount on it per amount and discount together (some tills write discounts as negative: the sign does not count);
--   without one, how far the amount is below unit price × quantity; else how far it is below the price of the product list
--   × quantity. That list holds today's prices: where a price was raised since, older sales look discounted. Depths are
--   rounded to whole per cent, so that a tenth off counts as ten per cent whatever the cents; 0 per cent is no discount.
--   Unknown: the line says nothing of a discount and the product list has no price.
-- zh-CN definition: 看最近 {products.window} 天的每一行销售，退货不减。幅度是优惠 ÷（实付 + 优惠）；没有写优惠的，看
--   实付比单价 × 件数低多少，再看比商品表售价 × 件数低多少；都没有的是看不出。
-- column depth: none, under_10, 10_20, 20_30, 30_50, 50_up (each from its lower limit to below the next, in per cent) or unknown
-- column depth_no: 0 = none to 5 = 50_up, 6 = unknown
-- column lines: sale lines
-- column units: on these lines
-- column sales_amount: paid on these lines, net of discount, project currency
-- column discount_amount: regular price less the amount, project currency
-- column share: of the amount of all sale lines of the window
-- column line_share: of all sale lines of the window
-- column gross_margin: amount less units at cost, lines of products with a known cost only, project currency
-- column margin_share: gross margin per amount of these lines
-- column identified_share: lines bought by identified people per lines
-- column customers: identified people with a purchase at this depth
-- column new_customers: people whose first purchase day is in the window, counted once, at the deepest discount of that day
-- column new_customer_share: of all new customers of the window
-- publishable: no
{%- set depths = [['none', 0], ['under_10', 1], ['10_20', 2], ['20_30', 3], ['30_50', 4], ['50_up', 5], ['unknown', 6]] %}
with lines as (
    select
        l.person_id, l.ordered_on, l.is_purchase, l.quantity, l.amount, p.cost,
        l.discount is not null or p.price > 0 as is_known,
        cast(l.amount as decimal(20, 3)) as paid,
        cast(l.amount as decimal(20, 3)) + abs(l.discount) as own_price,
        try_cast(round(cast(l.quantity as decimal(20, 3)) * l.unit_price, 3) as decimal(20, 3)) as unit_price,
        try_cast(round(cast(l.quantity as decimal(20, 3)) * p.price, 3) as decimal(20, 3)) as list_price
    from {{ ref('order_lines') }} l
    left join {{ source('products') }} p on p.sku = l.sku
    where l.is_sale and l.ordered_on > {{ sql.add_days(var('as_of'), '0 - ' ~ var('products.window')) }}
),
percents as (
    select
        person_id, ordered_on, is_purchase, quantity, amount, cost, is_known, paid, own_price, unit_price, list_price
        {%- for price in ['own_price', 'unit_price', 'list_price'] %},
        case when {{ price }} > 0 and {{ price }} >= paid and paid >= 0 then
            coalesce({{ sql.ratio('(100 * (' ~ price ~ ' - paid))', price, 0) }}, 0) else 0 end as {{ price }}_percent
        {%- endfor %}
    from lines
),
placed as (
    select
        person_id, ordered_on, is_purchase, quantity, amount, cost, paid,
        case when own_price_percent > 0 then own_price when unit_price_percent > 0 then unit_price
            when list_price_percent > 0 then list_price else paid end as regular,
        case when own_price_percent > 0 then own_price_percent when unit_price_percent > 0 then unit_price_percent
            when list_price_percent > 0 then list_price_percent when is_known then 0 end as percent
    from percents
),
banded as (
    select
        person_id, ordered_on, is_purchase, quantity, amount, cost, paid, regular,
        case
            when percent is null then 6 when percent = 0 then 0 when percent < 10 then 1 when percent < 20 then 2
            when percent < 30 then 3 when percent < 50 then 4 else 5
        end as depth_no
    from placed
),
counted as (
    select
        depth_no, count(*) as lines, sum(quantity) as units, sum(amount) as sales_amount, sum(regular - paid) as discount_amount,
        sum(amount - round(cast(quantity as decimal(20, 3)) * cost, 2)) as gross_margin, sum(amount) filter (where cost is not null) as costed_amount,
        count(person_id) as identified_lines, count(distinct person_id) filter (where is_purchase) as customers
    from banded
    group by depth_no
),
newcomers as (
    -- The deepest known discount; unknown only when nothing else is known.
    select b.person_id, coalesce(max(b.depth_no) filter (where b.depth_no < 6), 6) as depth_no
    from banded b
    join {{ ref('customer_summary') }} c on c.person_id = b.person_id and c.first_order_on = b.ordered_on
    where b.is_purchase
    group by b.person_id
),
new_counted as (
    select depth_no, count(*) as new_customers
    from newcomers
    group by depth_no
),
depths as (
    select depth, depth_no
    from (values {% for code, no in depths %}('{{ code }}', {{ no }}){% if not loop.last %}, {% endif %}{% endfor %}) d(depth, depth_no)
),
totals as (
    select sum(lines) as lines, sum(sales_amount) as sales_amount
    from counted
),
new_totals as (
    select sum(new_customers) as new_customers
    from new_counted
)
select
    d.depth, cast(d.depth_no as integer) as depth_no, cast(coalesce(c.lines, 0) as integer) as lines,
    cast(coalesce(c.units, 0) as decimal(18, 3)) as units, cast(coalesce(c.sales_amount, 0) as decimal(18, 2)) as sales_amount,
    try_cast(coalesce(c.discount_amount, 0) as decimal(18, 2)) as discount_amount,
    {{ sql.ratio('coalesce(c.sales_amount, 0)', 't.sales_amount', 6) }} as share,
    {{ sql.ratio('coalesce(c.lines, 0)', 't.lines', 6) }} as line_share,
    try_cast(c.gross_margin as decimal(18, 2)) as gross_margin,
    {{ sql.ratio('c.gross_margin', 'c.costed_amount', 6) }} as margin_share,
    {{ sql.ratio('c.identified_lines', 'c.lines', 6) }} as identified_share,
    cast(coalesce(c.customers, 0) as integer) as customers, cast(coalesce(n.new_customers, 0) as integer) as new_customers,
    {{ sql.ratio('coalesce(n.new_customers, 0)', 'a.new_customers', 6) }} as new_customer_share
from depths d
cross join totals t
cross join new_totals a
left join counted c on c.depth_no = d.depth_no
left join new_counted n on n.depth_no = d.depth_no
where d.depth_no < 6 or c.lines > 0
