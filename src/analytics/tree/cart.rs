//! CART: a classification tree by Gini impurity (Breiman, Friedman, Olshen and Stone 1984, "Classification and Regression
//! Trees").

use std::ops::Range;

use super::orders::Orders;
use super::table::Table;
use super::{Unusable, split};

/// Levels below the root at most: a tree of sixteen has more leaves than anybody reads.
pub const DEEPEST: usize = 16;

/// How far a tree may grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Levels below the root, [`DEEPEST`] at most; 0 gives one leaf.
    pub max_depth: usize,
    /// Rows of a leaf at least; 0 means 1.
    pub min_samples_leaf: usize,
}

/// Where a node sends its rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Split {
    pub feature: usize,
    /// In the unit of the column. Rows at or below it go left, others right.
    pub threshold: f64,
    /// Nodes.
    pub left: usize,
    pub right: usize,
}

/// A node and the rows of the training table that came to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// None for the root.
    pub parent: Option<usize>,
    /// Levels below the root.
    pub depth: usize,
    pub rows: usize,
    /// For each class: how many of the rows have it.
    pub counts: Vec<usize>,
    /// The most frequent class, the lowest of equally frequent ones.
    pub class: usize,
    /// None for a leaf.
    pub split: Option<Split>,
}

impl Node {
    /// Gini impurity, `1 − Σ(n_c/n)²`: how likely two rows, drawn with replacement, have different classes.
    pub fn gini(&self) -> f64 {
        1.0 - self.counts.iter().map(|count| (*count as f64 / self.rows.max(1) as f64).powi(2)).sum::<f64>()
    }

    /// The share of the rows that have the node's class, above 0 to 1.
    pub fn purity(&self) -> f64 {
        self.counts.get(self.class).map_or(0.0, |hits| *hits as f64 / self.rows.max(1) as f64)
    }
}

/// A tree. Parents stand before their children and left before right, so leaves are in order from left to right.
#[derive(Debug, Clone, PartialEq)]
pub struct Tree {
    /// At least the root, which is the first.
    pub nodes: Vec<Node>,
    pub class_count: usize,
}

impl Tree {
    /// The leaf that a row comes to. A value that is missing or no number is not at or below anything: it goes right.
    pub fn leaf_of(&self, value: impl Fn(usize) -> Option<f64>) -> usize {
        let mut at = 0;
        while let Some(split) = self.nodes.get(at).and_then(|node| node.split) {
            at = if value(split.feature).is_some_and(|value| value <= split.threshold) {
                split.left
            } else {
                split.right
            };
        }
        at
    }

    /// The predicted class of each row of a table with the columns of the training table.
    pub fn predict(&self, columns: &[Vec<f64>], rows: usize) -> Vec<usize> {
        let class = |row: usize| {
            let leaf = self.leaf_of(|feature| columns.get(feature)?.get(row).copied());
            self.nodes.get(leaf).map_or(0, |node| node.class)
        };
        (0..rows).map(class).collect()
    }

    /// The share of training rows that their leaf's class is true of.
    pub fn training_accuracy(&self) -> f64 {
        let leaves = self.nodes.iter().filter(|node| node.split.is_none());
        let hits: usize = leaves.filter_map(|leaf| leaf.counts.get(leaf.class)).sum();
        hits as f64 / self.nodes.first().map_or(1, |root| root.rows.max(1)) as f64
    }
}

/// A node to be looked at.
struct Open {
    rows: Range<usize>,
    counts: Vec<usize>,
    depth: usize,
    parent: Option<(usize, Side)>,
}

#[derive(Clone, Copy)]
enum Side {
    Left,
    Right,
}

/// Grows a tree greedily: every node that is not pure, not at the greatest depth and not too small gets its best split,
/// also one that gains nothing by itself (as in scikit-learn, which finds "either, but not both" this way).
///
/// Time: one sort of each column, then per level rows × columns.
///
/// Errors: a depth beyond [`DEEPEST`].
pub fn grow(table: Table<'_>, limits: Limits) -> Result<Tree, Unusable> {
    if limits.max_depth > DEEPEST {
        return Err(Unusable::TooDeep { depth: limits.max_depth });
    }
    let mut orders = Orders::of(&table);
    let mut tree = Tree { nodes: Vec::new(), class_count: table.class_count };
    let mut open = vec![Open { rows: 0..table.rows(), counts: table.counts(), depth: 0, parent: None }];
    while let Some(node) = open.pop() {
        let at = tree.nodes.len();
        link(&mut tree.nodes, node.parent, at);
        let children = divide(&table, &mut orders, &node, limits);
        let parent = node.parent.map(|(parent, _)| parent);
        let class = most(&node.counts);
        let (rows, depth) = (node.rows.len(), node.depth);
        // The children take their numbers when they come to be nodes.
        let split = children.as_ref().map(|(best, _)| Split {
            feature: best.feature,
            threshold: best.threshold,
            left: at,
            right: at,
        });
        tree.nodes.push(Node { parent, depth, rows, counts: node.counts, class, split });
        if let Some((_, [left, right])) = children {
            open.push(Open { parent: Some((at, Side::Right)), ..right });
            open.push(Open { parent: Some((at, Side::Left)), ..left });
        }
    }
    Ok(tree)
}

fn link(nodes: &mut [Node], parent: Option<(usize, Side)>, child: usize) {
    let Some((parent, side)) = parent else { return };
    let Some(split) = nodes.get_mut(parent).and_then(|node| node.split.as_mut()) else { return };
    match side {
        Side::Left => split.left = child,
        Side::Right => split.right = child,
    }
}

/// Splits a node if it may be split; both children are without parent yet.
fn divide(table: &Table<'_>, orders: &mut Orders, node: &Open, limits: Limits) -> Option<(split::Best, [Open; 2])> {
    let least = limits.min_samples_leaf.max(1);
    let pure = node.counts.iter().filter(|count| **count > 0).count() < 2;
    if pure || node.depth >= limits.max_depth || node.rows.len() / 2 < least {
        return None;
    }
    let best = split::best(table, orders, &node.rows, (&node.counts, least))?;
    let depth = node.depth + 1;
    let middle = node.rows.start + best.lefts;
    let (left, right) = (node.rows.start..middle, middle..node.rows.end);
    let mut counts = vec![0; table.class_count];
    for row in orders.rows(best.feature, &left) {
        counts[table.classes[*row as usize]] += 1;
    }
    let others = node.counts.iter().zip(&counts).map(|(all, left)| all - left).collect();
    // Children at the greatest depth are counted and never looked into.
    if depth < limits.max_depth {
        orders.deal(&node.rows, best.feature, best.lefts);
    }
    let left = Open { rows: left, counts, depth, parent: None };
    let right = Open { rows: right, counts: others, depth, parent: None };
    Some((best, [left, right]))
}

/// The most frequent class, the lowest of equally frequent ones.
pub(super) fn most(counts: &[usize]) -> usize {
    let more =
        |best: (usize, usize), (class, count): (usize, &usize)| if *count > best.1 { (class, *count) } else { best };
    counts.iter().enumerate().fold((0, 0), more).0
}
