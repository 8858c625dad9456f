-- points_events: everything that changes the points of a known person, in the order in which it happened.
-- zh-CN: 所有影响积分的事，按先后排好
-- grain: one row per person, event and line of it
-- key: person_id, at, kind_no, event_id, line_no
-- definition: Sales with what multiplies their points (earning_lines) and the points used in them; refunds, with the sale they take
--   back; and of the table points_entries what cannot follow from sales: opening balances, adjustments, points carried from card to
--   card, and points used without a sale that says so. Entries on earned, expired, reversed and restored points are compared with
--   the ledger instead (points_reconciliation). Events of the same time: opening, merge, sale, refund, redeem, adjust; then by id.
-- zh-CN definition: 销售（带倍数，见 earning_lines）和里面用掉的积分；退货和它退的那张单；积分明细表里没法从销售推出来的：期
--   初、调整、卡之间转移、没有对应销售的兑换。明细表里的获得、过期、冲销、返还不直接采用，拿来和台账核对（见
--   points_reconciliation）。同一时刻按期初、转移、销售、退货、兑换、调整的顺序，再按编号。
-- column kind: opening, merge, sale, refund, redeem or adjust
-- column event_id: source and transaction, or id of the entry
-- column order_id: source and transaction of the sale; for a refund, of the sale it takes back
-- column transaction_id: as in the files
-- column amount: paid on a sale line, paid back on a refund line (positive), project currency
-- column factor: multiplies the points of the line
-- column version: version of the rules on the day
-- column points: used in the sale (on its first line only), or of the entry; refunds null
-- publishable: no
with sales as (
    select
        e.person_id, e.at, 3 as kind_no, 'sale' as kind, e.source || ' ' || e.transaction_id as event_id,
        row_number() over (partition by e.source, e.transaction_id, e.person_id order by e.line_no) as line_no,
        e.source || ' ' || e.transaction_id as order_id, e.transaction_id, e.store_id, e.sku, e.amount, e.factor, e.version,
        case when row_number() over (partition by e.source, e.transaction_id order by e.line_no) = 1 then abs(o.points_redeemed) else 0 end
            as points
    from {{ ref('earning_lines') }} e
    join {{ ref('orders') }} o on o.source = e.source and o.transaction_id = e.transaction_id
),
sold as (
    select distinct person_id, order_id
    from sales
),
refunds as (
    select
        l.person_id, o.ordered_at as at, 4 as kind_no, 'refund' as kind, l.source || ' ' || l.transaction_id as event_id,
        row_number() over (
            partition by l.source, l.transaction_id, l.person_id order by l.sale_transaction_id, l.line_no
        ) as line_no,
        l.source || ' ' || l.sale_transaction_id as order_id, l.transaction_id, l.store_id, l.sku,
        cast(-l.amount as decimal(18, 2)) as amount, cast(null as decimal(18, 6)) as factor, v.version,
        cast(null as decimal(18, 2)) as points
    from {{ ref('order_lines') }} l
    join {{ ref('orders') }} o on o.source = l.source and o.transaction_id = l.transaction_id
    join {{ ref('loyalty_versions') }} v
        on coalesce(v.from_on <= l.ordered_on, true) and coalesce(v.until_on >= l.ordered_on, true)
    -- Sales that earned nothing here, because they came before the programme, have nothing to give back.
    left join sold s on s.person_id = l.person_id and s.order_id = l.source || ' ' || l.sale_transaction_id
    where
        l.is_refund and l.amount <= 0 and l.person_id is not null and {{ var('loyalty.points') }}
        and (s.order_id is not null or l.value_on = l.ordered_on)
        {%- if vars('loyalty.starts_on') %}
        and l.value_on >= date {{ var('loyalty.starts_on') }}
        {%- endif %}
),
used_in_sales as (
    select transaction_id
    from {{ ref('orders') }}
    where points_redeemed <> 0
    group by transaction_id
),
entries as (
    select
        r.person_id, coalesce(e.at, cast({{ var('as_of') }} as timestamp)) as at,
        case e.kind when 'opening' then 1 when 'merge' then 2 when 'redeem' then 5 else 6 end as kind_no, e.kind,
        e.entry_id as event_id, 1 as line_no, cast(null as varchar) as order_id, e.transaction_id, cast(null as varchar) as store_id,
        cast(null as varchar) as sku, cast(null as decimal(18, 2)) as amount, cast(null as decimal(18, 6)) as factor,
        case when e.kind = 'redeem' then abs(e.points) else e.points end as points
    from {{ source('points_entries') }} e
    join {{ ref('person_records') }} r on r.id_space = e.id_space and r.record_id = e.record_id
    left join used_in_sales u on e.kind = 'redeem' and u.transaction_id = e.transaction_id
    where e.kind in ('opening', 'merge', 'redeem', 'adjust') and e.points <> 0 and u.transaction_id is null and {{ var('loyalty.points') }}
)
select
    s.person_id, s.at, s.kind_no, s.kind, s.event_id, cast(s.line_no as integer) as line_no, s.order_id, s.transaction_id, s.store_id,
    s.sku, s.amount, s.factor, s.version, s.points
from sales s
union all
select
    r.person_id, r.at, r.kind_no, r.kind, r.event_id, cast(r.line_no as integer), r.order_id, r.transaction_id, r.store_id, r.sku, r.amount,
    r.factor, r.version, r.points
from refunds r
union all
select
    e.person_id, e.at, e.kind_no, e.kind, e.event_id, e.line_no, e.order_id, e.transaction_id, e.store_id, e.sku, e.amount, e.factor,
    v.version, e.points
from entries e
join {{ ref('loyalty_versions') }} v
    on coalesce(v.from_on <= cast(e.at as date), true) and coalesce(v.until_on >= cast(e.at as date), true)
