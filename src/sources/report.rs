//! What became of every row: the tables `quarantine`, `files` and `row_history`, and the sums that must agree.

use std::collections::BTreeMap;

use super::clean::{ERROR_END, ERROR_PART};
use super::merge::{Merge, Work, integer};
use super::{Arrival, Counts, FileReport, Loaded, Quarantined, Warnings};
use crate::problem::{Problem, Result};
use crate::warehouse::{Engine, Row, Table, Value, literal, quoted};

/// Rows of `quarantine` that are kept in memory.
const SHOWN: usize = 1000;

pub(super) fn report(
    merge: &Merge,
    works: &BTreeMap<&str, Work>,
    arrivals: &[Arrival],
    mut tables: BTreeMap<String, Table>,
    warnings: &Warnings,
) -> Result<Loaded> {
    let mut reports: Vec<FileReport> = Vec::new();
    for work in works.values() {
        reports.extend(files(merge, work)?);
    }
    let order: BTreeMap<String, usize> =
        arrivals.iter().enumerate().map(|(place, arrival)| (shown(arrival), place)).collect();
    reports.sort_by_key(|report| order.get(&report.path).copied());
    let counts = sums(&reports, arrivals);
    check(&reports, &counts, works, &tables)?;
    for work in works.values() {
        names(merge, work)?;
    }
    tables.insert("quarantine".into(), quarantine(merge, works, &reports)?);
    tables.insert("row_history".into(), history(merge, works, &reports)?);
    tables.insert("files".into(), files_table(merge, &reports)?);
    let shown = merge.engine.query(&format!(
        "select source, table_name, file, line, record, column_name, value, rule from read_parquet({}) limit {SHOWN}",
        literal(&merge.store.path(&tables["quarantine"]).to_string_lossy())
    ))?;
    let newest = merge
        .engine
        .query(&format!("select max(ordered_on) from ({})", merge.store.select(&tables["transactions"])))?;
    let newest = match newest.rows[0][0] {
        Value::Date(date) => Some(date),
        _ => None,
    };
    let number = |value: &Value| value.as_i64().and_then(|n| u64::try_from(n).ok()).unwrap_or(0);
    Ok(Loaded {
        tables,
        files: reports,
        quarantined: shown
            .rows
            .iter()
            .map(|row| Quarantined {
                source: row[0].plain(),
                table: row[1].plain(),
                file: row[2].plain(),
                line: number(&row[3]),
                record: number(&row[4]),
                column: row[5].plain(),
                value: row[6].plain(),
                rule: row[7].plain(),
            })
            .collect(),
        counts,
        newest,
        warnings: warnings.list().to_vec(),
        ..Loaded::default()
    })
}

/// The path a reader knows.
pub(super) fn shown(arrival: &Arrival) -> String {
    format!("data/{}", arrival.found.name)
}

fn files(merge: &Merge, work: &Work) -> Result<Vec<FileReport>> {
    let mut dropped: BTreeMap<(usize, String), u64> = BTreeMap::new();
    let frame = merge
        .engine
        .query(&format!("select _id // 1099511627776, why, count(*) from {} group by all", work.drops()))?;
    for row in &frame.rows {
        let place = usize::try_from(row[0].as_i64().unwrap_or(0)).unwrap_or(0);
        dropped.insert((place, row[1].plain()), u64::try_from(row[2].as_i64().unwrap_or(0)).unwrap_or(0));
    }
    let today = merge.today.to_string();
    let mut reports = Vec::new();
    for (place, arrival) in work.files.iter().enumerate() {
        let staged = arrival.staged();
        let count = |why: &str| dropped.get(&(place, why.to_owned())).copied().unwrap_or(0);
        let (turned, duplicates, superseded) = (count("quarantine"), count("duplicate"), count("superseded"));
        let newest = match &staged.newest {
            Some(day) if *day > today => newest_until_today(merge, work, place)?,
            other => other.clone(),
        };
        reports.push(FileReport {
            path: shown(arrival),
            source: arrival.known.source.clone(),
            table: work.table.name.to_owned(),
            rows_in: staged.rows,
            loaded: (staged.rows - staged.errors).saturating_sub(turned + duplicates + superseded),
            quarantined: staged.errors + turned,
            duplicates,
            superseded,
            mended: arrival.known.mended,
            newest,
            cached: arrival.cached,
        });
    }
    for arrival in &work.copies {
        let original = work.files.iter().position(|file| file.staged().content == arrival.staged().content);
        reports.push(FileReport {
            path: shown(arrival),
            source: arrival.known.source.clone(),
            table: work.table.name.to_owned(),
            rows_in: arrival.staged().rows,
            duplicates: arrival.staged().rows,
            mended: arrival.known.mended,
            newest: original.and_then(|place| reports.get(place)).and_then(|report| report.newest.clone()),
            cached: arrival.cached,
            ..FileReport::default()
        });
    }
    Ok(reports)
}

fn newest_until_today(merge: &Merge, work: &Work, place: usize) -> Result<Option<String>> {
    let Some(day) = work.table.columns.iter().find(|column| matches!(column.kind, super::contract::Type::DayOf(_)))
    else {
        return Ok(None);
    };
    let frame = merge.engine.query(&format!(
        "select max({}) from {} where _f = {place} and _error is null and {} <= date '{}'",
        day.name,
        work.rows(),
        day.name,
        merge.today
    ))?;
    Ok(Some(frame.rows[0][0].plain()).filter(|day| !day.is_empty()))
}

fn sums(reports: &[FileReport], arrivals: &[Arrival]) -> Counts {
    let sum = |part: fn(&FileReport) -> u64| reports.iter().map(part).sum();
    Counts {
        rows_in: sum(|report| report.rows_in),
        loaded: sum(|report| report.loaded),
        quarantined: sum(|report| report.quarantined),
        duplicates: sum(|report| report.duplicates),
        superseded: sum(|report| report.superseded),
        filtered: arrivals.iter().map(|arrival| arrival.staged().filtered).sum(),
        rounded: arrivals.iter().map(|arrival| arrival.staged().rounded).sum(),
        mended: sum(|report| report.mended),
    }
}

/// The tables must hold exactly the rows that the files are said to have loaded.
fn check(
    reports: &[FileReport],
    counts: &Counts,
    works: &BTreeMap<&str, Work>,
    tables: &BTreeMap<String, Table>,
) -> Result<()> {
    let lost = |what: &str, said: u64, held: u64| {
        Problem::failed(format!("rows were lost in {what}: {said} should stand there, {held} do"))
            .hint("this is a fault of the program: nothing was published")
    };
    let all = counts.loaded + counts.quarantined + counts.duplicates + counts.superseded;
    if all != counts.rows_in {
        return Err(lost("the files", counts.rows_in, all));
    }
    for (name, work) in works {
        let said: u64 = reports.iter().filter(|report| report.table == *name).map(|report| report.loaded).sum();
        let held = tables.get(*name).map_or(0, |table| table.rows);
        // Rows of others may create stores.
        if held != said && !(*name == "stores" && held > said) {
            return Err(lost(work.table.name, said, held));
        }
    }
    Ok(())
}

fn quarantine(merge: &Merge, works: &BTreeMap<&str, Work>, reports: &[FileReport]) -> Result<Table> {
    let mut parts = vec![
        "select 0 as _order, 0::bigint as _id, '' as source, '' as table_name, '' as file, 0::bigint as line, \
         0::bigint as record, '' as column_name, '' as value, '' as rule where false"
            .to_owned(),
    ];
    for (order, (name, work)) in works.iter().enumerate() {
        if !reports.iter().any(|report| report.table == *name && report.quarantined > 0) {
            continue;
        }
        merge.engine.batch(&format!(
            "create table loading.{name}_bad as
             select _id, p[1] as column_name, p[2] as value, p[3] as rule from (
                 select _id, string_split(string_split(_error, {ERROR_END})[1], {ERROR_PART}) as p from {} where _error is not null)
             union all select _id, column_name, value, rule from {} where why = 'quarantine'",
            work.rows(),
            work.drops()
        ))?;
        lines(merge, work, name)?;
        parts.push(format!(
            "select {order} as _order, b._id, f.source, {} as table_name, f.file,
                 l.line + ((b._id % 1099511627776) - l.record) as line, b._id % 1099511627776 as record,
                 nullif(b.column_name, '') as column_name, nullif(b.value, '') as value, b.rule
             from loading.{name}_bad b join loading.{name}_files f on f._f = b._id // 1099511627776
             asof join loading.{name}_lines l on l._f = f._f and b._id % 1099511627776 >= l.record",
            literal(name)
        ));
    }
    merge.keep(
        &format!(
            "select source, table_name, file, line, record, column_name, value, rule, 'rule-' || rule as hint_key
             from ({}) order by _order, _id",
            parts.join(" union all ")
        ),
        "quarantine",
    )
}

/// The table that leads from a file's place to its source and name.
fn names(merge: &Merge, work: &Work) -> Result<()> {
    let name = format!("{}_files", work.table.name);
    merge.engine.batch(&format!("create table loading.{name} (_f bigint, source varchar, file varchar)"))?;
    let text = |text: &str| Value::Text(text.into());
    let row = |(place, file): (usize, &&Arrival)| vec![integer(place), text(&file.known.source), text(&shown(file))];
    merge.engine.append("loading", &name, work.files.iter().enumerate().map(row))
}

/// The table that leads from a file's place and a record to its line, for the files that have bad rows.
fn lines(merge: &Merge, work: &Work, name: &str) -> Result<()> {
    let frame = merge.engine.query(&format!("select distinct _id // 1099511627776 from loading.{name}_bad"))?;
    let bad: Vec<usize> =
        frame.rows.iter().filter_map(|row| row[0].as_i64()).filter_map(|place| usize::try_from(place).ok()).collect();
    merge.engine.batch(&format!("create table loading.{name}_lines (_f bigint, record bigint, line bigint)"))?;
    for (place, arrival) in work.files.iter().enumerate() {
        if !bad.contains(&place) {
            continue;
        }
        let lines = arrival.known.lines.iter();
        let row = |(record, line): &(u64, u64)| vec![integer(place), integer(*record), integer(*line)];
        merge.engine.append("loading", &format!("{name}_lines"), lines.map(row))?;
    }
    Ok(())
}

fn history(merge: &Merge, works: &BTreeMap<&str, Work>, reports: &[FileReport]) -> Result<Table> {
    let mut parts = vec![
        "select 0 as _order, 0::bigint as _id, '' as table_name, '' as row_key, '' as file, 0::bigint as record, \
         '' as superseded_by, '' as content where false"
            .to_owned(),
    ];
    for (order, (name, work)) in works.iter().enumerate() {
        if !reports.iter().any(|report| report.table == *name && report.superseded > 0) {
            continue;
        }
        let key: Vec<String> = work.table.key.iter().map(|name| format!("r.{}", quoted(name))).collect();
        let fields: Vec<String> = work.columns().iter().map(|name| format!("{name} := r.{name}::varchar")).collect();
        parts.push(format!(
            "select {order}, d._id, {}, concat_ws(' / ', {}), f.file, d._id % 1099511627776, g.file, to_json(struct_pack({}))::varchar
             from {} d join {} r on r._id = d._id
             join loading.{name}_files f on f._f = d._id // 1099511627776
             join loading.{name}_files g on g._f = d.by_id // 1099511627776
             where d.why = 'superseded'",
            literal(name),
            key.join(", "),
            fields.join(", "),
            work.drops(),
            work.rows()
        ));
    }
    merge.keep(
        &format!(
            "select table_name, row_key, file, record, superseded_by, content from ({}) order by _order, _id",
            parts.join(" union all ")
        ),
        "row_history",
    )
}

fn files_table(merge: &Merge, reports: &[FileReport]) -> Result<Table> {
    let columns = [
        ("file", "varchar"),
        ("source", "varchar"),
        ("table_name", "varchar"),
        ("rows_in", "bigint"),
        ("loaded", "bigint"),
        ("quarantined", "bigint"),
        ("duplicates", "bigint"),
        ("superseded", "bigint"),
        ("newest", "date"),
    ];
    let text = |text: &str| Value::Text(text.into());
    let scratch = merge.store.scratch("merge-files");
    let fill = &mut |put: &mut dyn FnMut(Row) -> Result<()>| {
        reports.iter().try_for_each(|report| {
            put(vec![
                text(&report.path),
                text(&report.source),
                text(&report.table),
                integer(report.rows_in),
                integer(report.loaded),
                integer(report.quarantined),
                integer(report.duplicates),
                integer(report.superseded),
                report.newest.as_ref().map_or(Value::Null, |day| text(day)),
            ])
        })
    };
    let rows = merge.engine.write(&columns, fill, &scratch)?;
    merge.store.keep(&scratch, rows)
}
