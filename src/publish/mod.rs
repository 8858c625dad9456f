//! From rendered pages to a published site, and the check of what was published.
//!
//! A [`Stage`] takes files from many threads into a directory beside the output, writes a manifest, proves the tree
//! against it and swaps it in, so that a reader (and a power cut) sees the old or the new site, never a mixture.
//! [`verify()`] proves a tree against its manifest later; [`check_site`] reads the pages as a strict browser would.

mod book;
mod check;
mod copy;
mod dotfiles;
mod facts;
mod far;
mod guard;
mod keep;
mod manifest;
mod options;
mod paths;
mod ready;
mod settle;
mod sign;
mod spare;
mod stage;
mod swap;
mod system;
mod verify;

pub use check::{CheckReport, Finding, Severity, check_site};
pub use far::{CopyReport, copy_at, copy_in};
pub use guard::{Places, real_path};
pub use keep::{Keep, Kept};
pub use manifest::{Entry, Manifest, Release, card_at, endings, fingerprint, origin_at, read_small, site_at};
pub use options::{Limits, Options, Published};
pub use ready::Ready;
pub use settle::{published, releases, stands};
pub use sign::{Origin, public_key};
pub use stage::Stage;
pub use swap::SwapMode;
pub use verify::{VerifyReport, verify};
