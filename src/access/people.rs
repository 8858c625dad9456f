//! People who hold a code: granted, given a new code, revoked; followed by the staff file.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::file::Keys;
use crate::problem::{Problem, Result};
use crate::project::role::Role;
use crate::seal::{Code, Unlock, hex, unhex};

/// One person of the ledger. Without a code, access was revoked.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Staff number, or the role for those who stand in no staff file.
    pub id: String,
    pub name: String,
    pub role: Role,
    pub stores: BTreeSet<String>,
    pub regions: BTreeSet<String>,
    /// The code in hexadecimal digits, and what it leads to.
    #[serde(skip_serializing_if = "Option::is_none")]
    held: Option<Held>,
    pub granted_on: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked_on: Option<String>,
    /// Names of keyrings that led here once: published, so that a page can say "this code was retired".
    #[serde(default)]
    pub retired: BTreeSet<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Held {
    code: CodeText,
    unlock: Unlock,
}

/// Not shown by `Debug`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
struct CodeText(String);

impl std::fmt::Debug for CodeText {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("…")
    }
}

impl Person {
    pub fn code(&self) -> Option<Code> {
        Code::from_hex(&self.held.as_ref()?.code.0)
    }
    pub fn unlock(&self) -> Option<&Unlock> {
        self.held.as_ref().map(|held| &held.unlock)
    }
    pub fn is_active(&self) -> bool {
        self.held.is_some()
    }

    /// Whether this person may open pages of `audience`; `region` is that of the store.
    pub fn opens(&self, audience: &str, region: Option<&str>) -> bool {
        let leads = |region: &str| self.role == Role::Region && self.regions.contains(region);
        match audience.split_once(':') {
            None if audience == "staff" => true,
            None => audience == "hq" && self.role.is_hq(),
            Some(_) if self.role.is_hq() => true,
            Some(("store", store)) => self.stores.contains(store) || region.is_some_and(leads),
            Some(("region", region)) => leads(region),
            Some(_) => false,
        }
    }

    /// Whether codes and names of keyrings are what the program made: the names become files of the site.
    pub(super) fn is_sound(&self) -> bool {
        let digits = |text: &str| unhex(text).is_some_and(|bytes| bytes.len() == 16);
        self.held.as_ref().is_none_or(|held| digits(&held.code.0) && digits(&held.unlock.id))
            && self.retired.iter().all(|name| digits(name))
    }

    /// What must not change unnoticed, with the person whose it is.
    pub(super) fn secrets(&self) -> Vec<String> {
        let held = self.held.as_ref();
        let held = held.map(|held| [held.code.0.clone(), held.unlock.id.clone(), hex(held.unlock.key.bytes())]);
        std::iter::once(self.id.clone()).chain(held.into_iter().flatten()).chain(self.retired.iter().cloned()).collect()
    }

    fn audiences(&self) -> Vec<String> {
        if self.role.is_hq() || self.role == Role::Region {
            // Too many to name: all keys are replaced.
            return vec!["*".into()];
        }
        self.stores.iter().map(|store| format!("store:{store}")).chain(["staff".to_owned()]).collect()
    }
}

/// Who is to be given a code.
#[derive(Debug, Clone, Default)]
pub struct Grant {
    pub id: String,
    pub name: String,
    pub role: Option<Role>,
    pub stores: BTreeSet<String>,
    pub regions: BTreeSet<String>,
}

/// A row of the staff file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Member {
    pub staff_id: String,
    pub name: String,
    pub store_id: String,
    pub role: String,
    /// Has left by the day of the build.
    pub left: bool,
}

/// Whose code, or which audience's keys, are to be replaced.
#[derive(Debug, Clone, Copy)]
pub enum WhoRotates<'a> {
    Person(&'a str),
    Audience(&'a str),
    Everybody,
}

/// What a rotation changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rotation {
    pub codes: usize,
}

impl Keys {
    /// The person called `id`.
    ///
    /// # Errors
    /// Nobody is, with the nearest right name.
    pub fn person(&self, id: &str) -> Result<&Person> {
        let at = self.place(id)?;
        Ok(&self.people[at])
    }

    fn place(&self, id: &str) -> Result<usize> {
        self.people.iter().position(|person| person.id == id).ok_or_else(|| {
            Problem::usage(format!("nobody is called \"{id}\" in the list of keys"))
                .nearest(id, self.people.iter().map(|person| person.id.as_str()))
        })
    }

    /// Gives a person a code. Somebody who was revoked may be granted again.
    ///
    /// # Errors
    /// The person holds a code already, or could open nothing.
    pub fn grant(&mut self, grant: Grant, today: &str) -> Result<&Person> {
        let role = grant.role.unwrap_or(Role::Clerk);
        if matches!(role, Role::Manager | Role::Clerk) && grant.stores.is_empty() {
            return Err(Problem::usage(format!("a {} needs a store to open", role.word())).hint("add --store S001"));
        }
        if role == Role::Region && grant.regions.is_empty() {
            return Err(Problem::usage("the lead of a region needs a region to open").hint("add --region NAME"));
        }
        let held = Some(self.new_code()?);
        let person = Person {
            id: grant.id,
            name: grant.name,
            role,
            stores: grant.stores,
            regions: grant.regions,
            held,
            granted_on: today.to_owned(),
            revoked_on: None,
            retired: BTreeSet::new(),
        };
        match self.people.iter().position(|known| known.id == person.id) {
            Some(at) if self.people[at].is_active() => {
                Err(Problem::usage(format!("\"{}\" holds a code already", person.id)).hint(format!(
                    "`storebook keys show {0}` shows it, `storebook keys rotate {0}` gives a new one",
                    person.id
                )))
            }
            Some(at) => {
                let retired = std::mem::take(&mut self.people[at].retired);
                self.people[at] = Person { retired, ..person };
                Ok(&self.people[at])
            }
            None => {
                let before = |known: &Person| (known.role, &known.id) < (person.role, &person.id);
                let at = self.people.partition_point(before);
                self.people.insert(at, person);
                Ok(&self.people[at])
            }
        }
    }

    fn new_code(&self) -> Result<Held> {
        let code = Code::random()?;
        let salt = unhex(&self.salt).ok_or_else(|| Problem::failed("the salt of the keys is damaged"))?;
        Ok(Held { unlock: Unlock::of(&code, &salt), code: CodeText(code.to_hex()) })
    }

    /// Takes a person's code away and replaces the keys it led to.
    pub fn revoke(&mut self, id: &str, today: &str) -> Result<()> {
        let at = self.place(id)?;
        let person = &mut self.people[at];
        let Some(held) = person.held.take() else { return Ok(()) };
        person.retired.insert(held.unlock.id);
        person.revoked_on = Some(today.to_owned());
        for audience in self.people[at].audiences() {
            self.renew(&audience);
        }
        Ok(())
    }

    /// Replaces codes or keys that may be known to others.
    pub fn rotate(&mut self, who: WhoRotates<'_>) -> Result<Rotation> {
        let places: Vec<usize> = match who {
            WhoRotates::Person(id) => vec![self.place(id)?],
            WhoRotates::Everybody => (0..self.people.len()).filter(|at| self.people[*at].is_active()).collect(),
            WhoRotates::Audience(audience) => {
                self.renew(audience);
                Vec::new()
            }
        };
        for at in &places {
            let held = self.new_code()?;
            let person = &mut self.people[*at];
            let Some(old) = person.held.replace(held) else {
                person.held = None;
                return Err(Problem::usage(format!("the access of \"{}\" was revoked", person.id))
                    .hint("`storebook keys grant` gives it again"));
            };
            person.retired.insert(old.unlock.id);
            if matches!(who, WhoRotates::Person(_)) {
                for audience in self.people[*at].audiences() {
                    self.renew(&audience);
                }
            }
        }
        if matches!(who, WhoRotates::Everybody) {
            self.renew("*");
        }
        Ok(Rotation { codes: places.len() })
    }

    /// Follows the staff file: whoever left loses access, whoever changed stores opens the new one and no longer the
    /// old. Gives the ids of those it changed.
    pub fn follow(&mut self, staff: &[Member], today: &str) -> Result<Vec<String>> {
        let mut changed = Vec::new();
        for member in staff {
            let Some(at) = self.people.iter().position(|person| person.id == member.staff_id) else { continue };
            let person = &mut self.people[at];
            if !person.is_active() {
                continue;
            }
            if member.left {
                self.revoke(&member.staff_id, today)?;
                changed.push(member.staff_id.clone());
            } else if person.stores.len() == 1
                && !member.store_id.is_empty()
                && !person.stores.contains(&member.store_id)
            {
                let old = std::mem::replace(&mut person.stores, BTreeSet::from([member.store_id.clone()]));
                for store in old {
                    self.renew(&format!("store:{store}"));
                }
                changed.push(member.staff_id.clone());
            }
        }
        Ok(changed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manager(id: &str, store: &str) -> Grant {
        Grant { id: id.into(), role: Some(Role::Manager), stores: BTreeSet::from([store.into()]), ..Grant::default() }
    }

    #[test]
    fn who_leaves_takes_no_key_along() {
        let mut keys = Keys::create().unwrap();
        keys.grant(Grant { id: "owner".into(), role: Some(Role::Owner), ..Grant::default() }, "2026-11-01").unwrap();
        keys.grant(manager("E1", "S001"), "2026-11-01").unwrap();
        keys.grant(manager("E2", "S002"), "2026-11-01").unwrap();
        let id = keys.person("E1").unwrap().unlock().unwrap().id.clone();
        let left = Member { staff_id: "E1".into(), left: true, ..Member::default() };
        let moved = Member { staff_id: "E2".into(), store_id: "S003".into(), ..Member::default() };
        let staff = [left, moved];
        assert_eq!(keys.follow(&staff, "2026-11-22").unwrap(), ["E1", "E2"]);
        let gone = keys.person("E1").unwrap();
        assert!(!gone.is_active() && gone.retired.contains(&id) && gone.revoked_on.as_deref() == Some("2026-11-22"));
        assert_eq!([1, 2, 2, 2], ["hq", "staff", "store:S001", "store:S002"].map(|audience| keys.epoch(audience)));
        assert!(keys.person("E2").unwrap().opens("store:S003", None));
        assert!(!keys.person("E2").unwrap().opens("store:S002", None));
        // Nothing new happened: nothing changes.
        assert!(keys.follow(&staff, "2026-11-23").unwrap().is_empty());
        assert!(keys.rotate(WhoRotates::Person("E1")).unwrap_err().hint_text().unwrap().contains("grant"));
        assert!(keys.grant(manager("E1", "S001"), "2026-12-01").unwrap().is_active());
        assert!(keys.person("E1").unwrap().retired.contains(&id));
    }

    #[test]
    fn each_role_opens_its_own() {
        let person = |role, stores: &[&str], regions: &[&str]| {
            let mut keys = Keys::create().unwrap();
            let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
            let grant = Grant {
                id: "x".into(),
                role: Some(role),
                stores: set(stores),
                regions: set(regions),
                ..Grant::default()
            };
            keys.grant(grant, "").unwrap().clone()
        };
        let owner = person(Role::Owner, &[], &[]);
        assert!(["hq", "staff", "store:S1", "region:N"].iter().all(|audience| owner.opens(audience, None)));
        let lead = person(Role::Region, &[], &["N"]);
        assert!(lead.opens("store:S1", Some("N")) && lead.opens("region:N", None) && !lead.opens("hq", None));
        assert!(!lead.opens("store:S1", Some("S")) && !lead.opens("store:S1", None));
        let clerk = person(Role::Clerk, &["S1", "S2"], &["N"]);
        assert!(
            clerk.opens("store:S2", Some("N")) && clerk.opens("staff", None) && !clerk.opens("store:S3", Some("N"))
        );
        assert!(!clerk.opens("region:N", None) && !clerk.opens("hq", None) && !clerk.opens("unknown:x", None));
    }

    #[test]
    fn a_code_that_opens_nothing_is_not_given() {
        let mut keys = Keys::create().unwrap();
        assert!(keys.grant(Grant { id: "a".into(), role: Some(Role::Manager), ..Grant::default() }, "").is_err());
        assert!(keys.grant(Grant { id: "a".into(), role: Some(Role::Region), ..Grant::default() }, "").is_err());
        keys.grant(manager("a", "S1"), "").unwrap();
        assert!(keys.grant(manager("a", "S1"), "").unwrap_err().hint_text().unwrap().contains("rotate a"));
        assert!(keys.revoke("b", "").is_err());
    }
}
