-- feedback_recent: the latest comments of every store, without names.
-- grain: one row per piece of feedback with a text, at most feedback.recent per store
-- key: store_id, position
-- definition: Newest first, then the highest feedback id. Mainland mobile numbers inside a comment are masked; other personal
--   details a customer wrote stay as they are, so these are not for publication.
-- column position: 1 = the newest of its store
-- column store_id: null = feedback about no store
-- column on_date: civil day of the feedback
-- column comment: the text, mobile numbers masked
-- column is_open: a complaint or rights request that is not resolved yet
-- publishable: no
with ranked as (
    select
        feedback_id, "at", on_date, store_id, sku, channel, kind, nps, csat, ces, text, severity, status, resolved_at,
        row_number() over (
            partition by store_id
            order by "at" desc nulls last, on_date desc nulls last, feedback_id desc
        ) as position
    from {{ source('feedback') }}
    where text is not null and trim(text) <> ''
)
select
    f.store_id, cast(f.position as integer) as position, f.feedback_id, f."at", f.on_date, s.name as store_name, f.sku,
    p.name as product_name, f.channel, f.kind, f.nps, f.csat, f.ces,
    {{ sql.replace_all('f.text', "'(^|[^0-9])(1[3-9][0-9])[0-9]{4}([0-9]{4})($|[^0-9])'", "'\\1\\2****\\3\\4'") }} as comment,
    f.severity, f.status,
    coalesce(f.kind, '') in ('complaint', 'rights') and f.resolved_at is null
        and coalesce(f.status, '') not in ('resolved', 'closed') as is_open
from ranked f
left join {{ source('stores') }} s on s.store_id = f.store_id
left join {{ source('products') }} p on p.sku = f.sku
where f.position <= {{ var('feedback.recent') }}
