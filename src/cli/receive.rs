//! `storebook receive`

use std::net::IpAddr;
use std::process::ExitCode;
use std::sync::mpsc::channel;

use clap::Args;
use jiff::SignedDuration;

use super::Voice;
use super::live::say;
use super::output::print;
use crate::locale::Locale;
use crate::problem::{Problem, Result};
use crate::project::Project;
use crate::project::lock::Wait;
use crate::receive::{Log, Recovery, Rules, Server, Settings, deliver};
use crate::serve;

/// Bytes from which a segment is sealed before its time.
const SEGMENT: u64 = 8 * 1024 * 1024;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  storebook receive                                   on 127.0.0.1:8090, behind a web server
  storebook receive --port 0 --origin http://localhost:8000     for trying the forms on this machine

A submission is acknowledged when it is on the disk. What came in stands in data/received/ after receive.deliver_seconds,
where the next build, or `storebook watch`, reads it. Ctrl-C ends it after those who are sending.")]
pub struct Receive {
    /// Address to listen on
    #[arg(long, value_name = "HOST", default_value = "127.0.0.1")]
    host: String,
    /// Port to listen on; 0 picks a free one
    #[arg(long, value_name = "PORT", default_value_t = 8090)]
    port: u16,
    /// A site whose forms are taken, instead of those of the settings
    #[arg(long, value_name = "URL")]
    origin: Vec<String>,
}

impl Receive {
    pub fn run(&self, project: &Project, voice: Voice) -> Result<ExitCode> {
        let mut rules = project.config.receive.clone();
        if !self.origin.is_empty() {
            rules.origins.clone_from(&self.origin);
        }
        let origins = rules.origins(&project.config.site.base_url);
        if origins.is_empty() {
            return Err(Problem::usage("it is not said whose forms are taken").hint(
                "set base_url in [site] or origins in [receive] of storebook.toml, or name the site with --origin",
            ));
        }
        let section = &project.config.project;
        let locales = project.config.site.locales.iter();
        let locales: Vec<Locale> = locales
            .map(|code| Locale::built_in(code, &section.currency, section.money_scale))
            .collect::<Result<_>>()?;
        let listener = serve::bind(&self.host, self.port)?;
        let (log, recovery) = Log::open(&project.state().join("received"), Wait::No)?;
        let settings = Settings { origins, behind_proxy: rules.behind_proxy, per_minute: rules.per_minute, locales };
        let seal = Rules {
            bytes: SEGMENT,
            age: SignedDuration::from_secs(rules.deliver_seconds.into()),
            remembered: SignedDuration::from_hours(i64::from(rules.remember_days) * 24),
        };
        let folder = project.data().join("received");
        let server =
            Server::start(listener, settings, log, seal, Box::new(move |number, rows| deliver(&folder, number, rows)))?;
        let (stop, stopped) = channel();
        ctrlc::set_handler(move || {
            let _ = stop.send(());
        })
        .map_err(|error| Problem::failed(format!("could not prepare for Ctrl-C: {error}")))?;
        // Only now: whoever reads this may send at once.
        print(&format!("Receiving on http://{}/\n", server.address()));
        told(&recovery, voice);
        if !server.address().ip().is_loopback() || self.host.parse::<IpAddr>().is_ok_and(|ip| ip.is_unspecified()) {
            say("Warning: connections to this address are not encrypted. Put a web server with https in front.");
        }
        let _ = stopped.recv();
        server.stop()?;
        Ok(ExitCode::SUCCESS)
    }
}

/// What an earlier run left.
fn told(recovery: &Recovery, voice: Voice) {
    if recovery.waiting > 0 && !voice.quiet {
        say(&format!("{} submissions of an earlier run are delivered now.", recovery.waiting));
    }
    if recovery.torn > 0 {
        say(&format!(
            "{} bytes at the end of the log were being written when an earlier run ended; they were not acknowledged.",
            recovery.torn
        ));
    }
    for path in &recovery.damaged {
        say(&format!(
            "Warning: a part of a segment cannot be read. It is kept as {}; look at the disk.",
            path.display()
        ));
    }
}
