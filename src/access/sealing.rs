//! What a build seals with: the keys of scopes, who reads a page in which view, and everybody's keyring.

use std::collections::{BTreeMap, BTreeSet};

use super::file::Keys;
use super::heirs::Heirs;
use super::people::Person;
use crate::project::role::{Role, RoleRules, View};
use crate::seal::{Opens, Secret};

/// The keys of a project as one build uses them.
pub struct Sealing {
    pub keys: Keys,
    rules: BTreeMap<Role, RoleRules>,
    /// Of each store that has one.
    regions: BTreeMap<String, String>,
    heirs: Heirs,
}

/// An audience in one view, or all its readers together.
#[derive(Debug, Clone)]
pub struct Scope {
    pub name: String,
    pub epoch: u32,
    pub key: Secret,
}

impl Sealing {
    pub fn new(keys: Keys, rules: BTreeMap<Role, RoleRules>, regions: BTreeMap<String, String>) -> Sealing {
        Sealing { keys, rules, regions, heirs: Heirs::default() }
    }

    /// The same where stores took over from others.
    #[must_use]
    pub fn with_heirs(self, heirs: Heirs) -> Sealing {
        Sealing { heirs, ..self }
    }

    /// The scope of all readers of an audience, or of those with one view of it.
    ///
    /// Who may open it is part of the key: a store that moves to another region, and a view that a role loses, have new
    /// keys by themselves. Each part is a field of its own, so that no id of a file can pass for another's view. The page of
    /// a store that another one took over from has keys that are new from that day on, so that its new readers open
    /// nothing from before it, and new ones whenever the successor's are: its readers come and go with the successor's.
    pub fn scope(&self, audience: &str, view: Option<&View>) -> Scope {
        let epoch = self.keys.epoch(audience);
        let word = view.map(View::word).unwrap_or_default();
        let roles = readers(audience).filter(|role| view.is_some_and(|view| *view == View::of(*role, &self.rules)));
        let roles = roles.map(Role::word).collect::<Vec<_>>().join(" ");
        let own = epoch.to_string();
        let mut parts = vec![audience, self.region(audience).unwrap_or_default(), &word, &roles, &own];
        let heir = self.heir(audience).map(|heir| (self.keys.epoch(&heir), heir));
        let later = heir.as_ref().map(|(epoch, _)| epoch.to_string());
        if let (Some((_, heir)), Some(later)) = (&heir, &later) {
            parts.extend(["taken over", heir, later]);
        }
        let epoch = heir.as_ref().map_or(epoch, |(later, _)| epoch + later);
        let name = if view.is_some() { format!("{audience}|{word}") } else { audience.to_owned() };
        Scope { key: self.keys.root.derive("storebook scope", &parts), name, epoch }
    }

    /// The region of the store whose audience this is.
    fn region(&self, audience: &str) -> Option<&str> {
        self.regions.get(audience.strip_prefix("store:")?).map(String::as_str)
    }

    /// The audience of the store that took over from the one whose audience this is.
    fn heir(&self, audience: &str) -> Option<String> {
        self.heirs.of(audience.strip_prefix("store:")?).map(|heir| format!("store:{heir}"))
    }

    /// Whether another store took over from the one whose audience this is: what is left there is its history.
    pub fn is_past(&self, audience: &str) -> bool {
        self.heir(audience).is_some()
    }

    /// The key of the tags.
    pub fn mac(&self) -> &Secret {
        &self.keys.mac
    }

    /// The different views of those who may read an audience.
    pub fn views(&self, audience: &str) -> BTreeSet<View> {
        readers(audience).map(|role| View::of(role, &self.rules)).collect()
    }

    /// What the bytes of a sealed page depend on besides the page itself.
    pub fn fingerprint(&self, audience: &str) -> String {
        let views = self.views(audience);
        let scopes = std::iter::once(None).chain(views.iter().map(Some)).map(|view| self.scope(audience, view));
        let keys: Vec<String> = scopes.map(|scope| format!("{} {}", scope.name, scope.key.name())).collect();
        format!("{} {} {}", self.keys.salt, self.mac().name(), keys.join(" "))
    }

    pub fn active(&self) -> impl Iterator<Item = &Person> {
        self.keys.people.iter().filter(|person| person.is_active())
    }

    /// Names of keyrings that were taken back, in order.
    pub fn retired(&self) -> BTreeSet<&str> {
        self.keys.people.iter().flat_map(|person| person.retired.iter().map(String::as_str)).collect()
    }

    /// Whether a person may open pages of `audience`. The pages of a store that another one took over from are open to
    /// the people of that one too; to the lead of its region they are not.
    pub fn may_open(&self, person: &Person, audience: &str) -> bool {
        let inherits = || self.heir(audience).is_some_and(|heir| person.opens(&heir, None));
        person.opens(audience, self.region(audience)) || inherits()
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

/// The roles of which some people may open an audience.
fn readers(audience: &str) -> impl Iterator<Item = Role> {
    let kind = audience.split(':').next().unwrap_or_default();
    let (stores, regions) = (matches!(kind, "store" | "staff"), matches!(kind, "store" | "staff" | "region"));
    Role::ALL.into_iter().filter(move |role| role.is_hq() || stores || (regions && *role == Role::Region))
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

    fn with(rules: &[(Role, bool)], regions: &[(&str, &str)], keys: &Keys) -> Sealing {
        let rules =
            rules.iter().map(|(role, people)| (*role, RoleRules { people: Some(*people), ..RoleRules::default() }));
        let regions = regions.iter().map(|(store, region)| ((*store).to_owned(), (*region).to_owned()));
        Sealing::new(keys.clone(), rules.collect(), regions.collect())
    }

    #[test]
    fn who_no_longer_may_open_a_scope_holds_no_key_of_it() {
        let keys = Keys::create().unwrap();
        let before = with(&[], &[("S1", "North"), ("S2", "North")], &keys);
        // The store moves: the lead of its old region knows the old keys.
        let moved = with(&[], &[("S1", "South"), ("S2", "North")], &keys);
        let name = |sealing: &Sealing, audience: &str, view: Option<&View>| sealing.scope(audience, view).key.name();
        assert_ne!(name(&before, "store:S1", None), name(&moved, "store:S1", None));
        assert_eq!(name(&before, "store:S2", None), name(&moved, "store:S2", None));
        // Clerks no longer see people: the key that they know opens nothing published from now on.
        let stricter = with(&[(Role::Clerk, false)], &[("S1", "North")], &keys);
        let whole = View::whole();
        assert_ne!(name(&before, "store:S1", Some(&whole)), name(&stricter, "store:S1", Some(&whole)));
        assert_ne!(before.fingerprint("store:S1"), stricter.fingerprint("store:S1"));
        // Clerks read no page of the head office: nothing changes there.
        assert_eq!(before.fingerprint("hq"), stricter.fingerprint("hq"));
    }

    #[test]
    fn who_comes_with_the_successor_opens_nothing_from_before_and_goes_with_it() {
        let mut keys = Keys::create().unwrap();
        let manager = |id: &str, store: &str| Grant {
            id: id.into(),
            role: Some(Role::Manager),
            stores: BTreeSet::from([store.to_owned()]),
            ..Grant::default()
        };
        for (id, store) in [("old", "S1"), ("new", "S2"), ("other", "S3")] {
            keys.grant(manager(id, store), "").unwrap();
        }
        let lead = Grant {
            id: "lead".into(),
            role: Some(Role::Region),
            regions: BTreeSet::from(["South".into()]),
            ..Grant::default()
        };
        keys.grant(lead, "").unwrap();
        let regions = [("S1", "North"), ("S2", "South"), ("S3", "South")];
        let before = with(&[], &regions, &keys);
        let heirs = Heirs::new(&BTreeMap::from([("S1".to_owned(), "S2".to_owned())]));
        let after = with(&[], &regions, &keys).with_heirs(heirs.clone());
        let may = |sealing: &Sealing, audience: &str| -> Vec<&str> {
            let may = |id: &&str| sealing.may_open(sealing.keys.person(id).unwrap(), audience);
            ["old", "new", "other", "lead"].into_iter().filter(may).collect()
        };
        assert_eq!((may(&before, "store:S1"), may(&before, "store:S2")), (vec!["old"], vec!["new", "lead"]));
        assert_eq!((may(&after, "store:S1"), may(&after, "store:S2")), (vec!["old", "new"], vec!["new", "lead"]));
        assert!(after.is_past("store:S1") && !after.is_past("store:S2") && !after.is_past("hq"));
        let name = |sealing: &Sealing, audience: &str, view: Option<&View>| sealing.scope(audience, view).key.name();
        let whole = View::whole();
        for view in [None, Some(&whole)] {
            // The successor's people hold no key of what was published before, nor of the page when another one takes over.
            assert_ne!(name(&before, "store:S1", view), name(&after, "store:S1", view));
            let third = Heirs::new(&BTreeMap::from([("S1".to_owned(), "S3".to_owned())]));
            let third = with(&[], &regions, &keys).with_heirs(third);
            assert_ne!(name(&third, "store:S1", view), name(&after, "store:S1", view));
            assert_eq!(name(&before, "store:S2", view), name(&after, "store:S2", view));
            // Who leaves the successor takes no key of the old page along.
            let mut left = keys.clone();
            left.renew("store:S2");
            let left = with(&[], &regions, &left).with_heirs(heirs.clone());
            assert_ne!(name(&left, "store:S1", view), name(&after, "store:S1", view));
            assert_eq!(left.scope("store:S1", view).epoch, after.scope("store:S1", view).epoch + 1);
        }
    }

    #[test]
    fn no_id_passes_for_the_view_of_another() {
        let sealing = with(&[], &[], &Keys::create().unwrap());
        let people = sealing.scope("store:S1", Some(&View::whole()));
        let named_so = sealing.scope("store:S1|people", None);
        assert_eq!(people.name, named_so.name);
        assert_ne!(people.key.name(), named_so.key.name());
    }
}
