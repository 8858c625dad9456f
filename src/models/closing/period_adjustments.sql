-- period_adjustments: what became of the orders of closed months after they were closed (跨期调整).
-- zh-CN: 月份结账以后，当月的单子又有什么变动（跨期调整）
-- grain: one row per order, store and time it was found changed
-- key: no
-- definition: An order that arrives, changes or vanishes in a closed month is entered once, in the month that is open when a
--   build first sees it: the month of as_of, or the first open one when that is closed. Entries are never changed; an order that
--   changes again gets another entry for the difference. The closed month's figures plus its entries are the current figures.
--   A change of day, kind, product, quantity or amount counts; one of the customer does not.
-- zh-CN definition: 结账月份里晚到、改过或消失的单子，在第一次发现时记一笔，差额计入统计日所在的月；那个月也结账了，
--   就计入第一个没结账的月。记下的不再改，同一单再变，就按差额另记一笔。结账的数字加上这些调整，就是现在的数字。日期、
--   类型、货号、件数、金额变了才算，只改了会员不算。
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
