//! `storebook schema`

use std::process::ExitCode;

use clap::Args;

use super::output::print;
use crate::problem::{Problem, Result};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  storebook schema > storebook.schema.json

Editors with TOML support (taplo, Even Better TOML) then check and complete the settings
when storebook.toml begins with the line
  #:schema ./storebook.schema.json")]
pub struct Schema {}

impl Schema {
    #[allow(clippy::unused_self)]
    pub fn run(&self) -> Result<ExitCode> {
        let text = serde_json::to_string_pretty(&crate::project::schema())
            .map_err(|error| Problem::failed(format!("schema: {error}")))?;
        print(&format!("{text}\n"));
        Ok(ExitCode::SUCCESS)
    }
}
