-- feedback_recent: the latest comments of every store, without names.
-- grain: one row per piece of feedback with a text, at most feedback.recent per store
-- key: store_id, position
-- definition: Newest first, then the highest feedback id. Mainland mobile numbers in a comment keep the first three and the
--   last four digits; e-mail addresses and other numbers of seven or more digits (land lines, identity cards, bank cards)
--   are masked whole; dates and prices stay. Names and addresses a customer wrote stay too: not for publication.
-- column position: 1 = the newest of its store
-- column store_id: null = feedback about no store
-- column on_date: civil day of the feedback
-- column comment: the text, long numbers and e-mail addresses masked
-- column is_open: a complaint or rights request that is not resolved yet
-- publishable: no
{# How a comment is masked. Every run of digits is put between ⟦ and ⟧ first, so that each rule sees where a number begins
    and ends without eating the sign between two numbers. A rule that masks or spares a number takes its brackets away;
    no later rule touches digits without brackets. What stands between the parts of one number: a blank of any width, a
    dash, _, a middle dot or an invisible sign. -#}
{%- set gap = "[-_ \\t\\x{A0}\\x{AD}·•\\x{2000}-\\x{2015}\\x{202F}\\x{2060}\\x{2212}\\x{3000}\\x{FEFF}－]" -%}
{%- set joint = "(?:⟧" ~ gap ~ "⟦)?" -%}
{%- set dot = "(?:⟧[.．]⟦)?" -%}
{%- set country = "(?:[+＋]?⟦(?:00)?86⟧" ~ gap ~ "{0,3})?" -%}
{%- set letter = "A-Za-zÀ-ɏＡ-Ｚａ-ｚ0-9" -%}
{%- set month = "⟦(0?[1-9]|1[0-2])⟧" -%}
{%- set day = "⟦(0?[1-9]|[12][0-9]|3[01])⟧" -%}
{%- set year = "⟦((?:19|20)[0-9]{2})⟧" -%}

{#- A mobile number in groups of any size: eleven digits, the country's 86 in front. -#}
{%- macro mobile(country, joint) -%}
'{{ country }}⟦1{{ joint }}([3-9]){{ joint }}([0-9])(?:{{ joint }}[0-9]){4}
{%- for place in range(4) -%}{{ joint }}([0-9]){%- endfor -%}⟧'
{%- endmacro -%}
{%- set c = "translate(f.text, '０１２３４５６７８９⟦⟧', '0123456789[]')" -%}
{#- E-mail addresses. -#}
{%- set c = sql.replace_all(c, "'[" ~ letter ~ "._%+-]+ ?[@＠] ?[" ~ letter ~ "-]+(?:[.．][" ~ letter ~ "-]+)*[.．][A-Za-zＡ-Ｚａ-ｚ]{2,}'", "'***@***'") -%}
{%- set c = sql.replace_all(c, "'([0-9]+)'", "'⟦\\1⟧'") -%}
{#- Spared: dates and mobile numbers that come masked. -#}
{%- set c = sql.replace_all(c, "'" ~ year ~ "([-/.])" ~ month ~ "([-/.])" ~ day ~ "'", "'\\1\\2\\3\\4\\5'") -%}
{%- set c = sql.replace_all(c, "'" ~ day ~ "([-/.])" ~ month ~ "([-/.])" ~ year ~ "'", "'\\1\\2\\3\\4\\5'") -%}
{%- set c = sql.replace_all(c, "'" ~ month ~ "([-/.])" ~ day ~ "([-/.])" ~ year ~ "'", "'\\1\\2\\3\\4\\5'") -%}
{%- set c = sql.replace_all(c, "'⟦(1[3-9][0-9])⟧([*]{4})⟦([0-9]{4})⟧'", "'\\1\\2\\3'") -%}
{#- Mobile numbers in one piece, the country's 86 or a 0 in front. -#}
{%- set c = sql.replace_all(c, "'" ~ country ~ "[+＋]?⟦(?:(?:00)?86|0)?(1[3-9][0-9])[0-9]{4}([0-9]{4})⟧'", "'\\1****\\2'") -%}
{#- Cards in groups, before a mobile number is found among their groups; then mobile numbers in groups of any size. -#}
{%- set c = sql.replace_all(c, "'⟦[0-9]{4}⟧(?:" ~ gap ~ "⟦[0-9]{4}⟧){3}(?:" ~ gap ~ "⟦[0-9]{1,4}⟧)?'", "'***'") -%}
{%- set c = sql.replace_all(c, "'⟦[0-9]{6}⟧" ~ gap ~ "⟦[0-9]{8}⟧" ~ gap ~ "⟦[0-9]{4}⟧'", "'***'") -%}
{%- set c = sql.replace_all(c, "'⟦[0-9](?:" ~ joint ~ "[0-9]){16}⟧" ~ gap ~ "?[XxＸｘ]'", "'***'") -%}
{%- set c = sql.replace_all(c, mobile(country, joint), "'1\\1\\2****\\3\\4\\5\\6'") -%}
{%- set c = sql.replace_all(c, mobile(country, dot), "'1\\1\\2****\\3\\4\\5\\6'") -%}
{#- Spared: prices and other numbers with one or two decimals. -#}
{%- set c = sql.replace_all(c, "'⟧([.．])⟦'", "'\\1'") -%}
{%- set c = sql.replace_all(c, "'⟦([0-9]{1,6}[.．][0-9]{1,2})⟧'", "'\\1'") -%}
{%- set c = sql.replace_all(c, "'([￥¥$＄€] ?)⟦([0-9]{1,9}(?:[.．][0-9]{1,2})?)⟧'", "'\\1\\2'") -%}
{#- Whatever is left with seven digits or more. -#}
{%- set c = sql.replace_all(c, "'[+＋]?⟦[0-9](?:(?:⟧" ~ gap ~ "⟦|[.．])?[0-9]){6,}⟧'", "'***'") -%}
{%- set c = sql.replace_all(c, "'[⟦⟧]'", "''") %}
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
    {{ c }} as comment,
    f.severity, f.status,
    coalesce(f.kind, '') in ('complaint', 'rights') and f.resolved_at is null
        and coalesce(f.status, '') not in ('resolved', 'closed') as is_open
from ranked f
left join {{ source('stores') }} s on s.store_id = f.store_id
left join {{ source('products') }} p on p.sku = f.sku
where f.position <= {{ var('feedback.recent') }}
