//! Names that are none: a keyed hash instead of an id. A bare hash of a telephone or card number is undone by hashing
//! all of them; without the key that is impossible, and with it the same id always gets the same pseudonym.

use std::path::Path;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::problem::{Problem, Result};
use crate::project::private;

/// The key of a project, below `state/`.
pub const FILE: &str = "keys/pseudonym.key";

/// HMAC-SHA256 (RFC 2104, FIPS 198-1) of a value under the key, as 64 hexadecimal digits.
pub fn pseudonym(key: &[u8; 32], value: &str) -> String {
    // HMAC takes keys of any length, so there is always one.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return String::new() };
    mac.update(value.as_bytes());
    hex(&mac.finalize().into_bytes())
}

/// Reads the key of a project; the first use makes one, readable by its owner only.
///
/// Errors: a damaged key file (making a new one in its place would give everybody a new name), no randomness.
pub fn key(state: &Path) -> Result<[u8; 32]> {
    let path = state.join(FILE);
    match std::fs::read_to_string(&path) {
        Ok(text) => parse(text.trim()).ok_or_else(|| {
            Problem::failed("this is no key of 64 hexadecimal digits")
                .at(path)
                .hint("put it back from a backup; with another key every pseudonym changes")
        }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => create(&path),
        Err(error) if error.kind() == std::io::ErrorKind::InvalidData => {
            Err(Problem::failed("this is no key of 64 hexadecimal digits").at(path))
        }
        Err(error) => Err(Problem::io("read the key of the pseudonyms", &path, &error)),
    }
}

fn create(path: &Path) -> Result<[u8; 32]> {
    let mut key = [0; 32];
    getrandom::fill(&mut key).map_err(|error| Problem::failed(format!("there is no randomness for a key: {error}")))?;
    let io = |error| Problem::io("write the key of the pseudonyms", path, &error);
    if let Some(folder) = path.parent() {
        private::keys(folder).map_err(io)?;
    }
    private::write(path, format!("{}\n", hex(&key)).as_bytes()).map_err(io)?;
    Ok(key)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn parse(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let mut key = [0; 32];
    for (at, byte) in key.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pseudonym_is_that_of_the_standard() {
        // RFC 4231, test case 1. Its key has 20 bytes; HMAC fills keys up with zeros, so these 32 bytes are the same key.
        let mut key = [0; 32];
        key[..20].fill(0x0b);
        assert_eq!(pseudonym(&key, "Hi There"), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    }

    #[test]
    fn the_key_is_made_once_and_a_damaged_one_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let first = key(folder.path()).unwrap();
        assert_eq!(key(folder.path()).unwrap(), first);
        assert_ne!(first, [0; 32]);
        let path = folder.path().join(FILE);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        std::fs::write(&path, "short").unwrap();
        assert!(key(folder.path()).unwrap_err().message().contains("no key"));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "short", "a damaged key is not replaced");
    }
}
