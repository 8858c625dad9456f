//! Where every page of the build is, and the relative way from one to another.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use crate::content::context::Links;
use crate::problem::nearest;

/// Addresses of all pages, in every language.
#[derive(Debug, Default)]
pub struct SiteLinks {
    pub default_locale: String,
    /// Pages that stand alone.
    pub single: BTreeSet<String>,
    /// Pages of a `for_each`: key column, and slug by key.
    pub sets: BTreeMap<String, (String, HashMap<String, String>)>,
    /// Sets of pages about single customers: they are many, and one more or less does not concern the pages that link to
    /// others of them.
    pub private: BTreeSet<String>,
    /// Known pages that this build leaves out.
    pub left_out: BTreeSet<String>,
}

impl SiteLinks {
    /// Address of a page within the site, ending in `/` or empty for the top: `en/stores/s001/`.
    pub fn address(&self, locale: &str, page: &str, slug: Option<&str>) -> String {
        let mut path =
            if locale == self.default_locale { String::new() } else { format!("{}/", locale.to_lowercase()) };
        let folder = match page.rsplit_once('/') {
            Some((folder, _)) => format!("{folder}/"),
            None => String::new(),
        };
        let name = page.rsplit('/').next().unwrap_or(page);
        path.push_str(&folder);
        match slug {
            Some(slug) => {
                path.push_str(slug);
                path.push('/');
            }
            None if name == "index" => {}
            None => {
                path.push_str(name);
                path.push('/');
            }
        }
        path
    }
}

/// The relative link from the page at `from` to the page at `to`, ending in `index.html` so that it works from files.
pub fn relative(from: &str, to: &str) -> String {
    format!("{}index.html", relative_path(from, to))
}

/// The relative way from folder to folder; both end in `/` or are empty.
pub fn relative_path(from: &str, to: &str) -> String {
    let split = |path: &str| path.split('/').filter(|part| !part.is_empty()).map(ToOwned::to_owned).collect::<Vec<_>>();
    let (from, to) = (split(from), split(to));
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let mut way = "../".repeat(from.len() - common);
    for part in &to[common..] {
        way.push_str(part);
        way.push('/');
    }
    way
}

impl Links for SiteLinks {
    fn page(&self, locale: &str, page: &str, key: Option<&str>, from: &str) -> Result<Option<String>, String> {
        if self.single.contains(page) {
            return Ok(Some(relative(from, &self.address(locale, page, None))));
        }
        if let Some((_, slugs)) = self.sets.get(page) {
            let slug = key.and_then(|key| slugs.get(key));
            return Ok(slug.map(|slug| relative(from, &self.address(locale, page, Some(slug)))));
        }
        if self.left_out.contains(page) {
            return Ok(None);
        }
        let known = self.single.iter().chain(self.sets.keys()).chain(&self.left_out);
        let hint = nearest(page, known.map(String::as_str)).unwrap_or_default();
        Err(format!("there is no page \"{page}\"; {hint}"))
    }

    fn key_column(&self, page: &str) -> Option<&str> {
        self.sets.get(page).map(|(column, _)| column.as_str())
    }
}

/// One page of a set as a target; no page's name holds a line end.
fn one_of(page: &str, key: &str) -> String {
    format!("{page}\n{key}")
}

/// What the links to a target depend on: the addresses of a set of pages, or of one of a private set.
pub fn addresses(links: &SiteLinks, target: &str) -> String {
    let (page, key) = match target.split_once('\n') {
        Some((page, key)) => (page, Some(key)),
        None => (target, None),
    };
    let found = links.sets.get(page).map(|(column, slugs)| match key {
        Some(key) => (column, slugs.get(key).map(|slug| (key, slug.as_str())).into_iter().collect::<BTreeMap<_, _>>()),
        None => (column, slugs.iter().map(|(key, slug)| (key.as_str(), slug.as_str())).collect()),
    });
    found.map(|found| super::key::of(&found)).unwrap_or_default()
}

/// The addresses as one page asks for them: which sets of pages it asked about is part of what it was made from.
pub struct Followed {
    links: Arc<SiteLinks>,
    targets: Mutex<BTreeSet<String>>,
}

impl Followed {
    pub fn of(links: &Arc<SiteLinks>) -> Followed {
        Followed { links: Arc::clone(links), targets: Mutex::default() }
    }
    pub fn targets(&self) -> BTreeSet<String> {
        self.targets.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
    fn note(&self, page: &str, key: Option<&str>) {
        let mut targets = self.targets.lock().unwrap_or_else(PoisonError::into_inner);
        if self.links.private.contains(page) {
            targets.insert(one_of(page, key.unwrap_or_default()));
        } else if !targets.contains(page) && self.links.sets.contains_key(page) {
            targets.insert(page.to_owned());
        }
    }
}

impl Links for Followed {
    fn page(&self, locale: &str, page: &str, key: Option<&str>, from: &str) -> Result<Option<String>, String> {
        self.note(page, key);
        self.links.page(locale, page, key, from)
    }
    fn key_column(&self, page: &str) -> Option<&str> {
        self.note(page, None);
        self.links.key_column(page)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_are_relative_and_end_in_a_file() {
        assert_eq!(relative("en/stores/s001/", "en/stores/"), "../index.html");
        assert_eq!(relative("", "stores/s001/"), "stores/s001/index.html");
        assert_eq!(relative("stores/s001/", "en/stores/s001/"), "../../en/stores/s001/index.html");
        assert_eq!(relative("a/", "a/"), "index.html");
    }

    #[test]
    fn a_person_more_does_not_concern_those_who_link_to_others() {
        let links = |people: &[(&str, &str)]| {
            let slugs = people.iter().map(|(key, slug)| ((*key).to_owned(), (*slug).to_owned())).collect();
            let sets = BTreeMap::from([("customers/[person]".to_owned(), ("person_id".to_owned(), slugs))]);
            let private = BTreeSet::from(["customers/[person]".to_owned()]);
            Arc::new(SiteLinks { sets, private, ..SiteLinks::default() })
        };
        let one = links(&[("P1", "a")]);
        let followed = Followed::of(&one);
        followed.page("en", "customers/[person]", Some("P1"), "").unwrap();
        followed.page("en", "customers/[person]", Some("P9"), "").unwrap();
        let hashes =
            |links: &SiteLinks| followed.targets().iter().map(|target| addresses(links, target)).collect::<Vec<_>>();
        assert_eq!(hashes(&one).len(), 2);
        assert_eq!(hashes(&one), hashes(&links(&[("P1", "a"), ("P2", "b")])));
        assert_ne!(hashes(&one), hashes(&links(&[("P1", "a"), ("P9", "c")])));
        assert_ne!(hashes(&one), hashes(&links(&[])));
    }

    #[test]
    fn addresses_follow_the_files() {
        let links = SiteLinks { default_locale: "zh-CN".into(), ..SiteLinks::default() };
        assert_eq!(links.address("zh-CN", "index", None), "");
        assert_eq!(links.address("en", "stores/index", None), "en/stores/");
        assert_eq!(links.address("en", "stores/[store]", Some("s1")), "en/stores/s1/");
        assert_eq!(links.address("zh-CN", "privacy", None), "privacy/");
    }
}
