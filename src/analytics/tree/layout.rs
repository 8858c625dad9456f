//! Where to draw the nodes of a tree.

use super::cart::Tree;

/// Where a node stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// From the left, in distances between neighbouring leaves; the leftmost leaf is at 0.
    pub x: f64,
    /// From the top, in levels; the root is at 0.
    pub y: f64,
}

/// The places of all nodes.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    /// In the order of the nodes.
    pub places: Vec<Place>,
    /// How many leaves stand side by side; the rightmost one is at `leaves − 1`.
    pub leaves: usize,
    /// Levels below the root.
    pub depth: usize,
}

/// Leaves stand evenly spaced from left to right, a parent above the middle between its two children. No edges cross and
/// siblings never overlap: each subtree has the width of its leaves to itself (the drawing rules of Wetherell and Shannon
/// 1979, "Tidy Drawings of Trees", IEEE TSE 5, without narrowing).
pub fn layout(tree: &Tree) -> Layout {
    let mut places: Vec<Place> = Vec::with_capacity(tree.nodes.len());
    let mut leaves = 0;
    for node in &tree.nodes {
        places.push(Place { x: leaves as f64, y: node.depth as f64 });
        leaves += usize::from(node.split.is_none());
    }
    // Children stand after their parents, so from behind both are placed before the parent asks.
    for (at, node) in tree.nodes.iter().enumerate().rev() {
        if let Some(split) = node.split
            && let (Some(left), Some(right)) = (places.get(split.left), places.get(split.right))
        {
            places[at].x = f64::midpoint(left.x, right.x);
        }
    }
    Layout { places, leaves, depth: tree.nodes.iter().map(|node| node.depth).max().unwrap_or_default() }
}
