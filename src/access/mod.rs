//! Who may open what: people with roles, the scopes of pages, and the key file in `state/keys/`.

mod columns;
mod file;
mod heirs;
mod people;
mod reference;
mod sealing;

pub use crate::project::role::{Role, RoleRules, View};
pub use columns::{about_people, is_telephone};
pub use file::{FINGERPRINT, Keys, KeysFrom, LOCKS};
pub use heirs::Heirs;
pub use people::{Grant, Member, Person, Post, Rotation, WhoRotates};
pub use reference::reference;
pub use sealing::{Scope, Sealing};
