-- points_reconciliation: the balances other systems say beside those of the ledger.
-- zh-CN: 别的系统里的积分余额和台账的差别
-- grain: one row per person for whom another balance is known
-- key: person_id
-- definition: Imported is the sum of customers.points_balance over the person's records; where none has one, the sum of all
--   points_entries, if these tell of earned points at all. Difference = imported less the ledger's balance. A person has to have at least one of them.
-- zh-CN definition: 导入余额取这位顾客各条记录的积分余额合计；都没有时，取积分明细的合计（明细里要有消费得的积分，不然不算余额）。差额 = 导入余额 − 台账余额。
-- column imported_from: customers or points_entries
-- column imported: points
-- column ledger: points
-- column difference: imported less ledger, points
-- publishable: no
with entries as (
    select r.person_id, sum(e.points) as points
    from {{ source('points_entries') }} e
    join {{ ref('person_records') }} r on r.id_space = e.id_space and r.record_id = e.record_id
    -- Openings and adjustments alone are no balance.
    where exists (select 1 from {{ source('points_entries') }} o where o.kind = 'earn')
    group by r.person_id
),
imported as (
    select
        p.person_id, p.home_store_id as store_id,
        case when p.points_balance is not null then 'customers' else 'points_entries' end as imported_from,
        coalesce(p.points_balance, e.points) as imported
    from {{ ref('people') }} p
    left join entries e on e.person_id = p.person_id
    where coalesce(p.points_balance, e.points) is not null and {{ var('loyalty.points') }}
)
select
    i.person_id, i.store_id, i.imported_from, cast(i.imported as decimal(18, 2)) as imported,
    cast(coalesce(b.balance, 0) as decimal(18, 2)) as ledger,
    cast(i.imported - coalesce(b.balance, 0) as decimal(18, 2)) as difference
from imported i
left join {{ ref('points_balances') }} b on b.person_id = i.person_id
