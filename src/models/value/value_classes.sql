-- value_classes: customers of high value, with potential, and the rest, by what they are expected to buy.
-- zh-CN: 高价值、潜在和普通顾客，按预计会买多少分
-- grain: one row per person with at least one purchase day
-- key: person_id
-- definition: Ranked by the expected net sales of the next twelve months (customer_value): the first value.high of the
--   customers are high, the next value.potential have potential, the rest are ordinary. A class holds everybody with the
--   same value as somebody in it, so ties share a class; nothing expected is always ordinary.
-- zh-CN definition: 按往后 12 个月预计的净销售额（customer_value）从高到低排：最前面的高价值顾客占比 {value.high}，接
--   着的潜在顾客占比 {value.potential}，其余是普通。金额相同的在同一类，预计为 0 的一律是普通。
-- column class: high, potential or ordinary
-- column class_no: 1 to 3
-- publishable: no
with ranked as (
    select
        person_id, clv_12m, rank() over (order by clv_12m desc nulls last) - 1 as ahead, count(*) over () as customers
    from {{ ref('customer_value') }}
),
classed as (
    select
        person_id, clv_12m,
        case
            when coalesce(clv_12m, 0) <= 0 then 3
            when ahead < customers * cast({{ var('value.high') }} as decimal(9, 6)) then 1
            when ahead < customers * (cast({{ var('value.high') }} as decimal(9, 6)) + cast({{ var('value.potential') }} as decimal(9, 6))) then 2
            else 3
        end as class_no
    from ranked
)
select
    person_id, case class_no when 1 then 'high' when 2 then 'potential' else 'ordinary' end as class, cast(class_no as integer) as class_no, clv_12m
from classed
