//! People: every record belongs to a person, and a person keeps the id given at first sight.

mod registry;

use std::sync::Arc;

pub use registry::Registry;

use crate::models::{Input, NativeModel};
use crate::problem::Result;
use crate::warehouse::{Engine, Value};

/// `person_records`: one person per record for now; resolution across records comes above the same registry.
pub struct PersonRecords {
    registry: Arc<Registry>,
}

impl PersonRecords {
    pub fn new(registry: Arc<Registry>) -> Self {
        PersonRecords { registry }
    }
}

/// Every record any file names, in a total order.
const RECORDS: &str = "
select id_space, record_id from source.customers where record_id is not null
union
select id_space, record_id from source.transactions where record_id is not null
union
select id_space, record_id from source.feedback where record_id is not null
order by id_space, record_id";

impl NativeModel for PersonRecords {
    fn name(&self) -> &'static str {
        "person_records"
    }
    fn header(&self) -> &'static str {
        "-- person_records: which person each record belongs to, and why.
-- grain: one row per record of a person in a source
-- key: id_space, record_id
-- definition: a record is one source row about a person; the person's id is given at first sight and kept.
-- column match_probability: how sure the link is, 0 to 1
-- column reason: why the record belongs to the person"
    }
    fn inputs(&self) -> Vec<Input> {
        ["customers", "transactions", "feedback"].map(|name| Input::Source(name.to_owned())).to_vec()
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
        self.registry.fingerprint()
    }
    fn run(&self, engine: &dyn Engine, put: &mut dyn FnMut(Vec<Value>) -> Result<()>) -> Result<()> {
        let known = self.registry.people()?;
        let mut next = known.next_number();
        engine.stream(RECORDS, &mut |_, rows| {
            for row in rows {
                let [space, record] = [row[0].plain(), row[1].plain()];
                let person = known.person(&space, &record).map_or_else(
                    || {
                        let person = Registry::id(next);
                        next += 1;
                        person
                    },
                    ToOwned::to_owned,
                );
                put(vec![
                    Value::text(space),
                    Value::text(record),
                    Value::text(person),
                    Value::Float(1.0),
                    Value::text("same_record"),
                ])?;
            }
            Ok(())
        })
    }
}
