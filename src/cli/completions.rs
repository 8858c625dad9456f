//! `storebook completions` and `storebook man`: made from the same definitions as the help.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::Arguments;
use super::output::print;
use crate::problem::{Problem, Result};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  storebook completions bash > ~/.local/share/bash-completion/completions/storebook
  storebook completions zsh > ~/.zfunc/_storebook          (with fpath+=~/.zfunc before compinit)
  storebook completions fish > ~/.config/fish/completions/storebook.fish")]
pub struct Completions {
    shell: Shell,
}

impl Completions {
    #[allow(clippy::unnecessary_wraps)]
    pub fn run(&self) -> Result<ExitCode> {
        let mut bytes = Vec::new();
        clap_complete::generate(self.shell, &mut Arguments::command(), "storebook", &mut bytes);
        print(&String::from_utf8_lossy(&bytes));
        Ok(ExitCode::SUCCESS)
    }
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  storebook man | man -l -                      read it
  storebook man ~/.local/share/man/man1         one page per command")]
pub struct Man {
    /// Folder for storebook.1 and a page per command [default: the first one, to standard output]
    dir: Option<PathBuf>,
}

impl Man {
    pub fn run(&self) -> Result<ExitCode> {
        let problem = |error: std::io::Error| {
            Problem::io("write the man pages", self.dir.as_deref().unwrap_or(std::path::Path::new("-")), &error)
        };
        match &self.dir {
            Some(dir) => {
                std::fs::create_dir_all(dir).map_err(problem)?;
                clap_mangen::generate_to(Arguments::command(), dir).map_err(problem)?;
            }
            None => {
                let mut bytes = Vec::new();
                // As in the files: there is no page for `help`.
                let command = Arguments::command().disable_help_subcommand(true);
                clap_mangen::Man::new(command).render(&mut bytes).map_err(problem)?;
                print(&String::from_utf8_lossy(&bytes));
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
