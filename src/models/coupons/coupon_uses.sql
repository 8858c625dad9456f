-- coupon_uses: every order in which a coupon was used, with the coupon where one is known.
-- zh-CN: 每一次用券：哪张单，用的哪张券
-- grain: one row per order that names a coupon or that a coupon names, and coupon
-- key: source, transaction_id, use_no
-- definition: A coupon's own transaction id speaks first (of several orders of that id one of the coupon's id space, then the lowest
--   source). Other orders with a coupon code are paired with the coupons of that code that have no order yet: first those issued to the
--   person of the order, the oldest coupon with the earliest order; then coupons issued to nobody, or the only coupon of the code.
--   A further order with the code of one single coupon belongs to that coupon, too (again): a code for everybody, or a coupon used twice.
--   More orders than coupons of a code leave some over (surplus). Codes are compared without capitals and blanks at their ends; a coupon without a code is found by its id.
-- zh-CN definition: 券上写了单号的，先按单号对（单号重复时取同一编号空间的，再取排在前面的来源）。其他写了券码的单，和同一券码、还没
--   有单的券配对：先配发给这位顾客的，最早的券配最早的单；再配没有指定顾客的券，或者这个券码只有一张券的。只有一张券的券码又用了
--   一次的，也算这张券的（again）：不是人人可用的码，就是用了两次。用的次数比
--   券还多的，多出来的记 surplus。券码不分大小写、不看前后空格；券上没有券码的，用券编号。
-- column use_no: 1 for an order's only coupon
-- column coupon_id: null = no coupon of this code is known, or all have other orders
-- column found_by: transaction, person, code, again, surplus or none
-- column used_by: the person of the order; null = anonymous
-- column net_sales: of the order, refunds taken back whenever they were posted, project currency
-- column discount: on the sale lines of the order, project currency
-- column is_returned: the order was refunded in full
-- column is_first_purchase: the first sale of the person
-- publishable: no
with coupons as (
    select
        c.coupon_id, c.id_space, r.person_id, lower(trim(coalesce(c.code, c.coupon_id))) as code, c.transaction_id,
        coalesce(cast(c.redeemed_at as date), c.issued_on) as on_date, c.redeemed_at
    from {{ source('coupons') }} c
    left join {{ ref('person_records') }} r on r.id_space = c.id_space and r.record_id = c.record_id
    where coalesce(c.issued_on <= {{ var('as_of') }}, true)
),
orders as (
    select
        o.source, o.transaction_id, o.id_space, o.ordered_at, o.ordered_on, o.store_id, o.person_id, lower(trim(o.coupon_code)) as code,
        o.discount, o.fully_refunded, o.sales_amount - o.refunded_amount as net_sales, o.sales_amount
    from {{ ref('orders') }} o
    where o.is_sale
),
named as (
    select c.coupon_id, o.source, o.transaction_id
    from coupons c
    join orders o on o.transaction_id = c.transaction_id
    qualify row_number() over (
        partition by c.coupon_id order by coalesce(o.id_space = c.id_space, false) desc, o.code = c.code desc nulls last, o.source
    ) = 1
),
open_coupons as (
    select c.coupon_id, c.person_id, c.code, c.on_date, c.redeemed_at, count(*) over (partition by c.code) as listed
    from coupons c
    left join {{ ref('orders') }} o on o.transaction_id = c.transaction_id
    where o.transaction_id is null
),
open_orders as (
    select o.source, o.transaction_id, o.person_id, o.code, o.ordered_at
    from orders o
    left join (
        select distinct n.source, n.transaction_id, c.code from named n join coupons c on c.coupon_id = n.coupon_id
    ) n on n.source = o.source and n.transaction_id = o.transaction_id and n.code = o.code
    where o.code <> '' and n.source is null
),
by_person as (
    select c.coupon_id, o.source, o.transaction_id
    from (
        select *, row_number() over (
            partition by code, person_id order by redeemed_at nulls last, on_date nulls last, coupon_id
        ) as n
        from open_coupons
        where person_id is not null
    ) c
    join (
        select *, row_number() over (partition by code, person_id order by ordered_at, source, transaction_id) as n
        from open_orders
        where person_id is not null
    ) o on o.code = c.code and o.person_id = c.person_id and o.n = c.n
),
by_code as (
    select c.coupon_id, o.source, o.transaction_id
    from (
        select
            c.coupon_id, c.code,
            row_number() over (partition by c.code order by c.redeemed_at nulls last, c.on_date nulls last, c.coupon_id) as n
        from open_coupons c
        left join by_person p on p.coupon_id = c.coupon_id
        where p.coupon_id is null and (c.person_id is null or c.listed = 1)
    ) c
    join (
        select o.source, o.transaction_id, o.code, row_number() over (partition by o.code order by o.ordered_at, o.source, o.transaction_id) as n
        from open_orders o
        left join by_person p on p.source = o.source and p.transaction_id = o.transaction_id
        where p.source is null
    ) o on o.code = c.code and o.n = c.n
),
paired as (
    select source, transaction_id, coupon_id, 'transaction' as found_by, 1 as found_no
    from named
    union all
    select source, transaction_id, coupon_id, 'person', 2
    from by_person
    union all
    select source, transaction_id, coupon_id, 'code', 3
    from by_code
),
codes as (
    select code, case when count(*) = 1 then min(coupon_id) end as coupon_id
    from coupons
    group by code
),
rest as (
    select
        o.source, o.transaction_id, s.coupon_id,
        case when s.code is null then 'none' when s.coupon_id is null then 'surplus' else 'again' end as found_by, 4 as found_no
    from open_orders o
    left join paired p on p.source = o.source and p.transaction_id = o.transaction_id and p.found_by <> 'transaction'
    left join codes s on s.code = o.code
    where p.source is null
),
uses as (
    select * from paired
    union all
    select * from rest
),
first_sales as (
    select source, transaction_id
    from orders
    where person_id is not null
    qualify row_number() over (partition by person_id order by ordered_on, ordered_at, source, transaction_id) = 1
)
select
    u.source, u.transaction_id,
    cast(row_number() over (partition by u.source, u.transaction_id order by u.found_no, u.coupon_id) as integer) as use_no,
    u.coupon_id, u.found_by, o.code, o.ordered_at, o.ordered_on, o.store_id, o.person_id as used_by,
    cast(o.sales_amount as decimal(18, 2)) as sales_amount, cast(o.net_sales as decimal(18, 2)) as net_sales, o.discount,
    o.fully_refunded as is_returned, f.source is not null as is_first_purchase
from uses u
join orders o on o.source = u.source and o.transaction_id = u.transaction_id
left join first_sales f on f.source = u.source and f.transaction_id = u.transaction_id
