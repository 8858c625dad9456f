//! Who can read a backup: age recipients to write for, identities to read with.

use std::io::{BufReader, Read, Write};
use std::iter;
use std::path::{Path, PathBuf};

use age::secrecy::{ExposeSecret, SecretString};
use age::x25519;

use crate::problem::{Problem, Result};

/// Text files of recipients, identities and passphrases are small.
const MAX_TEXT: u64 = 1 << 20;

/// For whom a backup is written.
pub enum Recipients {
    Keys(Vec<x25519::Recipient>),
    Passphrase(SecretString),
}

impl Recipients {
    /// Exactly one of the three must be given.
    ///
    /// # Errors
    /// Usage: none or several are given, or one cannot be read. A passphrase is never named.
    pub fn of(keys: &[String], file: Option<&Path>, passphrase: Option<&Path>) -> Result<Recipients> {
        if let Some(path) = passphrase {
            if !keys.is_empty() || file.is_some() {
                return Err(Problem::usage("a passphrase cannot be combined with recipients"));
            }
            return Ok(Recipients::Passphrase(read_passphrase(path)?));
        }
        let mut list = Vec::new();
        for key in keys {
            list.push(recipient(key)?);
        }
        if let Some(path) = file {
            let text = read_text("read the recipients", path)?;
            for (at, line) in text.expose_secret().lines().enumerate() {
                let line = line.trim();
                if !line.is_empty() && !line.starts_with('#') {
                    list.push(recipient(line).map_err(|problem| problem.at(path).line(at + 1))?);
                }
            }
        }
        if list.is_empty() {
            return Err(Problem::usage("a backup needs somebody who can read it").hint(
                "name --recipient age1…, --recipients-file FILE or --passphrase-file FILE; `age-keygen` makes a key",
            ));
        }
        Ok(Recipients::Keys(list))
    }

    /// The same text for the same recipients in any order; holds nothing secret.
    pub fn named(&self) -> String {
        match self {
            Recipients::Passphrase(_) => "passphrase".to_owned(),
            Recipients::Keys(list) => {
                let mut names: Vec<String> = list.iter().map(ToString::to_string).collect();
                names.sort_unstable();
                names.dedup();
                names.join(",")
            }
        }
    }

    /// The identity that the passphrase is.
    pub(super) fn identities(&self) -> Option<Identities> {
        match self {
            Recipients::Passphrase(passphrase) => {
                Some(Identities(vec![Box::new(age::scrypt::Identity::new(passphrase.clone()))]))
            }
            Recipients::Keys(_) => None,
        }
    }

    /// Encrypts something small.
    pub(super) fn encrypt(&self, plain: &[u8]) -> Result<Vec<u8>> {
        let encryptor = match self {
            Recipients::Passphrase(passphrase) => age::Encryptor::with_user_passphrase(passphrase.clone()),
            Recipients::Keys(list) => {
                age::Encryptor::with_recipients(list.iter().map(|key| key as &dyn age::Recipient))
                    .map_err(|error| Problem::failed(format!("could not encrypt: {error}")))?
            }
        };
        let mut bytes = Vec::new();
        write_all(encryptor, plain, &mut bytes)
            .map_err(|error| Problem::failed(format!("could not encrypt: {error}")))?;
        Ok(bytes)
    }
}

fn write_all(encryptor: age::Encryptor, plain: &[u8], out: &mut Vec<u8>) -> std::io::Result<()> {
    let mut writer = encryptor.wrap_output(out)?;
    writer.write_all(plain)?;
    writer.finish().map(|_| ())
}

fn recipient(text: &str) -> Result<x25519::Recipient> {
    text.parse().map_err(|fault| {
        // Somebody may have given the secret half by mistake: it must not stand in a log.
        let shown = if text.starts_with("age1") { text } else { "the text given" };
        Problem::usage(format!("{shown} is not a recipient: {fault}"))
            .hint("a recipient begins with age1; `age-keygen -y FILE` prints that of an identity")
    })
}

/// What opens a backup.
pub struct Identities(Vec<Box<dyn age::Identity + Send + Sync>>);

impl Identities {
    /// Identities of age identity files, and a passphrase.
    ///
    /// # Errors
    /// Usage: nothing is given, or a file is none of these. What stands in it is never named.
    pub fn read(files: &[PathBuf], passphrase: Option<&Path>) -> Result<Identities> {
        let mut all: Vec<Box<dyn age::Identity + Send + Sync>> = Vec::new();
        for path in files {
            let text = read_text("read the identity", path)?;
            let file = age::IdentityFile::from_buffer(BufReader::new(text.expose_secret().as_bytes()));
            let found = file
                .map_err(|error| error.to_string())
                .and_then(|file| file.into_identities().map_err(|error| error.to_string()));
            let found = found.map_err(|fault| {
                Problem::usage(fault)
                    .at(path)
                    .hint("an identity file holds a line AGE-SECRET-KEY-1…, as `age-keygen` writes it")
            })?;
            if found.is_empty() {
                return Err(Problem::usage("there is no identity in this file").at(path));
            }
            all.extend(found);
        }
        if let Some(path) = passphrase {
            all.push(Box::new(age::scrypt::Identity::new(read_passphrase(path)?)));
        }
        if all.is_empty() {
            return Err(Problem::usage("reading a backup takes what opens it")
                .hint("name --identity FILE or --passphrase-file FILE"));
        }
        Ok(Identities(all))
    }

    /// One identity alone.
    pub(super) fn one(identity: x25519::Identity) -> Identities {
        Identities(vec![Box::new(identity)])
    }

    /// Decrypts something of at most `limit` bytes.
    pub(super) fn decrypt(&self, sealed: &[u8], limit: u64) -> std::result::Result<Vec<u8>, Fault> {
        let mut plain = Vec::new();
        self.open(sealed)?
            .take(limit + 1)
            .read_to_end(&mut plain)
            .map_err(|error| Fault::Damaged(error.to_string()))?;
        if plain.len() as u64 > limit {
            return Err(Fault::Damaged(format!("it holds more than {limit} bytes")));
        }
        Ok(plain)
    }

    /// A reader of what was encrypted. A fault later in the stream is an error of the reader.
    pub(super) fn open<R: Read>(&self, sealed: R) -> std::result::Result<impl Read, Fault> {
        let decryptor = age::Decryptor::new(sealed).map_err(|error| Fault::of(&error))?;
        decryptor.decrypt(self.0.iter().map(|one| &**one as &dyn age::Identity)).map_err(|error| Fault::of(&error))
    }
}

/// Why something could not be decrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// None of the identities is meant, or the passphrase is another one.
    Closed,
    /// It is not what was written.
    Damaged(String),
}

impl Fault {
    fn of(error: &age::DecryptError) -> Fault {
        match error {
            age::DecryptError::NoMatchingKeys
            | age::DecryptError::KeyDecryptionFailed
            | age::DecryptError::DecryptionFailed => Fault::Closed,
            other => Fault::Damaged(other.to_string()),
        }
    }

    pub(super) fn problem(self, path: &Path) -> Problem {
        match self {
            Fault::Closed => Problem::refused("this identity or passphrase does not open the backup")
                .at(path)
                .hint("give the identity that belongs to a recipient of the backup, or its passphrase"),
            Fault::Damaged(fault) => Problem::failed(format!("damaged: {fault}")).at(path),
        }
    }
}

/// Encrypts what `write` writes for one recipient, into `out`.
pub(super) fn encrypt_into<W: Write>(key: &x25519::Recipient, out: W) -> std::io::Result<age::stream::StreamWriter<W>> {
    let encryptor =
        age::Encryptor::with_recipients(iter::once(key as &dyn age::Recipient)).map_err(std::io::Error::other)?;
    encryptor.wrap_output(out)
}

fn read_passphrase(path: &Path) -> Result<SecretString> {
    let text = read_text("read the passphrase", path)?;
    let line = text.expose_secret().lines().next().unwrap_or_default();
    if line.is_empty() {
        return Err(Problem::usage("the first line of this file is to be the passphrase, and it is empty").at(path));
    }
    Ok(SecretString::from(line.to_owned()))
}

fn read_text(doing: &str, path: &Path) -> Result<SecretString> {
    let mut text = String::new();
    let file = std::fs::File::open(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Problem::usage(format!("could not {doing}: there is no such file")).at(path),
        _ => Problem::io(doing, path, &error),
    })?;
    match file.take(MAX_TEXT).read_to_string(&mut text) {
        Ok(_) => Ok(SecretString::from(text)),
        Err(error) if error.kind() == std::io::ErrorKind::InvalidData => {
            Err(Problem::usage(format!("could not {doing}: it is not a text file")).at(path))
        }
        Err(error) => Err(Problem::io(doing, path, &error)),
    }
}
