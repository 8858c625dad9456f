//! People who hold a code: granted, given a new code, revoked; followed by the staff file.

use std::collections::BTreeSet;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::file::Keys;
use crate::problem::{Problem, Result};
use crate::progress::Progress;
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
    /// What the staff file said of the person when it was last followed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    followed: Option<Post>,
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

/// A place in the chain, as the staff file has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Post {
    pub role: Role,
    /// May be empty.
    pub store_id: String,
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

    /// Takes over where the staff file has the person now; gives the audiences whose keys the person may no longer hold.
    fn move_to(&mut self, member: &Member) -> Vec<String> {
        let now = member.post();
        // Somebody who was given a code by hand and opens one store is followed from there.
        let before = self.followed.clone().or_else(|| match self.stores.iter().collect::<Vec<_>>()[..] {
            [store] => Some(Post { role: now.role, store_id: store.clone() }),
            _ => None,
        });
        let Some(before) = before else { return Vec::new() };
        let mut lost = BTreeSet::new();
        let mut after = before.clone();
        if now.role != before.role && !member.role.trim().is_empty() {
            self.role = now.role;
            after.role = now.role;
            lost.extend(self.audiences());
        }
        if now.store_id != before.store_id && !now.store_id.is_empty() {
            if self.stores.remove(&before.store_id) {
                lost.insert(format!("store:{}", before.store_id));
            }
            self.stores.insert(now.store_id.clone());
            after.store_id = now.store_id;
        }
        if after != before {
            self.followed = Some(after);
        }
        lost.into_iter().collect()
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
    /// Of somebody whom the staff file is to be followed for.
    pub post: Option<Post>,
}

/// A row of the staff file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Member {
    pub staff_id: String,
    pub name: String,
    pub store_id: String,
    pub role: String,
    /// The day the person left, where that is not after the day of the build.
    pub left_on: Option<String>,
}

impl Member {
    pub fn post(&self) -> Post {
        Post { role: Role::of_staff(&self.role), store_id: self.store_id.clone() }
    }
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
        let held = self.new_code()?;
        self.admit(grant, held, today)
    }

    /// Gives several people codes, which takes a fifth of a second each on one core.
    ///
    /// # Errors
    /// As for one; those before it hold their codes.
    pub fn grant_all(&mut self, grants: Vec<Grant>, today: &str, progress: &dyn Progress) -> Result<()> {
        let codes = self.new_codes(grants.len(), progress)?;
        for (grant, held) in grants.into_iter().zip(codes) {
            self.admit(grant, held, today)?;
        }
        Ok(())
    }

    fn admit(&mut self, grant: Grant, held: Held, today: &str) -> Result<&Person> {
        let role = grant.role.unwrap_or(Role::Clerk);
        if matches!(role, Role::Manager | Role::Clerk) && grant.stores.is_empty() {
            return Err(Problem::usage(format!("a {} needs a store to open", role.word())).hint("add --store S001"));
        }
        if role == Role::Region && grant.regions.is_empty() {
            return Err(Problem::usage("the lead of a region needs a region to open").hint("add --region NAME"));
        }
        let person = Person {
            id: grant.id,
            name: grant.name,
            role,
            stores: grant.stores,
            regions: grant.regions,
            followed: grant.post,
            held: Some(held),
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

    /// Codes for `count` people, on all cores.
    fn new_codes(&self, count: usize, progress: &dyn Progress) -> Result<Vec<Held>> {
        progress.start("codes", count as u64);
        (0..count)
            .into_par_iter()
            .map(|_| {
                let held = self.new_code();
                progress.step(1, "");
                held
            })
            .collect()
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
    pub fn rotate(&mut self, who: WhoRotates<'_>, progress: &dyn Progress) -> Result<Rotation> {
        let places: Vec<usize> = match who {
            WhoRotates::Person(id) => vec![self.place(id)?],
            WhoRotates::Everybody => (0..self.people.len()).filter(|at| self.people[*at].is_active()).collect(),
            WhoRotates::Audience(audience) => {
                self.renew(audience);
                Vec::new()
            }
        };
        let codes = self.new_codes(places.len(), progress)?;
        for (at, held) in places.iter().zip(codes) {
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
    /// old, whoever has another role sees what that role sees. Gives the ids of those it changed.
    pub fn follow(&mut self, staff: &[Member]) -> Result<Vec<String>> {
        let mut changed = Vec::new();
        for member in staff {
            let Some(at) = self.people.iter().position(|person| person.id == member.staff_id) else { continue };
            if !self.people[at].is_active() {
                continue;
            }
            if let Some(day) = &member.left_on {
                self.revoke(&member.staff_id, day)?;
                changed.push(member.staff_id.clone());
                continue;
            }
            let lost = self.people[at].move_to(member);
            if !lost.is_empty() {
                lost.iter().for_each(|audience| self.renew(audience));
                changed.push(member.staff_id.clone());
            }
        }
        Ok(changed)
    }

    /// How often somebody's access was taken away or keys were replaced; never less than before.
    pub fn locks(&self) -> usize {
        let renewed: usize = self.epochs.values().map(|count| *count as usize).sum();
        renewed + self.people.iter().map(|person| person.retired.len()).sum::<usize>()
    }
}

#[cfg(test)]
#[path = "people_tests.rs"]
mod tests;
