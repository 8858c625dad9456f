//! Values as they are compared: one form for everything that was typed in many ways, and nothing for what says nothing.
//!
//! Each room answers `None` for a blank, a placeholder or a masked value, so that such a value can never be a reason.

pub mod address;
pub mod birthday;
pub mod email;
pub mod name;
pub mod phone;
pub mod text;
mod titles;

pub use birthday::Birthday;
pub use name::PersonName;
