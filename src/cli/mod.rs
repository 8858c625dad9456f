//! The commands. Only this module prints, shows progress and picks exit codes.

mod annotations;
mod audit;
mod backup;
mod build;
mod check;
mod completions;
mod demo;
mod explain;
mod export;
mod diff;
mod eject;
mod identity;
mod init;
mod keys;
mod inspect;
mod live;
mod models;
mod notify;
mod outbox;
mod receive;
mod output;
mod quarantine;
mod query;
mod releases;
mod rollback;
mod serve;
mod terminal;
mod watch;
mod rules;
mod schema;
mod upgrade;
mod verify;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::discreet;
use crate::problem::{Kind, Problem, Result};
use crate::project::Project;
use crate::project::lock::Wait;
use crate::warehouse;

/// Turn a retail chain's customer and transaction files into a published book.
#[derive(Debug, Parser)]
#[command(name = "storebook", version, about, long_about = None, after_help = EXAMPLES)]
struct Arguments {
    /// Folder of the project
    #[arg(long, global = true, value_name = "DIR", default_value = ".")]
    project: PathBuf,
    /// Threads to use; the result is the same at any number [default: all cores]
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=512))]
    threads: Option<u16>,
    /// Say less: errors and results only
    #[arg(short, long, global = true)]
    quiet: bool,
    /// Say more
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  storebook demo chain                   make up a chain to try
  storebook --project chain build
  storebook inspect data/pos/s01.csv     how a file is understood
  storebook query 'select * from store_summary limit 5'

Exit codes: 0 ok, 1 failed, 2 usage, 3 refused (privacy, quality, a foreign output directory, or another run at work)";

#[derive(Debug, Subcommand)]
enum Command {
    /// Start a project in a folder
    Init(init::Init),
    /// Show how the files in data/ are understood
    Inspect(inspect::Inspect),
    /// Build and publish the book
    Build(build::Build),
    /// Build and publish again whenever an input changed
    Watch(watch::Watch),
    /// Show the book on this machine, with live reload
    Serve(serve::Serve),
    /// Compare what a build would give with the last release
    Diff(diff::Diff),
    /// Show the rows that were turned away, also where they are encrypted
    Quarantine(quarantine::Quarantine),
    /// Run a SQL query over the sources and models
    Query(query::Query),
    /// Say how anonymous a table is, or attack the tables that public pages may show
    Audit(audit::Audit),
    /// Write tables as CSV, Parquet, NDJSON or workbooks, also so that they tell of nobody
    Export(Box<export::Export>),
    /// List the models, or draw their graph
    Models(models::Models),
    /// Say what a page or model depends on, and why the last build made it anew or not
    Explain(explain::Explain),
    /// Which records are one person: why, what to review, and a person's decisions
    Identity(identity::Identity),
    /// Who may open which pages: give, show, replace and take back access codes
    Keys(keys::KeysCommand),
    /// Tell a group robot or another service what was published
    Notify(notify::Notify),
    /// List the releases that stand or can be put back
    Releases(releases::Releases),
    /// Compare a copy of the site, here or on its host, with what was published
    Verify(verify::Verify),
    /// Put an older release back
    Rollback(rollback::Rollback),
    /// Check the project and its built site: settings, pages, models, copies; links, anchors, ids, markup
    Check(check::Check),
    /// Back the project up, encrypted; check, restore and prove backups
    Backup(Box<backup::Backup>),
    /// Copy a built-in page, template, style, strings file or model into the project
    Eject(eject::Eject),
    /// Bring storebook.toml up to this program's version of the settings
    Upgrade(upgrade::Upgrade),
    /// What is to be said to customers: list it, take it along as files, send it, mark it as done
    Outbox(outbox::Outbox),
    /// Take what customers send from the forms of the portal
    Receive(receive::Receive),
    /// Rules in a workbook: write, check and try them; freeze limits in storebook.toml
    Rules(rules::Rules),
    /// Print the JSON Schema of storebook.toml
    Schema(schema::Schema),
    /// Write the files of a made-up chain
    Demo(demo::Demo),
    /// Print a completion script for a shell
    Completions(completions::Completions),
    /// Print or write the man pages
    Man(completions::Man),
}

/// How much a command says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Voice {
    pub quiet: bool,
    pub verbose: bool,
}

/// Runs the program: 0 ok, 1 failed, 2 usage, 3 refused.
pub fn main() -> ExitCode {
    discreet::quiet_panics();
    // A closed or full standard error must not change the exit code.
    let tell: fn(&Problem) = |problem| drop(writeln!(std::io::stderr(), "{}", output::shown(problem)));
    warehouse::before_ending(tell);
    let arguments = Arguments::parse();
    let voice = Voice { quiet: arguments.quiet, verbose: arguments.verbose > 0 };
    start_log(&arguments);
    match run(&arguments, voice) {
        Ok(code) => code,
        Err(problem) => {
            tell(&problem);
            ExitCode::from(match problem.kind() {
                Kind::Failed => 1,
                Kind::Usage => 2,
                Kind::Refused => 3,
            })
        }
    }
}

fn start_log(arguments: &Arguments) {
    let level = match (arguments.quiet, arguments.verbose) {
        (true, _) => "error",
        (false, 0) => "warn",
        (false, 1) => "storebook=info",
        (false, 2) => "storebook=debug",
        _ => "storebook=trace",
    };
    let filter = tracing_subscriber::EnvFilter::try_from_env("STOREBOOK_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(level));
    // A second start (in tests) is refused by the library; the first one stays.
    let _ = tracing_subscriber::fmt().with_env_filter(filter).without_time().with_writer(std::io::stderr).try_init();
}

fn run(arguments: &Arguments, voice: Voice) -> Result<ExitCode> {
    let threads = arguments.threads.map(usize::from);
    let project = || {
        let mut project = Project::open(&arguments.project)?;
        if let Some(threads) = threads {
            project.config.engine.threads = threads;
        }
        set_threads(project.config.engine.threads);
        Ok::<_, Problem>(project)
    };
    match &arguments.command {
        Command::Init(command) => command.run(&arguments.project, voice),
        Command::Inspect(command) => command.run(&project()?, voice),
        Command::Watch(command) => command.run(&project, voice),
        Command::Serve(command) => command.run(&project, voice),
        Command::Build(command) => command.run(project(), &arguments.project, voice),
        Command::Diff(command) => command.run(&project()?, voice),
        Command::Quarantine(command) => command.run(&project()?, voice),
        Command::Query(command) => command.run(&project()?, voice),
        Command::Audit(command) => command.run(&project, voice),
        Command::Export(command) => command.run(&project()?, voice),
        Command::Models(command) => command.run(&project()?, voice),
        Command::Explain(command) => command.run(&project()?),
        Command::Check(command) => command.run(&arguments.project, voice),
        Command::Identity(command) => command.run(&project()?, voice),
        Command::Keys(command) => command.run(&project()?, voice),
        Command::Notify(command) => command.run(&project()?, voice),
        Command::Verify(command) => command.run(project().ok().as_ref(), voice),
        Command::Releases(command) => command.run(&project()?),
        Command::Rollback(command) => command.run(&project()?, voice),
        Command::Backup(command) => command.run(&project, voice),
        Command::Eject(command) => command.run(&project()?, voice),
        Command::Upgrade(command) => command.run(&arguments.project, voice),
        Command::Outbox(command) => command.run(&project()?, voice),
        Command::Receive(command) => command.run(&project()?, voice),
        Command::Rules(command) => command.run(&arguments.project, &project, voice),
        Command::Schema(command) => command.run(),
        Command::Demo(command) => command.run(voice),
        Command::Completions(command) => command.run(),
        Command::Man(command) => command.run(),
    }
}

/// Rendering takes as many threads as the engine; 0 leaves it to the machine.
fn set_threads(threads: usize) {
    if threads > 0 {
        // A pool that stands already (in tests) stays as it is.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
    }
}

/// The two clocks of a build.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Dates {
    /// The day deadlines and freshness count from [default: today in the project's time zone]
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub today: Option<jiff::civil::Date>,
    /// The day sales figures are seen from [default: the newest day in the data]
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub as_of: Option<jiff::civil::Date>,
}

/// A time on the command line, in seconds.
pub(crate) fn seconds(text: &str) -> std::result::Result<std::time::Duration, String> {
    let wrong = || "write seconds, for example 2 or 0.5, up to 86400".to_owned();
    let seconds: f64 = text.parse().map_err(|_| wrong())?;
    if (0.05..=86_400.0).contains(&seconds) { Ok(std::time::Duration::from_secs_f64(seconds)) } else { Err(wrong()) }
}

/// A date on the command line.
pub(crate) fn date(text: &str) -> std::result::Result<jiff::civil::Date, String> {
    text.parse().map_err(|_| "write a date as YYYY-MM-DD, for example 2026-10-31".to_owned())
}

/// `--wait` and `--wait SECONDS`.
pub(crate) fn wait(option: Option<Option<u64>>) -> Wait {
    match option {
        None => Wait::No,
        Some(None) => Wait::Forever,
        Some(Some(seconds)) => Wait::For(std::time::Duration::from_secs(seconds)),
    }
}
