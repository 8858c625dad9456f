//! The words of every entry of the care calendar, and what the templates look like.

use std::sync::Arc;

use jiff::civil::Date;

use super::messages::{Facts, KINDS, Messages};
use super::sms::{length, sms_text};
use crate::locale::Locale;
use crate::locale::format::Num;
use crate::models::{Input, NativeModel};
use crate::problem::{Problem, Result};
use crate::warehouse::{Engine, Row, Value};

/// What all messages of a chain have in common.
pub struct Voice {
    pub messages: Messages,
    /// The language customers are written to in: the first of the site.
    pub code: String,
    pub locale: Locale,
    pub chain: String,
    /// Of text messages, without brackets.
    pub signature: String,
    /// Whether text messages end with the words for opting out.
    pub opt_out: bool,
}

impl Voice {
    fn fingerprint(&self) -> String {
        let (messages, locale) = (self.messages.fingerprint(), self.locale.fingerprint());
        format!("1 {messages} {locale} {} {} {}", self.chain, self.signature, self.opt_out)
    }

    /// The text as it goes out by a channel.
    fn sent(&self, channel: Option<&str>, text: &str, service: bool) -> Result<String> {
        // What customers asked for, such as a word on their points, is no marketing.
        if channel == Some("sms") {
            sms_text(&self.signature, text, self.opt_out && !service)
        } else {
            Ok(text.to_owned())
        }
    }
}

/// `care_messages`.
pub struct CareMessages(pub Arc<Voice>);

const ENTRIES: &str = "
    select
        l.person_id, l.kind, l.subject, l.due_on, l.channel, p.name, s.name as store, st.phone as store_phone, l.product,
        l.points, l.worth, l.event_on, l.days
    from main.care_list l
    join main.people p on p.person_id = l.person_id
    left join main.store_summary s on s.store_id = l.store_id
    left join (select store_id, min(phone) as phone from source.stores group by store_id) st on st.store_id = l.store_id
    where coalesce(l.suppressed_by, 'done') = 'done'
    order by l.person_id, l.kind, l.subject, l.due_on";

impl CareMessages {
    fn facts(&self, row: &[Value]) -> Facts {
        let voice = &self.0;
        let text = |at: usize| row[at].as_str().map(str::to_owned);
        let kind = row[1].as_str().unwrap_or_default();
        let day = |value: &Value| value.as_date().map(|day| voice.locale.date(day));
        let number = |value: &Value| match value {
            Value::Decimal { unscaled, scale } => Some(Num::Decimal { unscaled: *unscaled, scale: *scale }),
            Value::Int(number) => Some(Num::Int(*number)),
            _ => None,
        };
        let days = number(&row[12]).map(|days| voice.locale.number(days, 0));
        Facts {
            name: text(5),
            store: text(6),
            store_phone: text(7),
            chain: Some(voice.chain.clone()),
            product: text(8),
            points: number(&row[9]).map(|points| voice.locale.number(points, 0)),
            points_value: number(&row[10]).map(|worth| voice.locale.money(worth)),
            expires_on: if kind == "points_expiring" { day(&row[11]) } else { None },
            age: if kind == "birthday" { days.clone() } else { None },
            days,
            holiday: if kind == "holiday" { text(2) } else { None },
        }
    }
}

impl NativeModel for CareMessages {
    fn name(&self) -> &'static str {
        "care_messages"
    }
    fn header(&self) -> &'static str {
        "-- care_messages: what is said to whom: the text of every entry of care_list that is to be done.
-- zh-CN: 关怀日历里每一条要说的话
-- grain: one row per entry of care_list that is to be done or is done
-- key: person_id, kind, subject, due_on
-- definition: The template of the occasion (content/messages, or the program's own), in the first language of the site. Text messages
--   have the signature of messages.signature before them and, unless they are service, the words for opting out behind. Their length by
--   3GPP TS 23.038.
-- zh-CN definition: 每种事由一个模板（content/messages，没有就用自带的），用网站的第一种语言。短信前面加签名（设置 messages.signature），营销短信末
--   尾加拒收请回复R；字数和条数按短信标准算（3GPP TS 23.038）。
-- column title: subject of a mail
-- column text: what is sent
-- column characters: of a text message: what is counted against its limit
-- column parts: text messages that are paid for
-- column facts: the words it was made of, as JSON
-- room: care
-- publishable: no"
    }
    fn inputs(&self) -> Vec<Input> {
        let models = ["care_list", "people", "store_summary"].map(|name| Input::Model(name.to_owned()));
        models.into_iter().chain([Input::Source("stores".to_owned())]).collect()
    }
    fn columns(&self) -> Vec<(&'static str, &'static str)> {
        vec![
            ("person_id", "varchar"),
            ("kind", "varchar"),
            ("subject", "varchar"),
            ("due_on", "date"),
            ("title", "varchar"),
            ("text", "varchar"),
            ("characters", "integer"),
            ("parts", "integer"),
            ("facts", "varchar"),
        ]
    }
    fn fingerprint(&self) -> String {
        self.0.fingerprint()
    }
    fn run(&self, engine: &dyn Engine, put: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        let voice = &self.0;
        engine.stream(ENTRIES, &mut |_, rows| {
            for row in rows {
                let kind = row[1].as_str().unwrap_or_default();
                let facts = self.facts(&row);
                let message = voice.messages.render(kind, &voice.code, &facts)?;
                let facts = serde_json::to_string(&facts)
                    .map_err(|error| Problem::failed(format!("the words of a message: {error}")))?;
                let service = matches!(kind, "points_expiring" | "confirm_details");
                let text = voice.sent(row[4].as_str(), &message.text, service)?;
                let size = length(&text);
                put(vec![
                    row[0].clone(),
                    row[1].clone(),
                    row[2].clone(),
                    row[3].clone(),
                    message.subject.map_or(Value::Null, Value::text),
                    Value::text(text),
                    count(size.characters),
                    count(size.parts),
                    Value::text(facts),
                ])?;
            }
            Ok(())
        })
    }
}

fn count(number: usize) -> Value {
    Value::Int(i64::try_from(number).unwrap_or(i64::MAX))
}

/// `message_previews`.
pub struct MessagePreviews {
    pub voice: Arc<Voice>,
    pub today: Date,
}

impl MessagePreviews {
    /// Somebody made up, so that a preview shows where a name goes.
    fn sample(&self) -> Facts {
        let locale = &self.voice.locale;
        let chinese = locale.code().starts_with("zh");
        let word = |zh: &str, en: &str| Some(if chinese { zh } else { en }.to_owned());
        Facts {
            name: word("王女士", "Ms Wang"),
            store: word("东湖店", "East Lake"),
            store_phone: Some("0571-8888 0000".to_owned()),
            chain: Some(self.voice.chain.clone()),
            product: word("龙井茶", "Longjing tea"),
            points: Some(locale.number(Num::Int(500), 0)),
            points_value: Some(locale.money(Num::Int(5))),
            expires_on: Some(locale.date(self.today)),
            days: Some("30".to_owned()),
            holiday: word("中秋节", "Mid-Autumn Festival"),
            age: Some("36".to_owned()),
        }
    }
}

impl NativeModel for MessagePreviews {
    fn name(&self) -> &'static str {
        "message_previews"
    }
    fn header(&self) -> &'static str {
        "-- message_previews: the messages to customers as somebody made up would get them.
-- zh-CN: 给顾客的话，用一位虚构的顾客试写出来
-- grain: one row per occasion
-- key: kind
-- definition: The templates in the first language of the site; as text messages, with signature and the words for opting out.
-- zh-CN definition: 网站第一种语言的模板；按短信写出，带签名和拒收请回复R。
-- column kind_no: order
-- column title: subject of a mail
-- column text: as a text message
-- column characters: what is counted against its limit
-- column parts: text messages that are paid for
-- column is_own: the project's own text, not the program's
-- room: care
-- publishable: no"
    }
    fn inputs(&self) -> Vec<Input> {
        Vec::new()
    }
    fn columns(&self) -> Vec<(&'static str, &'static str)> {
        vec![
            ("kind_no", "integer"),
            ("kind", "varchar"),
            ("title", "varchar"),
            ("text", "varchar"),
            ("characters", "integer"),
            ("parts", "integer"),
            ("is_own", "boolean"),
        ]
    }
    fn fingerprint(&self) -> String {
        format!("{} {}", self.voice.fingerprint(), self.today)
    }
    fn run(&self, _: &dyn Engine, put: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        let voice = &self.voice;
        let code = voice.code.as_str();
        for (at, kind) in KINDS.into_iter().enumerate() {
            let message = voice.messages.render(kind, code, &self.sample())?;
            let service = matches!(kind, "points_expiring" | "confirm_details");
            let text = voice.sent(Some("sms"), &message.text, service)?;
            let size = length(&text);
            let own = voice
                .messages
                .list()
                .any(|listed| listed.kind == kind && listed.locale == code && listed.file.is_some());
            put(vec![
                count(at + 1),
                Value::text(kind),
                message.subject.map_or(Value::Null, Value::text),
                Value::text(text),
                count(size.characters),
                count(size.parts),
                Value::Bool(own),
            ])?;
        }
        Ok(())
    }
}

/// The signature of text messages: that of the settings, else the chain's name where platforms would take it.
///
/// # Errors
/// Usage where neither can be used.
pub fn signature(written: &str, title: &str) -> Result<String> {
    for candidate in [written.trim(), title.trim()] {
        if !candidate.is_empty() && sms_text(candidate, "", false).is_ok() {
            return Ok(candidate.to_owned());
        }
        if !written.trim().is_empty() {
            break;
        }
    }
    if written.trim().is_empty() {
        // A chain whose name is no signature may never send text messages.
        return Ok("会员服务".to_owned());
    }
    sms_text(written.trim(), "", false).map(drop)?;
    Err(Problem::usage("messages.signature cannot be used"))
}
