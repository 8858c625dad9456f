-- rfm_cuts: the limits between the scores 1 to 5 of recency, frequency and monetary value.
-- zh-CN: 近度、频度、额度从 1 分到 5 分的分界
-- grain: one row per dimension and cut
-- key: dimension, cut_no
-- definition: A value's place is 1 + the number of cuts below it, so ties always share a score. Quantile cuts stand at 20,
--   40, 60 and 80 percent of the customers of the window, interpolated linearly (type 7) and rounded to 6 places; the fixed
--   frequency cuts 1, 2, 4, 9 make 1 | 2 | 3–4 | 5–9 | 10 and more purchase days. Cuts written in rfm.cuts replace both.
-- zh-CN definition: 一个数值在第几档，看有几个分界比它小，所以数值相同分数一定相同。近度和额度的分界取顾客的 20%、40%、
--   60%、80% 分位。频度看设置 {rfm.frequency}：fixed 是 1、2、3–4、5–9、10 天以上五档，quantiles 是也取分位。在
--   [rfm.cuts] 里写定的，以写定的为准。
-- column dimension: recency (days), frequency (purchase days) or monetary (project currency)
-- column cut_no: 1 to 4, from the lowest
-- column value: values up to and including this one stay below the cut
-- column source: quantile (from the data) or fixed (a rule or a frozen cut)
-- publishable: no
with settings as (
    select
        cast({{ var('rfm.frequency') }} as varchar) as frequency
),
frozen as (
    select cast(null as varchar) as dimension, cast(null as decimal(18, 6)) as value
    where false
    {%- for dimension in ['recency', 'frequency', 'monetary'] %}
    {%- for value in vars('rfm.cuts.' ~ dimension) %}
    union all
    select '{{ dimension }}', cast('{{ value }}' as decimal(18, 6))
    {%- endfor %}
    {%- endfor %}
),
fixed as (
    select dimension, value from frozen
    union all
    select 'frequency', cast(c.value as decimal(18, 6))
    from (values (1), (2), (4), (9)) c(value)
    cross join settings s
    where s.frequency <> 'quantiles' and not exists (select 1 from frozen f where f.dimension = 'frequency')
),
quantiles as (
    select
        quantile_cont(cast(recency_days as double), [0.2, 0.4, 0.6, 0.8]) as recency,
        quantile_cont(cast(frequency as double), [0.2, 0.4, 0.6, 0.8]) as frequency,
        quantile_cont(cast(monetary as double), [0.2, 0.4, 0.6, 0.8]) as monetary
    from {{ ref('rfm_values') }}
),
measured as (
    {%- for dimension in ['recency', 'frequency', 'monetary'] %}
    {%- if not loop.first %}
    union all
    {%- endif %}
    select
        '{{ dimension }}' as dimension, n.cut_no, cast(round(q.{{ dimension }}[n.cut_no], 6) as decimal(18, 6)) as value
    from quantiles q
    cross join (values (1), (2), (3), (4)) n(cut_no)
    where q.{{ dimension }} is not null
    {%- endfor %}
)
select dimension, cast(row_number() over (partition by dimension order by value) as integer) as cut_no, value, 'fixed' as source
from fixed
union all
select dimension, cut_no, value, 'quantile' as source
from measured
where dimension not in (select dimension from fixed)
