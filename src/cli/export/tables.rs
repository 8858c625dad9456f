//! `storebook export` of tables as they are.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use super::Export;
use crate::access::about_people;
use crate::cli::Voice;
use crate::cli::audit::warehouse;
use crate::cli::live::say;
use crate::cli::output::{one_line, print};
use crate::cli::terminal::Bars;
use crate::exchange::{self, Format, Sheet, Source};
use crate::locale::Locale;
use crate::pipeline::Warehouse;
use crate::problem::{Problem, Result};
use crate::project::Project;
use crate::site;
use crate::sources::contract::{self, TABLES};
use crate::warehouse::{Engine, quoted};

impl Export {
    pub(super) fn tables(&self, project: &Project, voice: Voice) -> Result<ExitCode> {
        if self.tables.is_empty() && !self.all && !self.marts {
            return Err(Problem::usage("nothing is named that could be exported").hint(
                "name a table, as in `storebook export source.customers --out customers.xlsx`, or add --all; \
                 `storebook models` lists the models",
            ));
        }
        let format = self.format()?;
        let locale = self.locale(project)?;
        let warehouse = warehouse(project, &self.dates, voice)?;
        let sources = self.sources(&warehouse, &locale)?;
        let bars = Bars::new(voice);
        let exported = exchange::export(
            &exchange::Export {
                engine: &warehouse.engine,
                store: warehouse.store(),
                sources: &sources,
                format,
                out: &self.out,
                workbook: self.workbook,
                force: self.force,
                locale: &locale,
            },
            &bars,
        );
        bars.end();
        let exported = exported?;
        if !voice.quiet {
            let mut text = String::new();
            for file in &exported.files {
                let _ = writeln!(text, "{}", one_line(&file.display().to_string()));
            }
            for source in &sources {
                let _ = writeln!(text, "  {}: {} rows", source.shown, source.rows);
            }
            print(&text);
        }
        let people = |source: &&Source| about_people(source.sheet.fields.iter().map(|field| field.name.as_str()));
        if let Some(source) = sources.iter().find(people) {
            say(&format!(
                "warning: these files tell of people in clear ({}): keep them where only those may read who must, and \
                 delete them when they are done with; `storebook export --anonymise` tells of nobody",
                source.shown
            ));
        }
        Ok(ExitCode::SUCCESS)
    }

    /// What is asked for, else what the name of the file says.
    fn format(&self) -> Result<Format> {
        let ending = self.out.extension().map(|ending| ending.to_string_lossy().into_owned());
        let named = ending.as_deref().and_then(Format::of_ending).filter(|_| !self.out.is_dir());
        let wanted = self.format.map(Format::from).or(self.workbook.then_some(Format::Xlsx));
        match (wanted, named) {
            (Some(wanted), _) if self.workbook && wanted != Format::Xlsx => {
                Err(Problem::usage(format!("a workbook is no {}", wanted.ending())).hint("leave --format out"))
            }
            (Some(wanted), Some(named)) if wanted != named => {
                let problem = Problem::usage(format!("this file would not be {}", wanted.ending()));
                Err(problem.at(&self.out).hint(format!("--out … .{}, or leave --format out", wanted.ending())))
            }
            (wanted, named) => Ok(wanted.or(named).unwrap_or(Format::Csv)),
        }
    }

    fn locale(&self, project: &Project) -> Result<Arc<Locale>> {
        let locales = site::locales(project)?;
        let first = project.config.site.locales.first();
        let code = self.language.as_ref().or(first).map_or("en", String::as_str);
        locales.get(code).cloned().ok_or_else(|| {
            Problem::usage(format!("this project has no language \"{code}\""))
                .nearest(code, locales.keys().map(String::as_str))
        })
    }

    /// The tables in the order of the contract, then the models as they run, then what is named in its own order.
    fn sources(&self, warehouse: &Warehouse, locale: &Locale) -> Result<Vec<Source>> {
        let mut names: Vec<String> = self.tables.clone();
        if self.all {
            names.extend(
                TABLES.iter().map(|table| format!("source.{}", table.name)).filter(|name| rows(warehouse, name) > 0),
            );
        }
        if self.marts {
            let models = warehouse.graph.order.iter().map(|plan| plan.model.name.clone());
            names.extend(models.filter(|name| rows(warehouse, name) > 0));
        }
        let mut seen = BTreeSet::new();
        names.retain(|name| seen.insert(name.clone()));
        let sources = names.iter().map(|name| source(warehouse, name, locale)).collect::<Result<Vec<Source>>>()?;
        let mut files = BTreeSet::new();
        if let Some(twice) = sources.iter().find(|source| !files.insert(&source.sheet.name)) {
            return Err(Problem::usage(format!("two of these tables would be called {}", twice.sheet.name))
                .hint("export them into two folders"));
        }
        Ok(sources)
    }
}

fn rows(warehouse: &Warehouse, name: &str) -> u64 {
    match name.strip_prefix("source.") {
        Some(table) => warehouse.loaded.tables.get(table).map_or(0, |table| table.rows),
        None => warehouse.ran.get(name).map_or(0, |ran| ran.table.rows),
    }
}

fn source(warehouse: &Warehouse, name: &str, locale: &Locale) -> Result<Source> {
    // Refuses a name that is no table, and tells the nearest.
    crate::cli::audit::table_of(warehouse, name)?;
    let (schema, table) = match name.strip_prefix("source.").filter(|_| !warehouse.ran.contains_key(name)) {
        Some(table) => ("source", table),
        None => ("main", name),
    };
    let found = warehouse.engine.describe(&format!("from {}.{}", quoted(schema), quoted(table)))?;
    let spec = contract::table(table).filter(|_| schema == "source");
    let sheet = match spec {
        Some(spec) => Sheet::contract(spec, &found, locale),
        None => {
            let plan = warehouse.graph.order.iter().find(|plan| schema == "main" && plan.model.name == table);
            Sheet::model(table, plan.map(|plan| &plan.model.header), &found, locale)
        }
    };
    Ok(Source { shown: name.to_owned(), schema, sheet, contract: spec.is_some(), rows: rows(warehouse, name) })
}
