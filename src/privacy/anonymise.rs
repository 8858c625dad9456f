//! A table as it may be handed on: quasi-identifiers generalised until the limits hold, rows that never will left out,
//! ids under pseudonyms, everything that names a person refused.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use super::hierarchy::{Hierarchy, Shape};
use super::identifiers::{Identity, of_column, of_value};
use super::lattice::{Choice, Goal, Group, Lattice};
use super::origin::Origin;
use super::pseudonym::pseudonym;
use crate::problem::{Problem, Result};
use crate::warehouse::{Column, ColumnKind, Frame, Row, Value};

/// What is to be exported, and what must hold.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    pub quasi: Vec<(String, Shape)>,
    pub sensitive: Vec<String>,
    /// Columns whose values are replaced by pseudonyms.
    pub pseudonyms: Vec<String>,
    pub k: u64,
    /// At least so many values of every sensitive column in every class.
    pub l: Option<u64>,
    /// Share of the rows that may be left out.
    pub suppress: f64,
    /// Hierarchy files by their path.
    pub files: BTreeMap<PathBuf, Frame>,
}

/// The export, its rows sorted so that their order tells nothing.
#[derive(Debug, Clone)]
pub struct Anonymised {
    pub frame: Frame,
    /// Each quasi-identifier and what it is told at.
    pub told: Vec<(String, String)>,
    /// Columns of the table that are not exported.
    pub left_out: Vec<String>,
    pub rows: u64,
    pub choice: Choice,
}

impl Wish {
    fn quasi(&self) -> Vec<String> {
        self.quasi.iter().map(|(name, _)| name.clone()).collect()
    }

    /// Columns of the export, in its order.
    pub fn columns(&self) -> Vec<String> {
        self.pseudonyms.iter().cloned().chain(self.quasi()).chain(self.sensitive.iter().cloned()).collect()
    }
}

/// Makes the export of a table. `key` gives the key of the pseudonyms and is asked only when there are some.
///
/// Errors: usage for columns that are not there; refused for identifiers, for pseudonyms that stand in several rows (k
/// would count rows, not people) and when the limits cannot be held.
pub fn anonymise(origin: &Origin<'_>, wish: &Wish, key: &dyn Fn() -> Result<[u8; 32]>) -> Result<Anonymised> {
    let others: Vec<String> = wish.sensitive.iter().chain(&wish.pseudonyms).cloned().collect();
    origin.distinct(&wish.quasi(), &others)?;
    if wish.l.is_some_and(|l| l > 1) && wish.sensitive.is_empty() {
        return Err(Problem::usage("--l speaks of sensitive columns; name them with --sensitive"));
    }
    no_identifiers(origin, wish)?;
    let frame = origin.rows(&wish.columns())?;
    one_row_each(&frame, wish)?;
    let coded = Coded::of(&frame, wish, origin)?;
    let rows = frame.rows.len() as u64;
    let goal = Goal { k: wish.k, l: wish.l.unwrap_or(1), suppressed: allowed(rows, wish.suppress) };
    let lattice = Lattice { hierarchies: &coded.hierarchies, lowest: &coded.lowest, groups: &coded.groups };
    let choice = lattice.search(&goal)?;
    let key = if wish.pseudonyms.is_empty() { [0; 32] } else { key()? };
    let written = coded.written(&frame, wish, (&lattice, &choice, &goal), &key);
    nothing_personal(&written, wish)?;
    let quasi = coded.hierarchies.iter().zip(&choice.levels).zip(&wish.quasi);
    let told = quasi.map(|((hierarchy, level), (name, _))| (name.clone(), hierarchy.levels[*level].title.clone()));
    let exported: BTreeSet<String> = wish.columns().into_iter().collect();
    let left_out = origin.columns().iter().map(|column| column.name.clone()).filter(|name| !exported.contains(name));
    Ok(Anonymised { frame: written, told: told.collect(), left_out: left_out.collect(), rows, choice })
}

/// Whole rows within a share of them.
#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, clippy::cast_sign_loss)]
fn allowed(rows: u64, share: f64) -> u64 {
    (rows as f64 * share.clamp(0.0, 1.0) + 1e-9).floor() as u64
}

fn no_identifiers(origin: &Origin<'_>, wish: &Wish) -> Result<()> {
    let shapes = wish.quasi.iter().map(|(name, shape)| (name, Some(shape)));
    for (name, shape) in shapes.chain(wish.sensitive.iter().map(|name| (name, None))) {
        let kind = origin.kind(name)?;
        // Yes or no about a telephone is no telephone.
        let identity = if kind == ColumnKind::Bool { None } else { of_column(name) };
        let refused = |said: &str| Err(Problem::refused(format!("\"{name}\" {said}")));
        let dated = matches!(kind, ColumnKind::Date | ColumnKind::DateTime);
        match (identity, shape) {
            (Some(Identity::Direct), _) => return refused("names or reaches a person; it is never exported"),
            (Some(Identity::Person), _) => {
                return refused("is the id of a person or card").map_err(|problem: Problem| {
                    problem.hint(format!("--pseudonym {name} exports a keyed hash of it"))
                });
            }
            (Some(Identity::Birth), None) => return refused("is a day of birth: make it a quasi-identifier"),
            (Some(Identity::Birth), Some(Shape::Auto | Shape::Dates)) if dated => {}
            (Some(Identity::Birth), Some(Shape::Whole | Shape::File(_))) | (None, _) => {}
            (Some(Identity::Birth), Some(_)) => {
                return refused("is a day of birth, and can only be told by month, quarter or year as a date");
            }
        }
    }
    Ok(())
}

fn one_row_each(frame: &Frame, wish: &Wish) -> Result<()> {
    for (at, name) in wish.pseudonyms.iter().enumerate() {
        let mut seen = HashSet::new();
        let values = frame.rows.iter().map(|row| &row[at]).filter(|value| !value.is_null());
        if !values.map(Value::plain).all(|value| seen.insert(value)) {
            return Err(Problem::refused(format!("one value of \"{name}\" stands in several rows"))
                .hint("k would count rows instead of people: export a table with one row per person"));
        }
    }
    Ok(())
}

/// The table by numbers: what the search works on.
struct Coded {
    hierarchies: Vec<Hierarchy>,
    lowest: Vec<usize>,
    groups: Vec<Group>,
    /// The group of each row.
    group_of: Vec<usize>,
}

impl Coded {
    fn of(frame: &Frame, wish: &Wish, origin: &Origin<'_>) -> Result<Coded> {
        let first = wish.pseudonyms.len();
        let quasi = first..first + wish.quasi.len();
        let (mut hierarchies, mut lowest, mut numbers) = (Vec::new(), Vec::new(), Vec::new());
        for (at, (name, shape)) in quasi.clone().zip(&wish.quasi) {
            let (values, column) = numbered(frame, at);
            let file = match shape {
                Shape::File(path) => wish.files.get(path),
                _ => None,
            };
            let hierarchy = Hierarchy::of(name, &values, shape, file)?;
            lowest.push(first_level(name, origin.kind(name)?, &hierarchy));
            hierarchies.push(hierarchy);
            numbers.push(column);
        }
        let sensitive: Vec<Vec<usize>> = (quasi.end..frame.columns.len()).map(|at| numbered(frame, at).1).collect();
        let mut groups: Vec<Group> = Vec::new();
        let mut places: HashMap<Vec<usize>, usize> = HashMap::new();
        let mut group_of = Vec::with_capacity(frame.rows.len());
        for row in 0..frame.rows.len() {
            let values: Vec<usize> = numbers.iter().map(|column| column[row]).collect();
            let at = *places.entry(values.clone()).or_insert_with(|| {
                groups.push(Group { values, rows: 0, sensitive: vec![BTreeSet::new(); sensitive.len()] });
                groups.len() - 1
            });
            groups[at].rows += 1;
            for (met, column) in groups[at].sensitive.iter_mut().zip(&sensitive) {
                met.insert(column[row]);
            }
            group_of.push(at);
        }
        Ok(Coded { hierarchies, lowest, groups, group_of })
    }

    /// The rows that stay, as they will be written.
    fn written(
        &self,
        frame: &Frame,
        wish: &Wish,
        (lattice, choice, goal): (&Lattice<'_>, &Choice, &Goal),
        key: &[u8; 32],
    ) -> Frame {
        let classes = lattice.classes(&choice.levels, goal);
        let first = wish.pseudonyms.len();
        let mut rows: Vec<Row> = Vec::new();
        for (row, group) in frame.rows.iter().zip(&self.group_of) {
            let (labels, held) = &classes[*group];
            if !held {
                continue;
            }
            let hidden = |value: &Value| match value {
                Value::Null => Value::Null,
                known => Value::text(pseudonym(key, &known.plain())),
            };
            let told = self.hierarchies.iter().zip(&choice.levels).zip(labels);
            let told = told.map(|((hierarchy, level), label)| hierarchy.levels[*level].labels[*label].clone());
            let rest = row[first + labels.len()..].iter().cloned();
            rows.push(row[..first].iter().map(hidden).chain(told).chain(rest).collect());
        }
        // The order must not be that of the table, nor of what was cut off; a pseudonym comes last.
        rows.sort_by_cached_key(|row| {
            let texts: Vec<String> = row.iter().map(Value::plain).collect();
            let (hidden, told) = texts.split_at(first);
            [told, hidden].concat()
        });
        let kinds = frame.columns.iter().enumerate().map(|(at, column)| {
            let exact = at.checked_sub(first).and_then(|at| choice.levels.get(at)).is_none_or(|level| *level == 0);
            let kind = if exact && at >= first { column.kind } else { ColumnKind::Text };
            Column { name: column.name.clone(), kind }
        });
        Frame { columns: kinds.collect::<Arc<[Column]>>(), rows }
    }
}

/// The distinct values of a column, and the number of the value in each row.
fn numbered(frame: &Frame, at: usize) -> (Vec<Value>, Vec<usize>) {
    let mut places: HashMap<Option<String>, usize> = HashMap::new();
    let mut values = Vec::new();
    let numbers = frame.rows.iter().map(|row| {
        let value = &row[at];
        *places.entry((!value.is_null()).then(|| value.plain())).or_insert_with(|| {
            values.push(value.clone());
            values.len() - 1
        })
    });
    let numbers = numbers.collect();
    (values, numbers)
}

/// A day of birth is never told: dates begin at the month, a hierarchy file at its first level.
fn first_level(name: &str, kind: ColumnKind, hierarchy: &Hierarchy) -> usize {
    if kind == ColumnKind::Bool || of_column(name) != Some(Identity::Birth) {
        return 0;
    }
    hierarchy.levels.iter().position(|level| level.title == "month").unwrap_or(1).min(hierarchy.top())
}

/// A column may hold more than its name says: telephone numbers in a comment, for one.
fn nothing_personal(frame: &Frame, wish: &Wish) -> Result<()> {
    for (at, column) in frame.columns.iter().enumerate().skip(wish.pseudonyms.len()) {
        let texts =
            frame.rows.iter().map(|row| &row[at]).filter(|value| matches!(value, Value::Text(_) | Value::Int(_)));
        if let Some(what) = texts.filter_map(|value| of_value(&value.plain())).next() {
            return Err(Problem::refused(format!("\"{}\" holds {what}; it is never exported", column.name))
                .hint("leave the column out, or export it as a pseudonym"));
        }
    }
    Ok(())
}
