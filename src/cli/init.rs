//! `storebook init`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::Voice;
use super::output::print;
use crate::problem::{Problem, Result};
use crate::project::CONFIG_FILE;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  storebook init my-chain
  cp exports/*.csv my-chain/data/
  storebook --project my-chain inspect
  storebook --project my-chain build")]
pub struct Init {
    /// Folder of the new project [default: the folder of --project]
    dir: Option<PathBuf>,
}

/// A project's first settings: the few that every chain wants to change.
const SETTINGS: &str = "\
# Settings of this Storebook project. Everything else has a default; see docs/configuration.md.
# `storebook schema > storebook.schema.json` and the line `#:schema ./storebook.schema.json` at the top let an editor check it.
config_version = 1

[site]
title = \"My chain\"
# The first language is the default one.
locales = [\"zh-CN\", \"en\"]

[project]
timezone = \"Asia/Shanghai\"
currency = \"CNY\"

# Stated in the privacy policy and used by the feedback form.
[portal]
company = \"\"
email = \"\"
privacy_contact = \"\"

# Files in data/ are recognised by their headers. Where that is not enough, say it here
# (`storebook inspect FILE --write` writes a first version):
# [[source]]
# table = \"transactions\"
# files = [\"pos/*.csv\"]
# columns = { transaction_id = \"ticket\", ordered_at = \"time\", amount = \"paid\" }
# constants = { store_id = \"{stem}\" }
";

const IGNORED: &str = "/.storebook/\n/quarantine/\n/state/keys/\n/output/\n/.output.*\n/deploy/*.new\n";

const DATA: &str = "\
Put the exports of your tills, shops and surveys here: transactions (required), customers, stores, products, feedback.
CSV, TSV, NDJSON, JSON or Parquet; folders and .gz/.zst are fine. `storebook inspect` shows how each file is understood.
";

impl Init {
    pub fn run(&self, project: &Path, voice: Voice) -> Result<ExitCode> {
        let dir = self.dir.as_deref().unwrap_or(project);
        if dir.join(CONFIG_FILE).exists() {
            return Err(Problem::refused("there is a project already")
                .at(dir.join(CONFIG_FILE))
                .hint("nothing was changed; choose another folder"));
        }
        for (name, text) in [(CONFIG_FILE, SETTINGS), (".gitignore", IGNORED), ("data/README.txt", DATA)] {
            let path = dir.join(name);
            if path.exists() {
                continue;
            }
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent).map_err(|error| Problem::io("create the folder", parent, &error))?;
            }
            std::fs::write(&path, text).map_err(|error| Problem::io("write the file", &path, &error))?;
        }
        if !voice.quiet {
            let dir = dir.display();
            print(&format!(
                "Project in {dir}. Next:\n  put your files into {dir}/data/\n  storebook --project {dir} inspect\n  storebook --project {dir} build\n"
            ));
        }
        Ok(ExitCode::SUCCESS)
    }
}
