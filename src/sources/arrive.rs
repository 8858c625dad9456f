//! Every file of `data/` to its stored rows: those seen before from the cache, the others side by side.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::discover::Found;
use super::recognise::{Looked, Rules, Unread};
use super::stage::{Ready, Staged, Stager};
use super::visits::Visits;
use super::{Warnings, chunks, contract, intake, mapping, schema, shape};
use crate::problem::{Problem, Result};
use crate::progress::Progress;
use crate::warehouse::TableStore;

/// One file with its rows.
#[derive(Debug, Clone)]
pub struct Arrival {
    pub found: Found,
    /// Size and times of the file before it was read.
    pub stat: String,
    pub table: &'static contract::TableSpec,
    pub known: Known,
    pub cached: bool,
}

/// What a later build needs to know of a file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Known {
    pub table: String,
    pub source: String,
    /// Refunds name the transaction they take back.
    pub linked: bool,
    /// To find lines again: see `structure::Structure`.
    pub lines: Vec<(u64, u64)>,
    pub notes: Vec<String>,
    pub columns: schema::Columns,
    pub staged: Staged,
    /// Rows that were put right.
    #[serde(default)]
    pub mended: u64,
}

impl Arrival {
    pub fn staged(&self) -> &Staged {
        &self.known.staged
    }
    fn of(found: Found, stat: String, known: Known, cached: bool) -> Result<Arrival> {
        let table = contract::table(&known.table).ok_or_else(|| Problem::failed("a table of the cache is unknown"))?;
        Ok(Arrival { found, stat, table, known, cached })
    }
}

/// A file after it was looked at.
enum Step {
    /// Not a data file, or not one we know.
    Passed(Vec<String>),
    /// A sheet without the columns of the `[[source]]` that takes its workbook; a fault if none of its sheets has them.
    Misfit(Found, Problem),
    Done(Box<Arrival>),
    Ready(Box<Ready>, String, Vec<String>),
}

/// The rows of every file, in the order of `found`.
pub fn arrive(
    stager: &Stager,
    rules: &Rules,
    found: Vec<Found>,
    (warnings, seconds): (&mut Warnings, &mut Vec<(String, f64)>),
    progress: &dyn Progress,
) -> Result<Vec<Arrival>> {
    let start = Instant::now();
    let mut visits = Visits::read(stager, rules);
    progress.start("files", found.len() as u64);
    let looked: Vec<Result<Step>> = found
        .into_par_iter()
        .map(|file| {
            let name = file.name.clone();
            let step = look(stager, rules, &visits, file);
            progress.step(1, &name);
            step
        })
        .collect();
    let steps = looked.into_iter().collect::<Result<Vec<Step>>>()?;
    fitting(&steps)?;
    seconds.push(("look at the files".to_owned(), start.elapsed().as_secs_f64()));
    let start = Instant::now();
    let mut staged = stage(stager, &steps)?;
    seconds.push(("read the files".to_owned(), start.elapsed().as_secs_f64()));
    let mut arrivals = Vec::new();
    for (place, step) in steps.into_iter().enumerate() {
        let arrival = match step {
            Step::Passed(notes) => {
                notes.into_iter().for_each(|note| warnings.push(note));
                continue;
            }
            Step::Misfit(found, _) => {
                warnings.push(format!("data/{}: the sheet has not the columns of its [[source]]", found.name));
                continue;
            }
            Step::Done(arrival) => *arrival,
            Step::Ready(ready, stat, notes) => {
                let staged = staged.remove(&place).ok_or_else(|| {
                    Problem::failed("this file was passed over: a fault of the program").at(&ready.found.path)
                })?;
                let mut known = known(stager, &ready.found.name, &ready.mapping, &ready.shape, staged, notes);
                known.columns = ready.columns;
                Arrival::of(ready.found, stat, known, false)?
            }
        };
        arrival.known.notes.iter().for_each(|note| warnings.push(note.clone()));
        visits.saw(&arrival);
        arrivals.push(arrival);
    }
    visits.write(stager)?;
    Ok(arrivals)
}

/// Of every workbook with sheets that do not fit, some other sheet does.
fn fitting(steps: &[Step]) -> Result<()> {
    let fits: BTreeSet<&str> = (steps.iter())
        .filter_map(|step| match step {
            Step::Done(arrival) => Some(arrival.found.whole_name()),
            Step::Ready(ready, ..) => Some(ready.found.whole_name()),
            Step::Passed(_) | Step::Misfit(..) => None,
        })
        .collect();
    let misfit = steps.iter().find_map(|step| match step {
        Step::Misfit(found, problem) if !fits.contains(found.whole_name()) => Some(problem.clone()),
        _ => None,
    });
    misfit.map_or(Ok(()), Err)
}

fn look(stager: &Stager, rules: &Rules, visits: &Visits, file: Found) -> Result<Step> {
    let mut stat = intake::stat_key(&file.path)?;
    if let Some(patch) = &file.mended {
        stat = TableStore::key(&[&stat, &patch.key]);
    }
    if let Some(known) = visits.known(stager, &file, &stat) {
        return Ok(Step::Done(Box::new(Arrival::of(file, stat, known, true)?)));
    }
    let mut notes = Vec::new();
    let format = match (intake::format_of(&file), rules.binding(&file)) {
        (Some(format), _) => format?,
        (None, Some(_)) => intake::Format::Text,
        (None, None) => {
            if !file.is_note() {
                notes.push(format!(
                    "data/{}: passed over, because its ending is not one of a data file; bind it with a [[source]] to read it",
                    file.name
                ));
            }
            return Ok(Step::Passed(notes));
        }
    };
    let Looked { mut opened, mapping, .. } = rules.look(&file, format, (stager.store, stager.engine))?;
    if opened.shape.structure.rows == 0 && !opened.shape.names.is_empty() {
        notes.push(format!("data/{}: no rows below the header", file.name));
    }
    let mapping = match mapping {
        Ok(mapping) => mapping,
        Err(Unread::Misfit(problem)) => return Ok(Step::Misfit(file, problem)),
        Err(why) => {
            notes.push(unread(why, &file.name));
            return Ok(Step::Passed(notes));
        }
    };
    let mended = std::mem::take(&mut opened.mended);
    notes.extend(mended.remarks);
    let key = stager.key(&opened, &mapping);
    let (staged, cached) = match stager.known(&key) {
        Some(staged) => (staged, true),
        None => match stager.ready(&file, &opened, &mapping, &key)? {
            Some(ready) => return Ok(Step::Ready(Box::new(ready), stat, notes)),
            None => (stager.alone(&file, &mut opened, &mapping, &key)?, false),
        },
    };
    let mut known = known(stager, &file.name, &mapping, &opened.shape, staged, notes);
    known.mended = mended.rows;
    Ok(Step::Done(Box::new(Arrival::of(file, stat, known, cached)?)))
}

fn unread(why: Unread, name: &str) -> String {
    match why {
        Unread::Unknown(text) => text,
        Unread::Hidden => format!("data/{name}: passed over, because the sheet is hidden"),
        _ => format!("data/{name}: the file is empty"),
    }
}

fn known(
    stager: &Stager,
    name: &str,
    mapping: &mapping::Mapping,
    shape: &shape::Shape,
    staged: Staged,
    mut notes: Vec<String>,
) -> Known {
    notes.extend(staged.warnings.iter().cloned());
    if staged.rounded > 0 {
        notes.push(format!(
            "data/{name}: {} amounts had more than {} decimals and were rounded",
            staged.rounded, stager.project.config.project.money_scale
        ));
    }
    if staged.exact > 0 {
        notes.push(format!("data/{name}: {} ids were written like 4.0128e+10 and read as 40128000000", staged.exact));
    }
    Known {
        table: mapping.table.name.to_owned(),
        source: mapping.source.clone(),
        linked: mapping.get("original_transaction_id").is_some(),
        lines: shape.structure.lines.clone(),
        notes,
        columns: schema::columns(mapping, shape),
        staged,
        mended: 0,
    }
}

/// Stages the files that wait, chunk by chunk; the result by place in `steps`.
fn stage(stager: &Stager, steps: &[Step]) -> Result<BTreeMap<usize, Staged>> {
    let mut batches: Vec<Vec<usize>> = Vec::new();
    for table in contract::TABLES {
        let files: Vec<(usize, &str, u64)> = (steps.iter().enumerate())
            .filter_map(|(place, step)| match step {
                Step::Done(arrival) if std::ptr::eq(arrival.table, table) => {
                    Some((place, arrival.found.name.as_str(), arrival.staged().rows))
                }
                Step::Ready(ready, ..) if std::ptr::eq(ready.mapping.table, table) => {
                    Some((place, ready.found.name.as_str(), ready.shape.structure.rows))
                }
                _ => None,
            })
            .collect();
        for chunk in chunks::cut(files.iter().map(|(_, name, rows)| (*name, *rows))) {
            let mut kinds: BTreeMap<String, Vec<usize>> = BTreeMap::new();
            for (place, ..) in &files[chunk] {
                if let Step::Ready(ready, ..) = &steps[*place] {
                    kinds.entry(ready.kind()).or_default().push(*place);
                }
            }
            batches.extend(kinds.into_values());
        }
    }
    let ready = |place: usize| match &steps[place] {
        Step::Ready(ready, ..) => Some(ready.as_ref()),
        _ => None,
    };
    let made: Vec<Result<Vec<(usize, Staged)>>> = batches
        .par_iter()
        .map(|places| {
            // Equal files are read once.
            let mut first: BTreeMap<&str, &Ready> = BTreeMap::new();
            let files: Vec<&Ready> = (places.iter().filter_map(|place| ready(*place)))
                .filter(|file| first.insert(&file.key, file).is_none())
                .collect();
            let staged: BTreeMap<String, Staged> =
                stager.together(&files)?.into_iter().map(|staged| (staged.content.clone(), staged)).collect();
            let found = places.iter().filter_map(|place| Some((*place, staged.get(&ready(*place)?.key)?.clone())));
            Ok(found.collect())
        })
        .collect();
    let mut all = BTreeMap::new();
    for staged in made {
        all.extend(staged?);
    }
    Ok(all)
}
