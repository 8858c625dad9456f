-- cohorts: people by the month of their first purchase, and how many of them bought in each month after (同期群).
-- zh-CN: 首次购买后的每个月，还有多少人来买（同期群）
-- grain: one row per cohort and month since
-- key: cohort_month, month_number
-- definition: The whole chain; see cohort_figures.
-- zh-CN definition: 同一个月第一次购买的人是一群，第 N 个月有购买日就算还来，在哪家店都算。这里是全部门店的，算法见
--   cohort_figures。
-- column month_number: months since the first purchase, 0 = the same month
-- column customers: people of the cohort
-- column retained: of these, with a purchase day in the month
-- column share: retained of customers
-- column net_sales: of the cohort in the month, project currency
-- column net_sales_total: from month 0 to this month
-- column sales_per_customer: net_sales_total per person of the cohort
-- column complete: false for the month of as_of while it is not over
-- publishable: no
select cohort_month, month_number, customers, retained, share, net_sales, net_sales_total, sales_per_customer, complete
from {{ ref('cohort_figures') }}
where scope = 'chain'
