-- coupon_facts: every coupon: for whom, whether and where it was redeemed, what it cost and what was bought with it.
-- zh-CN: 每张券：发给谁，用没用，在哪用，花了多少，带来多少
-- grain: one row per coupon
-- key: coupon_id
-- definition: Coupons issued until as_of. Redeemed: there is an order with it (see coupon_uses), or the list says when, until as_of.
--   Returned: all orders with it were refunded in full; such a coupon cost nothing. The order figures are those of the first
--   order; a code for everybody has several orders, and costs its face value in each that was not returned. Days to redeem count from the day of issue.
-- zh-CN definition: 统计日为止发的券。有单用了它（见 coupon_uses），或者清单上写了统计日为止的核销时间，算用了。用它的单全部退掉的，
--   算退回，不算成本。单的各项取第一张单；人人可用的码有几张单，没退的每张都算一次面额。几天后用，从发放日数起。
-- column person_id: for whom it was issued; null = for nobody, or not known
-- column home_store_id: home store of that person
-- column status: outstanding, redeemed or returned
-- column redeemed_on: day of the first order, else of the list
-- column source: of the first order; null = no order known
-- column store_id: store of the first order
-- column used_by: person of the first order; null = anonymous or no order
-- column uses: orders with it, returned ones included
-- column uses_kept: orders with it that were not refunded in full; 1 for a coupon whose order is not known
-- column cost: face value × uses_kept, project currency; null = no face value
-- column net_sales: of its orders, refunds taken back, project currency; 0 without an order
-- column discount: on the sale lines of its orders that were not returned, project currency
-- column days_to_redeem: days from issue; null = a day is missing or before the issue
-- column is_first_purchase: the first order was the first of the person
-- publishable: no
with uses as (
    select
        coupon_id, count(*) as uses, count(*) filter (where not is_returned) as uses_kept, sum(net_sales) as net_sales,
        sum(discount) filter (where not is_returned) as discount
    from {{ ref('coupon_uses') }}
    where coupon_id is not null
    group by coupon_id
),
first_uses as (
    select coupon_id, source, transaction_id, ordered_on, store_id, used_by, is_first_purchase, found_by
    from {{ ref('coupon_uses') }}
    where coupon_id is not null
    qualify row_number() over (partition by coupon_id order by found_by = 'again', ordered_at, source, transaction_id) = 1
),
coupons as (
    select
        c.coupon_id, c.code, c.campaign_id, c.record_id, r.person_id, p.home_store_id, c.issued_on, c.face_value, f.source, f.transaction_id,
        f.store_id, f.used_by, f.found_by, coalesce(f.is_first_purchase, false) as is_first_purchase, coalesce(u.uses, 0) as uses,
        u.uses_kept, u.net_sales, u.discount,
        coalesce(f.ordered_on, case when cast(c.redeemed_at as date) <= {{ var('as_of') }} then cast(c.redeemed_at as date) end) as redeemed_on
    from {{ source('coupons') }} c
    left join {{ ref('person_records') }} r on r.id_space = c.id_space and r.record_id = c.record_id
    left join {{ ref('people') }} p on p.person_id = r.person_id
    left join first_uses f on f.coupon_id = c.coupon_id
    left join uses u on u.coupon_id = c.coupon_id
    where coalesce(c.issued_on <= {{ var('as_of') }}, true)
),
states as (
    select
        *,
        case when redeemed_on is null then 'outstanding' when uses > 0 and uses_kept = 0 then 'returned' else 'redeemed' end as status,
        case when redeemed_on is null then 0 when uses = 0 then 1 else uses_kept end as kept
    from coupons
)
select
    coupon_id, code, campaign_id, record_id, person_id, home_store_id, issued_on, cast(face_value as decimal(18, 2)) as face_value, status,
    redeemed_on, source, transaction_id, store_id, used_by, found_by, cast(uses as integer) as uses, cast(kept as integer) as uses_kept,
    cast(face_value * kept as decimal(18, 2)) as cost, cast(coalesce(net_sales, 0) as decimal(18, 2)) as net_sales,
    cast(coalesce(discount, 0) as decimal(18, 2)) as discount,
    case when redeemed_on >= issued_on then cast({{ sql.day_diff('issued_on', 'redeemed_on') }} as integer) end as days_to_redeem,
    is_first_purchase
from states
