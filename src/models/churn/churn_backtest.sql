-- churn_backtest: had the warning been given 90 days ago, whom would it have caught (by tenths of the score).
-- zh-CN: 如果 90 天前就预警，能抓住多少人（按分数分十档）
-- grain: one row per tenth, 1 = the highest scores
-- key: decile
-- definition: Customers of churn_backtest_signals in the order of their score, and beside it in the order of the days since their
--   last purchase (the simple rule a shop would use), each cut into tenths. Lift: share that stayed away in the tenth, by the
--   share of all.
-- zh-CN definition: 把 churn_backtest_signals 里的顾客按预警分数从高到低分成十档，看每一档有多少人后来没再来。旁边是
--   店里常用的简单办法：按多久没来从长到短分十档。提升倍数 = 这一档没再来的比例 ÷ 全部顾客没再来的比例。
-- column customers: people in the tenth
-- column stayed_away: of these, no purchase in the 90 days since
-- column share: stayed_away of customers
-- column lift: share by the share of everybody
-- column baseline_stayed_away: the same in the tenth by days since the last purchase
-- column baseline_share: baseline_stayed_away of customers
-- column baseline_lift: baseline_share by the share of everybody
-- publishable: no
with scored as (
    select
        person_id, stayed_away, recency_days,
        {{ sql.churn_score('cast(late as integer) + cast(fewer_visits as integer) + cast(smaller_baskets as integer) + cast(fewer_categories as integer) + cast(unlikely as integer) + cast(open_complaint as integer) + cast(detractor as integer)', 'p_alive') }} as score
    from {{ ref('churn_backtest_signals') }}
),
placed as (
    select
        stayed_away,
        ntile(10) over (order by score desc, person_id) as decile,
        ntile(10) over (order by recency_days desc, person_id) as baseline_decile
    from scored
),
everybody as (
    select count(*) as customers, count(*) filter (where stayed_away) as stayed_away
    from placed
),
by_score as (
    select decile, count(*) as customers, count(*) filter (where stayed_away) as stayed_away
    from placed
    group by decile
),
by_recency as (
    select baseline_decile as decile, count(*) filter (where stayed_away) as stayed_away
    from placed
    group by baseline_decile
)
select
    cast(s.decile as integer) as decile, cast(s.customers as integer) as customers, cast(s.stayed_away as integer) as stayed_away,
    {{ sql.ratio('s.stayed_away', 's.customers', 6) }} as share,
    {{ sql.ratio('s.stayed_away * e.customers', 's.customers * e.stayed_away', 4) }} as lift,
    cast(b.stayed_away as integer) as baseline_stayed_away,
    {{ sql.ratio('b.stayed_away', 's.customers', 6) }} as baseline_share,
    {{ sql.ratio('b.stayed_away * e.customers', 's.customers * e.stayed_away', 4) }} as baseline_lift
from by_score s
join by_recency b on b.decile = s.decile
cross join everybody e
