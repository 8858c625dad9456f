//! `person_records` and `person_aliases`: who every record is, and where older ids lead.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::civil::Date;

use super::assign::{Assigned, Known, Situation, assign};
use super::matching::{UnionFind, words};
use super::registry::{self, Registry};
use crate::models::{Input, NativeModel};
use crate::problem::Result;
use crate::warehouse::{Engine, Value};

/// Every record any file names, in a total order.
const RECORDS: &str = "
select id_space, record_id from source.customers where record_id is not null
union
select id_space, record_id from source.transactions where record_id is not null
union
select id_space, record_id from source.feedback where record_id is not null
order by id_space, record_id";

/// The pairs that are one person, the surest first.
const MERGED: &str = "
select id_space, record_id, other_id_space, other_record_id, probability, reason
from main.identity_links
where decision = 'merged'
order by probability desc, id_space, record_id, other_id_space, other_record_id";

/// `person_records`: the clusters of `identity_links` under the ids of the registry. Records known only from
/// transactions or feedback are people of their own.
pub struct PersonRecords {
    registry: Arc<Registry>,
}

impl PersonRecords {
    pub fn new(registry: Arc<Registry>) -> Self {
        PersonRecords { registry }
    }
}

impl NativeModel for PersonRecords {
    fn name(&self) -> &'static str {
        "person_records"
    }
    fn header(&self) -> &'static str {
        "-- person_records: which person each record belongs to, and why.
-- zh-CN: 每条会员记录是哪位顾客，为什么
-- grain: one row per id space and record of a person
-- key: id_space, record_id
-- definition: A record is one source row about a person. Records that identity_links merges are one person. The person's id
--   is given at first sight and kept: on a merge the older id survives, on a split the original record keeps it.
-- zh-CN definition: 会员资料、交易和反馈里出现的每个会员编号是一条记录，identity_links 判为同一人的合成一位顾客。顾客
--   编号第一次见到时给定，以后不变。合并时留较早的编号，拆开时原来的那条记录留着它。
-- column match_probability: how sure the surest link of the record to its person is, 0 to 1
-- column reason: why the record belongs to the person; same_record = it is the only one
-- room: people"
    }
    fn inputs(&self) -> Vec<Input> {
        let sources = ["customers", "transactions", "feedback"].map(|name| Input::Source(name.to_owned()));
        sources.into_iter().chain([Input::Model("identity_links".to_owned())]).collect()
    }
    fn columns(&self) -> Vec<(&'static str, &'static str)> {
        vec![
            ("id_space", "varchar"),
            ("record_id", "varchar"),
            ("person_id", "varchar"),
            ("match_probability", "double"),
            ("reason", "varchar"),
        ]
    }
    fn fingerprint(&self) -> String {
        format!("2 {}", self.registry.fingerprint())
    }
    fn run(&self, engine: &dyn Engine, put: &mut dyn FnMut(Vec<Value>) -> Result<()>) -> Result<()> {
        let clusters = Clusters::read(engine)?;
        let assigned = clusters.assign(&self.registry)?;
        for ((at, (space, record)), person) in clusters.records.iter().enumerate().zip(&assigned.people) {
            let (probability, reason) = clusters
                .best
                .get(&at)
                .map_or((1.0, words::SAME_RECORD), |(probability, reason)| (*probability, reason));
            put(vec![
                Value::text(space.as_str()),
                Value::text(record.as_str()),
                Value::text(Registry::id(*person)),
                Value::Float(probability),
                Value::text(reason),
            ])?;
        }
        Ok(())
    }
}

struct Clusters {
    records: Vec<(String, String)>,
    roots: Vec<u32>,
    /// Of records with a link: the surest one.
    best: HashMap<usize, (f64, Arc<str>)>,
}

impl Clusters {
    fn read(engine: &dyn Engine) -> Result<Clusters> {
        let mut records = Vec::new();
        engine.stream(RECORDS, &mut |_, rows| {
            records.extend(rows.iter().map(|row| (row[0].plain(), row[1].plain())));
            Ok(())
        })?;
        let mut sets = UnionFind::new(records.len());
        let mut best: HashMap<usize, (f64, Arc<str>)> = HashMap::new();
        let place = |space: &Value, record: &Value| records.binary_search(&(space.plain(), record.plain())).ok();
        engine.stream(MERGED, &mut |_, rows| {
            for row in rows {
                let (Some(a), Some(b)) = (place(&row[0], &row[1]), place(&row[2], &row[3])) else { continue };
                sets.join(u32::try_from(a).unwrap_or(0), u32::try_from(b).unwrap_or(0));
                let reason: Arc<str> = row[5].plain().into();
                for at in [a, b] {
                    best.entry(at).or_insert_with(|| (row[4].as_f64().unwrap_or(1.0), Arc::clone(&reason)));
                }
            }
            Ok(())
        })?;
        let roots = (0..u32::try_from(records.len()).unwrap_or(u32::MAX)).map(|at| sets.find(at)).collect();
        Ok(Clusters { records, roots, best })
    }

    fn assign(&self, registry: &Registry) -> Result<Assigned> {
        let people = registry.people()?;
        let known: Vec<Option<Known>> =
            self.records.iter().map(|(space, record)| people.known(space, record)).collect();
        let orphaned = |id: u64| people.origin(id).is_none_or(|record| self.records.binary_search(record).is_err());
        let situation =
            Situation { clusters: &self.roots, known: &known, orphaned: &orphaned, next: people.next_number() };
        Ok(assign(&situation))
    }
}

/// `person_aliases`: ids that lead to another person, so that old links find their page.
pub struct PersonAliases {
    registry: Arc<Registry>,
    today: Date,
}

impl PersonAliases {
    pub fn new(registry: Arc<Registry>, today: Date) -> Self {
        PersonAliases { registry, today }
    }
}

impl NativeModel for PersonAliases {
    fn name(&self) -> &'static str {
        "person_aliases"
    }
    fn header(&self) -> &'static str {
        "-- person_aliases: person ids that were given once and lead to another person now.
-- zh-CN: 已经合并到别人名下的旧顾客编号
-- grain: one row per id that is no person's any more
-- key: old_id
-- definition: When two people turn out to be one, the older id survives and the other is kept as an alias.
-- zh-CN definition: 发现两位顾客是同一个人时，留较早的编号，另一个作为别名留着，指向合并后的那位顾客。
-- column person_id: the person the old id leads to
-- column merged_on: the day it was merged
-- room: people
-- publishable: no"
    }
    fn inputs(&self) -> Vec<Input> {
        vec![Input::Model("person_records".to_owned())]
    }
    fn columns(&self) -> Vec<(&'static str, &'static str)> {
        vec![("old_id", "varchar"), ("person_id", "varchar"), ("merged_on", "date")]
    }
    fn fingerprint(&self) -> String {
        format!("1 {} {} {}", self.registry.fingerprint(), self.registry.log_fingerprint(), self.today)
    }
    fn run(&self, engine: &dyn Engine, put: &mut dyn FnMut(Vec<Value>) -> Result<()>) -> Result<()> {
        let merged_on = self.registry.merged_on();
        let aliases: BTreeMap<u64, u64> = registry::aliases(&self.registry.rows_after(engine)?);
        for (old, person) in aliases {
            put(vec![
                Value::text(Registry::id(old)),
                Value::text(Registry::id(person)),
                Value::Date(merged_on.get(&old).copied().unwrap_or(self.today)),
            ])?;
        }
        Ok(())
    }
}
