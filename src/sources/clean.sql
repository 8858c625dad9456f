-- Macros that turn the text of a cell into a value, null when it is none.
-- Plain forms are cast straight away; regular expressions run only on what that leaves. Lists are looked through with
-- list_contains: an IN over many constants would become a join, and with it the order of the rows would be lost.

-- Full-width digits, letters and signs to ASCII.
create or replace macro sb_ascii(t) as translate(t,
    '０１２３４５６７８９ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ．，－＿／：（）＋＝＃　',
    '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz.,-_/:()+=# ');

-- Blanks, tabs and line ends at both ends; the spreadsheet's ="00123". What was trimmed once stays as it is, so that a
-- table that was written to a file and is read again is the same.
create or replace macro sb_edges(t) as regexp_replace(t, '^[\s\p{Zs}]+|[\s\p{Zs}]+$', '', 'g');
create or replace macro sb_trim(t) as nullif(trim(
    case when contains(t, chr(9)) or contains(t, chr(10)) or contains(t, chr(13)) or contains(t, '="')
        then sb_edges(regexp_replace(sb_edges(t), '^="([^"]*)"$', '\1'))
        else t end), '');

-- The apostrophe that an export puts before text that a spreadsheet would take for a formula, taken away again.
create or replace macro sb_unguarded(t) as
    case when starts_with(t, '''') and regexp_matches(t, '^''+[=+@\t\r\n＝＋－＠-]') then substr(t, 2) else t end;

-- An id written like 4.0128e+10: programs that print numbers in their shortest exact form do so for ids that end in
-- zeros, and then the id is known. Spreadsheets (6.90E+12) and six-digit formats have lost digits: those stay as they
-- are and are turned away.
create or replace macro sb_exact(t) as contains(t, 'e+') and regexp_full_match(t, '[1-9]([.][0-9]{0,3}[1-9])?e[+][0-9]{2}');
create or replace macro sb_id(t) as case
    when sb_exact(t) then try_cast(t as decimal(38,0))::varchar
    when strlen(t) = length(t) then sb_trim(t)
    else sb_trim(sb_ascii(t)) end;

-- Words that programs write for "nothing"; looked at only where a typed value could not be read.
create or replace macro sb_blank(t) as
    list_contains(['NULL', 'N/A', 'NA', '#N/A', 'NAN', 'NONE', '\N', '-', '--', '—', '/', '无', '空', '0000-00-00', '0000-00-00 00:00:00'], upper(t));

create or replace macro sb_scientific(t) as
    (contains(t, 'E+') or contains(t, 'e+')) and regexp_full_match(t, '[0-9]+([.][0-9]+)?[eE][+][0-9]+');

-- Numbers: signs of currency, thousands, brackets or a trailing minus for negatives, 万 and 亿.
create or replace macro sb_number_bare(t) as
    regexp_replace(upper(sb_ascii(t)), '[\s￥¥$€£元圆]|CNY|RMB|USD|EUR|HKD', '', 'g');
create or replace macro sb_number_grouped(s) as
    case when regexp_full_match(s, '[+-]?[0-9]{1,3}(,[0-9]{3})+([.][0-9]*)?') then replace(s, ',', '')
        when contains(s, ',') then null else s end;
create or replace macro sb_number_slow(t) as list_transform([sb_number_bare(t)], lambda s:
    case when starts_with(s, '(') <> ends_with(s, ')') or starts_with(s, '(-') or starts_with(s, '(+') or regexp_matches(s, '^[+-].*-$') then null
    else try_cast(
        try_cast(sb_number_grouped(regexp_replace(s, '^[(]|[)]$|-$|[万亿]$', '', 'g')) as decimal(18,6))
        * (case when starts_with(s, '(') or ends_with(s, '-') then -1 else 1 end)::decimal(1,0)
        * (case when ends_with(s, '万') then 10000 when ends_with(s, '亿') then 100000000 else 1 end)::decimal(9,0)
    as decimal(18,6)) end)[1];
-- The case keeps the optimizer from computing parts of the slow way for every row.
create or replace macro sb_number(t) as
    coalesce(try_cast(t as decimal(18,6)), case when t is not null then sb_number_slow(t) end);

-- Moments. sb_local (made from the project's time zone) turns UTC into civil time.
create or replace macro sb_zoned(ts, z) as case
    when z is null or z = '' then ts
    when z in ('Z', 'UTC') then sb_local(ts)
    else sb_local(ts - to_minutes((case when z[1] = '-' then -1 else 1 end
        * (try_cast(z[2:3] as integer) * 60 + coalesce(try_cast(right(replace(z, ':', ''), 2) as integer) * (strlen(z) > 3)::integer, 0)))::integer))
    end;
create or replace macro sb_hour(h, p) as case
    when h = '' then '00'
    when upper(p) in ('PM', '下午', '晚上') and h::integer < 12 then (h::integer + 12)::varchar
    when upper(p) in ('AM', '上午') and h::integer = 12 then '00'
    else h end;
create or replace macro sb_build(y, m, d, p) as sb_zoned(try_cast(
    concat(y, '-', m, '-', d, ' ', sb_hour(p.h, p.p || p.q), ':', case p.i when '' then '00' else p.i end, ':', case p.s when '' then '00' else p.s end, p.f)
    as timestamp), p.z);
create or replace macro sb_clock() as
    '(?:[T\s]*(上午|下午|晚上|AM|PM|am|pm)?\s*([0-9]{1,2})[:时点]([0-9]{1,2})(?:[:分]([0-9]{1,2})([.][0-9]{1,9})?秒?)?分?)?\s*(AM|PM|am|pm)?\s*(Z|UTC|[+-][0-9]{2}:?[0-9]{2}|[+-][0-9]{2})?$';
create or replace macro sb_moment_ymd(t) as list_transform([regexp_extract(t,
        '^([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})[日号]?' || sb_clock(),
        ['y', 'm', 'd', 'p', 'h', 'i', 's', 'f', 'q', 'z'])],
    lambda p: case when p.y <> '' then sb_build(p.y, p.m, p.d, p) end)[1];
create or replace macro sb_moment_other(t, o) as list_transform([regexp_extract(t,
        '^([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})' || sb_clock(),
        ['a', 'b', 'y', 'p', 'h', 'i', 's', 'f', 'q', 'z'])],
    lambda p: case when p.y = '' then null
        when o = 'dmy' then sb_build(p.y, p.b, p.a, p)
        when o = 'mdy' then sb_build(p.y, p.a, p.b, p) end)[1];
-- 8, 12 or 14 digits are a date with or without its time, 10 and 13 are seconds and milliseconds since 1970.
create or replace macro sb_moment_digits(t, o) as case strlen(t)
    when 8 then try_cast(concat(t[1:4], '-', t[5:6], '-', t[7:8]) as timestamp)
    when 12 then try_cast(concat(t[1:4], '-', t[5:6], '-', t[7:8], ' ', t[9:10], ':', t[11:12]) as timestamp)
    when 14 then try_cast(concat(t[1:4], '-', t[5:6], '-', t[7:8], ' ', t[9:10], ':', t[11:12], ':', t[13:14]) as timestamp)
    when 10 then sb_local(make_timestamp(t::bigint * 1000000))
    when 13 then sb_local(make_timestamp(t::bigint * 1000))
    when 5 then case when o = 'serial' then timestamp '1899-12-30' + to_days(t::integer) end end;
create or replace macro sb_moment_slow(t, o) as case
    when regexp_full_match(t, '[0-9]+') then case when strlen(t) <= 14 then sb_moment_digits(t, o) end
    when o = 'serial' and regexp_full_match(t, '[0-9]{5}[.][0-9]+') then
        timestamp '1899-12-30' + to_seconds(round(t::decimal(28,9) * 86400)::bigint)
    else coalesce(sb_moment_ymd(t), sb_moment_other(t, o)) end;
create or replace macro sb_moment_plain(t) as case strlen(t)
    when 19 then case when substr(t, 17, 1) = ':' then try_cast(t as timestamp) end
    when 10 then case when substr(t, 5, 1) in ('-', '/') then try_cast(t as timestamp) end
    else case when substr(t, 5, 1) in ('-', '/') and strlen(t) <= 19 and not contains(t, '+') and not contains(t, 'Z') and not contains(substr(t, 9), '-')
        then try_cast(t as timestamp) end end;
create or replace macro sb_moment(t, o) as
    coalesce(sb_moment_plain(t), case when t is not null then sb_moment_slow(sb_ascii(t), o) end);
-- The first day of a month: 2026-10, 2026年10月, 202610, or any day in it.
create or replace macro sb_month(t, o) as date_trunc('month', coalesce(
    case when regexp_full_match(sb_ascii(t), '[0-9]{4}[-/.年]?(0?[1-9]|1[0-2])月?(份)?') then
        try_cast(regexp_replace(sb_ascii(t), '([0-9]{4})[-/.年]?([0-9]{1,2})月?(份)?', '\1-\2-1') as date) end,
    sb_moment(t, o)::date))::date;
-- Whether the text names a day without a time.
create or replace macro sb_day_only(t) as
    not contains(t, ':') and not contains(t, '：') and not contains(t, '时') and not contains(t, '点')
    and not regexp_full_match(t, '[0-9]{10}|[0-9]{12,14}|[0-9]{5}[.][0-9]+');

create or replace macro sb_bool(t) as case
    when list_contains(['1', 'true', 't', 'yes', 'y', '是', '同意', '接受', '已同意', '有', 'on', 'subscribed'], lower(t)) then true
    when list_contains(['0', 'false', 'f', 'no', 'n', '否', '不同意', '拒绝', '未同意', '无', 'off', 'unsubscribed'], lower(t)) then false end;
