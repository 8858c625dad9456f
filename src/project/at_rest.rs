//! The cache and the quarantine between two runs: in clear, or encrypted with `[at_rest] encrypt = true`.
//!
//! Each file is encrypted by itself, as an age file for a key of the project, at the moment it is written, and opened
//! when it is needed, so that a kill leaves nothing half closed. What the engine reads it reads from a folder of the
//! process's own, which goes with the process ([`crate::warehouse::TableStore`]). The engine could encrypt Parquet
//! itself, but not in the library that is shipped: without OpenSSL it refuses, because its own random numbers are weak.
//!
//! The key lies in `state/keys/`, or is given by a file that a variable names. A lost key costs time: what it closed is
//! made anew from the input.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::iter;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use age::secrecy::{ExposeSecret, SecretString};
use age::x25519::{Identity, Recipient};

use super::{Project, private};
use crate::problem::{Problem, Result};

/// Names a file whose last line that says something is an age identity: for a key that does not lie beside the data.
pub const VARIABLE: &str = "STOREBOOK_CACHE_KEY_FILE";
/// Below `state/`.
const KEY: &str = "keys/cache.key";
/// Below the cache: for whom it is encrypted. Tells a wrong key from damage.
const FOR: &str = "encrypted-for";
/// What stands behind the name of an encrypted file.
const ENDING: &str = "age";
const NAMES: &str = "storebook 2026-11 cache: names of encrypted files";
/// A key is one line; a file of more than this is none.
const MAX_KEY: u64 = 1 << 16;

/// How the files of a project rest.
#[derive(Clone)]
pub struct AtRest {
    cache: PathBuf,
    key: Option<Arc<Key>>,
}

struct Key {
    identity: Identity,
    public: Recipient,
    naming: [u8; 32],
}

impl std::fmt::Debug for AtRest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AtRest").field("cache", &self.cache).field("encrypted", &self.key.is_some()).finish()
    }
}

impl AtRest {
    /// Everything in clear.
    pub fn clear(cache: &Path) -> AtRest {
        AtRest { cache: cache.to_path_buf(), key: None }
    }

    /// As the project's settings want it; the first use makes a key.
    ///
    /// # Errors
    /// Refused: the cache was encrypted for another key than the one that is given. Usage: what is given is no key.
    pub fn of(project: &Project) -> Result<AtRest> {
        let cache = project.cache();
        if !project.config.at_rest.encrypt {
            return Ok(AtRest::clear(&cache));
        }
        let file = project.state().join(KEY);
        let (key, from) = match std::env::var_os(VARIABLE).filter(|name| !name.is_empty()) {
            Some(named) => (Key::read(Path::new(&named))?, PathBuf::from(named)),
            None if file.is_file() => (Key::read(&file)?, file),
            None => {
                let key = Key::make(&file)?;
                if cache.join(FOR).exists() {
                    tracing::warn!("the key of the encrypted cache is gone: the cache is made anew with a new one");
                    forget(&cache)?;
                }
                (key, file)
            }
        };
        key.suits(&cache, &from)?;
        Ok(AtRest { cache, key: Some(Arc::new(key)) })
    }

    pub fn cache(&self) -> &Path {
        &self.cache
    }

    pub fn encrypted(&self) -> bool {
        self.key.is_some()
    }

    /// Where the file of this name lies: `rows.csv`, or `rows.csv.age`.
    pub fn place(&self, path: &Path) -> PathBuf {
        match &self.key {
            Some(_) => ended(path),
            None => path.to_path_buf(),
        }
    }

    /// A name that is a hash of something, so that it does not tell of what: nobody without the key can test a guess.
    pub fn name(&self, hash: &str) -> String {
        match &self.key {
            Some(key) => blake3::keyed_hash(&key.naming, hash.as_bytes()).to_hex()[..32].to_owned(),
            None => hash.to_owned(),
        }
    }

    /// The content of the file of this name; one that cannot be opened counts as absent.
    pub fn read(&self, path: &Path) -> Option<Vec<u8>> {
        let Some(key) = &self.key else { return fs::read(path).ok() };
        let mut bytes = Vec::new();
        key.open(&ended(path)).ok()?.read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }

    /// Writes a file of the cache whole: through `scratch`, which lies on the same disk.
    pub fn put(&self, path: &Path, scratch: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut out = self.create(scratch)?;
        out.write_all(bytes)?;
        out.finish()?;
        fs::rename(scratch, self.place(path))
    }

    /// A new file at this very path, encrypted where it is to be.
    pub fn create(&self, path: &Path) -> io::Result<Resting> {
        let file = BufWriter::new(private::create(path)?);
        let Some(key) = &self.key else { return Ok(Resting::Clear(file)) };
        let recipients = iter::once(&key.public as &dyn age::Recipient);
        let encryptor = age::Encryptor::with_recipients(recipients).map_err(io::Error::other)?;
        Ok(Resting::Encrypted(Box::new(encryptor.wrap_output(file)?)))
    }

    /// A reader of the file at this very path. Damage may show at its end only.
    pub fn open(&self, path: &Path) -> io::Result<Box<dyn Read>> {
        match &self.key {
            Some(key) => key.open(path),
            None => Ok(Box::new(File::open(path)?)),
        }
    }

    /// Removes what the other setting left. Only the holder of the project's lock may.
    pub fn tidy(&self) -> Result<()> {
        if self.encrypted() {
            remove(&self.cache.join("store"))?;
            remove(&self.cache.join("models.json"))?;
        } else {
            forget(&self.cache)?;
        }
        let pages = self.cache.join("pages");
        for entry in fs::read_dir(&pages).into_iter().flatten().flatten() {
            let encrypted = entry.path().extension().is_some_and(|ending| ending == ENDING);
            if encrypted != self.encrypted() {
                remove(&entry.path())?;
            }
        }
        Ok(())
    }
}

/// A file that is being written.
pub enum Resting {
    Clear(BufWriter<File>),
    Encrypted(Box<age::stream::StreamWriter<BufWriter<File>>>),
}

impl Resting {
    /// Ends the file; without this an encrypted one cannot be opened.
    pub fn finish(self) -> io::Result<()> {
        match self {
            Resting::Clear(mut file) => file.flush(),
            Resting::Encrypted(stream) => stream.finish()?.flush(),
        }
    }
}

impl Write for Resting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Resting::Clear(file) => file.write(bytes),
            Resting::Encrypted(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Resting::Clear(file) => file.flush(),
            Resting::Encrypted(stream) => stream.flush(),
        }
    }
}

impl Key {
    fn of(identity: Identity) -> Key {
        let naming = blake3::derive_key(NAMES, identity.to_string().expose_secret().as_bytes());
        Key { public: identity.to_public(), identity, naming }
    }

    fn make(file: &Path) -> Result<Key> {
        let identity = Identity::generate();
        let text = SecretString::from(format!("{}\n", identity.to_string().expose_secret()));
        let folder = file.parent().unwrap_or(file);
        let scratch = file.with_extension(format!("{}.tmp", std::process::id()));
        // Of two runs that make a key at once, the second takes that of the first: a link replaces nothing.
        let placed = private::keys(folder).and_then(|()| {
            private::write(&scratch, text.expose_secret().as_bytes())?;
            match fs::hard_link(&scratch, file) {
                Err(_) if !file.exists() => fs::rename(&scratch, file),
                _ => fs::remove_file(&scratch),
            }
        });
        placed.map_err(|error| Problem::io("write the key of the cache", file, &error))?;
        private::sync_folder(folder);
        Key::read(file)
    }

    fn read(file: &Path) -> Result<Key> {
        let mut text = String::new();
        let read = File::open(file).and_then(|file| file.take(MAX_KEY).read_to_string(&mut text));
        let text = SecretString::from(text);
        let none = || {
            Problem::usage("this file holds no key of the cache").at(file).hint(
                "it takes a line AGE-SECRET-KEY-1…, as `age-keygen` writes it; without any key a new one is made, \
                 and the cache too",
            )
        };
        match read {
            Err(error) if error.kind() != io::ErrorKind::InvalidData => {
                return Err(Problem::io("read the key of the cache", file, &error));
            }
            _ => {}
        }
        let mut lines = text.expose_secret().lines().map(str::trim).filter(|line| !line.starts_with('#'));
        lines.rfind(|line| !line.is_empty()).and_then(|line| line.parse().ok()).map(Key::of).ok_or_else(none)
    }

    /// Whether the cache is closed with this key; a new cache is from now on.
    fn suits(&self, cache: &Path, from: &Path) -> Result<()> {
        let mark = cache.join(FOR);
        let public = self.public.to_string();
        match fs::read_to_string(&mark) {
            Ok(text) if text.trim() == public => Ok(()),
            Ok(_) => Err(Problem::refused("the cache of this project was encrypted with another key")
                .at(from)
                .hint("give the key it was encrypted with, or delete .storebook/: the next build makes it anew")),
            Err(_) => private::folder(cache)
                .and_then(|()| private::write(&mark, format!("{public}\n").as_bytes()))
                .map_err(|error| Problem::io("mark the cache as encrypted", &mark, &error)),
        }
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn Read>> {
        let decryptor =
            age::Decryptor::new_buffered(io::BufReader::new(File::open(path)?)).map_err(io::Error::other)?;
        let reader = decryptor.decrypt(iter::once(&self.identity as &dyn age::Identity)).map_err(io::Error::other)?;
        Ok(Box::new(reader))
    }
}

/// The file beside which an encrypted one stands.
fn ended(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ENDING);
    PathBuf::from(name)
}

/// Removes everything of a cache that is encrypted.
fn forget(cache: &Path) -> Result<()> {
    for name in ["sealed", "models.json.age", FOR] {
        remove(&cache.join(name))?;
    }
    Ok(())
}

fn remove(path: &Path) -> Result<()> {
    let gone = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match gone {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(Problem::io("remove what another setting left in the cache", path, &error))
        }
        _ => Ok(()),
    }
}
