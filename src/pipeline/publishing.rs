//! Everything around a publish: the lock, the stage, state that changes with the site, what a killed run left.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{Request, Warehouse};
use crate::access::{FINGERPRINT, LOCKS};
use crate::deploy;
use crate::digest::{Built, Digest};
use crate::failpoint::failpoint;
use crate::problem::{Kind, Problem, Result};
use crate::project::lock::{Lock, Wait};
use crate::project::state::pending::{self, Pending, Recovered, Ticket};
use crate::project::state::proven::Proven;
use crate::project::state::{Changes, published};
use crate::project::{AtRest, Project};
use crate::publish::{self, Published, Ready, Release, Stage};
use crate::site::{self, Memory, Sink, Site};

/// What the last build knew of the pages that stand in the output now.
pub(super) fn remembered(rest: &AtRest, output: &Path, stage: &Stage) -> Option<Memory> {
    let release = stage.previous_release()?;
    Memory::read(rest, output).filter(|memory| memory.release == release)
}

/// Keeps what this build knows of its pages; without it the next one only takes longer.
pub(super) fn remember(
    rest: &AtRest,
    output: &Path,
    (before, after): (Option<Memory>, Memory),
    request: &Request,
    release: &str,
) {
    let mut memory = match (before, &request.only) {
        (Some(before), Some(_)) => before.forget(&after),
        (None, Some(_)) => return,
        (_, None) => after,
    };
    if let Err(problem) = memory.write(rest, output, release) {
        tracing::warn!("the next build will render every page: {problem}");
    }
}

pub(super) fn open_stage(project: &Project, output: &Path, request: &Request) -> Result<Stage> {
    let section = &project.config.publish;
    let root = |name: &str| project.root.join(name);
    let inputs = vec![
        project.data(),
        project.content(),
        project.models(),
        root("themes"),
        project.state(),
        project.quarantine(),
        project.cache(),
        project.deploy(),
        root(".git"),
    ];
    let options = publish::Options {
        limits: publish::Limits { max_files: section.max_files, max_file_bytes: section.max_file_bytes },
        forbidden: publish::Places { whole: vec![project.root.clone()], inputs },
        swap: forced_swap(),
        facts: Some(cached_facts(project, output)),
        keep: (!request.preview).then_some(publish::Keep { releases: section.keep_releases, days: section.keep_days }),
    };
    Stage::open(output, options)
}

/// One file per output, as with the memory of the pages.
pub(super) fn cached_facts(project: &Project, output: &Path) -> PathBuf {
    let output = std::path::absolute(output).unwrap_or_else(|_| output.to_path_buf());
    let name = blake3::hash(output.to_string_lossy().as_bytes()).to_hex()[..16].to_owned();
    project.cache().join("published").join(format!("{name}.json"))
}

/// Tests try the copying of mount points on every folder.
pub(super) fn forced_swap() -> Option<publish::SwapMode> {
    let forced = cfg!(debug_assertions) && std::env::var_os("STOREBOOK_SWAP").is_some_and(|way| way == "ordered-copy");
    forced.then_some(publish::SwapMode::OrderedCopy)
}

/// `--only` must name a page of the plan.
pub(super) fn known_page(site: &Site<'_>, plan: &site::Plan, request: &Request) -> Result<()> {
    match &request.only {
        Some(only) if !plan.has(site, only) => {
            let names = site.pages.iter().map(|page| page.id.as_str());
            Err(Problem::usage(format!("no page is called \"{only}\"")).nearest(only, names))
        }
        _ => Ok(()),
    }
}

/// The configurations for web servers serve the project's own output; a build elsewhere leaves them alone.
pub(super) fn deploy(
    project: &Project,
    site: &Site<'_>,
    plan: &site::Plan,
    published: &Published,
    request: &Request,
) -> Result<deploy::Written> {
    if request.output.is_some() || request.preview {
        return Ok(deploy::Written::default());
    }
    let facts = deploy::Facts {
        root: project.output(),
        base_url: site.config.site.base_url.clone(),
        policy: site::content_security_policy(&site.config.portal.feedback_endpoint, site.sealing.is_some()),
        public: plan.addresses(site, true),
        private: plan.addresses(site, false),
        endings: publish::endings(&published.output)?,
        unsealed: request.unsealed,
    };
    deploy::write(&project.deploy(), &facts)
}

/// The figures of this build for `storebook notify`.
pub(super) fn digest(warehouse: &Warehouse, project: &Project, pages: u64) -> Result<Digest> {
    let built = Built {
        as_of: warehouse.as_of,
        today: warehouse.clocks.today,
        counts: warehouse.loaded.counts,
        files: warehouse.loaded.files.len(),
        pages,
        closed_through: &project.config.periods.closed_through,
    };
    Digest::of(&warehouse.engine, &built)
}

/// What stands on a release's card besides the two clocks: the name of its keys and how often
/// access had been taken away, and a day the pages show, which whoever
/// rebuilds this release needs too.
fn notes(site: &Site<'_>, state: &Path) -> BTreeMap<String, String> {
    let keys = site.sealing.iter().flat_map(|sealing| {
        let locks = sealing.keys.locks().to_string();
        [(FINGERPRINT.to_owned(), sealing.keys.fingerprint()), (LOCKS.to_owned(), locks)]
    });
    keys.chain(Proven::read(state).map(Proven::into_note)).collect()
}

/// The state a publish writes, and the right to write it.
pub(super) struct Writing<'a> {
    pub(super) project: &'a Project,
    pub(super) changes: Changes,
    pub(super) lock: Option<Lock>,
}

/// Site and state change together: the state waits, complete and durable, until the site is swapped in.
pub(super) fn finish(site: &Site<'_>, stage: Stage, request: &Request, mut writing: Writing<'_>) -> Result<Published> {
    if request.only.is_some() {
        stage.carry_rest()?;
    }
    let ready = stage.prepare(&Release {
        generator: format!("storebook {}", env!("CARGO_PKG_VERSION")),
        as_of: site.as_of.clone(),
        today: site.today.clone(),
        unsealed: request.unsealed,
        notes: notes(site, &writing.project.state()),
        signer: site.sealing.map(|sealing| sealing.keys.signing().clone()),
    })?;
    if request.preview {
        return ready.swap();
    }
    published::record(&writing.project.state(), &ready.ticket().release_id, &mut writing.changes)?;
    writing.publish(&ready)
}

impl Writing<'_> {
    pub(super) fn publish(&self, ready: &Ready) -> Result<Published> {
        if let Some(lock) = &self.lock {
            lock.check()?;
        }
        let state = self.project.state();
        let pending = Pending::write(&state, &self.changes, ready.ticket())?;
        match ready.swap() {
            Ok(published) => {
                pending.map_or(Ok(()), Pending::commit)?;
                Ok(published)
            }
            Err(problem) => {
                // What failed may have failed after the swap; the output knows.
                recover(self.project, &publish::stands)?;
                Err(problem)
            }
        }
    }
}

/// The lock of a build that publishes. What a killed run left is settled before anything is read.
pub(super) fn lock(project: &Project, output: &std::path::Path, request: &Request) -> Result<Option<Lock>> {
    if request.dry_run {
        recover_if_free(project)?;
        return Ok(None);
    }
    lock_for(project, &format!("building into {}", output.display()), request.wait).map(Some)
}

/// The lock of whoever reads the state or writes it; what a killed run left is settled first.
pub fn lock_for(project: &Project, task: &str, wait: Wait) -> Result<Lock> {
    let lock = Lock::take(project, task, wait)?;
    failpoint("build-locked");
    recover(project, &publish::published)?;
    Ok(lock)
}

/// For what only reads: a run that is at work settles its own state.
pub fn recover_if_free(project: &Project) -> Result<()> {
    if !pending::waits(&project.state()) {
        return Ok(());
    }
    match Lock::take(project, "settling what a killed run left", Wait::No) {
        Ok(_lock) => recover(project, &publish::published),
        Err(problem) if problem.kind() == Kind::Refused => Ok(()),
        Err(problem) => Err(problem),
    }
}

pub(super) fn recover(project: &Project, published: &dyn Fn(&Ticket) -> Result<bool>) -> Result<()> {
    match pending::recover(&project.state(), published)? {
        Recovered::Nothing | Recovered::Cleaned => {}
        Recovered::Forward => tracing::warn!("a run was killed after it had published: its state was completed"),
        Recovered::Discarded => tracing::warn!("a run was killed before it had published: its state was thrown away"),
    }
    Ok(())
}

pub(super) struct Staged<'a>(pub(super) &'a Stage);

impl Sink for Staged<'_> {
    fn write(&self, path: &str, bytes: &[u8]) -> Result<()> {
        self.0.write(path, bytes)
    }
    fn carry(&self, paths: &[String]) -> Result<bool> {
        self.0.carry_all(paths)
    }
}

/// Takes pages and keeps nothing.
pub(super) struct Nowhere;

impl Sink for Nowhere {
    fn write(&self, _: &str, _: &[u8]) -> Result<()> {
        Ok(())
    }
}
