//! What a reader can work out from published counts: the least and the greatest value every cell can have, by linear
//! programming (Fischetti and Salazar-González 2000; Hundepool et al., *Statistical Disclosure Control*, Wiley 2012,
//! chapter 4: the feasibility interval of a cell and the audit of a protected table).
//!
//! The reader knows the rules (below which count a cell is suppressed, to which base counts are rounded) and that
//! totals are sums. Tables of two dimensions are networks: the linear bounds are whole numbers, and exact. From three
//! dimensions on they are outer bounds; a reader who also uses that counts are whole may come closer.

use good_lp::variable;
use good_lp::{Expression, ProblemVariables, ResolutionError, Solution, SolverModel, Variable, constraint, microlp};

use super::{Figures, Shown};
use crate::problem::{Problem, Result};

/// The rules the counts were published by, and with that what they promise.
///
/// - A suppressed cell is *exposed* when its interval is narrower than what the word "suppressed" says already, 0 to
///   `threshold − 1` (fewer than `threshold` whole numbers). An interval that begins at the threshold or above belongs to
///   a cell that was suppressed to protect another; it must be as wide as if it were published, `base` whole numbers.
/// - A rounded count is exposed when its interval holds one whole number: rounding promises that no exact count is told.
///   This is the sliding protection level of Hundepool et al. (2012, section 4.3) at its smallest for a safe cell.
/// - A count that is below the threshold, or not rounded, was published against the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Promise {
    pub threshold: u64,
    /// 1: not rounded.
    pub base: u64,
}

impl Default for Promise {
    fn default() -> Self {
        Promise { threshold: 10, base: 5 }
    }
}

/// How a cell breaks the promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    BelowThreshold,
    NotRounded,
    Suppressed,
    Rounded,
}

/// A cell that tells more than it should. Whole numbers; `highest` is absent where nothing bounds the cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exposed {
    pub cell: usize,
    pub why: Why,
    pub lowest: u64,
    pub highest: Option<u64>,
}

/// What the attacker found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attack {
    pub exposed: Vec<Exposed>,
    /// Totals that cannot be the sums of their parts: then nothing can be said, and nothing is proved.
    pub contradictory: bool,
}

/// Cells that are bound together by sums; more take too long.
pub const MOST_CELLS: usize = 4_000;

/// Slack of the solver: counts are whole, so it does no harm.
const SLACK: f64 = 1e-4;

impl Promise {
    /// The rounded form of a count: to the nearest multiple of the base, halves up.
    pub fn rounded(&self, count: u64) -> u64 {
        let base = self.base.max(1);
        (count + base / 2) / base * base
    }

    /// What a cell says by itself.
    fn interval(&self, shown: Shown) -> (u64, Option<u64>) {
        match shown {
            Shown::Suppressed => (0, None),
            Shown::Count(count) if self.broken(count).is_some() => (count, Some(count)),
            Shown::Count(count) => {
                let base = self.base.max(1);
                (count.saturating_sub(base / 2).max(self.threshold), Some(count.saturating_add((base - 1) / 2)))
            }
        }
    }

    fn broken(&self, count: u64) -> Option<Why> {
        if count < self.threshold {
            Some(Why::BelowThreshold)
        } else if !count.is_multiple_of(self.base.max(1)) {
            Some(Why::NotRounded)
        } else {
            None
        }
    }

    /// Whether an interval keeps the promise of a cell.
    fn kept(&self, shown: Shown, lowest: u64, highest: u64) -> bool {
        let numbers = highest.saturating_sub(lowest) + 1;
        match shown {
            Shown::Suppressed if lowest >= self.threshold => numbers >= self.base,
            Shown::Suppressed => numbers >= self.threshold,
            Shown::Count(_) => numbers > 1 || self.base <= 1,
        }
    }
}

/// Attacks published figures; `exposed` is in the order of the cells.
///
/// Errors: too many cells in one system; the solver gives up.
pub fn attack(figures: &Figures, promise: &Promise) -> Result<Attack> {
    let mut found = Attack::default();
    for (cell, (_, shown)) in figures.cells.iter().enumerate() {
        if let Shown::Count(count) = shown
            && let Some(why) = promise.broken(*count)
        {
            found.exposed.push(Exposed { cell, why, lowest: *count, highest: Some(*count) });
        }
    }
    for component in components(figures) {
        match System::of(figures, promise, &component)?.exposed()? {
            Some(exposed) => found.exposed.extend(exposed),
            None => found.contradictory = true,
        }
    }
    found.exposed.sort_by_key(|exposed| (exposed.cell, exposed.why));
    found.exposed.dedup_by_key(|exposed| exposed.cell);
    Ok(found)
}

/// Cells that hang together by sums, and the sums between them.
type Component = (Vec<usize>, Vec<usize>);

fn components(figures: &Figures) -> Vec<Component> {
    let mut parent: Vec<usize> = (0..figures.cells.len()).collect();
    fn root(parent: &mut [usize], mut at: usize) -> usize {
        while parent[at] != at {
            parent[at] = parent[parent[at]];
            at = parent[at];
        }
        at
    }
    for (total, parts) in &figures.sums {
        for part in parts {
            let (a, b) = (root(&mut parent, *total), root(&mut parent, *part));
            parent[a.max(b)] = a.min(b);
        }
    }
    let mut found: std::collections::BTreeMap<usize, Component> = std::collections::BTreeMap::new();
    for cell in 0..figures.cells.len() {
        found.entry(root(&mut parent, cell)).or_default().0.push(cell);
    }
    for (sum, (total, _)) in figures.sums.iter().enumerate() {
        found.entry(root(&mut parent, *total)).or_default().1.push(sum);
    }
    found.into_values().collect()
}

/// The linear program of one component; variables stand in the order of its cells.
struct System<'a> {
    promise: &'a Promise,
    cells: Vec<(usize, Shown)>,
    bounds: Vec<(f64, f64)>,
    /// Total and parts, as positions in `cells`.
    sums: Vec<(usize, Vec<usize>)>,
    /// Larger than any count that matters: a cell that reaches it has no upper bound.
    open: f64,
    /// The least and greatest value of each cell in any solution seen so far.
    seen: Vec<(f64, f64)>,
}

impl<'a> System<'a> {
    #[allow(clippy::cast_precision_loss)]
    fn of(figures: &Figures, promise: &'a Promise, (cells, sums): &Component) -> Result<System<'a>> {
        if cells.len() > MOST_CELLS && !sums.is_empty() {
            return Err(Problem::failed(format!("{} cells add up with each other: too many to attack", cells.len()))
                .hint(format!(
                    "up to {MOST_CELLS} are possible; publish fewer dimensions, or fewer totals over them"
                )));
        }
        let cells: Vec<(usize, Shown)> = cells.iter().map(|cell| (*cell, figures.cells[*cell].1)).collect();
        let position = |cell: &usize| cells.binary_search_by_key(cell, |(cell, _)| *cell).unwrap_or_default();
        let sums = sums.iter().map(|sum| {
            let (total, parts) = &figures.sums[*sum];
            (position(total), parts.iter().map(position).collect())
        });
        let shown: u64 = cells
            .iter()
            .map(|(_, shown)| match shown {
                Shown::Count(count) => count.saturating_add(promise.base),
                Shown::Suppressed => promise.threshold,
            })
            .fold(0, u64::saturating_add);
        let open = shown as f64 + 1000.0;
        let bound = |shown: Shown| {
            let (low, high) = promise.interval(shown);
            (low as f64, high.map_or(open, |high| high as f64))
        };
        let bounds = cells.iter().map(|(_, shown)| bound(*shown)).collect();
        let seen = vec![(f64::INFINITY, f64::NEG_INFINITY); cells.len()];
        Ok(System { promise, sums: sums.collect(), bounds, open, seen, cells })
    }

    /// The exposed cells; `None` when no counts fit what is shown.
    fn exposed(mut self) -> Result<Option<Vec<Exposed>>> {
        if self.sums.is_empty() {
            return Ok(Some(Vec::new()));
        }
        let mut exposed = Vec::new();
        for at in 0..self.cells.len() {
            let (cell, shown) = self.cells[at];
            // Values seen in two solutions are possible, and so is all between them: often that is wide enough.
            if self.wide_enough(at) {
                continue;
            }
            if !self.solve(at, true)? || !self.solve(at, false)? {
                return Ok(None);
            }
            let (lowest, highest) = self.whole(at);
            if self.wide_enough(at) {
                continue;
            }
            let why = match shown {
                Shown::Count(_) => Why::Rounded,
                Shown::Suppressed => Why::Suppressed,
            };
            let highest = (self.seen[at].1 < self.open - 1.0).then_some(highest);
            exposed.push(Exposed { cell, why, lowest, highest });
        }
        Ok(Some(exposed))
    }

    fn wide_enough(&self, at: usize) -> bool {
        let (low, high) = self.seen[at];
        let (lowest, highest) = self.whole(at);
        low <= high && highest >= lowest && self.promise.kept(self.cells[at].1, lowest, highest)
    }

    /// The seen interval in whole numbers.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    fn whole(&self, at: usize) -> (u64, u64) {
        let (low, high) = self.seen[at];
        ((low - SLACK).ceil().max(0.0) as u64, (high + SLACK).floor().max(0.0) as u64)
    }

    /// Finds the least or greatest value of a cell and notes the whole solution; `false` when there is none.
    fn solve(&mut self, at: usize, least: bool) -> Result<bool> {
        let mut problem = ProblemVariables::new();
        let variables: Vec<Variable> =
            self.bounds.iter().map(|(low, high)| problem.add(variable().min(*low).max(*high))).collect();
        let goal: Expression = variables[at].into();
        let wanted = if least { problem.minimise(goal) } else { problem.maximise(goal) };
        let mut model = wanted.using(microlp);
        for (total, parts) in &self.sums {
            let parts: Expression = parts.iter().map(|part| variables[*part]).sum();
            model.add_constraint(constraint::eq(parts - variables[*total], 0.0));
        }
        match model.solve() {
            Ok(solution) => {
                for (seen, variable) in self.seen.iter_mut().zip(&variables) {
                    let value = solution.value(*variable);
                    *seen = (seen.0.min(value), seen.1.max(value));
                }
                Ok(true)
            }
            Err(ResolutionError::Infeasible) => Ok(false),
            Err(error) => Err(Problem::failed(format!("the linear program of the audit was not solved: {error}"))),
        }
    }
}
