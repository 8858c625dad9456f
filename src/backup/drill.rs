//! The drill: a backup is proven by building the book from it and comparing it with the published one, file by file.
//!
//! The published release says on its card which days it was built for, and what it knew of earlier drills; with these
//! the same input gives the same bytes. So a difference means that the backup lacks something, or that the project
//! has changed since.

use std::path::Path;

use serde::Serialize;

use super::repository::Repository;
use super::restore::{self, extract};
use crate::pipeline::{self, Request};
use crate::problem::{Problem, Result};
use crate::progress::Progress;
use crate::project::lock::Lock;
use crate::project::state::proven::Proven;
use crate::project::{Clocks, Project};
use crate::publish::{self, Manifest, Release};

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
    pub day: String,
}

/// Restores a snapshot into a scratch folder, builds the book there, compares, and records a success in the state.
pub fn drill(
    project: &Project,
    repository: &Repository,
    drill: &Drill<'_>,
    progress: &dyn Progress,
) -> Result<Drilled> {
    let output = drill.output.map_or_else(|| project.output(), Path::to_path_buf);
    let Some((release, card)) = publish::card_at(&output) else {
        return Err(Problem::usage("there is no published book to compare with").at(output).hint("build first"));
    };
    let Some((published, _)) = publish::site_at(&output)? else {
        return Err(Problem::usage("there is no published book to compare with").at(output));
    };
    let place = project.cache().join("drill");
    let _one_at_a_time = Lock::of_folder(&place, "a drill", drill.restore.wait)?;
    clean(&place)?;
    let scratch = tempfile::Builder::new()
        .prefix("work-")
        .tempdir_in(&place)
        .map_err(|error| Problem::io("make a folder for the drill", &place, &error))?;

    let folder = scratch.path().join("project");
    crate::project::private::folder(&folder)
        .map_err(|error| Problem::io("make a folder for the drill", &folder, &error))?;
    let reading = repository.lock_to_read(drill.restore.wait)?;
    let restored = extract(repository, &folder, &drill.restore, progress)?;
    drop(reading);
    let site = scratch.path().join("site");
    let rebuilt = rebuild(project, &folder, &site, &card, progress)?;
    compare(&published, &rebuilt, &card, &output)?;

    let lock = pipeline::lock_for(project, "recording a drill", drill.restore.wait)?;
    let day = Clocks::of(project, None, None)?.today.to_string();
    let files = published.files.len() as u64;
    let proven = Proven { last_drill: day.clone(), snapshot: restored.snapshot.clone(), files };
    proven.write(&project.state(), &lock)?;
    Ok(Drilled { snapshot: restored.snapshot, release, files, day })
}

/// Builds the restored project as the release was built.
fn rebuild(project: &Project, folder: &Path, site: &Path, card: &Release, progress: &dyn Progress) -> Result<Manifest> {
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
        "a backup proves a book that was built from the same files: build, back up, then drill; sealed pages need --keys"
            .to_owned()
    } else {
        format!("the published book was built by {}, this is {now}: build with this program first", card.generator)
    };
    Err(Problem::failed(message).at(output).hint(hint))
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
