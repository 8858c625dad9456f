//! The levels of each kind of comparison, by name: for comparing, and for rules. 0 is a missing value.

/// The levels of names, for rules.
pub mod name {
    pub const SAME: u8 = 1;
    pub const SAME_SOUND: u8 = 2;
    pub const SLIP: u8 = 3;
    pub const PARTIAL: u8 = 4;
    pub const ONE_CHARACTER: u8 = 5;
    pub const SURNAME: u8 = 6;
    pub const DIFFERENT: u8 = 7;
}

/// The levels of words.
pub mod text {
    pub const SAME: u8 = 1;
    pub const CLOSE: u8 = 2;
    pub const SIMILAR: u8 = 3;
    pub const CROSSED: u8 = 4;
    pub const DIFFERENT: u8 = 5;
}

/// The levels of ids and telephone numbers.
pub mod code {
    pub const SAME: u8 = 1;
    pub const SLIP: u8 = 2;
    pub const NEAR: u8 = 3;
    pub const DIFFERENT: u8 = 4;
}

/// The levels of mailboxes.
pub mod email {
    pub const SAME: u8 = 1;
    pub const SLIP: u8 = 2;
    pub const OTHER_HOST: u8 = 3;
    pub const DIFFERENT: u8 = 4;
}

/// The levels of days.
pub mod date {
    pub const SAME: u8 = 1;
    pub const OTHER_CALENDAR: u8 = 2;
    pub const SLIP: u8 = 3;
    pub const PART: u8 = 4;
    pub const DIFFERENT: u8 = 5;
}

/// The levels of addresses.
pub mod address {
    pub const SAME: u8 = 1;
    pub const CLOSE: u8 = 2;
    pub const SIMILAR: u8 = 3;
    pub const DIFFERENT: u8 = 4;
}

/// The levels of categories.
pub mod category {
    pub const SAME: u8 = 1;
    pub const DIFFERENT: u8 = 2;
}
