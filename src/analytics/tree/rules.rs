//! A tree read aloud: each leaf is a rule, a handful of conditions and what follows. Words are for others to choose.

use super::cart::{Node, Tree};

/// On which side of a threshold a value lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// `>`
    Above,
    /// `<=`
    AtMost,
}

/// One condition on one column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Condition {
    pub feature: usize,
    pub side: Side,
    /// In the unit of the column.
    pub threshold: f64,
}

/// What a leaf says: rows that meet all conditions are of a class.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// The leaf's place among the nodes.
    pub node: usize,
    /// At most one of each side for each column; columns in the order in which the tree first asks for them, `Above` before
    /// `AtMost`. Empty, if the tree is one leaf.
    pub conditions: Vec<Condition>,
    /// The predicted class.
    pub class: usize,
    /// Training rows that meet the conditions.
    pub rows: usize,
    /// Those of them that are of the class.
    pub hits: usize,
    /// `rows` as a share of all rows.
    pub support: f64,
    /// `hits` as a share of `rows` (precision).
    pub purity: f64,
    /// `hits` as a share of all rows of the class (recall).
    pub coverage: f64,
}

/// The rules of all leaves, from left to right.
pub fn rules(tree: &Tree) -> Vec<Rule> {
    let leaves = tree.nodes.iter().enumerate().filter(|(_, node)| node.split.is_none());
    leaves.map(|(at, leaf)| rule(tree, at, leaf)).collect()
}

/// For each class the rule with the greatest support × purity among those that predict it, the leftmost of equal ones.
/// None for a class that no leaf predicts. Support × purity is the share of all rows that the rule is right about, so the
/// comparison is one of whole numbers.
pub fn best_rules(tree: &Tree) -> Vec<Option<Rule>> {
    let mut best: Vec<Option<Rule>> = vec![None; tree.class_count];
    for rule in rules(tree) {
        if let Some(best) = best.get_mut(rule.class)
            && best.as_ref().is_none_or(|best| rule.hits > best.hits)
        {
            *best = Some(rule);
        }
    }
    best
}

fn rule(tree: &Tree, at: usize, leaf: &Node) -> Rule {
    let hits = leaf.counts.get(leaf.class).copied().unwrap_or_default();
    let root = tree.nodes.first();
    let all = root.map_or(0, |root| root.rows);
    let of_class = root.and_then(|root| root.counts.get(leaf.class)).copied().unwrap_or_default();
    let share = |part: usize, whole: usize| part as f64 / whole.max(1) as f64;
    Rule {
        node: at,
        conditions: merged(&path(tree, at)),
        class: leaf.class,
        rows: leaf.rows,
        hits,
        support: share(leaf.rows, all),
        purity: share(hits, leaf.rows),
        coverage: share(hits, of_class),
    }
}

/// The conditions from the root to a node.
fn path(tree: &Tree, node: usize) -> Vec<Condition> {
    let mut conditions = Vec::new();
    let mut at = node;
    while let Some(parent) = tree.nodes.get(at).and_then(|node| node.parent) {
        if let Some(split) = tree.nodes.get(parent).and_then(|node| node.split) {
            let side = if split.left == at { Side::AtMost } else { Side::Above };
            conditions.push(Condition { feature: split.feature, side, threshold: split.threshold });
        }
        at = parent;
    }
    conditions.reverse();
    conditions
}

/// Conditions that say the same in fewer: of two on the same side of the same column only the stricter one remains.
pub(super) fn merged(conditions: &[Condition]) -> Vec<Condition> {
    let mut kept: Vec<Condition> = Vec::new();
    let mut features: Vec<usize> = Vec::new();
    for condition in conditions {
        if !features.contains(&condition.feature) {
            features.push(condition.feature);
        }
        let same = |kept: &&mut Condition| kept.feature == condition.feature && kept.side == condition.side;
        match kept.iter_mut().find(same) {
            None => kept.push(*condition),
            Some(kept) => {
                kept.threshold = match condition.side {
                    Side::Above => kept.threshold.max(condition.threshold),
                    Side::AtMost => kept.threshold.min(condition.threshold),
                };
            }
        }
    }
    let asked = |feature: usize| features.iter().position(|known| *known == feature);
    kept.sort_by_key(|condition| (asked(condition.feature), condition.side));
    kept
}
