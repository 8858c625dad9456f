-- record_checks: what is doubtful or wrong in the records of customers.
-- zh-CN: 会员资料里哪些可疑、哪些不对
-- grain: one row per record and field in doubt, and reason
-- key: source, id_space, record_id, field, reason
-- definition: Nothing is corrected here. masked = the file holds only part of the value; placeholder = a value that stands for none;
--   invalid = it cannot be right; suspicious = it may be right and should be asked. A value many records share (birthdays: more than
--   20 records and 2 % of those with one, telephones: records of four people and more) was typed to get on.
-- zh-CN definition: 这里只指出，什么都不改。分四种：隐去一部分的、占位的、不可能的、可疑要问的。很多人共用的内容多半
--   是随手填的：同一个生日超过 20 份、又超过填了生日的 2%，算占位；同一个电话登记了四位以上顾客，算可疑。
-- column store_id: store on the record; null = none
-- column field: name, phone, email, birthday, address or joined_on
-- column status: masked, placeholder, invalid or suspicious
-- column reason: why, as the key of a sentence (`check-…`)
-- publishable: no
with records as (
    select
        c.source, c.id_space, c.record_id, c.store_id, c.name, c.birthday, c.joined_on, c.address,
        lower(trim(c.email)) as email, c.phone,
        {{ sql.replace_all(sql.replace_all("c.phone", "'[^0-9*]'", "''"), "'^(00)?86(1[3-9][0-9]{9})$'", "'\\2'") }} as digits,
        {{ sql.replace_all("lower(c.name)", "'[[:space:][:punct:]]'", "''") }} as plain_name,
        r.person_id
    from {{ source('customers') }} c
    join {{ ref('person_records') }} r on r.id_space = c.id_space and r.record_id = c.record_id
),
shared_phones as (
    select digits
    from records
    where digits is not null
    group by digits
    having count(distinct person_id) >= 4
),
birthdays as (
    select birthday, count(*) as n, sum(count(*)) over () as total
    from records
    where birthday is not null
    group by birthday
),
usual_birthdays as (
    select birthday from birthdays where n > 20 and n * 50 > total
),
judged as (
    select
        r.source, r.id_space, r.record_id, r.store_id,
        case
            when r.name is null then null
            when contains(r.name, '*') then 'name_masked'
            when r.plain_name = '' or regexp_full_match(r.plain_name, '[0-9]+') then 'name_no_letters'
            when r.plain_name in (
                '先生', '女士', '小姐', '顾客', '客户', '会员', '散客', '匿名', '无名', '无', '未知', '测试', '新会员', '新客户', '路人',
                'test', 'guest', 'walkin', 'customer', 'member', 'unknown', 'none', 'na', 'anonymous', 'mr', 'mrs', 'ms', 'xxx'
            ) then 'name_placeholder'
        end as name_reason,
        case
            when r.phone is null then null
            when contains(r.digits, '*') or contains(lower(r.phone), 'xxx') then 'phone_masked'
            when length(r.digits) < 7 or length(r.digits) > 15 then 'phone_length'
            when right(r.digits, 8) = repeat(right(r.digits, 1), 8) or r.digits in ('13800138000', '13912345678', '13812345678', '13712345678')
                or contains(r.digits, '12345678') or contains(r.digits, '87654321') then 'phone_placeholder'
            when length(r.digits) = 11 and r.digits like '1%' and substr(r.digits, 2, 1) in ('0', '1', '2')
                and {{ var('project.currency') }} = 'CNY' then 'phone_no_such_range'
            when s.digits is not null then 'phone_shared'
        end as phone_reason,
        case
            when r.email is null then null
            when contains(r.email, '*') then 'email_masked'
            when not regexp_full_match(r.email, '[^@[:space:]<>,;"]+@[a-z0-9]([a-z0-9-]*[a-z0-9])?([.][a-z0-9]([a-z0-9-]*[a-z0-9])?)+')
                or contains(r.email, '..') or contains(r.email, '.@') or r.email like '.%' then 'email_form'
            when regexp_full_match(r.email, '(a+|x+|test|none|no|noemail|null|123|1234|12345|123456|abc)@.*')
                or regexp_full_match(r.email, '.*@(test|none|abc)[.](com|org|net|cn)') then 'email_placeholder'
        end as email_reason,
        case
            when r.birthday is null then null
            when r.birthday > {{ var('today') }} then 'birthday_future'
            when r.birthday in (date '1900-01-01', date '1970-01-01', date '1899-12-30', date '1899-12-31') then 'birthday_placeholder'
            when {{ sql.add_months('r.birthday', '12 * 110') }} < {{ var('today') }} then 'birthday_old'
            when r.birthday = r.joined_on then 'birthday_is_joining'
            when r.joined_on < r.birthday then 'birthday_after_joining'
            when u.birthday is not null then 'birthday_usual'
            when {{ sql.add_months('r.birthday', '12 * 14') }} > {{ var('today') }} then 'birthday_child'
        end as birthday_reason,
        case
            when r.address is null then null
            when contains(r.address, '*') then 'address_masked'
            when length(r.address) < 6 then 'address_short'
            when not regexp_matches(r.address, '[0-9０-９一二三四五六七八九十]') then 'address_no_number'
        end as address_reason,
        case when r.joined_on > {{ var('today') }} then 'joined_future' end as joined_reason
    from records r
    left join shared_phones s on s.digits = r.digits
    left join usual_birthdays u on u.birthday = r.birthday
),
reasons as (
    select source, id_space, record_id, store_id, 'name' as field, name_reason as reason from judged where name_reason is not null
    union all
    select source, id_space, record_id, store_id, 'phone', phone_reason from judged where phone_reason is not null
    union all
    select source, id_space, record_id, store_id, 'email', email_reason from judged where email_reason is not null
    union all
    select source, id_space, record_id, store_id, 'birthday', birthday_reason from judged where birthday_reason is not null
    union all
    select source, id_space, record_id, store_id, 'address', address_reason from judged where address_reason is not null
    union all
    select source, id_space, record_id, store_id, 'joined_on', joined_reason from judged where joined_reason is not null
)
select
    source, id_space, record_id, store_id, field,
    case
        when reason like '%masked' then 'masked'
        when reason like '%placeholder' or reason in ('name_no_letters', 'birthday_usual') then 'placeholder'
        when reason in ('phone_shared', 'birthday_is_joining', 'birthday_child', 'address_short', 'address_no_number') then 'suspicious'
        else 'invalid'
    end as status,
    reason
from reasons
