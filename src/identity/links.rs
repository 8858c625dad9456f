//! `identity_links`: the one model that compares records; everything else of identity is read off its rows.

use std::collections::HashMap;
use std::fmt::Write as _;

use jiff::civil::Date;

use super::customers::{self, Customer};
use super::matching::{self, Decision, Forced, Kind, Link, Options, Outcome, Records, RecordsBuilder, Schema};
use super::overrides::{Overrides, Word};
use crate::models::{Input, NativeModel};
use crate::problem::{Problem, Result};
use crate::project::{self, CONFIG_FILE};
use crate::warehouse::{Engine, Value, quoted};

pub struct IdentityLinks {
    settings: project::Identity,
    overrides: Overrides,
}

impl IdentityLinks {
    pub fn new(settings: project::Identity, overrides: Overrides) -> Self {
        IdentityLinks { settings, overrides }
    }
}

impl NativeModel for IdentityLinks {
    fn name(&self) -> &'static str {
        "identity_links"
    }
    fn header(&self) -> &'static str {
        "-- identity_links: pairs of customer records that have something in common, and what became of them.
-- zh-CN: 有共同之处的两条会员记录，判断成了什么
-- grain: one row per pair of records
-- key: id_space, record_id, other_id_space, other_record_id
-- definition: Names, telephones, e-mails, birthdays and addresses are brought to one form and compared; every agreement and
--   disagreement weighs as much as the data themselves show it to weigh (Fellegi and Sunter), a common value less than a
--   rare one. From the merging probability on, records are one person, unless that would join people who contradict each
--   other; from the review probability on, somebody should look.
-- zh-CN definition: 姓名、电话、邮箱、生日和地址先化成统一的写法，再逐项比较；每一项相同或不同有多重，由数据自己看出
--   （Fellegi 和 Sunter 的办法），少见的相同比常见的相同更重。把握到 {identity.merge}就算同一人，除非会把互相矛盾的人
--   连在一起；到 {identity.review}就列给人看。人工认定过的，以认定为准。
-- column probability: how sure it is that both records are one person, 0 to 1
-- column decision: merged, review, household (two people of one home) or different
-- column reason: what agrees and what does not, the weightiest first; see docs/identity.md
-- column weights: what each comparison adds, in bits: 10 = a thousand times likelier
-- room: people
-- publishable: no"
    }
    fn inputs(&self) -> Vec<Input> {
        vec![Input::Source("customers".to_owned())]
    }
    fn columns(&self) -> Vec<(&'static str, &'static str)> {
        vec![
            ("id_space", "varchar"),
            ("record_id", "varchar"),
            ("other_id_space", "varchar"),
            ("other_record_id", "varchar"),
            ("probability", "double"),
            ("decision", "varchar"),
            ("reason", "varchar"),
            ("weights", "varchar"),
        ]
    }
    fn fingerprint(&self) -> String {
        format!("{FORMAT} {:?} {}", self.settings, self.overrides.fingerprint())
    }
    fn run(&self, engine: &dyn Engine, put: &mut dyn FnMut(Vec<Value>) -> Result<()>) -> Result<()> {
        let mut schema = customers::schema(&self.settings.match_on);
        if !self.settings.enabled {
            schema.blocks.clear();
        }
        let (mut records, ids) = read(engine, &schema, &self.settings.match_on)?;
        let forced = self.forced(&ids);
        let options = Options { merge: self.settings.merge, review: self.settings.review, ..Options::default() };
        let outcome = matching::resolve(&schema, &mut records, &forced, &options);
        for warning in &outcome.warnings {
            tracing::warn!("identity: {warning}");
        }
        for link in &outcome.links {
            put(row(&schema, &records, &outcome, (link, &ids)))?;
        }
        Ok(())
    }
}

/// Counts up when the engine would decide otherwise about the same records.
const FORMAT: &str = "1";

impl IdentityLinks {
    fn forced(&self, ids: &[(String, String)]) -> Forced {
        let place: HashMap<&(String, String), u32> = ids.iter().zip(0_u32..).collect();
        let mut forced = Forced::default();
        for line in &self.overrides.lines {
            let (Some(a), Some(b)) = (place.get(&line.a), place.get(&line.b)) else {
                tracing::warn!(
                    "state/{}:{}: a record of this decision is not in the data of customers",
                    super::overrides::FILE,
                    line.number
                );
                continue;
            };
            let list = if line.word == Word::Same { &mut forced.same } else { &mut forced.different };
            list.push((*a, *b));
        }
        forced
    }
}

/// Every customer record with the best value of each column, as `people` chooses it; in the total order of records.
fn read(engine: &dyn Engine, schema: &Schema, extra: &[String]) -> Result<(Records, Vec<(String, String)>)> {
    let columns = engine.describe("from source.customers")?;
    if let Some(missing) = extra.iter().find(|name| !columns.iter().any(|column| column.name == **name)) {
        let own = columns.iter().map(|column| column.name.as_str()).filter(|name| name.starts_with("extra_"));
        let problem = Problem::usage(format!("identity.match_on names {missing}, which no file of customers has"));
        return Err(problem.at(CONFIG_FILE).nearest(missing, own));
    }
    let mut builder = RecordsBuilder::new(&schema.columns);
    let mut ids = Vec::new();
    engine.stream(&select(extra), &mut |_, rows| {
        for row in rows {
            let text = |at: usize| row.get(at).filter(|value| !value.is_null()).map(Value::plain);
            let birthday = match row.get(6) {
                Some(Value::Date(date)) => Some(*date),
                _ => None::<Date>,
            };
            let customer = Customer {
                name: text(2),
                phone: text(3),
                email: text(4),
                birthday,
                lunar: text(7).is_some_and(|calendar| calendar == "lunar"),
                gender: text(5),
                city: text(8),
                address: text(9),
                wechat: text(10),
                extra: (0..extra.len()).map(|at| text(11 + at)).collect(),
            };
            builder.push(customers::cells(&customer));
            ids.push((text(0).unwrap_or_default(), text(1).unwrap_or_default()));
        }
        Ok(())
    })?;
    Ok((builder.finish(), ids))
}

fn select(extra: &[String]) -> String {
    let latest = "order by joined_on desc nulls last, source";
    let mut sql = String::from("select id_space, record_id");
    let plain = ["name", "phone", "email", "gender", "birthday"].map(ToOwned::to_owned);
    let rest = ["city", "address", "wechat_id"].map(ToOwned::to_owned);
    let best = |sql: &mut String, column: &str, given: &str| {
        let (column, given) = (quoted(column), quoted(given));
        let _ = write!(sql, ", first({column} {latest}) filter (where {given} is not null) as {column}");
    };
    for column in &plain {
        best(&mut sql, column, column);
    }
    best(&mut sql, "birthday_calendar", "birthday");
    for column in rest.iter().chain(extra) {
        best(&mut sql, column, column);
    }
    sql.push_str(
        " from source.customers where record_id is not null group by id_space, record_id order by id_space, record_id",
    );
    sql
}

fn row(schema: &Schema, records: &Records, outcome: &Outcome, (link, ids): (&Link, &[(String, String)])) -> Vec<Value> {
    let (a, b) = (&ids[link.a as usize], &ids[link.b as usize]);
    let weights: Vec<f64> = outcome.parameters.weights(&schema.columns, records, (link.a, link.pattern)).collect();
    vec![
        Value::text(a.0.as_str()),
        Value::text(a.1.as_str()),
        Value::text(b.0.as_str()),
        Value::text(b.1.as_str()),
        Value::Float((link.probability * 1e6).round() / 1e6),
        Value::text(decision(link.decision)),
        Value::text(reason(schema, link, &weights)),
        Value::text(weights_text(schema, link, &weights)),
    ]
}

fn decision(decision: Decision) -> &'static str {
    match decision {
        Decision::Merged => "merged",
        Decision::Review => "review",
        Decision::Household => "household",
        Decision::Different => "different",
    }
}

/// `same_phone_and_name, phone_same, name_same_sound`: the rule that decided, then the comparisons by their weight.
/// A project's own columns are `own_same:income`, so that one string serves them all.
fn reason(schema: &Schema, link: &Link, weights: &[f64]) -> String {
    let mut order: Vec<usize> = (0..schema.columns.len()).filter(|at| link.pattern.level(*at) > 0).collect();
    order.sort_by(|x, y| weights[*y].abs().total_cmp(&weights[*x].abs()).then(x.cmp(y)));
    let words = order.into_iter().filter_map(|at| {
        let column = &schema.columns[at];
        let level = column.kind.levels().get(usize::from(link.pattern.level(at)) - 1)?;
        Some(match column.kind {
            Kind::Text => format!("own_{level}:{}", column.name),
            _ => format!("{}_{level}", column.name),
        })
    });
    link.word.map(ToOwned::to_owned).into_iter().chain(words).collect::<Vec<_>>().join(", ")
}

fn weights_text(schema: &Schema, link: &Link, weights: &[f64]) -> String {
    let known = (0..schema.columns.len()).filter(|at| link.pattern.level(*at) > 0);
    known.map(|at| format!("{}={:+.1}", schema.columns[at].name, weights[at])).collect::<Vec<_>>().join(" ")
}
