//! `storebook notify`

use std::fmt::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use super::Voice;
use super::output::{print, shown};
use crate::digest::{self, Destination, Digest, Message, Outgoing};
use crate::locale::Locale;
use crate::problem::{Problem, Result};
use crate::project::{NotifyKind, NotifyTarget, Project};
use crate::site;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  storebook notify                                  print what would be sent, and to whom
  storebook build && storebook notify --send        tell of a new book
  storebook build || storebook notify --send --failed \"the nightly build failed\"

Receivers are [[notify]] tables in storebook.toml; addresses and secrets are read from the environment variables they name.
The figures are those of the last published build. No personal data are sent.")]
pub struct Notify {
    /// Send it; without this nothing leaves the machine
    #[arg(long)]
    send: bool,
    /// Tell of a build that failed or was refused, with a reason in a few words
    #[arg(long, value_name = "REASON")]
    failed: Option<String>,
}

impl Notify {
    pub fn run(&self, project: &Project, voice: Voice) -> Result<ExitCode> {
        let digest = Digest::read(project)?;
        if digest.is_none() && self.failed.is_none() {
            return Err(Problem::failed("nothing was published yet, so there is nothing to tell")
                .hint("run `storebook build` first, or tell of a failure with --failed \"…\""));
        }
        let locales = site::locales(project)?;
        let made = |kind: NotifyKind, code: &str| -> Result<Outgoing> {
            let code = if code.is_empty() { project.default_locale() } else { code };
            let locale: &Arc<Locale> = locales
                .get(code)
                .ok_or_else(|| Problem::usage(format!("there are no strings for the locale \"{code}\"")))?;
            let message = Message::of(project, locale, digest.as_ref(), self.failed.as_deref());
            Ok(digest::outgoing(kind, &message, digest.as_ref()))
        };
        let targets = &project.config.notify;
        match (targets.is_empty(), self.send) {
            (true, true) => Err(Problem::usage("nobody is to be told: storebook.toml has no [[notify]]")
                .hint("docs/notify.md shows one for each kind of service")),
            (true, false) => {
                print(&dry("generic (an example: storebook.toml has no [[notify]])", &made(NotifyKind::Generic, "")?)?);
                Ok(ExitCode::SUCCESS)
            }
            (false, false) => {
                for target in targets {
                    print(&dry(&named(target), &made(target.kind, &target.locale)?)?);
                }
                print("Nothing was sent: add --send.\n");
                Ok(ExitCode::SUCCESS)
            }
            (false, true) => {
                let mut code = ExitCode::SUCCESS;
                for target in targets {
                    let outgoing = made(target.kind, &target.locale)?;
                    if let Err(problem) = deliver(target, &outgoing) {
                        eprint_problem(target, &problem);
                        code = ExitCode::FAILURE;
                    } else if !voice.quiet {
                        print(&format!("{}: sent\n", label(target)));
                    }
                }
                Ok(code)
            }
        }
    }
}

fn deliver(target: &NotifyTarget, outgoing: &Outgoing) -> Result<()> {
    let destination = Destination::of(target, &|name| std::env::var(name).ok())?;
    digest::send(outgoing, &destination, &|| jiff::Timestamp::now().as_millisecond())
}

/// One receiver's failure does not keep the others from being told.
fn eprint_problem(target: &NotifyTarget, problem: &Problem) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "{}: not sent\n{}", label(target), shown(problem));
}

fn label(target: &NotifyTarget) -> String {
    let kind = match target.kind {
        NotifyKind::Wecom => "wecom",
        NotifyKind::Dingtalk => "dingtalk",
        NotifyKind::Generic => "generic",
    };
    format!("{kind} (${})", target.url_env)
}

/// The receiver, and whether its variables are there: their values are never shown.
fn named(target: &NotifyTarget) -> String {
    let mut text = label(target);
    for name in [&target.url_env, &target.secret_env] {
        if !name.is_empty() && std::env::var(name).is_ok_and(|value| !value.trim().is_empty()) {
            let _ = write!(text, ", {name} is set");
        } else if !name.is_empty() {
            let _ = write!(text, ", {name} is NOT set");
        }
    }
    text
}

fn dry(name: &str, outgoing: &Outgoing) -> Result<String> {
    let body =
        serde_json::to_string_pretty(&outgoing.body).map_err(|error| Problem::failed(format!("message: {error}")))?;
    Ok(format!("{name}\n{body}\n"))
}
