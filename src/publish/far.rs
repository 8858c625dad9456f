//! A copy of a site elsewhere, compared with its own manifest: every file is fetched and hashed, none is kept.

use std::path::Path;
use std::time::Duration;

use rayon::prelude::*;
use serde::Serialize;
use ureq::Agent;

use super::manifest::{Card, Entry, MANIFEST, MAX_MANIFEST, Manifest, RELEASE, release_id, sha256};
use super::sign::{self, Origin};
use crate::problem::{Problem, Result};
use crate::progress::Progress;

/// Requests at a time: enough to hide the way, and no burden for a small host.
const AT_ONCE: usize = 6;
const PATIENCE: Duration = Duration::from_secs(30);

/// What a copy of a site is like.
#[derive(Debug, Clone, Serialize)]
pub struct CopyReport {
    pub release: String,
    pub as_of: String,
    pub today: String,
    pub files: u64,
    pub bytes: u64,
    /// Not there, by path in order.
    pub missing: Vec<String>,
    /// Other bytes than the manifest says.
    pub changed: Vec<String>,
    /// Only known of a folder: files the manifest does not list.
    pub extra: Vec<String>,
    pub origin: Origin,
}

impl CopyReport {
    /// Every file is as it was published.
    pub fn whole(&self) -> bool {
        self.missing.is_empty() && self.changed.is_empty() && self.extra.is_empty() && self.origin != Origin::Forged
    }
}

/// The same of a folder.
pub fn copy_in(dir: &Path) -> Result<CopyReport> {
    let Some(card) = Card::read(dir) else {
        return Err(Problem::failed("there is no release of a Storebook site here")
            .at(dir)
            .hint("name the folder that holds release.json"));
    };
    let found = super::verify::verify(dir)?;
    let mut report = CopyReport {
        release: found.release_id,
        as_of: card.as_of.clone(),
        today: card.today.clone(),
        files: found.files,
        bytes: found.bytes,
        missing: found.missing,
        changed: found.changed,
        extra: found.extra,
        origin: sign::origin(&card),
    };
    if !found.card_matches {
        report.changed.push(MANIFEST.to_owned());
    }
    Ok(report)
}

/// Compares the site at `address` with its manifest. A well-kept host does not give its manifest away, because it lists
/// every page: then `own` is read, a copy of it.
///
/// # Errors
/// An address that is none, a host that does not answer, and a manifest that is not the one the card names.
pub fn copy_at(address: &str, own: Option<&Path>, progress: &dyn Progress) -> Result<CopyReport> {
    let base = format!("{}/", address.trim_end_matches('/'));
    if !(base.starts_with("https://") || base.starts_with("http://")) || base.contains(char::is_whitespace) {
        return Err(Problem::usage(format!("\"{address}\" is no address of a site"))
            .hint("write it as https://shop.example/book/"));
    }
    let agent: Agent =
        Agent::config_builder().timeout_global(Some(PATIENCE)).http_status_as_error(false).build().into();
    let must = |path: &str, most: u64| -> Result<Vec<u8>> {
        fetch(&agent, &base, path, most)?.ok_or_else(|| {
            Problem::failed(format!("the site has no {path}"))
                .at(&base)
                .hint("give the address of the site's top; it is where index.html is")
        })
    };
    let card: Card = serde_json::from_slice(&must(RELEASE, 1 << 20)?)
        .map_err(|_| Problem::failed("release.json is not that of a Storebook site").at(&base))?;
    let bytes = manifest_of(&agent, &base, &card, own)?;
    let found = card.manifest_sha256.clone();
    let manifest =
        Manifest::parse(&bytes).map_err(|fault| Problem::failed(format!("the manifest: {fault}")).at(&base))?;
    progress.start("files", manifest.files.len() as u64);
    let faults = looked_at(&agent, &base, &manifest, progress)?;
    let of =
        |wanted: Option<bool>| faults.iter().filter(|(_, is)| *is == wanted).map(|(path, _)| (*path).clone()).collect();
    Ok(CopyReport {
        release: release_id(&found),
        as_of: card.as_of.clone(),
        today: card.today.clone(),
        files: manifest.files.len() as u64,
        bytes: manifest.bytes(),
        missing: of(None),
        changed: of(Some(false)),
        extra: Vec::new(),
        origin: sign::origin(&card),
    })
}

/// The bytes of the manifest that the card names: what the host serves, or the copy `own`.
fn manifest_of(agent: &Agent, base: &str, card: &Card, own: Option<&Path>) -> Result<Vec<u8>> {
    let served = fetch(agent, base, MANIFEST, MAX_MANIFEST)?;
    let kept = own.and_then(|file| std::fs::read(file).ok());
    let fits = |bytes: &Vec<u8>| sha256(bytes) == card.manifest_sha256;
    let is_served = served.is_some();
    served.into_iter().chain(kept).find(fits).ok_or_else(|| {
        let problem = if is_served {
            Problem::failed("the manifest of this copy is not the one its release names")
                .hint("an upload may be under way, or somebody changed the site: publish it again")
        } else {
            Problem::failed("the host keeps manifest.json back, and no copy of it for this release is at hand")
                .hint("run it in the project that published the release, or pass its manifest with --manifest FILE")
        };
        problem.at(base)
    })
}

/// Each file with whether it is as it was published; none where it is missing.
fn looked_at<'m>(
    agent: &Agent,
    base: &str,
    manifest: &'m Manifest,
    progress: &dyn Progress,
) -> Result<Vec<(&'m String, Option<bool>)>> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(AT_ONCE).build();
    let pool = pool.map_err(|error| Problem::failed(format!("could not start to fetch: {error}")))?;
    pool.install(|| {
        let files: Vec<(&String, &Entry)> = manifest.files.iter().collect();
        let looked = files.par_iter().map(|(path, entry)| {
            let bytes = fetch(agent, base, path, entry.size + 1)?;
            progress.step(1, path);
            Ok((*path, bytes.map(|bytes| bytes.len() as u64 == entry.size && sha256(&bytes) == entry.sha256)))
        });
        looked.collect()
    })
}

/// The bytes of one file, at most `most` of them; `None` where the host has none. The page for unknown addresses is one
/// that hosts give with that very status.
fn fetch(agent: &Agent, base: &str, path: &str, most: u64) -> Result<Option<Vec<u8>>> {
    let url = format!("{base}{}", encoded(path));
    let mut answer = agent.get(&url).call().map_err(|error| unreachable(base, path, &error))?;
    match answer.status().as_u16() {
        200 => {}
        404 if path == "404.html" => {}
        404 | 410 => return Ok(None),
        status => return Err(unreachable(base, path, &ureq::Error::StatusCode(status))),
    }
    match answer.body_mut().with_config().limit(most).read_to_vec() {
        Ok(bytes) => Ok(Some(bytes)),
        // A longer file is a changed one, whatever stands in it: as many bytes as no listed file has.
        Err(ureq::Error::BodyExceedsLimit(_)) => Ok(Some(vec![0; usize::try_from(most.min(1 << 20)).unwrap_or(1)])),
        Err(error) => Err(unreachable(base, path, &error)),
    }
}

fn unreachable(base: &str, path: &str, error: &ureq::Error) -> Problem {
    Problem::failed(format!("could not fetch {path}: {error}")).at(base).hint("try again when the host answers")
}

/// A path in an address (RFC 3986).
fn encoded(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    path.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
