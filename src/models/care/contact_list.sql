-- contact_list: today's calls of every store: one row per person, the most worthwhile first.
-- zh-CN: 今日联系：每家店今天该给谁打电话，最值得的在前
-- grain: one row per person
-- key: person_id
-- definition: People of the store (home store) with an entry of care_list that is due and may be done, and whose telephone may be used for it; all
--   occasions that are due stand in one row. The first care.list_rows of each store, by what is at stake (risk × value), then value.
--   A store whose data are stale has no list: what the customers did since is not known.
-- zh-CN definition: 常去这家店、关怀日历里有到期可办的、电话可以用的顾客；到期的事合成一行。每家店取前 {care.list_rows} 位，先比风险
--   乘价值，再比价值。数据迟到的门店没有名单，因为不知道顾客后来来过没有。
-- column place: 1 = first of the store
-- column kinds: occasions that are due, by care.priority
-- column due_on: the earliest day of these
-- column kind: the first of them
-- column score: at_stake, project currency
-- column suggestion: the first product recommended to the person; null = none
-- publishable: no
with due as (
    select
        l.person_id, l.store_id, list(l.kind order by l.priority, l.due_on, l.subject) as kinds, min(l.due_on) as due_on, max(l.at_stake) as score,
        max(l.value) as value, bool_or(l.suppressed_by is null) as is_live, arg_min(l.product, (l.priority, l.subject)) filter (where l.product is not null) as product,
        bool_or(l.kind not in ('points_expiring', 'confirm_details') and l.suppressed_by is null) as has_marketing
    from {{ ref('care_list') }} l
    where l.due_on <= {{ var('today') }} and coalesce(l.suppressed_by, 'frequency') = 'frequency'
    group by l.person_id, l.store_id
),
reachable as (
    select
        d.person_id, d.store_id, d.kinds, d.due_on, d.score, d.value, d.product
    from due d
    join {{ ref('contact_consent') }} c on c.person_id = d.person_id and c.channel = 'phone'
    left join {{ ref('data_freshness') }} f on f.store_id = d.store_id
    where d.is_live and not coalesce(f.is_stale, false) and case when d.has_marketing then c.allowed else c.service_allowed end
),
offers as (
    select r.person_id, coalesce(p.name, r.sku) as suggestion
    from {{ ref('recommendations') }} r
    left join {{ ref('product_summary') }} p on p.sku = r.sku
    qualify row_number() over (partition by r.person_id order by r.rank) = 1
),
ranked as (
    select
        r.store_id, cast(row_number() over (partition by r.store_id order by r.score desc, r.value desc, r.person_id) as integer) as place, r.person_id,
        p.name, p.phone, list_filter(r.kinds, lambda kind, place: list_position(r.kinds, kind) = place) as kinds, r.kinds[1] as kind, r.due_on, r.score, r.value,
        s.last_order_on, coalesce(r.product, o.suggestion) as suggestion
    from reachable r
    join {{ ref('people') }} p on p.person_id = r.person_id
    left join {{ ref('customer_summary') }} s on s.person_id = r.person_id
    left join offers o on o.person_id = r.person_id
)
select store_id, place, person_id, name, phone, kinds, kind, due_on, score, value, last_order_on, suggestion
from ranked
where place <= {{ var('care.list_rows') }}
