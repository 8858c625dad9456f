//! What a build seals with: the keys of scopes, who reads a page in which view, and everybody's keyring.

use std::collections::{BTreeMap, BTreeSet};

use super::file::Keys;
use super::people::Person;
use crate::project::role::{Role, RoleRules, View};
use crate::seal::{Opens, Secret};

/// What sealing must know of a store.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StoreFacts {
    pub name: String,
    pub region: Option<String>,
}

/// The keys of a project as one build uses them.
pub struct Sealing {
    pub keys: Keys,
    rules: BTreeMap<Role, RoleRules>,
    /// By id.
    pub stores: BTreeMap<String, StoreFacts>,
}

/// An audience in one view, or all its readers together.
#[derive(Debug, Clone)]
pub struct Scope {
    pub name: String,
    pub epoch: u32,
    pub key: Secret,
}

impl Sealing {
    pub fn new(keys: Keys, rules: BTreeMap<Role, RoleRules>, stores: BTreeMap<String, StoreFacts>) -> Sealing {
        Sealing { keys, rules, stores }
    }

    /// The scope of all readers of an audience, or of those with one view of it.
    pub fn scope(&self, audience: &str, view: Option<&View>) -> Scope {
        let name = view.map_or_else(|| audience.to_owned(), |view| format!("{audience}|{}", view.word()));
        let epoch = self.keys.epoch(audience);
        Scope { key: self.keys.root.derive("storebook scope", &[&name, &epoch.to_string()]), name, epoch }
    }

    /// The key of the tags.
    pub fn mac(&self) -> &Secret {
        &self.keys.mac
    }

    /// The different views of those who may read an audience.
    pub fn views(&self, audience: &str) -> BTreeSet<View> {
        let readers: &[Role] = match audience.split(':').next().unwrap_or_default() {
            "store" | "staff" => &Role::ALL,
            "region" => &Role::ALL[..6],
            _ => &Role::ALL[..5],
        };
        readers.iter().map(|role| View::of(*role, &self.rules)).collect()
    }

    /// What the bytes of a sealed page depend on besides the page itself.
    pub fn fingerprint(&self, audience: &str) -> String {
        let scope = self.scope(audience, None);
        let views: Vec<String> = self.views(audience).iter().map(View::word).collect();
        format!("{} {} {} {}", self.keys.salt, self.mac().name(), scope.key.name(), views.join(" "))
    }

    pub fn active(&self) -> impl Iterator<Item = &Person> {
        self.keys.people.iter().filter(|person| person.is_active())
    }

    /// Names of keyrings that were taken back, in order.
    pub fn retired(&self) -> BTreeSet<&str> {
        self.keys.people.iter().flat_map(|person| person.retired.iter().map(String::as_str)).collect()
    }

    /// Whether a person may open pages of `audience`.
    pub fn may_open(&self, person: &Person, audience: &str) -> bool {
        let store = audience.strip_prefix("store:");
        let region = store.and_then(|store| self.stores.get(store)?.region.as_deref());
        person.opens(audience, region)
    }

    /// The keys of one person for the audiences of a book: the key of all readers and that of the person's own view.
    pub fn opens<'a>(&self, person: &Person, audiences: impl IntoIterator<Item = &'a str>) -> Vec<Opens> {
        let view = View::of(person.role, &self.rules);
        let mut keys = Vec::new();
        for audience in audiences {
            if self.may_open(person, audience) {
                for scope in [self.scope(audience, None), self.scope(audience, Some(&view))] {
                    keys.push(Opens { id: scope.key.name(), scope: scope.name, epoch: scope.epoch, key: scope.key });
                }
            }
        }
        keys
    }
}

#[cfg(test)]
mod tests {
    use super::super::people::Grant;
    use super::*;

    #[test]
    fn a_person_gets_the_keys_of_its_own_view_only() {
        let mut keys = Keys::create().unwrap();
        keys.grant(Grant { id: "owner".into(), role: Some(Role::Owner), ..Grant::default() }, "").unwrap();
        let stores = BTreeSet::from(["S1".to_owned()]);
        keys.grant(Grant { id: "m".into(), role: Some(Role::Manager), stores, ..Grant::default() }, "").unwrap();
        let sealing = Sealing::new(keys, BTreeMap::new(), BTreeMap::new());
        let scopes = |id: &str| -> Vec<String> {
            let person = sealing.keys.person(id).unwrap();
            sealing.opens(person, ["hq", "staff", "store:S1", "store:S2"]).into_iter().map(|key| key.scope).collect()
        };
        assert_eq!(scopes("m"), ["staff", "staff|people", "store:S1", "store:S1|people"]);
        assert_eq!(scopes("owner").len(), 8);
        assert!(scopes("owner").iter().all(|scope| !scope.ends_with("people")));
        let names: Vec<String> = sealing.views("store:S1").iter().map(View::word).collect();
        assert_eq!(names, ["figures", "people"]);
        // Keys of different scopes, views and epochs differ.
        let mut later = Sealing::new(sealing.keys.clone(), BTreeMap::new(), BTreeMap::new());
        later.keys.renew("store:S1");
        let key = |sealing: &Sealing, audience| sealing.scope(audience, None).key.name();
        assert_ne!(key(&sealing, "store:S1"), key(&later, "store:S1"));
        assert_eq!(key(&sealing, "store:S2"), key(&later, "store:S2"));
        assert_ne!(key(&sealing, "store:S1"), key(&sealing, "store:S2"));
    }
}
