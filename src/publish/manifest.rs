//! The manifest of a release: every file with its size and SHA-256, and the short card that names the release.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::paths;
use super::sign::{self, Origin, Signed};
use crate::problem::{Problem, Result};
use crate::seal::Secret;

pub(super) const MANIFEST: &str = "manifest.json";
pub(super) const RELEASE: &str = "release.json";
/// The start of `generator` in `release.json`: what marks a directory as ours.
const MARK: &str = "storebook ";
const FORMAT: u32 = 1;
/// A manifest of 20,000 files takes about 3 MB; a file of more than this is not one.
pub(super) const MAX_MANIFEST: u64 = 256 << 20;

/// Size in bytes and lower-case hexadecimal SHA-256 of one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    pub size: u64,
    pub sha256: String,
}

/// All files of a release but `manifest.json` and `release.json` themselves, by path with `/` separators.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    pub format: u32,
    pub files: BTreeMap<String, Entry>,
}

impl Manifest {
    pub(super) fn new(files: BTreeMap<String, Entry>) -> Self {
        Manifest { format: FORMAT, files }
    }

    /// The bytes of `manifest.json`: one line per file in path order, so that releases compare well by line.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut text = format!("{{\"format\":{},\"files\":{{", self.format);
        for (at, (path, entry)) in self.files.iter().enumerate() {
            text.push_str(if at == 0 { "\n" } else { ",\n" });
            let path = serde_json::Value::from(path.as_str());
            text.push_str(&format!("{path}:{{\"size\":{},\"sha256\":\"{}\"}}", entry.size, entry.sha256));
        }
        text.push_str("\n}}\n");
        text.into_bytes()
    }

    pub(super) fn parse(bytes: &[u8]) -> std::result::Result<Self, String> {
        let manifest: Manifest = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        if manifest.format != FORMAT {
            return Err(format!("format {} is not known to this version", manifest.format));
        }
        // A manifest is read from a directory anyone may have written: no path of it may lead out of that directory.
        match manifest.files.keys().find_map(|path| paths::fault(path).map(|fault| (path, fault))) {
            Some((path, fault)) => Err(format!("it lists {path:?}: {fault}")),
            None => Ok(manifest),
        }
    }

    /// Reads a site's manifest together with the SHA-256 of its bytes.
    pub(super) fn read(dir: &Path) -> Result<(Self, String)> {
        let file = dir.join(MANIFEST);
        let bytes = read_small(&file, MAX_MANIFEST).map_err(|error| Problem::io("read the manifest", &file, &error))?;
        let manifest = Manifest::parse(&bytes)
            .map_err(|fault| Problem::failed(format!("this is not a manifest of a release: {fault}")).at(&file))?;
        Ok((manifest, sha256(&bytes)))
    }

    /// Total size of the listed files in bytes.
    pub fn bytes(&self) -> u64 {
        self.files.values().map(|entry| entry.size).fold(0, u64::saturating_add)
    }
}

/// The endings of the files of a published site, in small letters.
pub fn endings(dir: &Path) -> Result<std::collections::BTreeSet<String>> {
    let (manifest, _) = Manifest::read(dir)?;
    let names = manifest.files.keys().filter_map(|path| path.rsplit('/').next()?.rsplit_once('.'));
    Ok(names.map(|(_, ending)| ending.to_lowercase()).collect())
}

/// What a release says of itself, beside its files. No wall clock: the same input gives the same card.
#[derive(Debug, Clone, Default)]
pub struct Release {
    /// Program and version, `storebook 0.1.0`; the word `storebook` marks the directory as ours.
    pub generator: String,
    /// The newest accepted order date, `YYYY-MM-DD`.
    pub as_of: String,
    /// The build's date, `YYYY-MM-DD`.
    pub today: String,
    /// Whether pages that are not public stand readable.
    pub unsealed: bool,
    /// Further fields a caller wants on the card, written after the fixed ones in key order.
    pub notes: BTreeMap<String, String>,
    /// Seed of the key that signs it.
    pub signer: Option<Secret>,
}

/// `release.json` as it stands on disk.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Card {
    pub generator: String,
    pub release_id: String,
    pub manifest_sha256: String,
    pub as_of: String,
    pub today: String,
    pub unsealed: bool,
    pub files: u64,
    pub bytes: u64,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub notes: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed: Option<Signed>,
}

impl Card {
    /// The card of a release whose manifest has these bytes; fails when the generator would not mark it as ours.
    pub(super) fn new(release: &Release, manifest: &Manifest, manifest_bytes: &[u8]) -> Result<Self> {
        if !release.generator.starts_with(MARK) {
            let message =
                format!("the generator of a release must start with \"storebook \", not {:?}", release.generator);
            return Err(Problem::failed(message));
        }
        let manifest_sha256 = sha256(manifest_bytes);
        let mut card = Card {
            generator: release.generator.clone(),
            release_id: release_id(&manifest_sha256),
            manifest_sha256,
            as_of: release.as_of.clone(),
            today: release.today.clone(),
            unsealed: release.unsealed,
            files: manifest.files.len() as u64,
            bytes: manifest.bytes(),
            notes: release.notes.clone(),
            signed: None,
        };
        card.signed = release.signer.as_ref().map(|seed| sign::sign(seed, &card));
        Ok(card)
    }

    pub(super) fn to_bytes(&self) -> Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec_pretty(self)
            .map_err(|error| Problem::failed(format!("release.json cannot be written: {error}")))?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// The card of a directory; `None` when there is none, or none of ours.
    pub(super) fn read(dir: &Path) -> Option<Self> {
        let bytes = read_small(&dir.join(RELEASE), 1 << 20).ok()?;
        let card: Card = serde_json::from_slice(&bytes).ok()?;
        card.generator.starts_with(MARK).then_some(card)
    }
}

/// The files of a published site, and whether its pages were written readable for everyone; `None` where there is no
/// site of ours.
pub fn site_at(dir: &Path) -> Result<Option<(Manifest, bool)>> {
    let Some(card) = Card::read(dir) else { return Ok(None) };
    Manifest::read(dir).map(|(manifest, _)| Some((manifest, card.unsealed)))
}

/// The id and the card of a published site; `None` where there is no site of ours.
pub fn card_at(dir: &Path) -> Option<(String, Release)> {
    let card = Card::read(dir)?;
    let Card { generator, release_id, as_of, today, unsealed, notes, .. } = card;
    Some((release_id, Release { generator, as_of, today, unsealed, notes, signer: None }))
}

/// Who signed the site in this folder; unsigned where there is no site of ours.
pub fn origin_at(dir: &Path) -> Origin {
    Card::read(dir).map_or(Origin::Unsigned, |card| sign::origin(&card))
}

/// The hash by which a manifest names the bytes of a file.
pub fn fingerprint(bytes: &[u8]) -> String {
    sha256(bytes)
}

/// The first 16 hexadecimal digits of the manifest's hash.
pub(super) fn release_id(manifest_sha256: &str) -> String {
    manifest_sha256.chars().take(16).collect()
}

/// Lower-case hexadecimal SHA-256.
pub(super) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Size and hash of a regular file, read in pieces; a symbolic link or a device is an error.
pub(super) fn measure(file: &Path) -> io::Result<Entry> {
    if !file.symlink_metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    let mut reader = File::open(file)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    let mut size = 0;
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => {
                hasher.update(&buffer[..read]);
                size += read as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Entry { size, sha256: hex(&hasher.finalize()) })
}

fn hex(digest: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    digest.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|half| char::from(DIGITS[usize::from(half)])).collect()
}

/// Reads a regular file of at most `limit` bytes.
pub fn read_small(file: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let about = file.symlink_metadata()?;
    if !about.is_file() || about.len() > limit {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "not a regular file of a plausible size"));
    }
    let mut bytes = Vec::new();
    File::open(file)?.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        // SHA-256 of "abc", from FIPS 180-2 appendix B.1.
        Entry { size: 3, sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad".into() }
    }

    #[test]
    fn the_hash_is_sha256() {
        assert_eq!(sha256(b"abc"), entry().sha256);
    }

    #[test]
    fn a_manifest_reads_back_and_has_one_line_per_file() {
        let files = BTreeMap::from([("b.html".to_owned(), entry()), ("a \"q\".html".to_owned(), entry())]);
        let manifest = Manifest::new(files);
        let bytes = manifest.to_bytes();
        assert_eq!(String::from_utf8_lossy(&bytes).lines().count(), 4);
        // The quotation mark in the first path is not portable, so such a manifest is not accepted back.
        assert!(Manifest::parse(&bytes).is_err());
        let manifest = Manifest::new(BTreeMap::from([("b.html".to_owned(), entry())]));
        assert_eq!(Manifest::parse(&manifest.to_bytes()), Ok(manifest));
        let empty = Manifest::new(BTreeMap::new());
        assert_eq!(Manifest::parse(&empty.to_bytes()), Ok(empty));
    }

    #[test]
    fn a_manifest_that_leads_out_is_refused() {
        for path in ["../x", "/etc/passwd", "a\\\\b"] {
            let text = format!("{{\"format\":1,\"files\":{{\"{path}\":{{\"size\":3,\"sha256\":\"00\"}}}}}}");
            assert!(Manifest::parse(text.as_bytes()).is_err(), "{path}");
        }
        assert!(Manifest::parse(b"{\"format\":2,\"files\":{}}").is_err());
        assert!(Manifest::parse(b"\xff\xfe").is_err());
    }

    #[test]
    fn the_generator_must_carry_our_mark() {
        let manifest = Manifest::new(BTreeMap::new());
        let release = Release { generator: "zola 1".into(), ..Release::default() };
        assert!(Card::new(&release, &manifest, b"").is_err());
    }
}
