-- cohorts: people by the month of their first purchase, and how many of them bought in each month after (同期群).
-- grain: one row per cohort and month since
-- key: cohort_month, month_number
-- definition: The whole chain; see cohort_figures.
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
