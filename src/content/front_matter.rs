//! What stands between the `+++` lines of a page: title, audience, queries, one page per row.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::problem::{Problem, Result, line_column};

/// Parsed from TOML; unknown fields are errors.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FrontMatter {
    /// MiniJinja; may use the row of `for_each`.
    pub title: String,
    pub description: String,
    /// A shorter title for the sidebar.
    pub nav_title: String,
    pub audience: Audience,
    /// Group of the sidebar: today, sales, customers, marketing, service, data, about, portal.
    pub group: String,
    /// Order within the group.
    pub weight: i64,
    /// Kept out of the sidebar.
    pub hidden: bool,
    /// Models that must have rows; otherwise the page is left out, and the build report says so.
    pub requires: Vec<String>,
    /// A list of people to get in touch with: telephone numbers stand in full. Elsewhere they are masked.
    pub contact_list: bool,
    /// Where whoever has the store or region of the page begins to read.
    pub landing: bool,
    pub for_each: Option<ForEach>,
    pub queries: BTreeMap<String, Query>,
}

/// One page per row of a query.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForEach {
    pub query: String,
    /// Name of the row in the page.
    #[serde(rename = "as")]
    pub name: String,
    /// MiniJinja expression whose text becomes the page's address.
    pub slug: String,
    /// Column that other pages link by; default: the column of the slug expression.
    #[serde(default)]
    pub key: String,
    /// The address is a reference that tells nothing of the slug: for pages about single customers.
    #[serde(default)]
    pub private: bool,
}

/// A query of a page.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Query {
    pub sql: String,
    /// Column that splits the rows over the pages of `for_each`; without it all pages share the rows.
    #[serde(default)]
    pub by: String,
    /// Columns to order by, each optionally followed by `desc`. All other columns break ties.
    #[serde(default)]
    pub order: Vec<String>,
}

/// Who may read a page. A data value never chooses the kind; it only names the store or region.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Audience {
    /// Everybody.
    Public,
    /// Head office; what a page is when it says nothing, so that nothing is public by accident.
    #[default]
    Hq,
    /// Everybody who holds a code.
    Staff,
    /// Expression that gives the store.
    Store(String),
    Region(String),
}

impl<'de> Deserialize<'de> for Audience {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Word(String),
            Of(BTreeMap<String, String>),
        }
        let expected =
            "audience is \"public\", \"staff\", \"hq\", { store = \"row.store_id\" } or { region = \"row.region\" }";
        match Written::deserialize(deserializer).map_err(|_| serde::de::Error::custom(expected))? {
            Written::Word(word) if word == "public" => Ok(Audience::Public),
            Written::Word(word) if word == "staff" => Ok(Audience::Staff),
            Written::Word(word) if word == "hq" => Ok(Audience::Hq),
            Written::Of(of) if of.len() == 1 => match of.into_iter().next() {
                Some((kind, expression)) if kind == "store" => Ok(Audience::Store(expression)),
                Some((kind, expression)) if kind == "region" => Ok(Audience::Region(expression)),
                _ => Err(serde::de::Error::custom(expected)),
            },
            _ => Err(serde::de::Error::custom(expected)),
        }
    }
}

/// A page's text, cut into front matter and body.
#[derive(Debug, Clone)]
pub struct Cut {
    pub front: FrontMatter,
    pub body: String,
    /// Lines of the file before the body, to place errors.
    pub body_line: usize,
}

/// Reads a page's text; errors have line and column, but no file.
pub fn cut(text: &str) -> Result<Cut> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let Some(rest) =
        text.strip_prefix("+++").and_then(|rest| rest.strip_prefix('\n').or_else(|| rest.strip_prefix("\r\n")))
    else {
        return Err(Problem::failed("the page does not begin with front matter")
            .line(1)
            .hint("start the file with a line +++, then title = \"…\", then another line +++"));
    };
    let start = text.len() - rest.len();
    let mut end = None;
    let mut at = start;
    for line in rest.split_inclusive('\n') {
        if line.trim_end() == "+++" {
            end = Some((at, at + line.len()));
            break;
        }
        at += line.len();
    }
    let Some((front_end, body_start)) = end else {
        return Err(Problem::failed("the front matter has no end").line(1).hint("close it with a line +++"));
    };
    let front = toml::from_str(&text[start..front_end]).map_err(|error| front_problem(&error, text, start))?;
    Ok(Cut {
        front,
        // Tokens stand for values in the text; an author's own such characters must not be taken for them.
        body: text[body_start..].replace(['\u{e000}', '\u{e001}'], "\u{fffd}"),
        body_line: text[..body_start].matches('\n').count(),
    })
}

fn front_problem(error: &toml::de::Error, text: &str, start: usize) -> Problem {
    let problem = Problem::failed(format!("front matter: {}", error.message()));
    let problem = match error.span() {
        Some(span) => {
            let (line, column) = line_column(text, start + span.start);
            problem.line(line).column(column)
        }
        // The parser does not say where: names that are nested too deep.
        None => problem.line(line_column(text, start).0),
    };
    let quoted: Vec<&str> = error.message().split('`').skip(1).step_by(2).collect();
    match quoted.split_first() {
        Some((wrong, known)) if error.message().starts_with("unknown field") => {
            problem.nearest(wrong, known.iter().copied())
        }
        _ => problem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_cut_into_front_matter_and_body() {
        let cut = cut("+++\ntitle = \"A\"\naudience = { store = \"s.id\" }\n+++\n## B\n").unwrap();
        assert_eq!((cut.front.title.as_str(), cut.body.as_str(), cut.body_line), ("A", "## B\n", 4));
        assert_eq!(cut.front.audience, Audience::Store("s.id".into()));
    }

    #[test]
    fn a_wrong_field_is_placed_in_the_file() {
        let problem = cut("+++\ntitle = \"A\"\naudiense = \"hq\"\n+++\n").unwrap_err();
        assert_eq!(problem.place().unwrap().line, Some(3));
        assert!(problem.hint_text().unwrap().contains("audience"));
        assert!(cut("no front").is_err());
        let deep = cut(&format!("+++\n{} = 1\n+++\n", ["a"; 90].join("."))).unwrap_err();
        assert_eq!(deep.place().unwrap().line, Some(2));
        assert!(cut("+++\ntitle='x'").is_err());
        assert!(cut("+++\naudience = \"everybody\"\n+++\n").unwrap_err().message().contains("public"));
    }
}

#[cfg(test)]
#[path = "front_matter_tests.rs"]
mod front_matter_tests;
