//! The drill: a backup is proven by building the book from it and comparing it with the published one, file by file.
//!
//! The published release says on its card which days it was built for, and what it knew of earlier drills; with these
//! the same input gives the same bytes. So a difference means that the backup lacks something, or that the project
//! has changed since. A sealed book takes its keys as well, and they are proven with it: by the keyrings, the sealed
//! pages and the signature that come out the same.

use std::path::Path;

use serde::Serialize;

use super::keys;
use super::repository::Repository;
use super::restore::{self, extract};
use crate::access::{FINGERPRINT, Keys};
use crate::failpoint::failpoint;
use crate::pipeline::{self, Request};
use crate::problem::{Problem, Result};
use crate::progress::Progress;
use crate::project::lock::Lock;
use crate::project::state::proven::Proven;
use crate::project::{Clocks, Project, private};
use crate::publish::{self, Manifest, Origin, Release};

/// Differences that are named; the rest is counted.
const NAMED: usize = 10;

/// What a drill is asked to do.
pub struct Drill<'a> {
    pub restore: restore::Order<'a>,
    /// The published book; the project's own without.
    pub output: Option<&'a Path>,
}

/// A drill that succeeded.
#[derive(Debug, Clone, Serialize)]
pub struct Drilled {
    pub snapshot: String,
    pub release: String,
    /// Files of the book, all of them the same.
    pub files: u64,
    /// The book is signed, and the signature came out the same too.
    pub signed: bool,
    pub day: String,
}

/// Restores a snapshot into a scratch folder, builds the book there, compares, and records a success in the state.
///
/// # Errors
/// Usage: there is no published book, or it is sealed and no keys are given. Refused: an identity opens nothing, another
/// drill is at work. Failed: not proven, with what differs. Nothing but the record is ever written outside the scratch
/// folder, and that is gone in every case.
pub fn drill(
    project: &Project,
    repository: &Repository,
    drill: &Drill<'_>,
    progress: &dyn Progress,
) -> Result<Drilled> {
    let place = project.cache().join("drill");
    let _one_at_a_time = Lock::of_folder(&place, "a drill", drill.restore.wait)?;
    // First of all: what a killed drill left may hold keys, and this one may have to give up early.
    clean(&place)?;
    let output = drill.output.map_or_else(|| project.output(), Path::to_path_buf);
    let Some((release, card)) = publish::card_at(&output) else {
        return Err(Problem::usage("there is no published book to compare with").at(output).hint("build first"));
    };
    let Some((published, _)) = publish::site_at(&output)? else {
        return Err(Problem::usage("there is no published book to compare with").at(output));
    };
    let scratch = private::scratch(&place, "work-")
        .map_err(|error| Problem::io("make a folder for the drill", &place, &error))?;
    let folder = scratch.path().join("project");
    private::folder(&folder).map_err(|error| Problem::io("make a folder for the drill", &folder, &error))?;

    bring_keys(&drill.restore, &folder, &card)?;
    failpoint("drill-keys");
    let reading = repository.lock_to_read(drill.restore.wait)?;
    let data = restore::Order { keys: None, ..drill.restore };
    let restored = extract(repository, &folder, &data, progress)?;
    drop(reading);
    let site = scratch.path().join("site");
    let own_keys = drill.restore.keys.is_some();
    let rebuilt = rebuild(project, &Rebuild { folder: &folder, site: &site, card: &card, own_keys }, progress)?;
    compare(&published, &rebuilt, &card, &output)?;
    let signed = compare_signatures(&output, &site)?;

    let lock = pipeline::lock_for(project, "recording a drill", drill.restore.wait)?;
    let day = Clocks::of(project, None, None)?.today.to_string();
    let files = published.files.len() as u64;
    let proven = Proven { last_drill: day.clone(), snapshot: restored.snapshot.clone(), files };
    proven.write(&project.state(), &lock)?;
    Ok(Drilled { snapshot: restored.snapshot, release, files, signed, day })
}

/// Puts the keys into the restored project before anything else: whether they are the right ones is known at once, a
/// large backup takes hours. Keys of the environment stay where they are; a file of keys goes before them, because it
/// is what is to be proven.
fn bring_keys(order: &restore::Order<'_>, folder: &Path, card: &Release) -> Result<()> {
    let state = folder.join("state");
    if let Some(archive) = order.keys {
        keys::restore(archive, &state.join("keys"), order.identities)?;
    }
    let Some(sealed_with) = card.notes.get(FINGERPRINT) else { return Ok(()) };
    let (found, from) = match order.keys {
        Some(archive) => (Keys::of_state(&state)?, archive.display().to_string()),
        None => (Keys::of_environment()?, "the environment".to_owned()),
    };
    match found {
        Some(keys) if keys.fingerprint() == *sealed_with => Ok(()),
        Some(_) => Err(Problem::failed(format!(
            "not proven: the published book was sealed with other keys than those of {from}"
        ))
        .hint("take the backup of the keys that were in use when the book was built; nothing was changed")),
        None if order.keys.is_some() => {
            Err(Problem::failed(format!("not proven: the published book is sealed, and {from} holds no keys for it"))
                .hint("back the keys up again, after the build that made them: `storebook backup --keys FILE`"))
        }
        None => Err(Problem::usage("the published book is sealed: building it again takes its keys")
            .hint("add --keys FILE, as `storebook backup --keys` wrote it, and the --identity that opens it")),
    }
}

/// What is built, where, and as which release.
struct Rebuild<'a> {
    folder: &'a Path,
    site: &'a Path,
    card: &'a Release,
    /// The keys are those that were restored, not those of the environment.
    own_keys: bool,
}

/// Builds the restored project as the release was built.
fn rebuild(project: &Project, wanted: &Rebuild<'_>, progress: &dyn Progress) -> Result<Manifest> {
    let &Rebuild { folder, site, card, own_keys } = wanted;
    let state = folder.join("state");
    Proven::put_back(&state, &card.notes).map_err(|error| Problem::io("prepare the drill", &state, &error))?;
    let mut restored = Project::open(folder)?;
    restored.config.engine.threads = project.config.engine.threads;
    let day =
        |text: &str| text.parse().map_err(|_| Problem::failed(format!("the published release names no day: {text:?}")));
    let request = Request {
        today: Some(day(&card.today)?),
        as_of: Some(day(&card.as_of)?),
        output: Some(site.to_path_buf()),
        unsealed: card.unsealed,
        own_keys,
        ..Request::default()
    };
    let built = pipeline::build(&restored, &request, progress);
    built.map_err(|problem| {
        let hint =
            problem.hint_text().unwrap_or("the project was restored, but no book could be built from it").to_owned();
        problem.hint(format!("this is said of the restored copy: {hint}"))
    })?;
    match publish::site_at(site)? {
        Some((manifest, _)) => Ok(manifest),
        None => Err(Problem::failed("the build of the restored project left no book").at(site)),
    }
}

fn compare(published: &Manifest, rebuilt: &Manifest, card: &Release, output: &Path) -> Result<()> {
    let mut differing: Vec<&str> = Vec::new();
    for (path, entry) in &published.files {
        if rebuilt.files.get(path) != Some(entry) {
            differing.push(path);
        }
    }
    differing.extend(rebuilt.files.keys().filter(|path| !published.files.contains_key(*path)).map(String::as_str));
    if differing.is_empty() {
        return Ok(());
    }
    let count = differing.len();
    let more = if count > NAMED { format!(" and {} more", count - NAMED) } else { String::new() };
    let message = format!(
        "not proven: {count} files of the book built from the backup differ from the published one: {}{more}",
        differing[..count.min(NAMED)].join(", ")
    );
    let now = concat!("storebook ", env!("CARGO_PKG_VERSION"));
    let hint = if card.generator == now {
        "a backup proves a book that was built from the same files: build, back up, then drill; codes that were given, taken \
         away or replaced since the build are such a change too"
            .to_owned()
    } else {
        format!("the published book was built by {}, this is {now}: build with this program first", card.generator)
    };
    Err(Problem::failed(message).at(output).hint(hint))
}

/// The manifest says nothing of the signature, which stands on the card. Whether there is one.
fn compare_signatures(published: &Path, rebuilt: &Path) -> Result<bool> {
    match (publish::origin_at(published), publish::origin_at(rebuilt)) {
        (Origin::Forged, _) => {
            Err(Problem::failed("not proven: the signature of the published book does not belong to it")
                .at(published)
                .hint("somebody changed its card: `storebook verify` tells what else differs, a build writes it anew"))
        }
        (Origin::By(one), Origin::By(other)) if one != other => {
            Err(Problem::failed("not proven: the published book was signed with another key").at(published))
        }
        (origin, _) => Ok(origin != Origin::Unsigned),
    }
}

/// Folders of drills that were killed; the lock says that none is at work.
fn clean(place: &Path) -> Result<()> {
    let io = |error: std::io::Error| Problem::io("remove what a killed drill left", place, &error);
    for entry in place.read_dir().map_err(io)? {
        let entry = entry.map_err(io)?;
        if entry.file_name().to_string_lossy().starts_with("work-") {
            std::fs::remove_dir_all(entry.path()).map_err(io)?;
        }
    }
    Ok(())
}
