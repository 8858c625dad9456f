//! What the message says, in the reader's language, before any robot's format.

use serde::Serialize;

use super::Digest;
use super::words::{plain, tidy};
use crate::locale::{Arg, Locale};
use crate::project::Project;

/// What became of the build.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Every store has arrived, and none looks incomplete.
    Ok,
    /// Published, but stores are missing or look incomplete.
    Gaps,
    /// The build failed or was refused.
    Failed,
}

/// A message: a heading, lines, and a link when the site's address is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub status: Status,
    pub heading: String,
    /// Harmless in Markdown.
    pub lines: Vec<String>,
    /// Words and address.
    pub link: Option<(String, String)>,
}

const TITLE: usize = 60;
const NAME: usize = 40;
const REASON: usize = 300;

impl Message {
    /// `failed` is the reason when the build failed; `digest` then tells of the release that still stands.
    pub fn of(project: &Project, locale: &Locale, digest: Option<&Digest>, failed: Option<&str>) -> Message {
        let status = match (failed, digest) {
            (Some(_), _) => Status::Failed,
            (None, Some(digest)) if digest.stores.arrived < digest.stores.expected || digest.stores.thin > 0 => {
                Status::Gaps
            }
            (None, _) => Status::Ok,
        };
        let chain = plain(&tidy(&project.config.site.title, TITLE));
        let heading = match status {
            Status::Ok => "digest-heading",
            Status::Gaps => "digest-heading-gaps",
            Status::Failed => "digest-heading-failed",
        };
        let lines = match (failed, digest) {
            (Some(reason), digest) => failed_lines(locale, digest, reason),
            (None, Some(digest)) => lines(locale, digest),
            (None, None) => Vec::new(),
        };
        Message {
            status,
            heading: locale.t(heading, &[("chain", Arg::Text(&chain))]),
            lines,
            link: link(project, locale, status),
        }
    }
}

fn failed_lines(locale: &Locale, digest: Option<&Digest>, reason: &str) -> Vec<String> {
    let kept = match digest {
        Some(digest) => locale.t("digest-failed", &[("date", Arg::Text(&day(locale, &digest.as_of)))]),
        None => locale.t("digest-failed-first", &[]),
    };
    let reason = plain(&tidy(reason, REASON));
    let mut lines = vec![kept];
    if !reason.is_empty() {
        lines.push(locale.t("digest-reason", &[("reason", Arg::Text(&reason))]));
    }
    lines
}

fn day(locale: &Locale, iso: &str) -> String {
    iso.parse().map_or_else(|_| plain(&tidy(iso, 20)), |date| locale.date(date))
}

#[allow(clippy::cast_precision_loss)]
fn number(value: u64) -> Arg<'static> {
    Arg::Number(value as f64)
}

fn lines(locale: &Locale, digest: &Digest) -> Vec<String> {
    let stores = &digest.stores;
    let (as_of, due) = (day(locale, &digest.as_of), day(locale, &stores.due_on));
    let missing = stores.expected.saturating_sub(stores.arrived);
    let mut lines = vec![locale.t("digest-data", &[("date", Arg::Text(&as_of))])];
    let arrived = if missing == 0 { "digest-arrived-all" } else { "digest-arrived" };
    if stores.expected > 0 {
        lines.push(locale.t(
            arrived,
            &[
                ("arrived", number(stores.arrived)),
                ("expected", number(stores.expected)),
                ("missing", number(missing)),
                ("due", Arg::Text(&due)),
            ],
        ));
    }
    if missing > 0 {
        let names: Vec<String> = stores.missing.iter().map(|name| plain(&tidy(name, NAME))).collect();
        let key = if missing > names.len() as u64 { "digest-missing-more" } else { "digest-missing" };
        let names = names.join(&locale.t("digest-separator", &[]));
        lines.push(locale.t(key, &[("names", Arg::Text(&names)), ("n", number(missing))]));
    }
    if stores.thin > 0 {
        lines.push(locale.t("digest-thin", &[("n", number(stores.thin))]));
    }
    let rows = &digest.rows;
    lines.push(locale.t("digest-rows", &[("loaded", number(rows.loaded)), ("quarantined", number(rows.quarantined))]));
    let alerts = &digest.alerts;
    lines.push(if alerts.critical + alerts.warning == 0 {
        locale.t("digest-alerts-none", &[])
    } else {
        locale.t("digest-alerts", &[("critical", number(alerts.critical)), ("warning", number(alerts.warning))])
    });
    if digest.adjustments > 0 {
        lines.push(locale.t("digest-adjustments", &[("n", number(digest.adjustments))]));
    }
    lines
}

/// The page that answers the first question: who is missing, or else how the business does.
fn link(project: &Project, locale: &Locale, status: Status) -> Option<(String, String)> {
    let base = project.config.site.base_url.trim_end_matches('/');
    if base.is_empty() {
        return None;
    }
    let folder = if locale.code() == project.default_locale() {
        String::new()
    } else {
        format!("{}/", locale.code().to_lowercase())
    };
    let (words, page) = match status {
        Status::Gaps => ("digest-open-arrivals", "data/arrivals"),
        Status::Ok | Status::Failed => ("digest-open-overview", "overview"),
    };
    Some((locale.t(words, &[]), format!("{base}/{folder}{page}/index.html")))
}
