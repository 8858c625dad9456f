//! Decision trees over numbers: what sets groups apart, in conditions that a reader can check.
//!
//! `table` holds what is learnt from, `cart` grows the tree (`orders` and `split` find its splits), `rules` reads it aloud,
//! `held_out` says how far to trust it, `layout` where to draw it. All are pure functions; no step calls itself, so a deep
//! tree cannot exhaust the stack.

mod cart;
mod held_out;
mod layout;
mod native;
mod orders;
mod rules;
mod split;
mod table;
mod unusable;

pub use cart::{DEEPEST, Limits, Node, Split, Tree, grow};
pub use held_out::{HeldOut, Holding, held_out, wilson};
pub use layout::{Layout, Place, layout};
pub use native::{TreeNodes, TreeQuality, TreeRules};
pub use rules::{Condition, Rule, Side, best_rules, rules};
pub use table::{MOST_CLASSES, Table};
pub use unusable::Unusable;

#[cfg(test)]
mod cart_tests;
#[cfg(test)]
mod rules_tests;
