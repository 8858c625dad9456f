//! `[[tags]]` and `[[segments]]`: marks people bear, and groups they are in, as long as a condition holds for them.

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

/// A segment of a scheme of one's own. Segments of one scheme may overlap; the book says how many people are in two.
///
/// ```toml
/// [[segments]]
/// scheme = "距离"
/// name = "住得近"
/// condition = "city = '杭州' and stores_visited = 1"
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SegmentRule {
    /// What divides the customers: segments with the same scheme stand side by side.
    pub scheme: String,
    /// What the segment is called.
    pub name: String,
    /// SQL over the columns of the model `customer_facts`, `extra_…` included.
    pub condition: String,
}

/// Schemes the program makes itself.
const BUILT_IN: &[&str] = &[
    "rfm_grid",
    "rfm_cell",
    "lifecycle",
    "value",
    "cluster",
    "tier",
    "age",
    "gender",
    "city",
    "channel",
    "category",
    "tag",
];

/// Every segment has its three texts, and stands once.
pub(super) fn check_segments(segments: &[SegmentRule]) -> Result<()> {
    let mut seen = std::collections::BTreeSet::new();
    for segment in segments {
        let wrong = |message: String| Problem::usage(message).hint("[[segments]] has a scheme, a name and a condition");
        let (scheme, name) = (segment.scheme.trim(), segment.name.trim());
        for (key, text) in [("scheme", scheme), ("name", name), ("condition", segment.condition.trim())] {
            if text.is_empty() {
                return Err(wrong(format!("a [[segments]] has no {key}")));
            }
        }
        if BUILT_IN.contains(&scheme) {
            return Err(wrong(format!("segments.scheme = \"{scheme}\" is a scheme of the program"))
                .hint("give the scheme a name of its own"));
        }
        if !seen.insert((scheme, name)) {
            return Err(wrong(format!("the segment \"{name}\" of \"{scheme}\" has two rules; join them with or")));
        }
    }
    Ok(())
}
