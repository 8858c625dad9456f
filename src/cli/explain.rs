//! `storebook explain`

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::output::print;
use crate::models::{ModelMemory, Models, SourceMemory};
use crate::problem::{Problem, Result};
use crate::project::{AtRest, Project};
use crate::site::{Memory, PageMemory};

/// How far up the inputs of a model are followed in the tree.
const DEEPEST: usize = 12;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  storebook explain stores/s001          a page, by its address …
  storebook explain 'stores/[store]'     … or all pages of one content file
  storebook explain store_summary        a model: its inputs, settings and why it was computed
  storebook explain transactions         a contract table: its files and which were read
  storebook explain                      what the last build did, in short")]
pub struct Explain {
    /// A page (address or id), a model or a contract table
    #[arg(value_name = "PAGE|MODEL")]
    name: Option<String>,
    /// The site whose pages are meant [default: output/ in the project]
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
}

/// What the last build left to tell.
struct Known {
    models: Models,
    pages: Option<Memory>,
    default_locale: String,
}

impl Explain {
    pub fn run(&self, project: &Project) -> Result<ExitCode> {
        let output = self.output.clone().unwrap_or_else(|| project.output());
        let rest = AtRest::of(project)?;
        let known = Known {
            models: Models::read(&rest),
            pages: Memory::read(&rest, &output),
            default_locale: project.default_locale().to_owned(),
        };
        if known.models.models.is_empty() && known.pages.is_none() {
            return Err(Problem::usage("nothing is known of an earlier build of this project")
                .hint("run `storebook build` first; `storebook models` lists the models without any data"));
        }
        let text = match &self.name {
            None => known.summary(),
            Some(name) => known.one(name)?,
        };
        print(&text);
        Ok(ExitCode::SUCCESS)
    }
}

impl Known {
    fn one(&self, name: &str) -> Result<String> {
        let plain = name.trim_matches('/');
        let plain = plain.strip_suffix("index.html").unwrap_or(plain).trim_matches('/');
        if let Some(page) = self.pages.as_ref().and_then(|memory| memory.pages.get(plain)) {
            return Ok(self.set(plain, page));
        }
        if let Some((id, page, slug, locale)) = self.find(plain) {
            return Ok(self.item(id, page, (&slug, &locale)));
        }
        if let Some(model) = self.models.models.get(plain) {
            return Ok(self.model(plain, model));
        }
        let source = plain.strip_prefix("source.").unwrap_or(plain);
        if let Some(found) = self.models.sources.get(source) {
            return Ok(source_text(source, found));
        }
        let pages: Vec<String> = self
            .pages
            .iter()
            .flat_map(|memory| memory.pages.iter())
            .flat_map(|(id, page)| page.items.keys().map(|slug| address(id, slug)).chain([id.clone()]))
            .collect();
        let names = pages.iter().chain(self.models.models.keys()).chain(self.models.sources.keys());
        Err(Problem::usage(format!("neither a page nor a model nor a table of the last build is called \"{name}\""))
            .nearest(plain, names.map(String::as_str)))
    }

    /// The page at an address: content page, slug and language.
    fn find(&self, wanted: &str) -> Option<(&str, &PageMemory, String, String)> {
        let memory = self.pages.as_ref()?;
        for (id, page) in &memory.pages {
            for code in page.fixed.keys() {
                let rest = if *code == self.default_locale {
                    wanted
                } else {
                    match wanted.strip_prefix(&code.to_lowercase()) {
                        Some(rest) => rest.trim_start_matches('/'),
                        None => continue,
                    }
                };
                if let Some(slug) = page.items.keys().find(|slug| address(id, slug) == rest) {
                    return Some((id, page, slug.clone(), code.clone()));
                }
            }
        }
        None
    }

    fn summary(&self) -> String {
        let models = &self.models.models;
        let computed: Vec<(&String, &ModelMemory)> = models.iter().filter(|(_, model)| model.computed).collect();
        let mut text = format!("Models   {} of {} computed by the last run\n", computed.len(), models.len());
        for (name, model) in computed {
            let _ = writeln!(text, "  {name}: {}", model.why.join("; "));
        }
        for (name, source) in self.models.sources.iter().filter(|(_, source)| !source.read.is_empty()) {
            let _ = writeln!(text, "Source   {name}: {} of {} files read", source.read.len(), source.files.len());
        }
        let Some(memory) = &self.pages else {
            text.push_str("Pages    nothing is known of this output; `storebook build` publishes it\n");
            return text;
        };
        for (id, page) in &memory.pages {
            let rendered = page.items.values().map(|item| item.rendered.len()).sum::<usize>();
            let all = page.items.len() * page.fixed.len();
            let reasons: BTreeSet<&String> =
                page.items.values().flat_map(|item| item.rendered.values()).flatten().collect();
            let reasons: Vec<&str> = reasons.into_iter().map(String::as_str).collect();
            let because = if rendered == 0 { String::new() } else { format!(": {}", reasons.join("; ")) };
            let _ = writeln!(text, "Page     {id}: {rendered} of {all} rendered{because}");
        }
        text
    }

    fn set(&self, id: &str, page: &PageMemory) -> String {
        if let (1, Some(item)) = (page.items.len(), page.items.get("")) {
            let mut text = format!("Page {id} ({})\n", page.file);
            for code in page.fixed.keys() {
                let _ = writeln!(text, "  {code}: {}", rendered(item.rendered.get(code)));
            }
            self.depends(&mut text, page);
            return text;
        }
        let mut text = format!("Pages {id} ({}): {} in {} languages\n", page.file, page.items.len(), page.fixed.len());
        let mut reasons: BTreeMap<String, (usize, &str)> = BTreeMap::new();
        for (slug, item) in &page.items {
            for code in page.fixed.keys() {
                let entry = reasons.entry(rendered(item.rendered.get(code))).or_insert((0, slug));
                entry.0 += 1;
            }
        }
        for (reason, (count, example)) in reasons {
            let _ = writeln!(text, "  {count} pages {reason} (such as {})", address(id, example));
        }
        self.depends(&mut text, page);
        text
    }

    fn item(&self, id: &str, page: &PageMemory, (slug, code): (&str, &str)) -> String {
        let item = &page.items[slug];
        let mut text =
            format!("Page {} in {code} ({})\n  {}\n", address(id, slug), page.file, rendered(item.rendered.get(code)));
        self.depends(&mut text, page);
        text
    }

    fn depends(&self, text: &mut String, page: &PageMemory) {
        let parts: BTreeSet<&str> = page.fixed.values().flat_map(|parts| parts.keys()).map(String::as_str).collect();
        let _ = writeln!(text, "Depends on\n  {}", parts.into_iter().collect::<Vec<_>>().join(", "));
        for (name, query) in &page.queries {
            let tables: Vec<&str> = query.tables.keys().map(String::as_str).collect();
            let _ = writeln!(text, "  query {name}: {}", tables.join(", "));
        }
        for target in page.links.keys() {
            let _ = writeln!(text, "  addresses of {target}");
        }
        let tables: BTreeSet<&String> = page.queries.values().flat_map(|query| query.tables.keys()).collect();
        if !tables.is_empty() {
            text.push_str("Where the rows come from (* computed or read by the last run)\n");
            let mut seen = BTreeSet::new();
            for table in tables {
                self.tree(text, table, 1, &mut seen);
            }
        }
    }

    fn model(&self, name: &str, model: &ModelMemory) -> String {
        let mut text = format!("Model {name} ({}): {} rows\n", model.file, model.table.rows);
        let why = model.why.join("; ");
        let _ = match (model.computed, why.as_str()) {
            (true, why) => writeln!(text, "  computed by the last run, because {why}"),
            (false, "") => writeln!(text, "  taken from the cache by the last run: nothing it is made from changed"),
            (false, why) => writeln!(
                text,
                "  taken from the cache by the last run: nothing it is made from changed\n  computed before that, because {why}"
            ),
        };
        text.push_str("Depends on\n");
        for (name, value) in &model.variables {
            let _ = writeln!(text, "  {name} = {value}");
        }
        let mut seen = BTreeSet::new();
        for input in model.inputs.keys() {
            self.tree(&mut text, input, 1, &mut seen);
        }
        text
    }

    /// A table with what it is made from below it; each table's own inputs are shown once.
    fn tree<'a>(&'a self, text: &mut String, name: &'a str, depth: usize, seen: &mut BTreeSet<&'a str>) {
        let indent = "  ".repeat(depth);
        if let Some(source) = name.strip_prefix("source.") {
            if let Some(found) = self.models.sources.get(source) {
                let star = if found.read.is_empty() { " " } else { "*" };
                let read = if found.read.is_empty() { String::new() } else { format!(", {} read", found.read.len()) };
                let _ = writeln!(
                    text,
                    "{indent}{star} {name}: {} rows from {} files{read}",
                    found.table.rows,
                    found.files.len()
                );
            }
            return;
        }
        let Some(model) = self.models.models.get(name) else { return };
        let star = if model.computed { "*" } else { " " };
        let known = seen.contains(name) && !model.inputs.is_empty();
        let _ = writeln!(
            text,
            "{indent}{star} {name}: {} rows{}",
            model.table.rows,
            if known { " (see above)" } else { "" }
        );
        if seen.insert(name) && depth < DEEPEST {
            for input in model.inputs.keys() {
                self.tree(text, input, depth + 1, seen);
            }
        }
    }
}

fn source_text(name: &str, source: &SourceMemory) -> String {
    let mut text = format!("Source {name}: {} rows from {} files\n", source.table.rows, source.files.len());
    let changed = if source.changed {
        "its rows differ from those of the run before"
    } else {
        "its rows are those of the run before"
    };
    let _ = writeln!(text, "  {changed}; {} files were read, the others were known", source.read.len());
    for file in &source.files {
        let mark = if source.read.contains(file) { "*" } else { " " };
        let _ = writeln!(text, "  {mark} {}", super::output::one_line(file));
    }
    text
}

fn rendered(why: Option<&Vec<String>>) -> String {
    match why {
        Some(why) => format!("rendered by the last build, because {}", why.join("; ")),
        None => "taken over by the last build: nothing it is made from changed".to_owned(),
    }
}

/// Address of a page in the default language, without the slash at its end.
fn address(id: &str, slug: &str) -> String {
    let (folder, name) = id.rsplit_once('/').map_or(("", id), |(folder, name)| (folder, name));
    let last = match (slug, name) {
        ("", "index") => "",
        ("", name) => name,
        (slug, _) => slug,
    };
    [folder, last].iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_those_of_the_site() {
        assert_eq!(address("stores/[store]", "s001"), "stores/s001");
        assert_eq!(address("stores/index", ""), "stores");
        assert_eq!(address("index", ""), "");
        assert_eq!(address("privacy", ""), "privacy");
    }
}
