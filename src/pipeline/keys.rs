//! What a build seals with: the keys of the project, made by the first build, following the staff file.

use std::collections::BTreeMap;
use std::path::Path;

use super::authored::Authored;
use super::{Request, Warehouse};
use crate::access::{FINGERPRINT, Grant, Keys, Member, Role, Sealing};
use crate::content::Audience;
use crate::problem::{Problem, Result};
use crate::project::Project;
use crate::project::state::Changes;
use crate::publish;
use crate::warehouse::{Engine as _, Value};

/// In `state/`: the fingerprint of the keys the last release was sealed with.
const MARK: &str = "sealed.json";

/// The keys of this build and what became of them.
pub(super) struct Access {
    pub(super) sealing: Sealing,
    /// This build made them.
    pub(super) created: bool,
    /// How many people lost access or changed stores since the last build.
    pub(super) followed: usize,
}

impl Access {
    /// Nothing for a book without private pages, or one that is written readable.
    ///
    /// # Errors
    /// Refused where the site that stands was sealed with keys this project does not have: everybody's code would be
    /// worthless without a word.
    pub(super) fn ready(
        project: &Project,
        authored: &Authored,
        warehouse: &Warehouse,
        request: &Request,
        output: &Path,
    ) -> Result<Option<Access>> {
        let private = authored.pages.iter().any(|page| page.front.audience != Audience::Public);
        if request.unsealed || !private {
            return Ok(None);
        }
        if request.preview {
            return Err(Problem::refused("a preview shows every page readable to whoever reaches its address").hint(
                "add --unsealed; the sealed book is what `storebook build` writes, or `storebook serve --output FOLDER`",
            ));
        }
        let state = project.state();
        let found = if request.own_keys { Keys::of_state(&state)? } else { Keys::read(&state)? };
        // What publishes nothing takes no code from anybody: a check of a proposal has no keys to see.
        if !request.dry_run {
            refuse_other(found.as_ref(), &state, output)?;
        }
        let today = warehouse.clocks.today.to_string();
        let created = found.is_none();
        let mut keys = match found {
            Some(keys) => keys,
            None => first(&today)?,
        };
        if created && !request.dry_run {
            // Before the site: keys without a site do no harm, a site without keys is lost.
            keys.write(&state)?;
        }
        let followed = keys.follow(&staff(warehouse)?, &today)?.len();
        let sealing = Sealing::new(keys, project.config.roles.clone(), regions(warehouse)?);
        Ok(Some(Access { sealing, created, followed }))
    }

    pub(super) fn leave(&self, changes: &mut Changes) -> Result<()> {
        let mark = serde_json::json!({ "keys": self.sealing.keys.fingerprint() });
        changes.put(MARK, format!("{mark}\n").into_bytes());
        if self.followed > 0 { self.sealing.keys.leave(changes) } else { Ok(()) }
    }

    pub(super) fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if self.created {
            warnings.push(
                "the keys of this project were made in state/keys/; `storebook keys show owner` shows the owner's code, \
                 `storebook keys grant` gives others one; back the folder up apart from the site"
                    .to_owned(),
            );
        }
        if self.followed > 0 {
            warnings.push(format!(
                "{} of the people who hold a code left or changed stores: what they could open has new keys",
                self.followed
            ));
        }
        warnings
    }
}

/// New keys; the owner of the chain is the first to hold a code.
pub fn first(today: &str) -> Result<Keys> {
    let mut keys = Keys::create()?;
    keys.grant(Grant { id: "owner".to_owned(), role: Some(Role::Owner), ..Grant::default() }, today)?;
    Ok(keys)
}

pub(super) fn refuse_other(keys: Option<&Keys>, state: &Path, output: &Path) -> Result<()> {
    // A machine that keeps no output knows from its state.
    let marked = std::fs::read(state.join(MARK)).ok();
    let marked = marked.and_then(|bytes| serde_json::from_slice::<serde_json::Value>(&bytes).ok());
    let marked = marked.and_then(|mark| mark["keys"].as_str().map(ToOwned::to_owned));
    let Some(sealed_with) =
        publish::card_at(output).and_then(|(_, mut card)| card.notes.remove(FINGERPRINT)).or(marked)
    else {
        return Ok(());
    };
    let problem = match keys {
        Some(keys) if keys.fingerprint() == sealed_with => return Ok(()),
        Some(_) => Problem::refused("the site that stands was sealed with other keys than those of this project"),
        None => Problem::refused("the site that stands is sealed, but this project has no keys in state/keys/"),
    };
    Err(problem.at(output).hint(
        "bring the keys back from their backup, or give them with STOREBOOK_KEYS_FILE; with new keys every code that was \
         handed out stops working: for that, empty the output and remove state/sealed.json",
    ))
}

/// The rows of the staff file; whoever leaves on the day of the build has left.
pub fn staff(warehouse: &Warehouse) -> Result<Vec<Member>> {
    let Some(table) = warehouse.loaded.tables.get("staff") else { return Ok(Vec::new()) };
    let frame = warehouse.engine.query(&format!(
        "select staff_id, coalesce(name, ''), coalesce(store_id, ''), coalesce(role, ''), \
         coalesce(left_on <= date '{}', false) from ({}) order by staff_id",
        warehouse.clocks.today,
        warehouse.store.select(table)
    ))?;
    let member = |row: &Vec<Value>| Member {
        staff_id: row[0].plain(),
        name: row[1].plain(),
        store_id: row[2].plain(),
        role: row[3].plain(),
        left: row[4] == Value::Bool(true),
    };
    Ok(frame.rows.iter().map(member).collect())
}

/// The region of each store that has one.
fn regions(warehouse: &Warehouse) -> Result<BTreeMap<String, String>> {
    let Some(table) = warehouse.loaded.tables.get("stores") else { return Ok(BTreeMap::new()) };
    let frame = warehouse.engine.query(&format!(
        "select store_id, region from ({}) where region is not null order by store_id",
        warehouse.store.select(table)
    ))?;
    Ok(frame.rows.iter().map(|row| (row[0].plain(), row[1].plain())).collect())
}
