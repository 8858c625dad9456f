-- feedback_summary: NPS, CSAT and CES with their 95 % intervals, for the chain, each store, month, topic and product.
-- zh-CN: 净推荐值、满意度、省力度，和它们的 95% 区间
-- grain: one row per level and its place
-- key: level, store_id, month, topic, sku
-- definition: Levels: chain, store, sku and store_sku over the feedback.window days to as_of (feedback newer than as_of is
--   counted too); chain_month and store_month over each calendar month of all history. Columns that a level does not use
--   are null. Zero is an answer; n counts every piece of feedback, nps_n and so on those with that answer.
--   NPS = 100 × (share of 9 and 10 − share of 0 to 6), shown raw; its interval is the adjusted Wald one: three quarters of
--   an answer added to either end, n + 3, clipped to ±100 (Rocks 2016, The American Statistician 70(4)).
--   CSAT is the share of 4 and 5 with the Wilson interval. CES is the mean of 1 to 7 with the t interval, which needs two
--   answers (t of 1 to 30 degrees of freedom from the usual table, above that Abramowitz & Stegun 26.7.5).
-- zh-CN definition: 全部门店、每家店、每样商品看到统计日为止的 {feedback.window} 天（统计日以后收到的也算），另有全部
--   门店和每家店逐月的数字；0 分也是回答。净推荐值：9、10 分的占比减去 0 至 6 分的占比，再乘 100，用调整后的 Wald 区
--   间。满意度：4、5 分的占比，用 Wilson 区间。省力度：1 至 7 分的平均，用 t 区间，至少要两份回答。
-- column level: chain, chain_month, store, store_month, sku or store_sku
-- column month: first day of the month
-- column topic: null until topics are recognised
-- column n: pieces of feedback
-- column nps: −100 to 100, 2 decimals
-- column csat: share of satisfied answers, 0 to 1
-- column ces: mean effort, 1 to 7
-- column complaints: pieces of feedback of kind complaint
-- publishable: no
with answers as (
    select
        store_id, sku, date_trunc('month', on_date)::date as month, kind,
        on_date >= {{ sql.add_days(var('as_of'), '1 - ' ~ var('feedback.window')) }} as in_window,
        case when nps between 0 and 10 then nps end as nps,
        case when csat between 1 and 5 then csat end as csat,
        case when ces between 1 and 7 then ces end as ces
    from {{ source('feedback') }}
),
{%- set levels = [
    ['chain', '', 'in_window'],
    ['chain_month', 'month', 'month is not null'],
    ['store', 'store_id', 'in_window and store_id is not null'],
    ['store_month', 'store_id, month', 'month is not null and store_id is not null'],
    ['sku', 'sku', 'in_window and sku is not null'],
    ['store_sku', 'store_id, sku', 'in_window and store_id is not null and sku is not null'],
] %}
counts as (
    {%- for level, columns, condition in levels %}
    {%- if not loop.first %}
    union all
    {%- endif %}
    select
        '{{ level }}' as level,
        {% if 'store_id' in columns %}store_id{% else %}cast(null as varchar){% endif %} as store_id,
        {% if 'month' in columns %}month{% else %}cast(null as date){% endif %} as month,
        {% if 'sku' in columns %}sku{% else %}cast(null as varchar){% endif %} as sku,
        count(*) as n,
        count(*) filter (where kind = 'complaint') as complaints,
        count(nps) as nps_n,
        count(*) filter (where nps >= 9) as promoters,
        count(*) filter (where nps between 7 and 8) as passives,
        count(*) filter (where nps <= 6) as detractors,
        count(csat) as csat_n,
        count(*) filter (where csat >= 4) as satisfied,
        count(ces) as ces_n,
        coalesce(sum(ces), 0) as ces_sum,
        coalesce(sum(ces * ces), 0) as ces_squares
    from answers
    where {{ condition }}
    {%- if columns %}
    group by {{ columns }}
    {%- else %}
    having count(*) > 0
    {%- endif %}
    {%- endfor %}
),
t_table as (
    select *
    from (values
        (1, 12.706205), (2, 4.302653), (3, 3.182446), (4, 2.776445), (5, 2.570582), (6, 2.446912), (7, 2.364624),
        (8, 2.306004), (9, 2.262157), (10, 2.228139), (11, 2.200985), (12, 2.178813), (13, 2.160369), (14, 2.144787),
        (15, 2.131450), (16, 2.119905), (17, 2.109816), (18, 2.100922), (19, 2.093024), (20, 2.085963), (21, 2.079614),
        (22, 2.073873), (23, 2.068658), (24, 2.063899), (25, 2.059539), (26, 2.055529), (27, 2.051831), (28, 2.048407),
        (29, 2.045230), (30, 2.042272)
    ) v(df, t)
),
parts as (
    select
        c.*,
        1.959964::double as z,
        (c.promoters + 0.75)::double / (c.nps_n + 3) as p,
        (c.detractors + 0.75)::double / (c.nps_n + 3) as d,
        c.satisfied::double / nullif(c.csat_n, 0) as s,
        coalesce(t.t::double, {#- z + (z³+z)/4ν + (5z⁵+16z³+3z)/96ν² #}
            1.959964::double + 2.372270::double / nullif(c.ces_n - 1, 0) + 2.822500::double / nullif(c.ces_n - 1, 0) ^ 2) as t,
        sqrt((c.ces_n * c.ces_squares - c.ces_sum * c.ces_sum)::double / nullif(c.ces_n * (c.ces_n - 1), 0)) as ces_deviation
    from counts c
    left join t_table t on t.df = c.ces_n - 1
)
select
    level, store_id, month, cast(null as varchar) as topic, sku,
    cast(n as integer) as n, cast(complaints as integer) as complaints,
    cast(nps_n as integer) as nps_n, cast(promoters as integer) as promoters, cast(passives as integer) as passives,
    cast(detractors as integer) as detractors,
    {{ sql.ratio('(100 * (promoters - detractors))', 'nps_n', 2) }} as nps,
    case when nps_n > 0 then cast(round(greatest(-100, 100 * (p - d - z * sqrt((p + d - (p - d) ^ 2) / (nps_n + 3)))), 2) as decimal(18, 2)) end
        as nps_low,
    case when nps_n > 0 then cast(round(least(100, 100 * (p - d + z * sqrt((p + d - (p - d) ^ 2) / (nps_n + 3)))), 2) as decimal(18, 2)) end
        as nps_high,
    cast(csat_n as integer) as csat_n,
    {{ sql.ratio('satisfied', 'csat_n', 6) }} as csat,
    case when csat_n > 0 then cast(round(
        (s + z * z / (2 * csat_n) - z * sqrt(greatest(0, s * (1 - s)) / csat_n + z * z / (4 * csat_n * csat_n))) / (1 + z * z / csat_n), 6)
        as decimal(18, 6)) end as csat_low,
    case when csat_n > 0 then cast(round(
        (s + z * z / (2 * csat_n) + z * sqrt(greatest(0, s * (1 - s)) / csat_n + z * z / (4 * csat_n * csat_n))) / (1 + z * z / csat_n), 6)
        as decimal(18, 6)) end as csat_high,
    cast(ces_n as integer) as ces_n,
    {{ sql.ratio('ces_sum', 'ces_n', 2) }} as ces,
    case when ces_n > 1 then cast(round(ces_sum::double / ces_n - t * ces_deviation / sqrt(ces_n), 2) as decimal(18, 2)) end as ces_low,
    case when ces_n > 1 then cast(round(ces_sum::double / ces_n + t * ces_deviation / sqrt(ces_n), 2) as decimal(18, 2)) end as ces_high
from parts
