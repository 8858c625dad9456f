//! What a table tells about people: measures of anonymity, an attacker on published counts, and an export that holds.
//!
//! Measures are pure functions of a [`Sample`]; the attacker and the suppression that withstands it are pure functions
//! of published [`Figures`]. Only [`pseudonym`] keeps something, the key of the project, and only [`Origin`] reads.

mod anonymise;
mod attack;
mod audit;
mod closeness;
mod diversity;
mod figures;
mod hierarchy;
mod identifiers;
mod lattice;
mod origin;
mod protect;
mod published;
pub mod pseudonym;
mod sample;

pub use anonymise::{Anonymised, Wish, anonymise};
pub use attack::{Attack, Exposed, Promise, Why, attack};
pub use audit::{Limits, Report, Sensitive, report};
pub use closeness::closeness;
pub use diversity::{distinct, entropy, recursive};
pub use figures::{Cell, CountTable, Figures, Shown};
pub use hierarchy::Shape;
pub use identifiers::{Identity, of_column, of_value};
pub use origin::Origin;
pub use protect::{Counts, protect};
pub use published::{Attacked, Declared, ExposedCell, PublicModel, Publication};
pub use sample::{Class, Sample};

#[cfg(test)]
mod attack_tests;
#[cfg(test)]
mod measure_tests;
