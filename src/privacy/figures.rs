//! Published counts as one system: every cell of every table that shows the same figure, and which cells add up to
//! which.

use std::collections::{BTreeMap, BTreeSet};

/// What a reader sees in a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    Count(u64),
    Suppressed,
}

/// A published table of one figure in long form: one row per cell.
#[derive(Debug, Clone, Default)]
pub struct CountTable {
    pub dimensions: Vec<String>,
    /// A value for each dimension; none where the row is a total over it.
    pub rows: Vec<(Vec<Option<String>>, Shown)>,
}

/// Which cell: dimension → value. A dimension that is not named is summed over.
pub type Cell = BTreeMap<String, String>;

/// Cells and the sums that hold between them.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    pub cells: Vec<(Cell, Shown)>,
    /// A cell and those that add up to it.
    pub sums: Vec<(usize, Vec<usize>)>,
}

impl Figures {
    /// Brings tables together by the names of their dimensions. A cell is the sum of the cells of every finer table
    /// (one with more dimensions) that agree with it; a combination without a row cannot occur, so it counts for zero.
    pub fn of(tables: &[CountTable]) -> Figures {
        let mut figures = Figures::default();
        let mut places: BTreeMap<Cell, usize> = BTreeMap::new();
        for table in tables {
            for (values, shown) in &table.rows {
                let pairs = table.dimensions.iter().zip(values);
                let cell: Cell = pairs.filter_map(|(name, value)| Some((name.clone(), value.clone()?))).collect();
                match places.get(&cell) {
                    None => {
                        places.insert(cell.clone(), figures.cells.len());
                        figures.cells.push((cell, *shown));
                    }
                    Some(place) => figures.again(*place, cell, *shown),
                }
            }
        }
        figures.add_up(&places);
        figures
    }

    /// A cell that stands in two tables: what one shows the other does not hide, and what they show must agree.
    fn again(&mut self, place: usize, cell: Cell, shown: Shown) {
        match (self.cells[place].1, shown) {
            (_, Shown::Suppressed) => {}
            (Shown::Suppressed, shown) => self.cells[place].1 = shown,
            (first, second) if first == second => {}
            _ => {
                self.sums.push((place, vec![self.cells.len()]));
                self.cells.push((cell, shown));
            }
        }
    }

    fn add_up(&mut self, places: &BTreeMap<Cell, usize>) {
        let mut by_names: BTreeMap<BTreeSet<&str>, Vec<(&Cell, usize)>> = BTreeMap::new();
        for (cell, place) in places {
            by_names.entry(cell.keys().map(String::as_str).collect()).or_default().push((cell, *place));
        }
        let mut sums = Vec::new();
        for (coarse, totals) in &by_names {
            for (fine, parts) in &by_names {
                if coarse == fine || !coarse.is_subset(fine) {
                    continue;
                }
                let mut parts_of: BTreeMap<Vec<&str>, Vec<usize>> = BTreeMap::new();
                for (cell, place) in parts {
                    let key = coarse.iter().filter_map(|name| cell.get(*name)).map(String::as_str).collect();
                    parts_of.entry(key).or_default().push(*place);
                }
                for (cell, place) in totals {
                    let key: Vec<&str> = cell.values().map(String::as_str).collect();
                    if let Some(parts) = parts_of.get(&key) {
                        sums.push((*place, parts.clone()));
                    }
                }
            }
        }
        self.sums.extend(sums);
    }
}
