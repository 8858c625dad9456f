//! `storebook models`

use std::fmt::Write as _;
use std::process::ExitCode;

use clap::Args;

use super::output::print;
use crate::models::Input;
use crate::pipeline;
use crate::problem::Result;
use crate::project::Project;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  storebook models                         every model, in running order
  storebook models --dot | dot -Tsvg > models.svg")]
pub struct Models {
    /// Print the graph in Graphviz' language
    #[arg(long)]
    dot: bool,
}

impl Models {
    pub fn run(&self, project: &Project) -> Result<ExitCode> {
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
}
