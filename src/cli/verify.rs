//! `storebook verify`

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::Voice;
use super::output::{one_line, print};
use super::terminal::Bars;
use crate::access::Keys;
use crate::problem::{Problem, Result};
use crate::project::Project;
use crate::publish::{self, CopyReport, Origin};

/// Paths that are named; the rest is counted.
const NAMED: usize = 10;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  storebook verify https://shop.example/book/          what a host serves
  storebook verify /media/stick/book                   a copy on a disk
  storebook verify https://shop.example/book/ --key d75a98…   from any machine: signed with this key?

Every file is compared with the manifest, and the manifest with the signature of the release. In a project with keys the
signature must be the project's own; elsewhere pass the key that `storebook verify` shows for your own copy.
Exit code 1 when anything differs.")]
pub struct Verify {
    /// Address or folder of the copy
    site: String,
    /// The public key it must be signed with, 64 hexadecimal digits
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// A copy of the release's manifest, for hosts that keep theirs back [default: output/manifest.json of the project]
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,
    /// Print the findings as JSON
    #[arg(long)]
    json: bool,
}

impl Verify {
    pub fn run(&self, project: Option<&Project>, voice: Voice) -> Result<ExitCode> {
        let wanted = self.wanted(project)?;
        let report = if self.site.contains("://") {
            let bars = Bars::new(voice);
            let own = self.manifest.clone().or_else(|| project.map(|project| project.output().join("manifest.json")));
            let report = publish::copy_at(&self.site, own.as_deref(), &bars);
            bars.end();
            report?
        } else {
            publish::copy_in(Path::new(&self.site))?
        };
        if self.json {
            let text =
                serde_json::to_string_pretty(&report).map_err(|_| Problem::failed("the findings cannot be written"))?;
            print(&format!("{text}\n"));
        } else {
            print(&text(&report, wanted.as_deref()));
        }
        let own = wanted.is_none_or(|wanted| report.origin == Origin::By(wanted));
        Ok(if report.whole() && own { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }

    fn wanted(&self, project: Option<&Project>) -> Result<Option<String>> {
        if let Some(key) = &self.key {
            let key = key.trim().to_lowercase();
            if key.len() != 64 || !key.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                return Err(Problem::usage("a key has 64 hexadecimal digits")
                    .hint("copy it from `storebook verify` of your own copy"));
            }
            return Ok(Some(key));
        }
        let Some(project) = project else { return Ok(None) };
        Ok(Keys::read(&project.state())?.map(|keys| publish::public_key(keys.signing())))
    }
}

fn text(report: &CopyReport, wanted: Option<&str>) -> String {
    let mut text = format!(
        "Release  {} (as of {}, built for {}), {} files, {:.1} MB\n",
        one_line(&report.release),
        one_line(&report.as_of),
        one_line(&report.today),
        report.files,
        megabytes(report.bytes)
    );
    let origin = match (&report.origin, wanted) {
        (Origin::Forged, _) => "WRONG: the signature does not belong to this release".to_owned(),
        (Origin::Unsigned, None) => "none: built without keys".to_owned(),
        (Origin::Unsigned, Some(_)) => "MISSING: this release is not signed".to_owned(),
        (Origin::By(key), Some(wanted)) if key != wanted => format!("WRONG: signed with another key, {key}"),
        (Origin::By(key), Some(_)) => format!("good: {key}"),
        (Origin::By(key), None) => format!("by {key}; --key tells whether that is the right one"),
    };
    let _ = writeln!(text, "Signed   {origin}");
    for (word, paths) in [("missing", &report.missing), ("changed", &report.changed), ("added", &report.extra)] {
        if !paths.is_empty() {
            let _ = writeln!(text, "Files    {} {word}", paths.len());
            for path in paths.iter().take(NAMED) {
                let _ = writeln!(text, "           {}", one_line(path));
            }
        }
    }
    if report.missing.is_empty() && report.changed.is_empty() && report.extra.is_empty() {
        text.push_str("Files    all as they were published\n");
    }
    text
}

#[allow(clippy::cast_precision_loss)]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1_000_000.0
}
