//! The sealing format: what a page that is not public looks like in the output, and what opens it.
//!
//! Pure functions of their arguments: equal keys and equal content give equal bytes, so a page that did not change
//! keeps its file. `docs/sealing.md` is the specification, with test vectors; `themes/default/static/sealing.js` is the
//! reader in the browser.

mod code;
mod envelope;
mod keyring;
mod primitive;

pub use code::{Code, Fault};
pub use envelope::{Attached, Page, padded};
pub use keyring::{Keyring, Opens, Place, Unlock};
pub use primitive::{Sealed, Secret, hex, open, seal, unhex};

/// Version of the format; part of everything that is authenticated.
pub const VERSION: &str = "1";

#[cfg(test)]
mod tests;
