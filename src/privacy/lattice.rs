//! The search for the level of each column at which least is lost and the limits hold (full-domain generalisation:
//! Samarati 2001; the lattice as in Incognito, LeFevre et al. 2005).

use std::collections::{BTreeSet, HashMap};

use super::diversity::share;
use super::hierarchy::Hierarchy;
use crate::problem::{Problem, Result};

/// Rows alike in every quasi-identifier, before anything is generalised.
#[derive(Debug, Clone)]
pub struct Group {
    /// Number of the value in each column.
    pub values: Vec<usize>,
    pub rows: u64,
    /// For each sensitive column, the values that occur.
    pub sensitive: Vec<BTreeSet<usize>>,
}

/// What is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Goal {
    pub k: u64,
    pub l: u64,
    /// At most so many rows may be left out.
    pub suppressed: u64,
}

/// A choice of levels and what comes of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    pub levels: Vec<usize>,
    /// Rows in classes that miss the goal and are left out.
    pub suppressed: u64,
    /// From 0 (nothing generalised) to 1: the mean over all cells of the loss of their labels; a row that is left out
    /// has lost all of its cells (the normalised certainty penalty over the whole table, "global certainty penalty" of
    /// Ghinita et al. 2007, with the loss per label of Iyengar 2002).
    pub loss: f64,
    /// Discernibility (Bayardo and Agrawal 2005): every row costs as much as its class has rows, a row left out as much
    /// as the table has.
    pub discernibility: u128,
    /// The search ended before every choice was judged or ruled out.
    pub cut_short: bool,
}

/// More choices than this are not even listed.
const MOST_NODES: usize = 200_000;
/// Choices that are worked out on the rows.
const MOST_TRIALS: usize = 2_000;

/// Losses that differ by less are equal but for the rounding of their sums.
const SAME: f64 = 1e-12;

impl Choice {
    /// Less lost; of equal losses the lower levels, because `1990-05` says more than `*` also where all are of that month.
    fn beats(&self, other: &Choice) -> bool {
        let height = |choice: &Choice| choice.levels.iter().sum::<usize>();
        self.loss < other.loss - SAME || (self.loss <= other.loss + SAME && height(self) < height(other))
    }
}

/// The columns of a search: what each can be told at, and from which level on.
pub struct Lattice<'a> {
    pub hierarchies: &'a [Hierarchy],
    pub lowest: &'a [usize],
    pub groups: &'a [Group],
}

impl Lattice<'_> {
    /// The choice with the least loss that reaches the goal; of equal ones the one with the lower levels.
    ///
    /// Choices are tried in the order of what their labels alone cost, which no suppression makes less: the first one
    /// that no later one can beat is the best. A choice that fails rules out every choice below it, because whole
    /// classes join as labels do, so rows that are left out become fewer, never more.
    ///
    /// Errors: refused when even one class of everything misses the goal; usage when there are too many choices.
    pub fn search(&self, goal: &Goal) -> Result<Choice> {
        let top: Vec<usize> = self.hierarchies.iter().map(Hierarchy::top).collect();
        let mut best = self.judge(&top, goal);
        if best.suppressed > goal.suppressed {
            return Err(Problem::refused("the table cannot be made to hold the limits, not even as one class")
                .hint("it has too few rows, or too few values of a sensitive column; ask for less"));
        }
        let mut failed: Vec<Vec<usize>> = Vec::new();
        let mut trials = 0;
        for (bound, levels) in self.nodes(&top)? {
            if bound > best.loss + SAME {
                break;
            }
            if failed.iter().any(|failed| levels.iter().zip(failed).all(|(here, there)| here <= there)) {
                continue;
            }
            if trials == MOST_TRIALS {
                best.cut_short = true;
                break;
            }
            trials += 1;
            let choice = self.judge(&levels, goal);
            if choice.suppressed > goal.suppressed {
                failed.push(levels);
            } else if choice.beats(&best) {
                best = choice;
            }
        }
        Ok(best)
    }

    /// Every choice with the loss of its labels, the least first.
    fn nodes(&self, top: &[usize]) -> Result<Vec<(f64, Vec<usize>)>> {
        let choices = top.iter().zip(self.lowest).map(|(top, lowest)| top - lowest + 1);
        let count = choices.fold(1usize, usize::saturating_mul);
        if count > MOST_NODES {
            return Err(Problem::usage(format!("{} columns can be generalised in {count} ways: too many", top.len()))
                .hint(
                    "name fewer quasi-identifiers, or give some of them a hierarchy with fewer levels (whole, a file)",
                ));
        }
        let costs: Vec<Vec<f64>> = (0..top.len()).map(|column| self.costs(column)).collect();
        let mut nodes: Vec<(f64, Vec<usize>)> = vec![(0.0, Vec::new())];
        for (column, (top, lowest)) in top.iter().zip(self.lowest).enumerate() {
            let with = |(cost, levels): &(f64, Vec<usize>), level: usize| {
                let next = levels.iter().copied().chain([level]).collect();
                (cost + costs[column][level] / share(costs.len() as u64, 1), next)
            };
            nodes = nodes.iter().flat_map(|node| (*lowest..=*top).map(|level| with(node, level))).collect();
        }
        nodes.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(&b.1)));
        Ok(nodes)
    }

    /// The mean loss of a column at each of its levels.
    fn costs(&self, column: usize) -> Vec<f64> {
        let rows: u64 = self.groups.iter().map(|group| group.rows).sum();
        let levels = self.hierarchies[column].levels.iter().map(|level| {
            let lost = self
                .groups
                .iter()
                .map(|group| share(group.rows, rows) * level.loss[level.label_of[group.values[column]]]);
            lost.sum()
        });
        levels.collect()
    }

    /// The classes of a choice, and which of its groups miss the goal.
    pub fn classes(&self, levels: &[usize], goal: &Goal) -> Vec<(Vec<usize>, bool)> {
        let mut classes: HashMap<Vec<usize>, usize> = HashMap::new();
        let mut met: Vec<Group> = Vec::new();
        let mut class_of = Vec::with_capacity(self.groups.len());
        for group in self.groups {
            let at = *classes.entry(self.labels(levels, group)).or_insert_with(|| {
                met.push(Group {
                    values: Vec::new(),
                    rows: 0,
                    sensitive: vec![BTreeSet::new(); group.sensitive.len()],
                });
                met.len() - 1
            });
            class_of.push(at);
            met[at].rows += group.rows;
            for (all, here) in met[at].sensitive.iter_mut().zip(&group.sensitive) {
                all.extend(here);
            }
        }
        let held =
            |class: &Group| class.rows >= goal.k && class.sensitive.iter().all(|values| values.len() as u64 >= goal.l);
        let held: Vec<bool> = met.iter().map(held).collect();
        class_of.iter().zip(self.groups).map(|(class, group)| (self.labels(levels, group), held[*class])).collect()
    }

    fn labels(&self, levels: &[usize], group: &Group) -> Vec<usize> {
        let columns = self.hierarchies.iter().zip(levels).zip(&group.values);
        columns.map(|((hierarchy, level), value)| hierarchy.levels[*level].label_of[*value]).collect()
    }

    /// Works out one choice.
    pub fn judge(&self, levels: &[usize], goal: &Goal) -> Choice {
        let classes = self.classes(levels, goal);
        let rows: u64 = self.groups.iter().map(|group| group.rows).sum();
        let columns = self.hierarchies.len() as u64;
        let (mut suppressed, mut lost) = (0, 0.0);
        let mut sizes: HashMap<&[usize], u64> = HashMap::new();
        for ((labels, held), group) in classes.iter().zip(self.groups) {
            if !held {
                suppressed += group.rows;
                continue;
            }
            *sizes.entry(labels).or_default() += group.rows;
            let cells = self.hierarchies.iter().zip(levels).zip(labels);
            let cost: f64 = cells.map(|((hierarchy, level), label)| hierarchy.levels[*level].loss[*label]).sum();
            lost += cost * share(group.rows, rows);
        }
        let loss = lost / share(columns.max(1), 1) + share(suppressed, rows);
        let squares: u128 = sizes.values().map(|size| u128::from(*size) * u128::from(*size)).sum();
        let discernibility = squares + u128::from(suppressed) * u128::from(rows);
        Choice { levels: levels.to_vec(), suppressed, loss, discernibility, cut_short: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::privacy::Shape;
    use crate::warehouse::Value;

    fn column(values: &[&str]) -> Hierarchy {
        let values: Vec<Value> = values.iter().map(|value| Value::text(*value)).collect();
        Hierarchy::of("c", &values, &Shape::Prefix, None).unwrap()
    }

    fn group(values: &[usize], rows: u64, sensitive: &[usize]) -> Group {
        Group { values: values.to_vec(), rows, sensitive: vec![sensitive.iter().copied().collect()] }
    }

    /// Postcodes 11, 12 and 21, with 2, 1 and 1 rows.
    fn postcodes() -> (Vec<Hierarchy>, Vec<Group>) {
        let groups = vec![group(&[0], 2, &[0, 1]), group(&[1], 1, &[0]), group(&[2], 1, &[0])];
        (vec![column(&["11", "12", "21"])], groups)
    }

    #[test]
    fn loss_and_discernibility_are_those_of_the_papers() {
        let (hierarchies, groups) = postcodes();
        let lattice = Lattice { hierarchies: &hierarchies, lowest: &[0], groups: &groups };
        let goal = Goal { k: 2, l: 1, suppressed: 1 };
        // As they are: the class 11 holds, two rows of four go. Loss (0·2 + 1 + 1)/4; discernibility 2² + 2·4.
        let exact = lattice.judge(&[0], &goal);
        assert_eq!((exact.suppressed, exact.loss, exact.discernibility), (2, 0.5, 12));
        // 1* has three rows, each losing (2−1)/(3−1); 2* is one row, which goes: (3·0.5 + 1)/4; 3² + 1·4.
        let first = lattice.judge(&[1], &goal);
        assert_eq!((first.suppressed, first.loss, first.discernibility), (1, 0.625, 13));
        // *: four rows that lost all.
        let all = lattice.judge(&[2], &goal);
        assert_eq!((all.suppressed, all.loss, all.discernibility), (0, 1.0, 16));
    }

    #[test]
    fn the_search_finds_the_least_loss_within_the_limit() {
        let (hierarchies, groups) = postcodes();
        let lattice = Lattice { hierarchies: &hierarchies, lowest: &[0], groups: &groups };
        let levels = |suppressed, l| lattice.search(&Goal { k: 2, l, suppressed }).map(|choice| choice.levels);
        assert_eq!(levels(2, 1).unwrap(), [0]);
        assert_eq!(levels(1, 1).unwrap(), [1]);
        assert_eq!(levels(0, 1).unwrap(), [2]);
        assert_eq!(
            lattice.search(&Goal { k: 5, l: 1, suppressed: 3 }).unwrap_err().kind(),
            crate::problem::Kind::Refused
        );
        assert!(levels(0, 3).is_err(), "two sensitive values are no three");
    }

    #[test]
    fn of_equal_losses_the_lower_level_is_taken() {
        // 1* stands for both values there are, and costs as much as *.
        let (hierarchies, groups) = (vec![column(&["11", "12"])], vec![group(&[0], 1, &[0]), group(&[1], 1, &[0])]);
        let lattice = Lattice { hierarchies: &hierarchies, lowest: &[0], groups: &groups };
        let choice = lattice.search(&Goal { k: 2, l: 1, suppressed: 0 }).unwrap();
        assert_eq!((choice.levels, choice.loss), (vec![1], 1.0));
    }

    #[test]
    fn a_column_starts_at_its_lowest_level() {
        let (hierarchies, groups) = postcodes();
        let lattice = Lattice { hierarchies: &hierarchies, lowest: &[1], groups: &groups };
        assert_eq!(lattice.search(&Goal { k: 1, l: 1, suppressed: 0 }).unwrap().levels, [1]);
    }

    proptest::proptest! {
        /// The best-first search against trying everything.
        #[test]
        fn the_search_is_as_good_as_trying_all(rows in proptest::collection::vec((0usize..4, 0usize..4, 1u64..4, 0usize..3), 1..12), k in 1u64..5, allowed in 0u64..4) {
            let hierarchies = vec![column(&["11", "12", "21", "22"]), column(&["111", "112", "121", "222"])];
            let groups: Vec<Group> = rows.iter().map(|(a, b, n, s)| group(&[*a, *b], *n, &[*s])).collect();
            let lattice = Lattice { hierarchies: &hierarchies, lowest: &[0, 0], groups: &groups };
            let goal = Goal { k, l: 1, suppressed: allowed };
            let mut best = f64::INFINITY;
            for a in 0..=2 {
                for b in 0..=3 {
                    let choice = lattice.judge(&[a, b], &goal);
                    if choice.suppressed <= allowed {
                        best = best.min(choice.loss);
                    }
                }
            }
            match lattice.search(&goal) {
                Ok(choice) => proptest::prop_assert!((choice.loss - best).abs() < 1e-12),
                Err(_) => proptest::prop_assert!(best.is_infinite()),
            }
        }
    }
}
