//! The key of a repository: an age identity made for it, which the repository keeps encrypted.
//!
//! Everything is encrypted for this key, and the key for the recipients. So a passphrase is worked through once for a
//! run and not once for a file, and the secret that names the blobs needs no place of its own: it is derived.

use age::secrecy::ExposeSecret;
use age::x25519;
use serde::{Deserialize, Serialize};

use super::crypt::{Identities, Recipients};
use crate::problem::{Problem, Result};

const NAMES: &str = "storebook 2026-11 backup: names of blobs";
const IDS: &str = "storebook 2026-11 backup: id of a key";
const RECIPIENTS: &str = "# recipients: ";

/// The half that writes: a run that holds it can add to the backup and cannot read it.
#[derive(Clone)]
pub(super) struct WriteKey {
    pub id: String,
    pub public: x25519::Recipient,
    naming: [u8; 32],
    /// For whom the key itself is encrypted, see [`Recipients::named`].
    pub recipients: String,
}

/// What the cache remembers of a [`WriteKey`].
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Memory {
    id: String,
    public: String,
    naming: String,
    recipients: String,
}

/// The whole key.
pub(super) struct OpenKey {
    pub write: WriteKey,
    pub identities: Identities,
}

impl WriteKey {
    fn of(identity: &x25519::Identity, recipients: &str) -> WriteKey {
        let public = identity.to_public();
        let secret = identity.to_string();
        WriteKey {
            id: blake3::Hasher::new_derive_key(IDS).update(public.to_string().as_bytes()).finalize().to_hex()[..16]
                .to_owned(),
            naming: blake3::derive_key(NAMES, secret.expose_secret().as_bytes()),
            public,
            recipients: recipients.to_owned(),
        }
    }

    /// Makes a key; returns it with the bytes of its file.
    pub(super) fn make(recipients: &Recipients) -> Result<(WriteKey, Vec<u8>)> {
        let identity = x25519::Identity::generate();
        let named = recipients.named();
        let text = format!("# storebook backup key\n{RECIPIENTS}{named}\n{}\n", identity.to_string().expose_secret());
        let bytes = recipients.encrypt(text.as_bytes())?;
        Ok((WriteKey::of(&identity, &named), bytes))
    }

    /// The name of a blob: tells equal contents to whoever holds the key, and nothing to anybody else.
    pub(super) fn name(&self, content: &blake3::Hash) -> String {
        blake3::keyed_hash(&self.naming, content.as_bytes()).to_hex().to_string()
    }

    pub(super) fn memory(&self) -> Memory {
        Memory {
            id: self.id.clone(),
            public: self.public.to_string(),
            naming: blake3::Hash::from(self.naming).to_hex().to_string(),
            recipients: self.recipients.clone(),
        }
    }

    pub(super) fn recalled(memory: &Memory) -> Option<WriteKey> {
        Some(WriteKey {
            id: memory.id.clone(),
            public: memory.public.parse().ok()?,
            naming: *blake3::Hash::from_hex(&memory.naming).ok()?.as_bytes(),
            recipients: memory.recipients.clone(),
        })
    }
}

impl OpenKey {
    /// Reads the decrypted file of a key.
    pub(super) fn parse(plain: &[u8]) -> Option<OpenKey> {
        let text = std::str::from_utf8(plain).ok()?;
        let recipients = text.lines().find_map(|line| line.strip_prefix(RECIPIENTS))?;
        let identity: x25519::Identity = text.lines().rfind(|line| !line.is_empty())?.parse().ok()?;
        Some(OpenKey { write: WriteKey::of(&identity, recipients), identities: Identities::one(identity) })
    }
}

/// Whether a text can be the id of a key: it becomes the name of a file.
pub(super) fn is_id(text: &str) -> bool {
    text.len() == 16 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// What is wrong with the file of a key that was opened.
pub(super) fn damaged(path: &std::path::Path) -> Problem {
    Problem::failed("damaged: it does not hold the key of this name").at(path)
}
