//! The words of reasons that no rule of the schema brings. Each is a string of the theme, `identity-reason-…`.

pub const OVERRIDE_SAME: &str = "override_same";
pub const OVERRIDE_DIFFERENT: &str = "override_different";
/// Two records that other records joined.
pub const THROUGH_OTHERS: &str = "through_others";
pub const CHAIN_OVERRIDE: &str = "chain_override";
pub const CHAIN_CONTRADICTION: &str = "chain_contradiction";
pub const CHAIN_LOOSE: &str = "chain_loose";
/// A record that is its person's only one.
pub const SAME_RECORD: &str = "same_record";

#[cfg(test)]
pub const ALL: [&str; 7] =
    [OVERRIDE_SAME, OVERRIDE_DIFFERENT, THROUGH_OTHERS, CHAIN_OVERRIDE, CHAIN_CONTRADICTION, CHAIN_LOOSE, SAME_RECORD];
