//! `[[tags]]`: marks that people bear as long as a condition holds for them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::problem::{Problem, Result};

/// A tag by rule. Tags from files need none: see the contract table `tags`.
///
/// ```toml
/// [[tags]]
/// name = "爱喝茶"
/// condition = "top_category = '茶' and purchase_days >= 3"
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TagRule {
    /// What the tag is called.
    pub name: String,
    /// SQL over the columns of the model `customer_facts`.
    pub condition: String,
    /// Last day on which the rule is applied (YYYY-MM-DD); empty = no end.
    pub until: String,
}

/// Names stand once, conditions are there, days are days.
pub(super) fn check(tags: &[TagRule]) -> Result<()> {
    let mut seen = std::collections::BTreeSet::new();
    for tag in tags {
        let wrong = |message: String| Problem::usage(message).hint("[[tags]] has a name and a condition");
        if tag.name.trim().is_empty() {
            return Err(wrong("a [[tags]] has no name".into()));
        }
        if !seen.insert(tag.name.trim()) {
            return Err(wrong(format!("the tag \"{}\" has two rules; join them with or", tag.name)));
        }
        if tag.condition.trim().is_empty() {
            return Err(wrong(format!("the tag \"{}\" has no condition", tag.name)));
        }
        if !tag.until.is_empty() && tag.until.parse::<jiff::civil::Date>().is_err() {
            return Err(wrong(format!("tags.until = \"{}\" cannot be used", tag.until)).hint("a date as YYYY-MM-DD"));
        }
    }
    Ok(())
}
