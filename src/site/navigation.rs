//! Sidebar, breadcrumb, previous and next: derived from where pages stand, never written by hand.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Site;
use super::links::{SiteLinks, relative};
use super::plan::Plan;
use crate::content::{Audience, Page};

/// Order of the sidebar's groups.
pub const GROUPS: [&str; 8] = ["today", "sales", "customers", "marketing", "service", "data", "about", "portal"];

#[derive(Debug, Clone, Serialize)]
pub struct NavGroup {
    pub group: String,
    pub title: String,
    pub items: Vec<NavItem>,
}

#[derive(Debug, Clone, Serialize)]
pub struct NavItem {
    pub title: String,
    pub href: String,
    /// This page.
    pub current: bool,
    /// A page below it.
    pub inside: bool,
    /// Who may read it: readers are not shown what they cannot open.
    pub audience: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct Crumb {
    pub title: String,
    pub href: String,
    pub audience: String,
}

/// What stands in the sidebar, the same for every page of a language; links are made relative page by page.
pub struct Sidebar {
    /// By locale: group, page id, address and title in order.
    entries: BTreeMap<String, Vec<Entry>>,
}

struct Entry {
    group: String,
    page: String,
    address: String,
    title: String,
    audience: String,
    public: bool,
}

impl Sidebar {
    pub fn of(site: &Site<'_>, plan: &Plan) -> Sidebar {
        let mut entries: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
        for code in site.locales.keys() {
            let mut list: Vec<(usize, i64, Entry)> = Vec::new();
            for planned in &plan.pages {
                let page = &site.pages[planned.page];
                if page.front.for_each.is_some() || page.front.hidden {
                    continue;
                }
                let public = page.front.audience == Audience::Public;
                let group = match (page.front.group.as_str(), public) {
                    ("", true) => "portal",
                    ("", false) => "about",
                    (group, _) => group,
                };
                let title = match page.texts.get(code) {
                    Some(text) if !text.nav_title.is_empty() => text.nav_title.clone(),
                    _ => planned.items.first().and_then(|item| item.titles.get(code)).cloned().unwrap_or_default(),
                };
                let place = GROUPS.iter().position(|known| *known == group).unwrap_or(GROUPS.len());
                let entry = Entry {
                    group: group.to_owned(),
                    page: page.id.clone(),
                    address: plan.links.address(code, &page.id, None),
                    title,
                    audience: planned.items.first().map(|item| item.audience.clone()).unwrap_or_default(),
                    public,
                };
                list.push((place, page.front.weight, entry));
            }
            list.sort_by(|a, b| (a.0, &a.2.group, a.1, &a.2.page).cmp(&(b.0, &b.2.group, b.1, &b.2.page)));
            entries.insert(code.clone(), list.into_iter().map(|(.., entry)| entry).collect());
        }
        Sidebar { entries }
    }

    /// What a page shows of the sidebar, as text for its key: all entries, or the public ones.
    pub fn fingerprint(&self, code: &str, public: bool) -> Vec<(&str, &str, &str, &str)> {
        let shown = self.entries[code].iter().filter(|entry| entry.public || !public);
        // Whether an entry is public decides what stands before and after it.
        let kind = |entry: &Entry| if entry.public { "public" } else { "" };
        shown
            .flat_map(|entry| {
                let entry_of = (&*entry.group, &*entry.page, &*entry.address, &*entry.title);
                [entry_of, (kind(entry), &*entry.audience, "", "")]
            })
            .collect()
    }

    /// The sidebar as seen from `here`: public pages show the portal only, reports everything else first.
    pub fn groups(&self, site: &Site<'_>, code: &str, page: &Page, here: &str) -> Vec<NavGroup> {
        let public = page.front.audience == Audience::Public;
        let parent = parent_of(&page.id, |id| self.entries[code].iter().any(|entry| entry.page == id));
        let mut groups: Vec<NavGroup> = Vec::new();
        for entry in self.entries[code].iter().filter(|entry| entry.public || !public) {
            if groups.last().is_none_or(|group| group.group != entry.group) {
                let key = format!("group-{}", entry.group);
                let title = site.locales.get(code).filter(|locale| locale.has(&key)).map(|locale| locale.t(&key, &[]));
                let title = title.unwrap_or_else(|| entry.group.clone());
                groups.push(NavGroup { group: entry.group.clone(), title, items: Vec::new() });
            }
            if let Some(group) = groups.last_mut() {
                group.items.push(NavItem {
                    title: entry.title.clone(),
                    href: relative(here, &entry.address),
                    current: entry.page == page.id,
                    inside: parent.as_deref() == Some(entry.page.as_str()),
                    audience: entry.audience.clone(),
                });
            }
        }
        groups
    }

    /// Whether an entry stands in the folder of the page at `here`.
    pub fn leads_into(&self, code: &str, here: &str) -> bool {
        self.entries[code].iter().any(|entry| entry.address.starts_with(here))
    }

    /// The pages before and after in the sidebar's order, within the same kind of audience.
    pub fn neighbours(&self, code: &str, page: &Page, here: &str) -> (Option<Crumb>, Option<Crumb>) {
        let public = page.front.audience == Audience::Public;
        let list: Vec<&Entry> = self.entries[code].iter().filter(|entry| entry.public == public).collect();
        let Some(at) = list.iter().position(|entry| entry.page == page.id) else { return (None, None) };
        let crumb = |entry: &&Entry| Crumb {
            title: entry.title.clone(),
            href: relative(here, &entry.address),
            audience: entry.audience.clone(),
        };
        (at.checked_sub(1).and_then(|at| list.get(at)).map(crumb), list.get(at + 1).map(crumb))
    }

    /// Home, the pages above, this page.
    pub fn breadcrumb(&self, code: &str, page: &Page, here: &str, title: &str) -> Vec<Crumb> {
        let find = |id: &str| self.entries[code].iter().find(|entry| entry.page == id);
        let home = home_of(page);
        let mut crumbs = Vec::new();
        if page.id != home
            && let Some(entry) = find(home)
        {
            crumbs.push(Crumb {
                title: entry.title.clone(),
                href: relative(here, &entry.address),
                audience: entry.audience.clone(),
            });
        }
        if let Some(parent) =
            parent_of(&page.id, |id| find(id).is_some()).filter(|parent| parent != home && *parent != page.id)
            && let Some(entry) = find(&parent)
        {
            crumbs.push(Crumb {
                title: entry.title.clone(),
                href: relative(here, &entry.address),
                audience: entry.audience.clone(),
            });
        }
        crumbs.push(Crumb { title: title.to_owned(), href: String::new(), audience: String::new() });
        crumbs
    }
}

/// Where the brand leads and breadcrumbs begin: the portal for customers, the overview for staff.
pub fn home_of(page: &Page) -> &'static str {
    if page.front.audience == Audience::Public { "index" } else { "overview" }
}

/// Address of the home page as seen from `here`; the site's top when a project has no such page.
pub fn home_href(links: &SiteLinks, code: &str, page: &Page, here: &str) -> String {
    let home = home_of(page);
    let home = if links.single.contains(home) { home } else { "index" };
    relative(here, &links.address(code, home, None))
}

/// `stores/[store]` stands below `stores/index`, or below a page called `stores`; `cells/[cell]` below the nearest one.
fn parent_of(id: &str, exists: impl Fn(&str) -> bool) -> Option<String> {
    let (folder, _) = id.rsplit_once('/')?;
    [format!("{folder}/index"), folder.to_owned()].into_iter().find(|parent| parent != id && exists(parent))
}
