-- coupon_checks: what is odd about coupons, each with its figures.
-- zh-CN: 用券里要查一查的地方
-- grain: one row per rule and coupon; for surplus_uses and unknown_code one row per rule and code
-- key: rule, subject
-- definition: redeemed_twice: a coupon issued to somebody in several orders that were not returned. before_issue: redeemed before it was
--   issued. other_person: used by somebody else than the one it was issued to (household: of the same home or telephone).
--   over_value: the discount of the order is more than coupons.over_value above the face values of its coupons; silent when more than
--   one in twenty of the orders without a coupon has such a discount, because the column then holds other discounts, too. order_unknown: names an order nobody
--   knows. surplus_uses: more orders with a code than coupons, or orders of people who have none. unknown_code: a code in orders that no list
--   knows, where there is a list at all. The figures of these two are the orders' own.
-- zh-CN definition: redeemed_twice：发给某人的券在几张没退的单里用过。before_issue：发放之前就用了。other_person：用券的不是领券的人
--   （household：是一家人）。over_value：单上的优惠比券的面额合计多出 {coupons.over_value} 以上；没用券的单二十张里有一张以上也这样时不报，因
--   为那一列里还有别的优惠。order_unknown：写的单号找不到。surplus_uses：一个券码，单比券多，或者用的人没有这张券。
--   unknown_code：单上的券码不在清单里（有清单时才查）。后面这两种的数字是那些单的。
-- column subject: id of the coupon, or the code
-- column severity: high, medium or low
-- column store_id: store of the latest order concerned; without an order the home store of the person
-- column person_id: for whom the coupon was issued
-- column used_by: who used it
-- column on_date: day of the latest order concerned, else of the redemption
-- column orders: orders concerned
-- column amount: discount of them, or the face value, project currency
-- column limit_amount: of over_value the face values, project currency
-- column detail: before_issue: the day of issue; other_person: household
-- publishable: no
{%- set over = "cast('" ~ var('coupons.over_value') ~ "' as decimal(18, 2))" %}
with kept as (
    select source, transaction_id, coupon_id, found_by, code, ordered_at, ordered_on, store_id, used_by, discount
    from {{ ref('coupon_uses') }}
    where not is_returned
),
facts as (
    select coupon_id, person_id, home_store_id, issued_on, face_value, status, redeemed_on, store_id, used_by, uses_kept
    from {{ ref('coupon_facts') }}
),
last_uses as (
    select coupon_id, store_id, used_by, ordered_on
    from kept
    where coupon_id is not null
    qualify row_number() over (partition by coupon_id order by ordered_at desc, source, transaction_id) = 1
),
twice as (
    select
        'redeemed_twice' as rule, f.coupon_id as subject, 'high' as severity, l.store_id, f.person_id, l.used_by, l.ordered_on as on_date,
        f.uses_kept as orders, f.face_value * f.uses_kept as amount, f.face_value as limit_amount, cast(null as varchar) as detail
    from facts f
    join last_uses l on l.coupon_id = f.coupon_id
    where f.uses_kept > 1 and f.person_id is not null
),
early as (
    select
        'before_issue', coupon_id, 'medium', coalesce(store_id, home_store_id), person_id, used_by, redeemed_on, 1, face_value, null,
        cast(issued_on as varchar)
    from facts
    where redeemed_on < issued_on and status = 'redeemed'
),
others as (
    select
        'other_person', f.coupon_id, case when h.person_id is null then 'medium' else 'low' end, l.store_id, f.person_id, l.used_by, l.ordered_on, 1,
        f.face_value, null, case when h.person_id is not null then 'household' end
    from facts f
    join last_uses l on l.coupon_id = f.coupon_id
    left join {{ ref('households') }} h
        on h.person_id = least(f.person_id, l.used_by) and h.other_person_id = greatest(f.person_id, l.used_by)
    where f.person_id <> l.used_by
),
valued as (
    select
        k.source, k.transaction_id, min(k.coupon_id) as coupon_id, max(k.store_id) as store_id, max(k.used_by) as used_by,
        max(k.ordered_on) as on_date, max(k.discount) as discount, sum(f.face_value) as face_value, min(f.person_id) as person_id
    from kept k
    join facts f on f.coupon_id = k.coupon_id
    group by k.source, k.transaction_id
    having bool_and(f.face_value is not null)
),
usual as (
    select count(*) as orders, count(*) filter (where o.discount > {{ over }}) as discounted
    from {{ ref('orders') }} o
    left join {{ ref('coupon_uses') }} u on u.source = o.source and u.transaction_id = o.transaction_id
    where o.is_sale and u.source is null
),
above as (
    select
        v.source, v.transaction_id, v.coupon_id, v.store_id, v.used_by, v.on_date, v.discount, v.face_value, v.person_id
    from valued v
    cross join usual u
    where v.discount > v.face_value + {{ over }} and u.discounted * 20 <= u.orders
),
over_values as (
    select
        'over_value', coupon_id, 'medium', max(store_id), min(person_id), max(used_by), max(on_date), count(*), sum(discount), sum(face_value), null
    from above
    group by coupon_id
),
lost as (
    select
        'order_unknown', c.coupon_id, 'low', f.home_store_id, f.person_id, null, f.redeemed_on, 0, f.face_value, null, c.transaction_id
    from {{ source('coupons') }} c
    join facts f on f.coupon_id = c.coupon_id
    left join {{ ref('orders') }} o on o.transaction_id = c.transaction_id
    where
        c.transaction_id is not null and o.transaction_id is null and coalesce(cast(c.redeemed_at as date) <= {{ var('as_of') }}, true)
),
unknown as (
    select
        case when found_by = 'surplus' then 'surplus_uses' else 'unknown_code' end, code,
        case when found_by = 'surplus' then 'medium' else 'low' end, arg_max(store_id, (ordered_on, source, transaction_id)), null, null, max(ordered_on), count(*), sum(discount),
        null, null
    from kept
    where coupon_id is null and exists (select 1 from facts)
    group by code, found_by
),
checks as (
    select * from twice
    union all
    select * from early
    union all
    select * from others
    union all
    select * from over_values
    union all
    select * from lost
    union all
    select * from unknown
)
select
    rule, subject, severity, store_id, person_id, used_by, on_date, cast(orders as integer) as orders, cast(amount as decimal(18, 2)) as amount,
    cast(limit_amount as decimal(18, 2)) as limit_amount, detail
from checks
