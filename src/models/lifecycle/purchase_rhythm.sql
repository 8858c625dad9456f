-- purchase_rhythm: every purchase day of every customer with the gap before it and the limits that follow from it.
-- zh-CN: 每个购买日离上一次多久，由此定出各阶段的界限
-- grain: one row per person and purchase day
-- key: person_id, day
-- definition: The gap that counts after a purchase is the person's own median gap up to then, from three purchase days on;
--   else the median of those medians among people with the same top category, else of the chain, else
--   lifecycle.typical_gap. With lifecycle.mode = "fixed" the limits are the same days for everybody.
-- zh-CN definition: 平常的间隔：来过三天以上的，取自己到那天为止间隔的中位数；不到三天的，取最常买同一品类的人的中位
--   数，没有就取全部顾客的，再没有就是 {lifecycle.typical_gap} 天。界限怎么定，看设置 {lifecycle.mode}：own 是各人按自
--   己的间隔，fixed 是所有人用同样的天数。
-- column day_no: 1 = the first purchase day
-- column gap: days since the purchase day before; null on the first
-- column next_day: the purchase day after; null on the last
-- column came_back: the gap was longer than the limit to lost, as it stood before it
-- column usual_gap: the gap that counts after this purchase, days
-- column new_until: days after the purchase up to which a first purchase is new
-- column back_until: days after the purchase up to which a return is won back
-- column active_until: days after the purchase up to which the person is active
-- column silent_until: days after the purchase up to which the person is silent; later: lost
-- publishable: no
with days as (
    select
        person_id, day,
        row_number() over (partition by person_id order by day) as day_no,
        date_diff('day', lag(day) over (partition by person_id order by day), day) as gap,
        lead(day) over (partition by person_id order by day) as next_day
    from {{ ref('customer_days') }}
    where is_purchase_day and day <= {{ var('as_of') }}
),
running as (
    select
        person_id, day, day_no, gap, next_day,
        cast(round(quantile_cont(cast(gap as double), 0.5) over (partition by person_id order by day rows unbounded preceding), 2) as decimal(9, 2)) as median_gap
    from days
),
categories as (
    select top_category as category, cast(round(quantile_cont(cast(median_gap_days as double), 0.5), 2) as decimal(9, 2)) as gap
    from {{ ref('customer_summary') }}
    where purchase_days >= 3 and top_category is not null
    group by top_category
),
chain as (
    select cast(round(quantile_cont(cast(median_gap_days as double), 0.5), 2) as decimal(9, 2)) as gap
    from {{ ref('customer_summary') }}
    where purchase_days >= 3
),
gaps as (
    select
        r.person_id, r.day, r.day_no, r.gap, r.next_day,
        case
            when r.day_no >= 3 then r.median_gap
            else coalesce(c.gap, n.gap, cast({{ var('lifecycle.typical_gap') }} as decimal(9, 2)))
        end as usual_gap
    from running r
    left join {{ ref('customer_summary') }} s on s.person_id = r.person_id
    left join categories c on c.category = s.top_category
    cross join chain n
),
limits as (
    select
        person_id, day, day_no, gap, next_day, usual_gap,
        {%- if vars('lifecycle.mode') == 'fixed' %}
        {{ var('lifecycle.new_days') }} as new_until, {{ var('lifecycle.new_days') }} as back_until,
        {{ var('lifecycle.active_days') }} as active_until, {{ var('lifecycle.silent_days') }} as silent_until
        {%- else %}
        greatest(floor(usual_gap), {{ var('lifecycle.least_days') }}) as new_until,
        floor(usual_gap) as back_until,
        greatest(floor(usual_gap * cast('{{ vars('lifecycle.active_gaps') }}' as decimal(9, 4))), {{ var('lifecycle.least_days') }}) as active_until,
        greatest(floor(usual_gap * cast('{{ vars('lifecycle.silent_gaps') }}' as decimal(9, 4))), {{ var('lifecycle.least_lost_days') }}) as silent_until
        {%- endif %}
    from gaps
)
select
    person_id, day, cast(day_no as integer) as day_no, cast(gap as integer) as gap, next_day,
    coalesce(gap > lag(silent_until) over (partition by person_id order by day), false) as came_back,
    usual_gap, cast(new_until as integer) as new_until, cast(back_until as integer) as back_until,
    cast(active_until as integer) as active_until, cast(silent_until as integer) as silent_until
from limits
