//! Sets that grow together.

/// Disjoint sets of the numbers below a limit, with their members at hand.
#[derive(Debug)]
pub struct UnionFind {
    parent: Vec<u32>,
    /// Of each root: everybody in its set, when there are more than itself.
    members: std::collections::HashMap<u32, Vec<u32>>,
}

impl UnionFind {
    pub fn new(len: usize) -> UnionFind {
        UnionFind {
            parent: (0..u32::try_from(len).unwrap_or(u32::MAX)).collect(),
            members: std::collections::HashMap::new(),
        }
    }

    pub fn find(&mut self, mut at: u32) -> u32 {
        while self.parent[at as usize] != at {
            let above = self.parent[self.parent[at as usize] as usize];
            self.parent[at as usize] = above;
            at = above;
        }
        at
    }

    /// Everybody in the set of a root.
    pub fn members(&self, root: u32) -> Vec<u32> {
        self.members.get(&root).cloned().unwrap_or_else(|| vec![root])
    }

    /// Joins two sets; the smaller number is the root, so that the result does not depend on the order of joining.
    pub fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.find(a), self.find(b));
        if a == b {
            return;
        }
        let (root, other) = (a.min(b), a.max(b));
        let more = self.members.remove(&other).unwrap_or_else(|| vec![other]);
        let all = self.members.entry(root).or_insert_with(|| vec![root]);
        all.extend(more);
        self.parent[other as usize] = root;
    }
}
