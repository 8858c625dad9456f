//! What a build would change: its files, models, figures and pages beside the last release. Nothing is written but the
//! cache.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

use super::authored::Authored;
use super::keys::{Access, refuse_other, seals};
use super::{Request, Stopwatch, facts, open, recover_if_free, tables};
use crate::access::Keys;
use crate::problem::Result;
use crate::progress::Progress;
use crate::project::Project;
use crate::publish::{self, fingerprint};
use crate::release::{self, Difference, PageChanges, Verdict};
use crate::site::{self, Sink, Wish};

/// The last release and the build that would follow it.
#[derive(Debug, Clone, Serialize)]
pub struct Diff {
    /// Clocks of the last release; none before the first.
    pub last: Option<Clocks>,
    pub now: Clocks,
    pub data: Difference,
    pub pages: PageChanges,
    /// What the gate would say.
    pub gate: Verdict,
}

/// The two clocks of a release.
#[derive(Debug, Clone, Serialize)]
pub struct Clocks {
    pub as_of: String,
    pub today: String,
}

/// Compares what a build would give with the last release.
pub fn diff(project: &Project, request: &Request, progress: &dyn Progress) -> Result<Diff> {
    recover_if_free(project)?;
    let authored = Authored::read(project)?;
    let output = request.output.clone().unwrap_or_else(|| project.output());
    let published = publish::site_at(&output)?;
    // As the site that stands there, or every page would differ.
    let unsealed = published.as_ref().is_none_or(|(_, unsealed)| *unsealed);
    if !unsealed {
        // With other keys every page would differ.
        refuse_other(Keys::read(&project.state())?.as_ref(), &project.state(), &output)?;
    }
    let request = Request { unsealed, dry_run: true, ..request.clone() };
    let seals = seals(project, &authored, &request, &output)?;
    let warehouse = open(project, &request, seals, progress, &mut Stopwatch::default())?;
    let facts = facts(&warehouse);
    let tables = tables(&warehouse);
    let access = if seals { Access::ready(project, &warehouse, &request)? } else { None };
    let sealing = access.as_ref().map(|access| &access.sealing);
    let site = authored.site(project, &warehouse, (&facts, &tables), sealing, unsealed);
    let plan = site::plan(&site)?;
    let hashes = Hashes::default();
    // Every page is rendered: the comparison is to trust bytes, not memories.
    site::render(&site, &plan, Wish::default(), &hashes, progress)?;
    let before: BTreeMap<String, String> = published
        .map(|(manifest, _)| manifest.files.into_iter().map(|(path, entry)| (path, entry.sha256)).collect())
        .unwrap_or_default();
    let now = warehouse.release.summary(&warehouse.engine, &warehouse.ran)?;
    let last = warehouse.release.last();
    Ok(Diff {
        last: last.map(|last| Clocks { as_of: last.as_of.clone(), today: last.today.clone() }),
        now: Clocks { as_of: now.as_of.clone(), today: now.today.clone() },
        data: last.map(|last| Difference::of(last, &now)).unwrap_or_default(),
        pages: release::pages(&before, &hashes.0.into_inner().unwrap_or_else(PoisonError::into_inner)),
        gate: warehouse.verdict.clone(),
    })
}

/// Takes files and keeps the hash of their bytes.
#[derive(Default)]
struct Hashes(Mutex<BTreeMap<String, String>>);

impl Sink for Hashes {
    fn write(&self, path: &str, bytes: &[u8]) -> Result<()> {
        let hash = fingerprint(bytes);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), hash);
        Ok(())
    }
}
