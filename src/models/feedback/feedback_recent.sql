-- feedback_recent: the latest comments of every store, without names.
-- zh-CN: 每家店最近的顾客原话，不带姓名
-- grain: one row per piece of feedback with a text, at most feedback.recent per store
-- key: store_id, position
-- definition: Newest first, then the highest feedback id. Mainland mobile numbers in a comment keep the first three and the
--   last four digits; e-mail addresses and other numbers of seven or more digits (land lines, identity cards, bank cards)
--   are masked whole; dates and prices stay. Names and addresses a customer wrote stay too: not for publication.
-- zh-CN definition: 每家店最多 {feedback.recent}条，最新的在前。原话里的手机号只留前三位和后四位；邮箱和其他七位以上
--   的号码（座机、身份证、银行卡）整个遮住；日期和价格照留。顾客自己写的姓名和住址也照留，所以不能对外公开。
-- column position: 1 = the newest of its store
-- column store_id: null = feedback about no store
-- column on_date: civil day of the feedback
-- column comment: the text, long numbers and e-mail addresses masked
-- column is_open: one of open_cases
-- publishable: no
with ranked as (
    select
        feedback_id, "at", on_date, store_id, sku, channel, kind, nps, csat, ces, text, severity, status,
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
    {{ sql.masked('f.text') }} as comment,
    f.severity, f.status,
    o.feedback_id is not null as is_open
from ranked f
left join {{ ref('open_cases') }} o on o.feedback_id = f.feedback_id
left join {{ source('stores') }} s on s.store_id = f.store_id
left join {{ source('products') }} p on p.sku = f.sku
where f.position <= {{ var('feedback.recent') }}
