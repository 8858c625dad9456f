//! What browsers are told: which build they see, and what is wrong with the last one.

use std::time::{SystemTime, UNIX_EPOCH};

use super::excerpt::Report;
use super::inject::{SCRIPT, STYLE, escape};
use crate::problem::Problem;

/// The state of the preview after the last build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Differs between runs of the server, so that a page of an earlier run loads again.
    run: u128,
    /// Good builds of this run.
    good: u64,
    /// All builds of this run.
    serial: u64,
    problem: Option<Report>,
}

impl Status {
    pub fn begin() -> Status {
        let run = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
        Status { run, good: 0, serial: 0, problem: None }
    }

    pub fn good(&mut self) {
        self.good += 1;
        self.serial += 1;
        self.problem = None;
    }

    pub fn bad(&mut self, problem: &Problem) {
        self.serial += 1;
        self.problem = Some(Report::of(problem));
    }

    /// There is a site of this run to serve. What an earlier run left is not served: it may have been built for others.
    pub fn is_ready(&self) -> bool {
        self.good > 0
    }

    /// The build whose pages are served.
    pub fn build(&self) -> String {
        format!("{}-{}", self.run, self.good)
    }

    /// As an event.
    pub fn json(&self) -> String {
        serde_json::json!({ "build": self.build(), "serial": self.serial, "problem": self.problem }).to_string()
    }

    /// The page shown while there is no site.
    pub fn page(&self) -> String {
        let (title, body) = match &self.problem {
            None => {
                ("Building the book", "<h1>Building the book …</h1><p>This page loads again by itself.</p>".to_owned())
            }
            Some(report) => ("The build failed", shown(report)),
        };
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title} · Storebook</title>\n\
             <link rel=\"icon\" href=\"data:,\">\n<link rel=\"stylesheet\" href=\"{STYLE}\">\n\
             <script src=\"{SCRIPT}\" data-build=\"{}\" data-serial=\"{}\" defer></script>\n</head>\n\
             <body class=\"storebook-status\">\n<main class=\"storebook-problem\">{body}</main>\n</body>\n</html>\n",
            self.build(),
            self.serial
        )
    }
}

fn shown(report: &Report) -> String {
    let mut body = String::from("<h1>The build failed</h1>");
    if let Some(place) = &report.place {
        body.push_str(&format!("<p class=\"storebook-place\">{}</p>", escape(place)));
    }
    body.push_str(&format!("<p class=\"storebook-message\">{}</p>", escape(&report.message)));
    if !report.lines.is_empty() {
        body.push_str("<pre>");
        for line in &report.lines {
            let text = format!("{:>5}  {}", line.number, line.text);
            let tag = if line.here { "mark" } else { "span" };
            body.push_str(&format!("<{tag}>{}</{tag}>\n", escape(&text)));
        }
        body.push_str("</pre>");
    }
    if let Some(hint) = &report.hint {
        body.push_str(&format!("<p class=\"storebook-hint\">{}</p>", escape(hint)));
    }
    body.push_str("<p>There is no good build yet. This page loads again after the next one.</p>");
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_build_keeps_the_page_and_tells_why() {
        let mut status = Status::begin();
        assert!(!status.is_ready());
        status.good();
        let build = status.build();
        status.bad(&Problem::failed("no such query").at("content/a.md").line(1).text("x"));
        assert_eq!(status.build(), build);
        let json: serde_json::Value = serde_json::from_str(&status.json()).unwrap();
        assert_eq!(json["problem"]["place"], "content/a.md:1");
        assert_eq!(json["problem"]["lines"][0]["text"], "x");
        status.good();
        assert_ne!(status.build(), build);
        assert!(status.json().ends_with("\"problem\":null}"));
    }

    #[test]
    fn hostile_text_is_escaped() {
        let mut status = Status::begin();
        let evil = "<script>alert(1)</script>&\"'";
        status.bad(&Problem::failed(evil).at(evil).line(1).text(evil).hint(evil));
        let page = status.page();
        assert!(
            !page.contains("<script>alert")
                && page.matches("&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;&#39;").count() == 4,
            "{page}"
        );
    }
}
