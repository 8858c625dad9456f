//! Counts made fit to be published: rounded, small ones suppressed, and as many others with them as it takes
//! (complementary suppression), proved by the attacker.

use std::collections::BTreeMap;

use super::attack::MOST_CELLS;
use super::{CountTable, Exposed, Figures, Promise, Shown, attack};
use crate::problem::{Problem, Result};

/// True counts: a value for each dimension → how many. Combinations that are absent cannot occur.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    pub dimensions: Vec<String>,
    pub counts: BTreeMap<Vec<String>, u64>,
}

/// The table with all its totals as it may be published.
///
/// Each round attacks what would be published and suppresses one more cell for the first one that is exposed: of the
/// cells that stand in a sum with it, one with most dimensions, then the smallest, then the first. When nothing beside
/// it is left, any other cell will do. In the end everything is suppressed, and nothing can be worked out; so it ends.
///
/// Errors: more dimensions or cells than the attacker can prove.
pub fn protect(table: &Counts, promise: &Promise) -> Result<Figures> {
    let (mut figures, counts) = with_totals(table)?;
    for (cell, count) in figures.cells.iter_mut().zip(&counts) {
        cell.1 = if *count < promise.threshold { Shown::Suppressed } else { Shown::Count(promise.rounded(*count)) };
    }
    loop {
        let found = attack(&figures, promise)?;
        if found.contradictory {
            return Err(Problem::failed("the counts of the table do not add up to its totals"));
        }
        let Some(exposed) = found.exposed.first() else { return Ok(figures) };
        let Some(partner) = partner(&figures, &counts, exposed) else {
            return Err(Problem::failed("a cell is exposed although nothing is shown"));
        };
        figures.cells[partner].1 = Shown::Suppressed;
    }
}

/// The cell to suppress for an exposed one; a rounded one that tells its count is suppressed itself.
fn partner(figures: &Figures, counts: &[u64], exposed: &Exposed) -> Option<usize> {
    let shown = |cell: &usize| figures.cells[*cell].1 != Shown::Suppressed;
    if shown(&exposed.cell) {
        return Some(exposed.cell);
    }
    let order = |cell: &usize| (std::cmp::Reverse(figures.cells[*cell].0.len()), counts[*cell], *cell);
    let beside = figures.sums.iter().filter(|(total, parts)| *total == exposed.cell || parts.contains(&exposed.cell));
    let beside = beside.flat_map(|(total, parts)| parts.iter().chain([total])).copied().filter(shown).min_by_key(order);
    beside.or_else(|| (0..figures.cells.len()).filter(shown).min_by_key(order))
}

/// All cells and all totals, with their true counts in the order of the cells.
fn with_totals(table: &Counts) -> Result<(Figures, Vec<u64>)> {
    let dimensions = table.dimensions.len();
    if dimensions > 4 || table.counts.len() > MOST_CELLS {
        return Err(Problem::usage(format!(
            "a table of {dimensions} dimensions and {} cells is too large to be protected",
            table.counts.len()
        ))
        .hint(format!("up to 4 dimensions and {MOST_CELLS} cells are possible")));
    }
    let mut cells: BTreeMap<Vec<Option<String>>, u64> = BTreeMap::new();
    for (values, count) in &table.counts {
        for kept in 0..1usize << dimensions {
            let value = |(at, value): (usize, &String)| (kept >> at & 1 == 1).then(|| value.clone());
            let total = cells.entry(values.iter().enumerate().map(value).collect()).or_default();
            *total = total.saturating_add(*count);
        }
    }
    let counts = cells.values().copied().collect();
    let rows = cells.into_keys().map(|values| (values, Shown::Suppressed)).collect();
    Ok((Figures::of(&[CountTable { dimensions: table.dimensions.clone(), rows }]), counts))
}
