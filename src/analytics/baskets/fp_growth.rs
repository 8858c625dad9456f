//! Frequent itemsets by FP-growth (Han, Pei and Yin, "Mining frequent patterns without candidate generation", SIGMOD
//! 2000).
//!
//! Items are ranked by how many baskets they are in. A prefix tree holds the baskets, most frequent item first, so that
//! they share their beginnings. For every item the paths above its nodes are the baskets it is in; they make a smaller
//! tree in which the same is done again, and every item met on the way extends the itemset.
//!
//! Trees are built from sorted paths: a path then shares nodes with the path before it and with no other, and no node has
//! to look for its children.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::Baskets;

/// What is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mining {
    /// At least so many baskets hold the whole itemset; 0 is the same as 1.
    pub least: u32,
    /// At most so many items in a set; 0: no limit.
    pub longest: usize,
    /// More itemsets than this are refused.
    pub most: usize,
}

impl Default for Mining {
    fn default() -> Self {
        Mining { least: 10, longest: 0, most: 1_000_000 }
    }
}

/// There are more frequent itemsets than allowed: their number can double with every item that sells a little, so the
/// search stops instead of filling the memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMany {
    pub most: usize,
}

impl fmt::Display for TooMany {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "more than {} frequent itemsets: raise the smallest count, or shorten the sets", self.most)
    }
}

impl std::error::Error for TooMany {}

/// Item ids, ascending, and the number of baskets that hold them all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ItemSet<'a> {
    pub items: &'a [u32],
    pub baskets: u32,
}

/// Frequent itemsets, the shorter first, then by ids.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ItemSets {
    total: u32,
    sets: Found,
}

impl ItemSets {
    /// Number of all baskets, the divisor of a support.
    pub fn total(&self) -> u32 {
        self.total
    }

    /// Number of itemsets.
    pub fn len(&self) -> usize {
        self.sets.counts.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn iter(&self) -> impl Iterator<Item = ItemSet<'_>> {
        self.sets.iter().map(|(items, baskets)| ItemSet { items, baskets })
    }
}

/// Finds all itemsets of at least one item.
///
/// Errors: more itemsets than allowed. Whether there are does not depend on the threads: every set is counted once.
pub fn frequent(baskets: &Baskets, mining: &Mining) -> Result<ItemSets, TooMany> {
    let least = mining.least.max(1);
    let ranks = Ranks::of(baskets, least);
    let tree = Tree::of(&ranks.paths(baskets), ranks.labels());
    let told = AtomicUsize::new(0);
    let scratch = || Scratch { cells: vec![0; tree.labels.len()], met: Vec::new() };
    let branches = (0..tree.labels.len()).into_par_iter().map_init(scratch, |scratch, at| {
        let (prefix, found) = (Vec::new(), Found::default());
        let mut search = Search { mining, least, told: &told, scratch, prefix, found };
        search.grow(&tree, at)?;
        Ok(search.found)
    });
    let branches: Vec<Found> = branches.collect::<Result<_, TooMany>>()?;
    Ok(ItemSets { total: baskets.total(), sets: Found::sorted(&branches, |rank| baskets.names[ranks.items[rank]]) })
}

/// Sets one after the other: their ends in `items`, and their counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Found {
    items: Vec<u32>,
    ends: Vec<usize>,
    counts: Vec<u32>,
}

impl Found {
    fn push(&mut self, items: impl Iterator<Item = u32>, count: u32) {
        self.items.extend(items);
        self.ends.push(self.items.len());
        self.counts.push(count);
    }

    fn iter(&self) -> impl Iterator<Item = (&[u32], u32)> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).zip(&self.counts).map(|((start, end), count)| (&self.items[start..*end], *count))
    }

    /// All branches in one, under the names of the items, in the order of the result.
    fn sorted(branches: &[Found], name: impl Fn(usize) -> u32) -> Found {
        let mut named = Found::default();
        for (items, count) in branches.iter().flat_map(Found::iter) {
            let start = named.items.len();
            named.push(items.iter().map(|rank| name(*rank as usize)), count);
            named.items[start..].sort_unstable();
        }
        let mut order: Vec<(&[u32], u32)> = named.iter().collect();
        order.par_sort_unstable_by(|(x, _), (y, _)| x.len().cmp(&y.len()).then_with(|| x.cmp(y)));
        let mut sorted = Found::default();
        for (items, count) in order {
            sorted.push(items.iter().copied(), count);
        }
        sorted
    }
}

/// Frequent items by rank: the most baskets first, then the smallest number.
struct Ranks {
    /// Item number of each rank.
    items: Vec<usize>,
    /// Rank of each item number.
    ranks: Vec<Option<u32>>,
    counts: Vec<u32>,
}

impl Ranks {
    fn of(baskets: &Baskets, least: u32) -> Ranks {
        let mut items: Vec<usize> = (0..baskets.counts.len()).filter(|item| baskets.counts[*item] >= least).collect();
        items.sort_by_key(|item| std::cmp::Reverse(baskets.counts[*item]));
        let mut ranks = vec![None; baskets.counts.len()];
        for (rank, item) in (0u32..).zip(&items) {
            ranks[*item] = Some(rank);
        }
        let counts = items.iter().map(|item| baskets.counts[*item]).collect();
        Ranks { items, ranks, counts }
    }

    fn labels(&self) -> Vec<Label> {
        (0u32..).zip(&self.counts).map(|(rank, count)| Label { rank, count: *count }).collect()
    }

    fn paths(&self, baskets: &Baskets) -> Paths {
        let mut paths = Paths::default();
        for row in baskets.rows() {
            let start = paths.steps.len();
            paths.steps.extend(row.iter().filter_map(|item| self.ranks[*item as usize]));
            paths.steps[start..].sort_unstable();
            paths.close(start, 1);
        }
        paths
    }
}

/// Ascending places of labels, each path with the number of baskets that take it.
#[derive(Default)]
struct Paths {
    steps: Vec<u32>,
    paths: Vec<(usize, usize, u32)>,
}

impl Paths {
    /// Ends the path that began at `start`; one without steps is none.
    fn close(&mut self, start: usize, count: u32) {
        if start < self.steps.len() {
            self.paths.push((start, self.steps.len(), count));
        }
    }
}

/// An item of a tree: its rank among all items, and the baskets it is in that the tree stands for.
#[derive(Debug, Clone, Copy)]
struct Label {
    rank: u32,
    count: u32,
}

/// A node; `parent` and `next` (with the same label) are places in the list of nodes.
struct Node {
    label: u32,
    count: u32,
    parent: u32,
    next: u32,
}

/// No node: the top of the tree, or the end of a list.
const NONE: u32 = u32::MAX;

/// An FP-tree. Labels are in the order of their ranks; a node's label comes after those above it.
struct Tree {
    labels: Vec<Label>,
    heads: Vec<u32>,
    nodes: Vec<Node>,
}

impl Tree {
    /// Every line of a basket makes at most one node: their numbers fit into 32 bits as far as the lines' do.
    fn of(paths: &Paths, labels: Vec<Label>) -> Tree {
        let mut tree = Tree { heads: vec![NONE; labels.len()], labels, nodes: Vec::new() };
        let mut order: Vec<(&[u32], u32)> =
            paths.paths.iter().map(|(start, end, count)| (&paths.steps[*start..*end], *count)).collect();
        order.sort_unstable();
        let (mut trail, mut before): (Vec<u32>, &[u32]) = (Vec::new(), &[]);
        for (path, count) in order {
            let shared = path.iter().zip(before).take_while(|(step, other)| step == other).count();
            trail.truncate(shared);
            for node in &trail {
                tree.nodes[*node as usize].count += count;
            }
            for step in &path[shared..] {
                let node = tree.nodes.len() as u32;
                let parent = trail.last().copied().unwrap_or(NONE);
                let next = std::mem::replace(&mut tree.heads[*step as usize], node);
                tree.nodes.push(Node { label: *step, count, parent, next });
                trail.push(node);
            }
            before = path;
        }
        tree
    }

    /// The nodes of a label.
    fn nodes(&self, at: usize) -> impl Iterator<Item = &Node> {
        let first = self.heads.get(at).and_then(|head| self.nodes.get(*head as usize));
        std::iter::successors(first, |node| self.nodes.get(node.next as usize))
    }

    /// Labels above a node, from the bottom to the top.
    fn above(&self, node: &Node) -> impl Iterator<Item = u32> {
        let step = |node: &Node| self.nodes.get(node.parent as usize);
        std::iter::successors(step(node), move |node| step(node)).map(|node| node.label)
    }

    /// The tree of the baskets that hold a label, with the labels before it that are frequent among them. Without
    /// `deeper` its labels are told but not how they hang together.
    fn conditional(&self, at: usize, wanted: (u32, bool), scratch: &mut Scratch) -> Tree {
        let (least, deeper) = wanted;
        for node in self.nodes(at) {
            for label in self.above(node) {
                scratch.count(label, node.count);
            }
        }
        scratch.met.sort_unstable();
        let mut labels = Vec::new();
        for label in &scratch.met {
            let count = std::mem::replace(&mut scratch.cells[*label as usize], NONE);
            if count >= least {
                scratch.cells[*label as usize] = labels.len() as u32;
                labels.push(Label { rank: self.labels[*label as usize].rank, count });
            }
        }
        let mut paths = Paths::default();
        let together = deeper && labels.len() > 1;
        for node in self.nodes(at).filter(|_| together) {
            let start = paths.steps.len();
            let steps = self.above(node).map(|label| scratch.cells[label as usize]).filter(|place| *place != NONE);
            paths.steps.extend(steps);
            paths.steps[start..].reverse();
            paths.close(start, node.count);
        }
        scratch.clear();
        if together { Tree::of(&paths, labels) } else { Tree { labels, heads: Vec::new(), nodes: Vec::new() } }
    }
}

/// A cell per label, made once per thread: only cells that were met are cleared, so that rare items cost little.
struct Scratch {
    cells: Vec<u32>,
    met: Vec<u32>,
}

impl Scratch {
    fn count(&mut self, label: u32, count: u32) {
        let cell = &mut self.cells[label as usize];
        if *cell == 0 {
            self.met.push(label);
        }
        *cell += count;
    }

    fn clear(&mut self) {
        for label in self.met.drain(..) {
            self.cells[label as usize] = 0;
        }
    }
}

/// The search below one item.
struct Search<'a> {
    mining: &'a Mining,
    least: u32,
    /// Itemsets found so far, by all branches.
    told: &'a AtomicUsize,
    scratch: &'a mut Scratch,
    prefix: Vec<u32>,
    found: Found,
}

impl Search<'_> {
    /// Tells the prefix with one more label, and everything below it.
    ///
    /// The stack stays shallow: labels are tried from the most frequent on, so before a set of k items is reached below
    /// the first one, the 2^(k−2) subsets of the others were told, and the limit was met.
    fn grow(&mut self, tree: &Tree, at: usize) -> Result<(), TooMany> {
        let label = tree.labels[at];
        self.prefix.push(label.rank);
        if self.told.fetch_add(1, Ordering::Relaxed) >= self.mining.most {
            return Err(TooMany { most: self.mining.most });
        }
        self.found.push(self.prefix.iter().copied(), label.count);
        let room = match self.mining.longest {
            0 => usize::MAX,
            longest => longest.saturating_sub(self.prefix.len()),
        };
        if room > 0 && tree.heads.get(at).is_some() {
            let below = tree.conditional(at, (self.least, room > 1), self.scratch);
            for next in 0..below.labels.len() {
                self.grow(&below, next)?;
            }
        }
        self.prefix.pop();
        Ok(())
    }
}
