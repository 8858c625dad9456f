//! One file to one stored table: typed columns, the number of each record, and what is wrong with it.
//!
//! The table's content depends on the file's bytes and the mapping alone, so a file seen before is not read again.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::clean::{self, ERROR_END, ERROR_PART, Reading};
use super::contract::{ColumnSpec, Type};
use super::dates;
use super::discover::Found;
use super::intake::{Format, Plain};
use super::mapping::{From, Mapped, Mapping, Part};
use super::records::Delimiter;
use super::shape::{Opened, Shape};
use super::{json, structure};
use crate::problem::{Problem, Result};
use crate::project::Project;
use crate::warehouse::{DuckDb, Engine, Table, TableStore, literal, quoted};

/// What one file gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Staged {
    pub table: Table,
    /// Records that passed the filter, broken ones counted.
    pub rows: u64,
    pub filtered: u64,
    pub errors: u64,
    /// Money values that had more decimals than the project's money.
    pub rounded: u64,
    /// Newest business day among the sound rows.
    pub newest: Option<String>,
    pub warnings: Vec<String>,
    /// Names of the `extra_` columns.
    pub extras: Vec<String>,
    /// The file names the lines of its transactions itself.
    pub line_mapped: bool,
}

pub struct Stager<'a> {
    pub project: &'a Project,
    pub store: &'a TableStore,
    pub engine: &'a DuckDb,
}

impl Stager<'_> {
    /// The stored table of a file, and whether it came from the cache.
    pub fn stage(&self, file: &Found, opened: &mut Opened, mapping: &Mapping) -> Result<(Staged, bool)> {
        let section = &self.project.config.project;
        let settings = format!(
            "{} {} {} {} {:?}",
            section.timezone,
            section.currency,
            section.money_scale,
            self.project.day_start()?,
            mapping
        );
        let key = TableStore::key(&["stage", &opened.hash, opened.shape.format.name(), &settings]);
        if let Some(staged) = self.store.made::<Staged>(&key)
            && self.store.has(&staged.table)
        {
            return Ok((staged, true));
        }
        opened.plain(file, self.store)?;
        let Some(plain) = &opened.plain else { return Err(Problem::failed("the file is not open").at(&file.path)) };
        let source = self.source(file, plain, &opened.shape, &key)?;
        let staged = self.make(file, &source, &opened.shape, mapping, &key)?;
        self.store.remember(&key, &staged)?;
        Ok((staged, false))
    }

    fn source(&self, file: &Found, plain: &Plain, shape: &Shape, key: &str) -> Result<Source> {
        let mut source = Source { reader: String::new(), numbered: false, broken: None, copies: Vec::new() };
        let mut path = plain.path.clone();
        if shape.structure.copy {
            let copy = Plain::own(self.store.scratch(&format!("copy-{key}")).with_extension("txt"));
            let aside = Plain::own(self.store.scratch(&format!("aside-{key}")).with_extension("txt"));
            match (&shape.layout, shape.format) {
                (Some(layout), _) => {
                    structure::copy(&plain.path, layout, &shape.structure, &copy.path, &aside.path)?;
                }
                _ => json::copy(&plain.path, &copy.path, &aside.path).map_err(|problem| problem.at(&file.path))?,
            }
            path.clone_from(&copy.path);
            source.numbered = true;
            source.broken = Some(format!(
                "read_csv({}, auto_detect = false, header = false, delim = ',', quote = '\"', escape = '\"', \
                 columns = {{'record': 'bigint', 'value': 'varchar', 'rule': 'varchar'}})",
                literal(&aside.path.to_string_lossy())
            ));
            source.copies = vec![copy, aside];
        }
        source.reader = reader(&path.to_string_lossy(), shape, source.numbered);
        Ok(source)
    }

    fn make(&self, file: &Found, source: &Source, shape: &Shape, mapping: &Mapping, key: &str) -> Result<Staged> {
        let orders = dates::orders(self.engine, &source.reader, shape, mapping)?;
        let query = Query { project: self.project, source, shape, mapping, orders: &orders.by_column };
        let scratch = self.store.scratch(key);
        let written = self.engine.store(&query.sql()?, &scratch).map_err(|problem| {
            if mapping.config.filter.is_some() && problem.message().contains("inder Error") {
                return super::binding::place(self.project, mapping.section.unwrap_or(0), "filter", problem);
            }
            Problem::failed(format!("this file could not be read: {}", problem.message())).at(&file.path)
        })?;
        let day = mapping.table.columns.iter().find(|column| matches!(column.kind, Type::DayOf(_)));
        let newest = day
            .map_or("null".to_owned(), |day| format!("(max({}) filter (_error is null))::varchar", quoted(day.name)));
        let stats = self.engine.query(&format!(
            "select count(_error), coalesce(sum(_rounded), 0)::bigint, {newest} from read_parquet({})",
            literal(&scratch.to_string_lossy())
        ))?;
        let count = |at: usize| stats.rows[0][at].as_i64().and_then(|n| u64::try_from(n).ok()).unwrap_or(0);
        if mapping.config.filter.is_none() && written != shape.structure.rows {
            return Err(Problem::failed(format!(
                "{} records stand in this file, but {written} could be read",
                shape.structure.rows
            ))
            .at(&file.path)
            .hint("check the quotation marks of the file"));
        }
        let table = self.store.keep(&scratch, written)?;
        Ok(Staged {
            table,
            rows: written,
            filtered: shape.structure.rows.saturating_sub(written),
            errors: count(0),
            rounded: count(1),
            newest: stats.rows[0][2].as_str().map(str::to_owned),
            warnings: orders.warnings.iter().map(|text| format!("data/{}: {text}", file.name)).collect(),
            extras: mapping.extras.iter().map(|(_, name)| name.clone()).collect(),
            line_mapped: mapping.get("line_no").is_some(),
        })
    }
}

/// Where the rows of a file are read from.
struct Source {
    reader: String,
    /// The rows carry their number in a first column.
    numbered: bool,
    /// The rows that cannot be read.
    broken: Option<String>,
    /// Files that live as long as this value.
    #[allow(dead_code)]
    copies: Vec<Plain>,
}

/// A table function that gives the file's columns as text, under their own names.
fn reader(path: &str, shape: &Shape, numbered: bool) -> String {
    let path = literal(path);
    let mut columns: Vec<String> = Vec::new();
    if numbered {
        columns.push(format!("{}: 'varchar'", literal(json::NUMBER)));
    }
    columns.extend(shape.names.iter().map(|name| format!("{}: 'varchar'", literal(name))));
    let columns = columns.join(", ");
    match (shape.format, &shape.layout) {
        (Format::Parquet, _) => format!("read_parquet({path})"),
        (Format::Json, _) => {
            let form = if shape.array { "array" } else { "newline_delimited" };
            format!("read_json({path}, format = '{form}', records = true, columns = {{{columns}}})")
        }
        (Format::Text, Some(layout)) => {
            let (delimiter, quote, skip) = match layout.delimiter {
                _ if numbered => (',', "\"", 0),
                Delimiter::Byte(byte) if shape.structure.quotes => (char::from(byte), "\"", layout.skip),
                Delimiter::Byte(byte) => (char::from(byte), "", layout.skip),
                Delimiter::Blanks => (',', "\"", 0),
            };
            // A quoted line end may lie where two threads meet, and only one of them knows.
            let parallel = !(shape.structure.spanning || numbered);
            format!(
                "read_csv({path}, auto_detect = false, header = false, skip = {skip}, delim = {}, quote = '{quote}', \
                 escape = '{quote}', parallel = {parallel}, max_line_size = 4194304, columns = {{{columns}}})",
                literal(&delimiter.to_string())
            )
        }
        (Format::Text, None) => "(select 1 where false)".into(),
    }
}

/// Builds the SELECT of a staged table.
struct Query<'a> {
    project: &'a Project,
    source: &'a Source,
    shape: &'a Shape,
    mapping: &'a Mapping,
    orders: &'a std::collections::BTreeMap<&'static str, String>,
}

impl Query<'_> {
    fn sql(&self) -> Result<String> {
        let (texts, numbers, values) = self.steps();
        let mut sql = format!("with raw as (\n  {}\n)", self.raw());
        let mut from = "raw";
        if let Some(filter) = &self.mapping.config.filter {
            let _ = write!(sql, ",\nkept as (select * from raw where coalesce((\n{filter}\n), false))");
            from = "kept";
        }
        let _ = write!(sql, ",\ntexts as (select _record, {} from {from})", texts.join(",\n  "));
        let numbers: String = numbers.iter().fold(String::new(), |sql, part| sql + ",\n  " + part);
        let _ = write!(sql, ",\nnumbers as (select *{numbers} from texts)");
        let _ = write!(sql, ",\nvalues_ as (select *, {} from numbers)", values.join(",\n  "));
        let _ = write!(sql, ",\njudged as (select *, {} as _error from values_)", self.error());
        let _ = write!(sql, ",\nrows_ as (select {} from judged)", self.output()?.join(",\n  "));
        let mut last = "rows_";
        if let Some(broken) = &self.source.broken {
            let _ = write!(
                sql,
                ",\nwhole as (select * from rows_ union all by name select record as _record, \
                 concat({ERROR_PART}, value, {ERROR_PART}, rule) as _error from {broken})"
            );
            last = "whole";
        }
        if self.counts_lines() {
            let _ = write!(
                sql,
                "\nselect * replace ((row_number() over (partition by transaction_id order by _record))::integer as line_no) \
                 from {last} order by _record"
            );
        } else if self.source.broken.is_some() {
            let _ = write!(sql, "\nselect * from {last} order by _record");
        } else {
            let _ = write!(sql, "\nselect * from {last}");
        }
        Ok(sql)
    }

    fn counts_lines(&self) -> bool {
        self.mapping.table.column("line_no").is_some() && self.mapping.get("line_no").is_none()
    }

    fn raw(&self) -> String {
        let number = if self.source.numbered {
            format!("{}::bigint as _record", quoted(json::NUMBER))
        } else {
            "row_number() over () as _record".to_owned()
        };
        let columns: Vec<String> = self
            .shape
            .names
            .iter()
            .map(|name| match self.shape.format {
                Format::Parquet => format!("{name}::varchar as {name}", name = quoted(name)),
                _ => quoted(name),
            })
            .collect();
        format!("select {number}, {} from {}", columns.join(", "), self.source.reader)
    }

    /// Columns `t_…` (text), `n_…` (numbers) and `v_…` (values) of everything that is mapped.
    fn steps(&self) -> (Vec<String>, Vec<String>, Vec<String>) {
        let scale = self.project.config.project.money_scale;
        let (mut texts, mut numbers, mut values) = (Vec::new(), Vec::new(), Vec::new());
        for mapped in &self.mapping.columns {
            let column = mapped.column;
            let (text, number) = (of("t_", column), of("n_", column));
            texts.push(format!("{} as {text}", self.text(mapped)));
            let reading = self.reading(mapped);
            if let Some(sql) = clean::number(column.kind, &text, &reading) {
                numbers.push(format!("{sql} as {number}"));
            }
            let mut value = clean::value(column.kind, &text, &number, scale, &reading);
            if column.name == "record_id" || column.name == "referrer_record_id" {
                value = clean::person(&value);
            }
            if column.name == "currency" {
                value = format!(
                    "case upper({value}) when 'RMB' then 'CNY' when '人民币' then 'CNY' else upper({value}) end"
                );
            }
            values.push(format!("{value} as {}", of("v_", column)));
        }
        for (at, name) in &self.mapping.extras {
            texts.push(format!("sb_trim({}) as {}", quoted(&self.shape.names[*at]), quoted(name)));
        }
        (texts, numbers, values)
    }

    fn text(&self, mapped: &Mapped) -> String {
        let header = |at: &usize| quoted(&self.shape.names[*at]);
        match &mapped.from {
            From::Header(at) => clean::text(mapped.column.kind, &header(at)),
            From::Constant(text) => clean::text(mapped.column.kind, &format!("{}::varchar", literal(text))),
            From::Composed(parts) => {
                let cells: Vec<String> = parts
                    .iter()
                    .filter_map(
                        |part| if let Part::Header(at) = part { Some(format!("sb_id({})", header(at))) } else { None },
                    )
                    .collect();
                let pieces: Vec<String> = parts
                    .iter()
                    .map(|part| match part {
                        Part::Text(text) => literal(text),
                        Part::Header(at) => format!("sb_id({})", header(at)),
                        Part::Number => "_record::varchar".into(),
                    })
                    .collect();
                let whole = format!("concat({})", pieces.join(", "));
                if cells.is_empty() {
                    whole
                } else {
                    format!("case when coalesce({}) is not null then {whole} end", cells.join(", "))
                }
            }
        }
    }

    fn reading(&self, mapped: &Mapped) -> Reading<'_> {
        Reading {
            order: self.orders.get(mapped.column.name).map_or("", String::as_str),
            fen: self.mapping.config.unit.as_deref() == Some("fen"),
            codes: self.mapping.config.codes.get(mapped.column.name),
        }
    }

    /// Everything wrong with a row, or null.
    fn error(&self) -> String {
        let mut faults: Vec<(String, String)> = Vec::new();
        for mapped in &self.mapping.columns {
            let column = mapped.column;
            let (text, value) = (of("t_", column), of("v_", column));
            let found = clean::faults(column.kind, &text, &value);
            if column.required {
                let rule = if self.mapping.table.is_key(column.name) { "key" } else { "required" };
                let absent = if clean::faults(column.kind, "", "").is_empty() || column.kind == Type::Id {
                    format!("({value} is null)")
                } else {
                    format!("({value} is null and ({text} is null or sb_blank({text})))")
                };
                faults.push((absent, entry(column.name, &text, rule)));
            }
            for (condition, rule) in found {
                faults.push((condition, entry(column.name, &text, rule)));
            }
        }
        if self.mapping.get("currency").is_some() {
            let currency = literal(&self.project.config.project.currency.to_uppercase());
            faults.push((format!("(v_currency <> {currency})"), entry("currency", "t_currency", "currency")));
        }
        if self.mapping.get("kind").is_some() && self.mapping.table.name == "transactions" {
            faults.push((
                "((v_kind = 'refund' and v_amount > 0) or (v_kind = 'sale' and v_amount < 0))".into(),
                entry("amount", "t_amount", "sign"),
            ));
        } else if self.mapping.table.name == "transactions" && self.mapping.get("quantity").is_some() {
            faults.push(("(v_quantity < 0 and v_amount > 0)".into(), entry("amount", "t_amount", "sign")));
        }
        let (repeated, total) = (self.repeated_header(), self.total_row());
        let any: Vec<&str> =
            faults.iter().map(|(condition, _)| condition.as_str()).chain(repeated.as_deref()).collect();
        let entries: Vec<String> =
            faults.iter().map(|(condition, entry)| format!("case when {condition} then {entry} end")).collect();
        let repeated = repeated.as_deref().unwrap_or("false");
        format!(
            "case when {any}\n  then case when {repeated} then concat({ERROR_PART}, {ERROR_PART}, 'repeated_header')\n  \
             when {total} then concat({ERROR_PART}, {ERROR_PART}, 'total_row')\n  \
             else concat_ws({ERROR_END}, {entries}) end end",
            any = any.join("\n  or "),
            entries = entries.join(",\n    ")
        )
    }

    /// The first columns of the row repeat their own names.
    fn repeated_header(&self) -> Option<String> {
        self.shape.layout.as_ref()?.header_line?;
        let same: Vec<String> = self
            .mapping
            .columns
            .iter()
            .filter_map(|mapped| match &mapped.from {
                From::Header(at) => Some(format!(
                    "coalesce({} = {}, false)",
                    of("t_", mapped.column),
                    literal(self.shape.names[*at].trim())
                )),
                _ => None,
            })
            .take(3)
            .collect();
        (!same.is_empty()).then(|| format!("({})", same.join(" and ")))
    }

    /// A cell says "total" and a required column is empty.
    fn total_row(&self) -> String {
        let texts: Vec<String> = self
            .mapping
            .columns
            .iter()
            .filter(|mapped| matches!(mapped.from, From::Header(_)))
            .map(|mapped| of("t_", mapped.column))
            .chain(self.mapping.extras.iter().map(|(_, name)| quoted(name)))
            .collect();
        let empty: Vec<String> = self
            .mapping
            .columns
            .iter()
            .filter(|mapped| mapped.column.required && matches!(mapped.from, From::Header(_)))
            .map(|mapped| format!("{} is null", of("t_", mapped.column)))
            .collect();
        if texts.is_empty() || empty.is_empty() {
            return "false".into();
        }
        format!(
            "(({}) and len(list_filter([{}], lambda cell: regexp_full_match(lower(cell), \
             '(本页|本单|全部)?(合计|总计|小计|汇总)|(grand ?|sub ?)?totals?|sum')
             or regexp_full_match(lower(cell), '(合计|总计|小计|total)[:：].*'))) > 0)",
            empty.join(" or "),
            texts.join(", ")
        )
    }

    /// The columns of the stored table, in the order of the contract.
    fn output(&self) -> Result<Vec<String>> {
        let scale = self.project.config.project.money_scale;
        let rounded: Vec<String> = self
            .mapping
            .columns
            .iter()
            .filter(|mapped| mapped.column.kind == Type::Money)
            .map(|mapped| {
                format!("coalesce(({} <> {})::utinyint, 0)", of("n_", mapped.column), of("v_", mapped.column))
            })
            .collect();
        let rounded = if rounded.is_empty() { "0".to_owned() } else { rounded.join(" + ") };
        let mut output = vec!["_record".to_owned(), "_error".to_owned(), format!("({rounded})::utinyint as _rounded")];
        for column in self.mapping.table.columns {
            let value = self.output_value(column)?;
            output.push(format!("({value})::{} as {}", column.kind.sql(scale), quoted(column.name)));
        }
        output.extend(self.mapping.extras.iter().map(|(_, name)| quoted(name)));
        Ok(output)
    }

    fn output_value(&self, column: &'static ColumnSpec) -> Result<String> {
        let mapped = self.mapping.get(column.name).is_some();
        let value = of("v_", column);
        Ok(match (column.kind, column.name) {
            (Type::Source, _) => literal(&self.mapping.source),
            (Type::IdSpace, _) => literal(&self.mapping.id_space),
            (Type::DayOf(moment), _) => {
                let minutes = self.project.day_start()?;
                if minutes == 0 {
                    format!("v_{moment}::date")
                } else {
                    format!(
                        "case when sb_day_only(t_{moment}) then v_{moment}::date \
                         else (v_{moment} - to_minutes({minutes}))::date end"
                    )
                }
            }
            (_, "kind") if self.mapping.table.name == "transactions" => {
                let quantity = if self.mapping.get("quantity").is_some() { "v_quantity < 0" } else { "false" };
                let derived = format!("case when v_amount < 0 or {quantity} then 'refund' else 'sale' end");
                if mapped { format!("coalesce({value}, {derived})") } else { derived }
            }
            (_, "quantity") if !mapped => "1".into(),
            (_, "currency") => {
                let currency = literal(&self.project.config.project.currency.to_uppercase());
                if mapped { format!("coalesce({value}, {currency})") } else { currency }
            }
            _ if mapped => value,
            _ => "null".into(),
        })
    }
}

fn of(prefix: &str, column: &ColumnSpec) -> String {
    format!("{prefix}{}", column.name)
}

fn entry(column: &str, text: &str, rule: &str) -> String {
    format!("concat('{column}', {ERROR_PART}, {text}, {ERROR_PART}, '{rule}')")
}
