//! `state/keys/keys.json`: the secrets of a project and the ledger of who holds a code. 0600, git-ignored, never in the
//! output. Whoever has it can open every page.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::people::Person;
use crate::problem::{Problem, Result};
use crate::project::private;
use crate::project::state::Changes;
use crate::seal::{Secret, hex, unhex};

/// Path below `state/`.
const FILE: &str = "keys/keys.json";
const FORMAT: u32 = 1;
/// They are counted up one by one, so that a larger number is none of ours.
const MOST_EPOCHS: u32 = 1_000_000_000;
/// The keys themselves as one line of base 64, or a file that holds them: for machines that keep no state.
const VARIABLE: &str = "STOREBOOK_KEYS";
const FILE_VARIABLE: &str = "STOREBOOK_KEYS_FILE";
/// Name of the note on a release's card that says with which keys it was sealed.
pub const FINGERPRINT: &str = "keys";
/// Name of the note that says how often access had been taken away by then.
pub const LOCKS: &str = "locks";

/// The keys of a project.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    format: u32,
    /// Stands in every page: makes the same code lead to different keys in different projects.
    pub salt: String,
    /// From which the keys of all scopes are derived.
    pub(super) root: Secret,
    /// For the tags of sealed messages.
    pub(super) mac: Secret,
    /// Seed of the key that signs releases.
    pub(super) sign: Secret,
    /// How often the keys of an audience (`store:S001`, or `*` for all) were replaced.
    pub(super) epochs: BTreeMap<String, u32>,
    pub people: Vec<Person>,
    /// Fits the secrets, so that one changed byte of them is known for damage; absent in files of earlier versions.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    check: String,
    /// Where they came from; keys from the environment cannot be written back.
    #[serde(skip)]
    pub from: KeysFrom,
}

/// Where keys were read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum KeysFrom {
    #[default]
    State,
    Environment,
}

impl Keys {
    /// New keys; nobody holds a code yet.
    pub fn create() -> Result<Keys> {
        Ok(Keys {
            format: FORMAT,
            salt: hex(&Secret::random()?.bytes()[..16]),
            root: Secret::random()?,
            mac: Secret::random()?,
            sign: Secret::random()?,
            epochs: BTreeMap::new(),
            people: Vec::new(),
            check: String::new(),
            from: KeysFrom::State,
        })
    }

    /// The keys of a project: from the environment if they stand there, else from its state; `None` when it has none.
    ///
    /// # Errors
    /// Keys that cannot be read. No message shows any of their text.
    pub fn read(state: &Path) -> Result<Option<Keys>> {
        match Keys::of_environment()? {
            Some(keys) => Ok(Some(keys)),
            None => Keys::of_state(state),
        }
    }

    /// The keys that stand in the environment.
    ///
    /// # Errors
    /// As for [`Keys::read`].
    pub fn of_environment() -> Result<Option<Keys>> {
        if let Some(line) = std::env::var_os(VARIABLE).filter(|line| !line.is_empty()) {
            let bytes = STANDARD.decode(line.to_string_lossy().trim());
            let keys = bytes.ok().and_then(|bytes| Keys::parse(&bytes).ok());
            let keys = keys.ok_or_else(|| {
                Problem::usage(format!("the variable {VARIABLE} does not hold keys"))
                    .hint("it takes the line that `storebook keys export` prints")
            })?;
            return Ok(Some(Keys { from: KeysFrom::Environment, ..keys }));
        }
        if let Some(file) = std::env::var_os(FILE_VARIABLE).filter(|file| !file.is_empty()) {
            let file = PathBuf::from(file);
            let bytes = fs::read(&file).map_err(|error| Problem::io("read the keys", &file, &error))?;
            // Either form will do: the file itself, or the line.
            let decoded = STANDARD.decode(String::from_utf8_lossy(&bytes).trim());
            let keys = decoded.map_or_else(|_| Keys::parse(&bytes), |line| Keys::parse(&line));
            let keys = keys.map_err(|problem| problem.at(&file))?;
            return Ok(Some(Keys { from: KeysFrom::Environment, ..keys }));
        }
        Ok(None)
    }

    /// The keys in a state folder, whatever the environment holds.
    ///
    /// # Errors
    /// As for [`Keys::read`].
    pub fn of_state(state: &Path) -> Result<Option<Keys>> {
        let file = state.join(FILE);
        match fs::read(&file) {
            Ok(bytes) => Keys::parse(&bytes).map(Some).map_err(|problem| problem.at(&file)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Problem::io("read the keys", &file, &error)),
        }
    }

    /// Keys from the bytes of a key file.
    pub fn parse(bytes: &[u8]) -> Result<Keys> {
        // serde's own message could quote a piece of a key.
        let keys: Keys = serde_json::from_slice(bytes).map_err(|error| {
            Problem::failed("this is not a file of keys, or it is damaged")
                .line(error.line().max(1))
                .hint("take it from the backup of the keys; new keys would lock out everybody who holds a code")
        })?;
        if keys.format != FORMAT {
            return Err(Problem::failed(format!("keys of format {} are not known to this version", keys.format)));
        }
        if !keys.is_sound() || !(keys.check.is_empty() || keys.check == keys.checked()) {
            return Err(Problem::failed("the keys are damaged: something in them was changed that nobody changes by hand")
                .hint("take the file from the backup of the keys; people and their stores may be changed in it, keys and codes may not"));
        }
        Ok(keys)
    }

    /// Whether everything that leads to a file, an address or a key has the form the program gives it.
    fn is_sound(&self) -> bool {
        let ids: BTreeSet<&str> = self.people.iter().map(|person| person.id.as_str()).collect();
        unhex(&self.salt).is_some_and(|salt| salt.len() == 16)
            && self.epochs.values().all(|count| *count <= MOST_EPOCHS)
            && self.people.iter().all(Person::is_sound)
            && ids.len() == self.people.len()
    }

    /// What `check` must be. It names the secrets as one key derived from all of them, and gives nothing of them away.
    fn checked(&self) -> String {
        let held = self.people.iter().flat_map(Person::secrets);
        let all: Vec<String> =
            [self.salt.clone(), hex(self.mac.bytes()), hex(self.sign.bytes())].into_iter().chain(held).collect();
        self.root.derive("storebook key file", &all.iter().map(String::as_str).collect::<Vec<_>>()).name()
    }

    fn with_check(&self) -> Keys {
        Keys { check: self.checked(), ..self.clone() }
    }

    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec_pretty(&self.with_check())
            .map_err(|error| Problem::failed(format!("the keys cannot be written: {error}")))?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// One line, for a variable of a CI service.
    pub fn line(&self) -> Result<String> {
        Ok(STANDARD
            .encode(serde_json::to_vec(&self.with_check()).map_err(|_| Problem::failed("the keys cannot be written"))?))
    }

    /// Writes the key file at once, readable by its owner only.
    ///
    /// # Errors
    /// Keys that came from the environment have no file here.
    pub fn write(&self, state: &Path) -> Result<()> {
        if self.from == KeysFrom::Environment {
            return Err(Problem::usage("these keys came from the environment and cannot be changed here")
                .hint("change them where state/keys/keys.json lies, then export them again"));
        }
        let file = state.join(FILE);
        let scratch = file.with_extension(format!("{}.tmp", std::process::id()));
        let folder = file.parent().unwrap_or(state);
        let bytes = self.to_bytes()?;
        private::keys(folder)
            .and_then(|()| private::write(&scratch, &bytes))
            .and_then(|()| fs::rename(&scratch, &file))
            .map_err(|error| Problem::io("write the keys", &file, &error))?;
        private::sync_folder(folder);
        Ok(())
    }

    /// Leaves the changed keys for the publish to write, together with the site that is sealed with them.
    pub fn leave(&self, changes: &mut Changes) -> Result<()> {
        if self.from == KeysFrom::State {
            changes.put(FILE, self.to_bytes()?);
        }
        Ok(())
    }

    /// Names these keys without giving anything of them away.
    pub fn fingerprint(&self) -> String {
        self.root.name()
    }

    /// The seed of the signing key.
    pub fn signing(&self) -> &Secret {
        &self.sign
    }

    /// How often the key of an audience was replaced, and once more.
    pub(super) fn epoch(&self, audience: &str) -> u32 {
        let count = |name: &str| self.epochs.get(name).copied().unwrap_or_default();
        1 + count("*") + count(audience)
    }

    /// Gives an audience new keys from the next build on; `*` gives them to all.
    pub(super) fn renew(&mut self, audience: &str) {
        let count = self.epochs.entry(audience.to_owned()).or_default();
        *count = (*count + 1).min(MOST_EPOCHS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_written_for_their_owner_alone_and_read_back() {
        let dir = tempfile::tempdir().unwrap();
        assert!(Keys::read(dir.path()).unwrap().is_none());
        let mut keys = Keys::create().unwrap();
        keys.renew("store:S001");
        keys.write(dir.path()).unwrap();
        let back = Keys::read(dir.path()).unwrap().unwrap();
        assert_eq!((back.fingerprint(), back.epoch("store:S001"), back.epoch("hq")), (keys.fingerprint(), 2, 1));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!((mode(&dir.path().join(FILE)), mode(&dir.path().join("keys"))), (0o600, 0o700));
        }
        assert_eq!(STANDARD.decode(keys.line().unwrap()).map(|bytes| Keys::parse(&bytes).unwrap().salt), Ok(keys.salt));
    }

    #[test]
    fn damaged_keys_are_not_quoted() {
        let mut bytes = Keys::create().unwrap().to_bytes().unwrap();
        let text = String::from_utf8(bytes.clone()).unwrap();
        bytes.truncate(bytes.len() / 2);
        let problem = Keys::parse(&bytes).unwrap_err();
        let secret: String = text.split("\"root\": \"").nth(1).unwrap().chars().take(8).collect();
        assert!(!problem.message().contains(&secret) && problem.hint_text().is_some());
        assert!(Keys::parse(b"{\"format\": 9}").is_err());
    }
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod file_tests;
