//! `storebook watch`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::live::{Live, Open, PATIENCE, Watching, on_interrupt, say};
use super::{Dates, Voice};
use crate::pipeline::Request;
use crate::problem::Result;
use crate::watch;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  storebook watch                                  build into output/ again whenever something changed
  storebook watch --output /srv/book               somewhere else
  storebook watch --poll 5                         where the system sends no events
  storebook watch --settle 120                     for senders that pause in the middle of a file

A data file is whole when a manifest.json with sizes and hashes says so, when FILE.done or .done or _SUCCESS lies beside
it, when it is renamed from FILE.part, or when it stayed the same for 10 seconds. Ctrl-C ends the watch.")]
pub struct Watch {
    #[command(flatten)]
    dates: Dates,
    /// Where the site goes [default: output/ in the project]
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Write pages that are not public readable for everyone: for a preview only
    #[arg(long)]
    unsealed: bool,
    #[command(flatten)]
    watching: Watching,
}

impl Watch {
    pub fn run(&self, open: Open<'_>, voice: Voice) -> Result<ExitCode> {
        let root = open()?.root;
        let request = Request {
            today: self.dates.today,
            as_of: self.dates.as_of,
            output: self.output.clone(),
            unsealed: self.unsealed,
            wait: PATIENCE,
            ..Request::default()
        };
        let mut ignore = |_: &Result<_>| {};
        let mut live = Live::new(open, request, voice, &mut ignore);
        let (waker, ear) = watch::signals();
        on_interrupt(waker.clone(), live.busy.clone(), || {})?;
        if !voice.quiet {
            say(&format!("Watching {}; Ctrl-C ends.", root.display()));
        }
        watch::run(&root, self.watching.options(), (&waker, &ear), &mut live);
        Ok(ExitCode::SUCCESS)
    }
}
