-- earning_lines: every sale line of a known person, with what multiplies its points.
-- zh-CN: 每一行给积分的销售，和它的积分倍数
-- grain: one row per source, transaction and line
-- key: source, transaction_id, line_no
-- definition: Rules are those of the day of the sale. Multipliers that may apply: of the tier the person was in the day before, and
--   loyalty.multipliers of the category, product, store, channel, day of the week and birthday. With loyalty.combine = highest
--   the highest counts, and those below 1 are multiplied with it; with product all are multiplied. Only sale lines earn: top-ups,
--   gift cards, deposits, shipping and exchanges do not. Sales before loyalty.starts_on are left out, and those of a card before
--   its opening balance.
-- zh-CN definition: 用卖出那天的规则。可能适用的倍数有：顾客前一天等级的倍数，{loyalty.multipliers} 里按品类、商品、门店、
--   渠道、星期和生日写的。{loyalty.combine} 是 highest 时取最高的一个，小于 1 的再乘上去；是 product 时全部相乘。只有销售行给
--   积分，储值、礼品卡、定金、运费、换货都不给。{loyalty.starts_on} 之前的销售，和一张卡期初积分之前的销售，都不算。
-- column at: time of the order
-- column version: version of the rules, see loyalty_versions
-- column factor: all multipliers together
-- column tier_factor: the tier's
-- column multipliers: names of the others that apply; null = none
-- publishable: no
with openings as (
    select e.id_space, e.record_id, max(e.at) as opened_at
    from {{ source('points_entries') }} e
    where e.kind = 'opening' and e.at is not null and e.record_id is not null
    group by e.id_space, e.record_id
),
lines as (
    select
        l.source, l.transaction_id, l.line_no, o.ordered_at as at, l.ordered_on, l.person_id, l.store_id, l.channel, l.sku, l.category,
        l.amount, v.version, v.combine
    from {{ ref('order_lines') }} l
    join {{ ref('orders') }} o on o.source = l.source and o.transaction_id = l.transaction_id
    join {{ ref('loyalty_versions') }} v
        on coalesce(v.from_on <= l.ordered_on, true) and coalesce(v.until_on >= l.ordered_on, true)
    left join openings b on b.id_space = l.id_space and b.record_id = l.record_id
    where
        l.is_sale and l.person_id is not null and {{ var('loyalty.points') }} and coalesce(l.ordered_at >= b.opened_at, true)
        {%- if vars('loyalty.starts_on') %}
        and l.ordered_on >= date {{ var('loyalty.starts_on') }}
        {%- endif %}
),
days as (
    select distinct person_id, ordered_on, version
    from lines
),
tiers as (
    -- The tier of the day before: what a purchase lifts counts from the next day on.
    select d.person_id, d.ordered_on, d.version, coalesce(t.factor, 1) as factor
    from days d
    asof left join {{ ref('tier_spells') }} s on s.person_id = d.person_id and s.from_on < d.ordered_on
    left join {{ ref('tier_levels') }} t on t.version = d.version and t.tier = s.tier
),
birthday_months as (
    select distinct person_id, {{ sql.month_no('day') }} as month_no
    from {{ ref('birthday_days') }}
),
applying as (
    select l.source, l.transaction_id, l.line_no, m.multiplier_no, m.name, m.factor
    from lines l
    join {{ ref('point_multipliers') }} m on m.version = l.version
    left join {{ ref('birthday_days') }} b
        on m.applies_to = 'birthday' and b.person_id = l.person_id and b.day = l.ordered_on
    left join birthday_months n
        on m.applies_to = 'birthday_month' and n.person_id = l.person_id and n.month_no = {{ sql.month_no('l.ordered_on') }}
    where case m.applies_to
        when 'all' then true
        when 'category' then m.applies_value = l.category
        when 'sku' then m.applies_value = l.sku
        when 'store' then m.applies_value = l.store_id
        when 'channel' then m.applies_value = l.channel
        when 'weekday' then m.applies_value = cast({{ sql.day_of_week('l.ordered_on') }} as varchar)
        when 'birthday' then b.person_id is not null
        when 'birthday_month' then n.person_id is not null
    end
),
together as (
    select
        source, transaction_id, line_no,
        string_agg(name, '、' order by multiplier_no) as multipliers,
        max(factor) as highest,
        list(factor order by multiplier_no) as factors
    from applying
    group by source, transaction_id, line_no
)
{%- macro product(factors) -%}
list_reduce({{ factors }}, lambda a, b: cast(a * b as decimal(18, 6)), cast(1 as decimal(18, 6)))
{%- endmacro %}
select
    l.source, l.transaction_id, l.line_no, l.at, l.ordered_on, l.person_id, l.store_id, l.sku, l.category, l.amount, l.version,
    cast(case
        when g.factors is null then t.factor
        when l.combine = 'product' then {{ product('list_prepend(t.factor, g.factors)') }}
        else greatest(1, t.factor, g.highest) * {{ product('list_filter(list_prepend(t.factor, g.factors), lambda f: f < 1)') }}
    end as decimal(18, 6)) as factor,
    t.factor as tier_factor, g.multipliers
from lines l
join tiers t on t.person_id = l.person_id and t.ordered_on = l.ordered_on and t.version = l.version
left join together g on g.source = l.source and g.transaction_id = l.transaction_id and g.line_no = l.line_no
