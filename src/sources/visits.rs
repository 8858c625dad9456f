//! What the last build saw of each file: one that has not been touched since is not opened at all.
//!
//! A file counts as untouched when size, time of change and inode are the same, and so is whatever tells how it is
//! read. One record for all files: thousands of small ones would take longer to open than the data.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::arrive::{Arrival, Known};
use super::discover::Found;
use super::recognise::Rules;
use super::stage::Stager;
use crate::problem::Result;
use crate::warehouse::TableStore;

/// A file with more breaks in its lines is looked at again.
const LINES: usize = 200;

#[derive(Debug, Default)]
pub struct Visits {
    before: BTreeMap<String, Visit>,
    now: BTreeMap<String, Visit>,
    changed: bool,
    name: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Visit {
    stat: String,
    known: Known,
}

impl Visits {
    /// Those of the last build with the same settings.
    pub fn read(stager: &Stager, rules: &Rules) -> Visits {
        let settings = stager.settings();
        let told: Vec<_> = rules.bindings.iter().map(|binding| &binding.config).collect();
        let told = format!("{told:?} {}", rules.presets.fingerprint());
        let folder = stager.project.data();
        let name = TableStore::key(&["visits", &settings, &told, &folder.to_string_lossy()]);
        let before = stager.store.made(&name).unwrap_or_default();
        Visits { before, name, ..Visits::default() }
    }

    /// What is known of a file that was not touched (`stat` as it was) and whose rows are still there.
    pub fn known(&self, stager: &Stager, file: &Found, stat: &str) -> Option<Known> {
        let visit = self.before.get(&file.name)?;
        (visit.stat == stat && stager.store.has(&visit.known.staged.part)).then(|| visit.known.clone())
    }

    pub fn saw(&mut self, arrival: &Arrival) {
        if arrival.known.lines.len() > LINES {
            return;
        }
        self.changed |= self.before.get(&arrival.found.name).is_none_or(|visit| visit.stat != arrival.stat);
        let visit = Visit { stat: arrival.stat.clone(), known: arrival.known.clone() };
        self.now.insert(arrival.found.name.clone(), visit);
    }

    pub fn write(&self, stager: &Stager) -> Result<()> {
        if self.changed || self.now.len() != self.before.len() {
            stager.store.remember(&self.name, &self.now)?;
        }
        Ok(())
    }
}
