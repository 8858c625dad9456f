-- interaction_summary: how many contacts there were, how many customers were reached, and how many bought, after and before.
-- zh-CN: 联系了多少、联系上多少，之后买的人和之前比
-- grain: one row per level and its place
-- key: level, store_id, channel, outcome, month
-- definition: Levels: chain, channel, outcome, store and store_channel over the interactions.window days to today; chain_month
--   and store_channel_month over each calendar month of all history. Reached: of the chain's own contacts whose outcome tells,
--   with the Wilson interval. Bought after and before: of the customers whose contact is judged (interaction_log), each once, by
--   their first such contact of the place, with the Wilson interval. Difference: share after less share before, of the same
--   people, with the 95 % interval for pairs of Agresti and Min (2005, Statistics in Medicine 24:729), half added to each of the
--   four counts. It does not prove that the contact was the cause: who gets a call is not chosen by lot.
-- zh-CN definition: 全部门店、各渠道、各结果、各门店、门店各渠道，看到今天为止的 {interactions.window} 天；全部门店逐月和门店各渠道
--   逐月看全部历史。联系上的比例：主动联系、结果写得出联系上没有的里面，联系上的占多少，用 Wilson 区间。之后买了、之前
--   买了：每位顾客只算一次，取第一次能比的联系，用 Wilson 区间。差 = 之后的比例 − 之前的比例，是同一批人，用配对比例的
--   95% 区间（Agresti 和 Min，2005）。这不能证明是联系带来的：联系谁，并不是抽签定的。
-- column level: chain, channel, outcome, store, store_channel, chain_month or store_channel_month
-- column store_id: the store that made the contact
-- column outcome: as in interaction_log; none where no result is written
-- column month: first day of the month
-- column people: customers contacted, each once
-- column unnamed: contacts that name no customer
-- column told: the chain's own contacts whose outcome tells whether somebody was reached
-- column judged: customers who can be compared
-- column bought_after: of those, how many bought in the days after
-- column bought_before: of those, how many bought in as many days before
-- column difference: share after less share before
-- column net_sales_after: what the judged bought in the days after, project currency
-- column verdict: too_few (fewer than interactions.min_judged), more or fewer (the interval leaves out 0), else unclear
-- publishable: no
{%- set levels = [
    ['chain', [], true], ['channel', ['channel'], true], ['outcome', ['outcome'], true], ['store', ['store_id'], true],
    ['store_channel', ['store_id', 'channel'], true], ['chain_month', ['month'], false],
    ['store_channel_month', ['store_id', 'channel', 'month'], false],
] %}
{%- macro wilson(k, n, sign) -%}
case when {{ n }} > 0 then cast(round(
        ({{ k }}::double / {{ n }} + 3.841459::double / (2 * {{ n }}) {{ sign }} 1.959964::double
            * sqrt(greatest(0, {{ k }}::double / {{ n }} * (1 - {{ k }}::double / {{ n }})) / {{ n }} + 3.841459::double / (4 * {{ n }} * {{ n }})))
        / (1 + 3.841459::double / {{ n }}), 6) as decimal(18, 6)) end
{%- endmacro %}
with contacts as (
    select
        interaction_id, contacted_at, person_id, contact_key, store_id, channel, coalesce(outcome, 'none') as outcome,
        date_trunc('month', on_date)::date as month, on_date > {{ sql.add_days(var('today'), '0 - ' ~ var('interactions.window')) }} as is_recent,
        case when not is_inbound then is_reached end as is_reached, is_judged, bought_after, bought_before, net_sales_after
    from {{ ref('interaction_log') }}
),
cells as (
    {%- for level, columns, recent in levels %}
    {%- if not loop.first %}
    union all
    {%- endif %}
    select
        '{{ level }}' as level, {% if 'store_id' in columns %}store_id{% else %}cast(null as varchar){% endif %} as store_id,
        {% if 'channel' in columns %}channel{% else %}cast(null as varchar){% endif %} as channel,
        {% if 'outcome' in columns %}outcome{% else %}cast(null as varchar){% endif %} as outcome,
        {% if 'month' in columns %}month{% else %}cast(null as date){% endif %} as month,
        interaction_id, contacted_at, person_id, contact_key, is_reached, is_judged, bought_after, bought_before, net_sales_after
    from contacts
    where {% if recent %}is_recent{% else %}true{% endif %}{% if 'store_id' in columns %} and store_id is not null{% endif %}
    {%- endfor %}
),
placed as (
    select
        *,
        is_judged and row_number() over (
            partition by level, store_id, channel, outcome, month, person_id, is_judged order by contacted_at, interaction_id
        ) = 1 as is_first
    from cells
),
counts as (
    select
        level, store_id, channel, outcome, month, count(*) as contacts, count(distinct contact_key) as people,
        count(*) filter (where contact_key is null) as unnamed, count(is_reached) as told, count(*) filter (where is_reached) as reached,
        count(*) filter (where is_first) as judged, count(*) filter (where is_first and bought_after) as after_n,
        count(*) filter (where is_first and bought_before) as before_n,
        count(*) filter (where is_first and bought_after and not bought_before) as won,
        count(*) filter (where is_first and bought_before and not bought_after) as missed,
        coalesce(sum(net_sales_after) filter (where is_first), 0) as net_sales_after
    from placed
    group by level, store_id, channel, outcome, month
),
paired as (
    select
        *, (won - missed)::double / (judged + 2) as middle,
        1.959964::double * sqrt(greatest(0, won + missed + 1 - (won - missed)::double * (won - missed) / (judged + 2))) / (judged + 2) as reach
    from counts
),
limited as (
    select
        *, case when judged > 0 then cast(round(greatest(-1, middle - reach), 6) as decimal(18, 6)) end as difference_low,
        case when judged > 0 then cast(round(least(1, middle + reach), 6) as decimal(18, 6)) end as difference_high
    from paired
)
select
    level, store_id, channel, outcome, month, cast(contacts as integer) as contacts, cast(people as integer) as people,
    cast(unnamed as integer) as unnamed, cast(told as integer) as told, cast(reached as integer) as reached,
    {{ sql.ratio('reached', 'told', 6) }} as reached_share, {{ wilson('reached', 'told', '-') }} as reached_low,
    {{ wilson('reached', 'told', '+') }} as reached_high, cast(judged as integer) as judged, cast(after_n as integer) as bought_after,
    {{ sql.ratio('after_n', 'judged', 6) }} as after_share, {{ wilson('after_n', 'judged', '-') }} as after_low,
    {{ wilson('after_n', 'judged', '+') }} as after_high, cast(before_n as integer) as bought_before,
    {{ sql.ratio('before_n', 'judged', 6) }} as before_share, {{ wilson('before_n', 'judged', '-') }} as before_low,
    {{ wilson('before_n', 'judged', '+') }} as before_high, {{ sql.ratio('(after_n - before_n)', 'judged', 6) }} as difference,
    difference_low, difference_high, cast(net_sales_after as decimal(18, 2)) as net_sales_after,
    case
        when judged < {{ var('interactions.min_judged') }} then 'too_few' when difference_low > 0 then 'more'
        when difference_high < 0 then 'fewer' else 'unclear'
    end as verdict
from limited
