//! `storebook models`

use std::fmt::Write as _;
use std::process::ExitCode;

use clap::Args;

use super::Voice;
use super::output::print;
use super::terminal::Bars;
use crate::models::Input;
use crate::pipeline;
use crate::problem::{Problem, Result};
use crate::project::Project;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  storebook models                         every model, in running order
  storebook models --dot | dot -Tsvg > models.svg
  storebook models --sql store_summary     the SQL as the engine runs it, with the data's dates
  storebook models --sql > models.sql      every model as `create table`, in running order")]
pub struct Models {
    /// Print the graph in Graphviz' language
    #[arg(long)]
    dot: bool,
    /// Print the compiled SQL of one model, or of all as statements in running order; loads the data
    #[arg(long, value_name = "NAME", num_args = 0..=1, conflicts_with = "dot")]
    sql: Option<Option<String>>,
    /// The day sales figures are seen from, for --sql [default: the newest day in the data]
    #[arg(long, value_name = "DATE", value_parser = super::date, requires = "sql")]
    as_of: Option<jiff::civil::Date>,
    /// The day deadlines and freshness count from, for --sql
    #[arg(long, value_name = "DATE", value_parser = super::date, requires = "sql")]
    today: Option<jiff::civil::Date>,
}

impl Models {
    pub fn run(&self, project: &Project, voice: Voice) -> Result<ExitCode> {
        if let Some(name) = &self.sql {
            return self.print_sql(project, name.as_deref(), voice);
        }
        let graph = pipeline::graph(project)?;
        if self.dot {
            print(&graph.dot());
            return Ok(ExitCode::SUCCESS);
        }
        let mut text = String::new();
        for plan in &graph.order {
            let header = &plan.model.header;
            let inputs: Vec<String> = plan
                .inputs
                .iter()
                .map(|input| match input {
                    Input::Model(name) => name.clone(),
                    Input::Source(name) => format!("source.{name}"),
                })
                .collect();
            let _ = writeln!(text, "{}\n  {}\n  from {}", plan.model.name, header.summary, inputs.join(", "));
            if !header.grain.is_empty() {
                let _ = writeln!(text, "  {}; key {}", header.grain, header.key.join(", "));
            }
            let _ = writeln!(text, "  {}", plan.model.file);
        }
        print(&text);
        Ok(ExitCode::SUCCESS)
    }

    fn print_sql(&self, project: &Project, name: Option<&str>, voice: Voice) -> Result<ExitCode> {
        let request = pipeline::Request { today: self.today, as_of: self.as_of, ..pipeline::Request::default() };
        let bars = Bars::new(voice);
        let graph = pipeline::planned(project, &request, &bars);
        bars.end();
        let graph = graph?;
        let wanted = |plan: &&crate::models::Planned| name.is_none_or(|name| plan.model.name == name);
        let plans: Vec<_> = graph.order.iter().filter(wanted).collect();
        if let (Some(name), true) = (name, plans.is_empty()) {
            let names = graph.order.iter().map(|plan| plan.model.name.as_str());
            return Err(Problem::usage(format!("no model is called \"{name}\"")).nearest(name, names));
        }
        let mut text = String::new();
        for plan in plans {
            let _ = match (name, plan.sql.is_empty()) {
                (_, true) => writeln!(text, "-- {} is no SQL: {}", plan.model.name, plan.model.header.summary),
                (Some(_), false) => writeln!(text, "{}", plan.sql),
                (None, false) => writeln!(text, "create table {} as\n{};\n", plan.model.name, plan.sql),
            };
        }
        print(&text);
        Ok(ExitCode::SUCCESS)
    }
}
