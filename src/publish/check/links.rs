//! Where a reference leads, by the rules of the URL standard that matter for a tree of files.

use std::collections::HashSet;

use super::Wanted;
use super::report::Findings;
use super::rules;
use super::tree::{Found, Kind, SiteTree};

/// What a browser does with a reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// The reader follows it.
    Follow,
    /// The browser fetches it to show the page.
    Fetch,
    /// As `Fetch`, and runs or applies what it gets: data URLs are no better than inline code.
    Load,
    /// A form is sent there.
    Submit,
    /// Only says that there is such an address (canonical, alternate).
    Mention,
}

/// Follows the references of one file.
pub(super) struct Links<'t> {
    tree: &'t SiteTree,
    file: usize,
    pub count: u64,
    /// Anchors of other pages, each once: a list of a thousand rows may lead to the same one.
    pub wanted: Vec<Wanted>,
    seen: HashSet<(usize, u64)>,
    /// Anchors of this page, each once, with the link's text for the report.
    pub own: Vec<((u64, u64), u64, Box<str>)>,
}

impl<'t> Links<'t> {
    pub(super) fn new(tree: &'t SiteTree, file: usize) -> Self {
        Links { tree, file, count: 0, wanted: Vec::new(), seen: HashSet::new(), own: Vec::new() }
    }

    /// Checks one reference found at line and column `at`.
    pub(super) fn check(&mut self, findings: &mut Findings, at: (u64, u64), link: &str, used: Use) {
        self.count += 1;
        // The URL parser drops these before anything else; `java\nscript:` is a script.
        let kept: String =
            link.trim_matches(|c: char| c <= ' ').chars().filter(|c| !matches!(c, '\t' | '\n' | '\r')).collect();
        if let Some(scheme) = scheme(&kept) {
            check_scheme(findings, at, &kept, &scheme, used);
        } else if kept.starts_with("//") || kept.starts_with("\\\\") {
            findings.error(
                rules::EXTERNAL_REQUEST,
                at,
                format!("{kept:?} leads to another host, and nowhere from file://"),
            );
        } else if kept.starts_with(['/', '\\']) {
            let message = format!("{kept:?} is absolute: it breaks when the site lies in a folder of its host");
            findings.error(rules::ABSOLUTE_LINK, at, message);
        } else if kept.is_empty() && matches!(used, Use::Fetch | Use::Load) {
            findings.error(rules::BROKEN_LINK, at, "an empty address loads the page itself");
        } else {
            self.check_relative(findings, at, &kept, used);
        }
    }

    fn check_relative(&mut self, findings: &mut Findings, at: (u64, u64), link: &str, used: Use) {
        let (rest, fragment) = link.split_once('#').map_or((link, None), |(rest, fragment)| (rest, Some(fragment)));
        let path = rest.split_once('?').map_or(rest, |(path, _)| path);
        let target = if path.is_empty() {
            self.file
        } else {
            let Some(path) = decode(path).filter(|path| !path.contains(['\\', '\0'])) else {
                findings.error(
                    rules::BROKEN_LINK,
                    at,
                    format!("{link:?} is not an address that every host understands"),
                );
                return;
            };
            let Some(path) = resolve(self.tree.path(self.file), &path) else {
                findings.error(rules::LEAVES_TREE, at, format!("{link:?} leads out of the site"));
                return;
            };
            match self.target(&path) {
                Ok((target, through_folder)) => {
                    if through_folder && used != Use::Mention {
                        let message =
                            format!("{link:?} leads to a folder: write index.html, or it does not work from file://");
                        findings.warning(rules::DIRECTORY_LINK, at, message);
                    }
                    target
                }
                Err(why) => {
                    findings.error(rules::BROKEN_LINK, at, format!("{link:?} {why}"));
                    return;
                }
            }
        };
        if let Some(fragment) =
            fragment.filter(|fragment| !fragment.is_empty() && !fragment.eq_ignore_ascii_case("top"))
        {
            self.want(at, target, fragment, link);
        }
    }

    /// The file a path of the site leads to, and whether through the index of a folder.
    fn target(&self, path: &str) -> Result<(usize, bool), String> {
        let (bare, slash) = path.strip_suffix('/').map_or((path, false), |bare| (bare, true));
        match self.tree.find(bare) {
            Found::File(number) if !slash => Ok((number, false)),
            Found::File(_) => Err("is a file and no folder".into()),
            Found::Nothing => Err(format!("leads to {path}, which is not in the site")),
            Found::Folder => {
                let index = if bare.is_empty() { "index.html".to_owned() } else { format!("{bare}/index.html") };
                match self.tree.find(&index) {
                    Found::File(number) => Ok((number, true)),
                    _ => Err(format!("leads to a folder without index.html ({bare}/)")),
                }
            }
        }
    }

    fn want(&mut self, at: (u64, u64), target: usize, fragment: &str, link: &str) {
        if self.tree.kind(target) != Kind::Page {
            return;
        }
        let anchor = hash(&decode(fragment).unwrap_or_else(|| fragment.to_owned()));
        if !self.seen.insert((target, anchor)) {
            return;
        }
        if target == self.file {
            self.own.push((at, anchor, link.into()));
        } else {
            self.wanted.push(Wanted { target, anchor, line: at.0, column: at.1, link: link.into() });
        }
    }
}

fn check_scheme(findings: &mut Findings, at: (u64, u64), link: &str, scheme: &str, used: Use) {
    match (scheme, used) {
        ("javascript" | "vbscript", _) => {
            findings.error(rules::SCRIPT_URL, at, format!("{link:?} is code, which the policy forbids"))
        }
        ("http" | "https", Use::Fetch | Use::Load) => {
            findings.error(rules::EXTERNAL_REQUEST, at, format!("{link:?} is fetched from another host"));
        }
        ("http", Use::Submit) => {
            findings.error(rules::INSECURE_FORM, at, format!("the form is sent unencrypted to {link:?}"))
        }
        ("data" | "blob", Use::Load) => {
            findings.error(rules::INLINE_SCRIPT, at, format!("{link:.60?} holds inline code"))
        }
        ("data", Use::Follow | Use::Submit) => {
            findings.error(rules::BROKEN_LINK, at, format!("{link:.60?}: browsers do not open data addresses"));
        }
        ("file", _) => findings.error(rules::LEAVES_TREE, at, format!("{link:?} leads to a file of one machine")),
        // `C:/x` is a path somebody forgot.
        (drive, _) if drive.len() == 1 => {
            findings.error(rules::LEAVES_TREE, at, format!("{link:?} leads to a drive of one machine"))
        }
        _ => {}
    }
}

/// The lower-case scheme of an absolute address.
fn scheme(link: &str) -> Option<String> {
    let (scheme, _) = link.split_once(':')?;
    let valid = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    valid.then(|| scheme.to_ascii_lowercase())
}

/// A relative path seen from a file, without `.` and `..`; a trailing slash stays. `None` when it leaves the root.
fn resolve(from: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    let mut folder = false;
    for part in path.split('/') {
        folder = matches!(part, "" | "." | "..");
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    let mut resolved = parts.join("/");
    if folder && !resolved.is_empty() {
        resolved.push('/');
    }
    Some(resolved)
}

/// Undoes percent encoding; `None` when the result is not UTF-8.
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digit = |at: usize| after.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        match (first, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push(u8::try_from(high * 16 + low).unwrap_or(b'%'));
                rest = &after[2..];
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).ok()
}

/// The candidates of a `srcset`.
pub(super) fn srcset(value: &str) -> Vec<&str> {
    let mut urls = Vec::new();
    let mut rest = value;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',');
        if rest.is_empty() {
            return urls;
        }
        let end = rest.find(|c: char| c.is_ascii_whitespace()).unwrap_or(rest.len());
        let (url, after) = rest.split_at(end);
        urls.push(url.trim_end_matches(','));
        // A comma right after the address ends the candidate; else its descriptors run to the next comma.
        rest = if url.ends_with(',') { after } else { after.split_once(',').map_or("", |(_, next)| next) };
    }
}

/// A stand-in for an anchor's name; the same in every run.
pub(super) fn hash(text: &str) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_paths_are_resolved_from_the_page() {
        assert_eq!(resolve("a/b/c.html", "../d.html").as_deref(), Some("a/d.html"));
        assert_eq!(resolve("c.html", "./x/./y.html").as_deref(), Some("x/y.html"));
        assert_eq!(resolve("a/c.html", "..").as_deref(), Some(""));
        assert_eq!(resolve("a/b/c.html", "..").as_deref(), Some("a/"));
        assert_eq!(resolve("a/c.html", "x/").as_deref(), Some("a/x/"));
        assert_eq!(resolve("a/c.html", "../../x"), None);
        assert_eq!(resolve("c.html", "x/../../y"), None);
    }

    #[test]
    fn percent_encoding_is_undone() {
        assert_eq!(decode("%E5%BA%97%2f1").as_deref(), Some("店/1"));
        assert_eq!(decode("100%").as_deref(), Some("100%"));
        assert_eq!(decode("%zz%4").as_deref(), Some("%zz%4"));
        assert_eq!(decode("%ff"), None);
    }

    #[test]
    fn schemes_are_told_from_paths() {
        assert_eq!(scheme("HTTPS://x").as_deref(), Some("https"));
        assert_eq!(scheme("mailto:a@b.c").as_deref(), Some("mailto"));
        assert_eq!(scheme("店:1.html"), None);
        assert_eq!(scheme("a/b:c"), None);
        assert_eq!(scheme("1:x"), None);
    }

    #[test]
    fn candidates_of_a_srcset() {
        assert_eq!(srcset("a.png 1x, b,c.png 2x ,d.png"), ["a.png", "b,c.png", "d.png"]);
        assert_eq!(srcset("a.png, b.png 100w"), ["a.png", "b.png"]);
        assert_eq!(srcset(" , "), [] as [&str; 0]);
    }
}
