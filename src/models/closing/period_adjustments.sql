-- period_adjustments: what became of the orders of closed months after they were closed (跨期调整).
-- grain: one row per order, store and time it was found changed
-- key: no
-- definition: An order that arrives, changes or vanishes in a closed month is entered once, in the month that is open when a
--   build first sees it: the month of as_of, or the first open one when that is closed. Entries are never changed; an order that
--   changes again gets another entry for the difference. The closed month's figures plus its entries are the current figures.
--   A change of day, kind, product, quantity or amount counts; one of the customer does not.
-- column no: number of the entry
-- column posted_month: first day of the month in which the difference counts
-- column noticed_on: as_of of the build that found it
-- column month: first day of the closed month the order belongs to
-- column ordered_on: first day of the order in that month
-- column kind: new, changed or gone
-- column amount_before: net amount as known before, project currency
-- column amount_now: net amount found, project currency
-- column difference: amount_now less amount_before
-- column orders_difference: orders found less orders known before
-- column file: file that holds the order now; null when it is gone
-- column line: its first line there; null for formats without lines
-- publishable: no
select
    l.no, l.posted_month, l.noticed_on, l.month, l.store_id, coalesce(s.name, l.store_id) as store_name, s.region, l.source,
    l.transaction_id, l.ordered_on, l.kind, l.amount_before, l.amount_now, l.difference,
    cast(l.orders_now - l.orders_before as integer) as orders_difference, nullif(l.file, '') as file, l.line
from {{ source('adjustment_ledger') }} l
left join {{ source('stores') }} s on s.store_id = l.store_id
