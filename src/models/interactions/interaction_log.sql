-- interaction_log: every contact with a customer, what came of it, and what was bought around it.
-- zh-CN: 每次联系：谁、什么方式、结果怎样，前后有没有买
-- grain: one row per interaction up to today
-- key: interaction_id
-- definition: The outcome is read from the words of the result, Chinese or English, the first that fits: do_not_contact,
--   wrong_number, not_reached, complaint, coming, reached, else other; words that deny themselves (no complaint, will not come)
--   are left out. Bought after: a purchase on one of the interactions.purchase_days days after the day of the contact; before:
--   on one of as many days before. The day itself counts for neither, for nobody knows which came first. Judged: somebody the
--   chain called on (not a customer who called), both spans of days within the data.
-- zh-CN definition: 到今天为止的联系记录。结果按原文里的中英文字眼归类，依次认：不要再联系、号码不对、没联系上、有不满、会来、
--   联系上了，都不是的算其他；“没有投诉”“不会来”这样的不算。联系那天之后 {interactions.purchase_days} 天里买过算“之后买
--   了”，之前同样多天里买过算“之前买了”；当天不算，因为分不清先后。顾客打来的、前后日子不全的，不拿来比。
-- column person_id: null where no customer is named or nobody knows the record
-- column contact_key: whose contacts belong together: the person, else the record as it was written; null without a record
-- column store_id: the store that made the contact (today's, where another one took over from it); else that of the staff
--   member, else the home store
-- column home_store_id: the person's own store, whose staff may read about them
-- column staff_name: null where the list of staff has none
-- column channel: phone, visit, mail, wechat, sms, chat, meeting or as written; unknown where nothing is
-- column is_inbound: the customer called on the chain
-- column result: as written
-- column outcome: reached, not_reached, coming, do_not_contact, wrong_number, complaint or other; null without a result
-- column is_reached: somebody was spoken to; null where the outcome does not tell
-- column previous_on: day of the contact before, of the same customer
-- column bought_on: first purchase day in the days after
-- column bought_after: null while the days are not over and nothing was bought
-- column net_sales_after: of the days after, refunds taken back on the day of the sale, project currency; null like bought_after
-- column bought_on_day: bought on the day of the contact itself
-- column is_judged: can be compared, before and after
-- publishable: no
{%- set days = var('interactions.purchase_days') %}
{%- set words = [
    ['do_not_contact', 'said',
        '勿扰|免打扰|勿再?(?:联系|来电|致电|打扰|回访)|(?:不要|别|不想|不愿意?|拒绝|不接受|不同意|停止)(?:再|被)?(?:给我)?(?:打电话|来电|致电|联系|打扰|回访|推销|营销|发)|退订|拒收|^拒绝$',
        "\\b(?:do not|don't|dont|please stop|stop) (?:call|contact|disturb|messag|text|e ?mail|mail)|\\bdnc\\b|\\bopt(?:ed|s)? ?out\\b|\\bunsubscribe|\\bno (?:more|further) (?:calls?|contacts?|messages?)\\b|\\bremove (?:me|her|him|them)\\b|\\bremoved from (?:the |our |your )?list\\b|^refused$"],
    ['wrong_number', 'said',
        '空号|错号|打错|(?:号码|电话|手机号?)(?:是|已)?(?:错|不对|有误|无效|失效|不存在|停)|停机|不是(?:她|他)?本人|非本人|查无此人',
        "\\bwrong (?:number|person)\\b|\\b(?:invalid|dead) number\\b|\\bnumber (?:is )?(?:wrong|invalid|disconnected|not in use|does not exist|no longer)|\\b(?:not|no longer) in service\\b"],
    ['not_reached', 'said',
        '(?:未|没有?|无)(?:人|能|法)?(?:接(?:[^受待触]|$)|应答|打通|联系|回(?:复|应|信|电|消息|$)|通$)|联系不(?:上|到)|打不通|不通$|不通[，。,;； ]|不接电话|不回复|已读不回|^没人$|关机|通话中|占线|忙音|忙线|拒接|挂(?:断|机|了)|不在(?:家|服务区)|语音信箱',
        "\\bnot? (?:reach|answer|repl|respon|connect|available|picked|at home)|\\bunreach|\\bunanswered\\b|\\bunavailable\\b|\\b(?:could|can|did|does) ?(?:n't|not) (?:be )?(?:reach|connect|contact|answer|repl|respond|pick)|\\bcan't (?:be )?reach|\\bcannot (?:be )?reach|\\bno pick ?up\\b|\\bvoice ?mail\\b|^busy$|\\b(?:line|number) (?:was |is )?(?:busy|engaged)\\b|\\bswitched off\\b|\\bhung up\\b|\\bleft (?:a |them a )?message\\b|^failed$"],
    ['complaint', 'plain', '投诉|抱怨|不满|客诉|生气|发火', "\\bcomplain|\\bdissatisfied\\b|\\bunhappy\\b|\\bangry\\b|\\bupset\\b"],
    ['coming', 'plain',
        '(?:会|要|愿意|答应|同意|准备|打算|周末|今天|明天|后天|下周|改天|月底|有空)(?:再|就)?(?:来|到店|过来|到门店)|将到店|预约|约(?:好|定|了)',
        "\\bcoming\\b|\\b(?:will|wants? to|plans? to|promised to|going to|agreed to|would) (?:come|visit|drop (?:by|in)|stop by)|\\bappointment\\b|\\bbooked\\b"],
    ['reached', 'plain',
        '接通|接听|联系上|联系到|已联系|已接|已回|沟通|告知|通知到|回复|到店|满意|成功|兴趣|考虑|核对|确认|不需要|暂不|已购|买了|成交|来店|已加|感谢|谢谢|完成|办妥',
        "\\breached\\b|\\banswered\\b|\\bspoke\\b|\\btalked\\b|\\brepl(?:y|ied)\\b|\\bresponded\\b|\\bconnected\\b|\\bcontacted\\b|\\bconfirmed\\b|\\bsatisfied\\b|\\binterested\\b|\\binformed\\b|\\bthank|\\bbought\\b|\\bpurchased\\b|\\bdiscussed\\b|\\bdeclined\\b|\\bhappy\\b|\\bdone\\b|\\bcompleted\\b|\\bok\\b"],
] %}
with raw as (
    select
        i.interaction_id, i.at as contacted_at, i.on_date, i.staff_id, i.record_id, r.person_id, coalesce(r.person_id, i.id_space || ':' || i.record_id) as contact_key,
        coalesce(h.heir_id, i.store_id) as named_store_id, coalesce(nullif(trim(i.channel), ''), 'unknown') as channel,
        coalesce(i.direction = 'in', false) as is_inbound, nullif(trim(i.content), '') as content, nullif(trim(i.result), '') as result,
        nullif(trim(i.next_step), '') as next_step, i.next_step_on,
        {{ sql.replace_all("trim(translate(lower(i.result), '’＇', ''''''))", "'[\\s_\\x{3000}-]+'", "' '") }} as said
    from {{ source('interactions') }} i
    left join {{ ref('person_records') }} r on r.id_space = i.id_space and r.record_id = i.record_id
    left join {{ ref('store_successors') }} h on h.store_id = i.store_id
    where i.on_date <= {{ var('today') }}
),
-- What denies itself is taken out before the words are looked for.
heard as (
    select
        *,
        {{ sql.replace_all('said', "'(?:没有?|无|未|不|非)(?:再|任何|什么)?(?:投诉|抱怨|不满意?|生气)|(?:不会?|没空|没时间|未|没有?|不能|不想)(?:再)?(?:来|到店|过来|预约)|取消预约|来电|来不及|将来|\\b(?:no|not|without|never)(?: any)? (?:complain\\w*|dissatisfied|unhappy|angry|upset|appointment|coming)|\\b(?:will not|won''t|cannot|can''t) (?:come|visit)|\\bcancell?ed (?:the )?appointment'", "' '") }} as plain
    from raw
),
sorted as (
    select
        *,
        case
            when said is null or said = '' then null
            when said in ('reached', 'coming', 'complaint', 'other') then said
            when said in ('not reached', 'do not contact', 'wrong number') then replace(said, ' ', '_')
            {%- for outcome, text, chinese, english in words %}
            when regexp_matches({{ text }}, {{ (chinese ~ '|' ~ english) | sql }}) then '{{ outcome }}'
            {%- endfor %}
            else 'other'
        end as outcome
    from heard
),
data as (
    select min(ordered_on) as first_on
    from {{ ref('orders') }}
),
contact_days as (
    select distinct person_id, on_date
    from raw
    where person_id is not null
),
bought as (
    select
        s.person_id, s.on_date, min(d.day) filter (where d.day > s.on_date) as bought_on,
        sum(d.net_sales) filter (where d.day > s.on_date) as net_sales_after, bool_or(d.day < s.on_date) as bought_before,
        bool_or(d.day = s.on_date) as bought_on_day
    from contact_days s
    join {{ ref('customer_days') }} d
        on d.person_id = s.person_id and d.is_purchase_day
        and d.day between {{ sql.add_days('s.on_date', '0 - ' ~ days) }} and {{ sql.add_days('s.on_date', days) }}
    group by s.person_id, s.on_date
),
joined as (
    select
        s.*, p.home_store_id, nullif(trim(t.name), '') as staff_name, coalesce(e.heir_id, t.store_id) as staff_store_id, b.bought_on,
        b.net_sales_after, coalesce(b.bought_before, false) as bought_before, coalesce(b.bought_on_day, false) as bought_on_day,
        {{ sql.add_days('s.on_date', days) }} <= {{ var('as_of') }} as is_over,
        coalesce({{ sql.add_days('s.on_date', '0 - ' ~ days) }} >= f.first_on, false) as is_covered
    from sorted s
    cross join data f
    left join bought b on b.person_id = s.person_id and b.on_date = s.on_date
    left join {{ ref('people') }} p on p.person_id = s.person_id
    left join {{ source('staff') }} t on t.staff_id = s.staff_id
    left join {{ ref('store_successors') }} e on e.store_id = t.store_id
)
select
    interaction_id, contacted_at, on_date, record_id, person_id, contact_key, coalesce(named_store_id, staff_store_id, home_store_id) as store_id,
    home_store_id, staff_id, staff_name, channel, is_inbound, content, result, outcome,
    case
        when outcome in ('reached', 'coming', 'do_not_contact', 'complaint') then true
        when outcome in ('not_reached', 'wrong_number') then false
    end as is_reached,
    next_step, next_step_on,
    case when contact_key is not null then lag(on_date) over (partition by contact_key order by contacted_at, interaction_id) end as previous_on,
    bought_on,
    case when person_id is null then null when bought_on is not null then true when is_over then false end as bought_after,
    cast(
        case when person_id is null then null when bought_on is not null then net_sales_after when is_over then 0 end as decimal(18, 2)
    ) as net_sales_after,
    case when person_id is not null and is_covered then bought_before end as bought_before,
    case when person_id is not null then bought_on_day end as bought_on_day,
    person_id is not null and not is_inbound and is_over and is_covered as is_judged
from joined
