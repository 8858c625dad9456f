//! Addresses of pages about single customers: they name a person to nobody who does not hold the project's keys.

use super::Sealing;
use crate::seal::{Secret, hex};

/// Stands for the keys in a book that is not sealed. It keeps nothing secret, as such a book does not either; the
/// addresses have the same form and stay the same from build to build.
const OPEN: [u8; 32] = *b"storebook references, not secret";

/// Bytes of a reference: nobody finds one by trying, and two never meet.
const BYTES: usize = 16;

/// 32 hexadecimal digits for an id: HKDF-SHA-256 (RFC 5869) of the project's root key, the id in its info. The same id
/// keeps its reference whatever happens to codes and to the keys of scopes.
pub fn reference(sealing: Option<&Sealing>, id: &str) -> String {
    let of = |root: &Secret| hex(&root.derive("storebook reference", &[id]).bytes()[..BYTES]);
    match sealing {
        Some(sealing) => of(&sealing.keys.root),
        None => of(&Secret::new(OPEN)),
    }
}
