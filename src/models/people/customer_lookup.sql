-- customer_lookup: the people who can be looked up by the last digits of their phone and their surname.
-- zh-CN: 可以用手机后四位和姓查到的顾客
-- grain: one row per person who can be looked up
-- key: person_id
-- definition: Those whose name and phone are known: of each home store the first portraits.lookup, newest purchase first; who
--   never bought comes last.
-- zh-CN definition: 姓名和电话都有的顾客，每家常去门店最多 {portraits.lookup}位。最近买过的在前，没买过的在最后。
-- column phone_end: the last four digits of the phone number
-- column store_id: home store
-- column store_name: its name, or its id where no list of stores names it
-- column points_balance: of the imported balances, else of the ledger
-- column place: 1 = the first of the chain
-- column store_place: 1 = the first of the home store
-- publishable: no
with known as (
    select
        p.person_id, p.name, p.phone, regexp_extract(p.phone, '([0-9]{4})[^0-9]*$', 1) as phone_end, p.home_store_id as store_id,
        coalesce(d.name, p.home_store_id) as store_name, t.tier,
        coalesce(p.points_balance, b.balance) as points_balance, s.last_order_on,
        coalesce(s.purchase_days, 0) as purchase_days, coalesce(s.net_sales, 0) as net_sales
    from {{ ref('people') }} p
    left join {{ ref('customer_summary') }} s on s.person_id = p.person_id
    left join {{ ref('customer_tiers') }} t on t.person_id = p.person_id
    left join {{ ref('points_balances') }} b on b.person_id = p.person_id
    left join {{ ref('store_summary') }} d on d.store_id = p.home_store_id
    where p.name is not null and p.phone is not null
)
select
    *, cast(row_number() over (order by last_order_on desc nulls last, person_id) as integer) as place,
    cast(row_number() over (partition by store_id order by last_order_on desc nulls last, person_id) as integer) as store_place
from known
qualify store_place <= {{ var('portraits.lookup') }}
