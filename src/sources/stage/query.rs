//! The SELECT that turns a file's text into typed, judged rows.

mod brought;
mod faults;

use std::fmt::Write as _;

use super::Source;
use crate::problem::Result;
use crate::project::Project;
use crate::sources::clean::{self, ERROR_PART, Reading};
use crate::sources::contract::{ColumnSpec, MEASURE, Type};
use crate::sources::intake::Format;
use crate::sources::json;
use crate::sources::mapping::{From, Mapped, Mapping, Part, position};
use crate::sources::records::{Delimiter, mark};
use crate::sources::shape::Shape;
use crate::warehouse::{literal, quoted};

/// A table function that gives the columns of one or several files of one shape as text, under their own names.
pub fn reader(paths: &[String], shape: &Shape, numbered: bool) -> String {
    let paths: Vec<String> = paths.iter().map(|path| literal(path)).collect();
    let path = if let [path] = paths.as_slice() { path.clone() } else { format!("[{}]", paths.join(", ")) };
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
        (Format::Text | Format::Sheet | Format::Html, Some(layout)) => {
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
        (Format::Text | Format::Sheet | Format::Html, None) => "(select 1 where false)".into(),
    }
}

/// Builds the SELECT of a staged table.
pub struct Query<'a> {
    pub project: &'a Project,
    pub source: &'a Source,
    pub shape: &'a Shape,
    pub mapping: &'a Mapping,
    pub orders: &'a std::collections::BTreeMap<&'static str, String>,
    /// Records before each file, when several are read in one go.
    pub bases: &'a [u64],
    /// Columns whose constant is another one in each file.
    pub constants: &'a std::collections::BTreeMap<&'static str, Vec<String>>,
}

impl Query<'_> {
    pub fn sql(&self) -> Result<String> {
        let (texts, numbers, values) = self.steps();
        let mut sql = format!("with raw as (\n  {}\n)", self.raw());
        let mut from = "raw";
        if let Some(filled) = self.filled() {
            let _ = write!(sql, ",\nfilled as (\n  {filled}\n)");
            from = "filled";
        }
        if let Some(filter) = &self.mapping.config.filter {
            let _ = write!(sql, ",\nkept as (select * from {from} where coalesce((\n{filter}\n), false))");
            from = "kept";
        }
        let _ = write!(sql, ",\ntexts as (select _file, _record, {} from {from})", texts.join(",\n  "));
        let numbers: String = numbers.iter().fold(String::new(), |sql, part| sql + ",\n  " + part);
        let _ = write!(sql, ",\nnumbers as (select *{numbers} from texts)");
        let _ = write!(sql, ",\nvalues_ as (select *, {} from numbers)", values.join(",\n  "));
        let _ =
            write!(sql, ",\njudged as (select {}, {} as _error from values_)", self.kept().join(", "), self.error());
        let mut last = "judged";
        if let Some(broken) = &self.source.broken {
            let _ = write!(
                sql,
                ",\nwhole as (select * from judged union all by name select 0 as _file, record as _record, \
                 concat({ERROR_PART}, {}, {ERROR_PART}, rule) as _error from {broken})",
                clean::told("value")
            );
            last = "whole";
        }
        let last = self.ordered(&mut sql, last);
        let output = self.output()?.join(",\n  ");
        let _ = match self.mapping.table.name {
            // A number instead of two texts, for the comparison of files with each other.
            "transactions" => write!(
                sql,
                ",\ntyped as (select {output} from {last})\nselect *, hash(source, transaction_id) as _key from typed"
            ),
            _ => write!(sql, "\nselect {output} from {last}"),
        };
        Ok(sql)
    }

    /// Lines are counted, and rows put in order, before columns without content widen them. Gives the name of the step to go
    /// on from.
    fn ordered(&self, sql: &mut String, last: &'static str) -> &'static str {
        if self.counts_lines() {
            let _ = write!(
                sql,
                ",\nordered as (select *, row_number() over (partition by _file, v_transaction_id order by _record) as v_line_no \
                 from {last} order by _file, _record)"
            );
        } else if self.source.broken.is_some() {
            let _ = write!(sql, ",\nordered as (select * from {last} order by _record)");
        } else {
            return last;
        }
        "ordered"
    }

    /// What later steps read of a row.
    fn kept(&self) -> Vec<String> {
        let mut kept = vec!["_file".to_owned(), "_record".to_owned(), "_exact".to_owned()];
        for mapped in &self.mapping.columns {
            kept.push(of("v_", mapped.column));
            match mapped.column.kind {
                Type::Money => kept.push(format!(
                    "coalesce({} <> {}, false) as r_{}",
                    of("n_", mapped.column),
                    of("v_", mapped.column),
                    mapped.column.name
                )),
                Type::DateTime if self.project.day_start().is_ok_and(|minutes| minutes > 0) => {
                    kept.push(of("t_", mapped.column));
                }
                _ => {}
            }
        }
        kept.extend(self.mapping.extras.iter().map(|(_, name)| quoted(name)));
        kept.extend(self.filled_columns().map(|(name, _)| format!("f_{name}")));
        kept
    }

    /// Rows that belong together lend each other what only one of them says.
    fn filled(&self) -> Option<String> {
        let config = &self.mapping.config;
        let column = |name: &String| position(self.shape, name).map(|at| quoted(&self.shape.names[at]));
        let by = column(config.fill_by.as_ref()?)?;
        let filled: Vec<String> = (config.fill.iter().filter_map(column))
            .map(|name| {
                format!(
                    "coalesce(nullif({name}, ''), first_value(nullif({name}, '') ignore nulls) over together) as {name}"
                )
            })
            .collect();
        Some(format!(
            "select * replace ({}) from raw window together as (partition by _file, coalesce({by}, _record::varchar) \
             order by _record rows between unbounded preceding and unbounded following)",
            filled.join(", ")
        ))
    }

    fn counts_lines(&self) -> bool {
        self.mapping.table.column("line_no").is_some() && self.mapping.get("line_no").is_none()
    }

    fn raw(&self) -> String {
        let number = if self.source.numbered {
            format!("{}::bigint as _record", quoted(json::NUMBER))
        } else if self.bases.len() > 1 {
            let bases: Vec<String> = self.bases.iter().map(u64::to_string).collect();
            format!(
                "row_number() over () - list_extract([{}]::bigint[], (file_index + 1)::bigint) as _record",
                bases.join(", ")
            )
        } else {
            "row_number() over () as _record".to_owned()
        };
        let file = if self.bases.len() > 1 { "file_index" } else { "0" };
        let blank = !self.mapping.config.expressions.is_empty();
        let columns: Vec<String> = self
            .shape
            .names
            .iter()
            .map(|name| match self.shape.format {
                Format::Parquet => format!("{name}::varchar as {name}", name = quoted(name)),
                // What a blank cell is should not depend on its quotation marks.
                _ if blank => format!("nullif(trim({name}), '') as {name}", name = quoted(name)),
                _ => quoted(name),
            })
            .collect();
        format!("select {file}::integer as _file, {number}, {} from {}", columns.join(", "), self.source.reader)
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
                value = clean::person(&value, self.marks(&mapped.from));
            }
            if column.name == "currency" {
                value = format!(
                    "case upper({value}) when 'RMB' then 'CNY' when '人民币' then 'CNY' else upper({value}) end"
                );
            }
            values.push(format!("{value} as {}", of("v_", column)));
        }
        let ids: Vec<String> = (self.mapping.columns.iter())
            .filter(|mapped| mapped.column.kind == Type::Id && self.marks(&mapped.from) & mark::PLUS != 0)
            .filter_map(
                |mapped| if let From::Header(at) = mapped.from { Some(quoted(&self.shape.names[at])) } else { None },
            )
            .map(|name| format!("coalesce(sb_exact({name})::utinyint, 0)"))
            .collect();
        let ids = if ids.is_empty() { "0".to_owned() } else { ids.join(" + ") };
        texts.push(format!("({ids})::utinyint as _exact"));
        for (at, name) in &self.mapping.extras {
            let text = clean::text(Type::Text, &quoted(&self.shape.names[*at]), self.marks(&From::Header(*at)));
            texts.push(format!("{} as {}", self.unguarded(text), quoted(name)));
        }
        for (name, header) in self.filled_columns() {
            let text = clean::text(Type::Text, &quoted(header), mark::ALL);
            texts.push(format!("{} as f_{name}", self.unguarded(text)));
        }
        (texts, numbers, values)
    }

    fn text(&self, mapped: &Mapped) -> String {
        let header = |at: &usize| quoted(&self.shape.names[*at]);
        match &mapped.from {
            From::Header(at) => self.unguarded(clean::text(mapped.column.kind, &header(at), self.marks(&mapped.from))),
            From::Constant(text) => {
                let constant = match self.constants.get(mapped.column.name) {
                    Some(texts) => {
                        let texts: Vec<String> = texts.iter().map(|text| literal(text)).collect();
                        format!("list_extract([{}]::varchar[], _file + 1)", texts.join(", "))
                    }
                    None => format!("{}::varchar", literal(text)),
                };
                clean::text(mapped.column.kind, &constant, mark::ALL)
            }
            From::Expression(sql) => clean::text(mapped.column.kind, &format!("(\n{sql}\n)::varchar"), mark::ALL),
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

    /// What the cells behind a column hold.
    fn marks(&self, from: &From) -> u8 {
        match from {
            From::Header(at) => self.shape.structure.marks.get(*at).copied().unwrap_or(mark::ALL),
            _ => mark::ALL,
        }
    }

    fn reading(&self, mapped: &Mapped) -> Reading<'_> {
        Reading {
            order: self.orders.get(mapped.column.name).map_or("", String::as_str),
            fen: self.mapping.config.unit.as_deref() == Some("fen"),
            codes: self.mapping.config.codes.get(mapped.column.name),
        }
    }

    /// The columns of the stored table, in the order of the contract.
    fn output(&self) -> Result<Vec<String>> {
        let scale = self.project.config.project.money_scale;
        let rounded: Vec<String> = self
            .mapping
            .columns
            .iter()
            .filter(|mapped| mapped.column.kind == Type::Money)
            .map(|mapped| format!("coalesce({}::utinyint, 0)", of("r_", mapped.column)))
            .collect();
        let rounded = if rounded.is_empty() { "0".to_owned() } else { rounded.join(" + ") };
        let mut output = vec![
            "_file::integer as _file".to_owned(),
            "_record".to_owned(),
            "_error".to_owned(),
            format!("({rounded})::utinyint as _rounded"),
            "_exact".into(),
        ];
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
            (Type::Source, _) => self.or_literal(column.name, &self.mapping.source),
            (Type::IdSpace, _) => self.or_literal(column.name, &self.mapping.id_space),
            (Type::DayOf(moment), _) => self.day_of(column.name, moment)?,
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
            (_, "line_no") => value,
            (_, "measure") => {
                let measure = literal(MEASURE);
                if mapped { format!("coalesce({value}, {measure})") } else { measure }
            }
            _ if mapped => value,
            _ => "null".into(),
        })
    }
}

fn of(prefix: &str, column: &ColumnSpec) -> String {
    format!("{prefix}{}", column.name)
}
