//! A keyring: the keys one person may use, sealed under that person's own code.

use std::collections::BTreeMap;

use pbkdf2::pbkdf2_hmac_array;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::envelope::pack;
use super::primitive::{Sealed, Secret, expand, hex, seal};
use super::{Code, VERSION};
use crate::problem::{Problem, Result};

/// A belt only: a code has 128 random bits, so nobody tries them all. OWASP's figure of 2023 for PBKDF2-HMAC-SHA256.
const ROUNDS: u32 = 600_000;

/// What a code leads to: the name of the keyring's file and the key that opens it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unlock {
    /// 32 hexadecimal digits.
    pub id: String,
    pub key: Secret,
}

impl Unlock {
    /// Slow on purpose (about a fifth of a second).
    pub fn of(code: &Code, salt: &[u8]) -> Unlock {
        let salt = [b"storebook code ".as_slice(), salt].concat();
        let stretched = pbkdf2_hmac_array::<Sha256, 32>(code.letters().as_bytes(), &salt, ROUNDS);
        Unlock {
            id: hex(&expand::<16>(&stretched, b"", b"storebook keyring name")),
            key: Secret::new(expand::<32>(&stretched, b"", b"storebook keyring key")),
        }
    }
}

/// What stands in a keyring.
#[derive(Debug, Serialize)]
pub struct Keyring {
    /// Whose it is, for the greeting.
    pub name: String,
    pub role: String,
    /// By language: where this person's book begins.
    pub home: BTreeMap<String, String>,
    /// By language: the places of this person, to choose from.
    pub places: BTreeMap<String, Vec<Place>>,
    pub keys: Vec<Opens>,
}

#[derive(Debug, Serialize)]
pub struct Place {
    pub title: String,
    /// Path within the site.
    pub path: String,
}

/// One key with what it opens.
#[derive(Debug, Serialize)]
pub struct Opens {
    /// Name of the key, as pages give it.
    pub id: String,
    pub scope: String,
    pub epoch: u32,
    pub key: Secret,
}

impl Keyring {
    pub fn seal(&self, mac: &Secret, unlock: &Unlock) -> Result<Sealed> {
        let message = serde_json::to_vec(self)
            .map_err(|error| Problem::failed(format!("a keyring could not be written: {error}")))?;
        seal(mac, &unlock.key, &["storebook keyring", VERSION, &unlock.id], &pack(&message)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_leads_to_one_file_and_one_key() {
        // Worked out with Python: hashlib.pbkdf2_hmac and HKDF by hmac (docs/sealing.md shows the script).
        let unlock = Unlock::of(&Code::new([0; 16]), b"salt");
        assert_eq!(unlock.id, "ad2ff2625b5ed4cf39a468da9e22b4ed");
        assert_eq!(hex(unlock.key.bytes()), "7b21271ef824d13e29237e5d5a1f7e757404b2fa41366b82bc672cc2d7764c22");
        assert_ne!(Unlock::of(&Code::new([0; 16]), b"pepper").id, unlock.id);
    }
}
