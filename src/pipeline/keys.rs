//! What a build seals with: the keys of the project, made by the first build, following the staff file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::civil::Date;

use super::authored::Authored;
use super::{Request, Warehouse};
use crate::access::{FINGERPRINT, Grant, Heirs, Keys, Member, Person, Role, Sealing};
use crate::content::Audience;
use crate::problem::{Problem, Result};
use crate::project::Project;
use crate::project::state::Changes;
use crate::publish;
use crate::warehouse::{Engine, Table, TableStore, Value, keep_rows};

/// In `state/`: the fingerprint of the keys the last release was sealed with.
const MARK: &str = "sealed.json";

/// Name of the table that says who holds a code.
pub(super) const REGISTER: &str = "access_register";

/// The keys of a project as a build finds them, with the staff file followed.
#[derive(Default)]
pub(super) struct Held {
    keys: Option<Keys>,
    created: bool,
    /// How many people lost access or changed their post since the last build.
    followed: usize,
    /// Store managers of the staff file who hold no code.
    without: Vec<Member>,
}

impl Held {
    /// Takes the keys that were found, or makes them where `create` says that this build is to seal.
    pub(super) fn open(found: Option<Keys>, create: bool, staff: &[Member], today: Date) -> Result<Held> {
        let created = found.is_none() && create;
        let mut keys = if created { Some(first(&today.to_string())?) } else { found };
        let followed = keys.as_mut().map_or(Ok(Vec::new()), |keys| keys.follow(staff))?.len();
        let knows = |keys: &Keys, id: &str| keys.people.iter().any(|person| person.id == id);
        let manages = |member: &&Member| member.left_on.is_none() && member.post().role == Role::Manager;
        let without = keys
            .iter()
            .flat_map(|keys| staff.iter().filter(manages).filter(|member| !knows(keys, &member.staff_id)).cloned());
        Ok(Held { without: without.collect(), keys, created, followed })
    }

    /// Who holds a code, as a table for pages: never the code itself.
    pub(super) fn register(&self, engine: &dyn Engine, store: &TableStore) -> Result<Table> {
        const COLUMNS: [(&str, &str); 9] = [
            ("person", "varchar"),
            ("name", "varchar"),
            ("role", "varchar"),
            ("everything", "boolean"),
            ("regions", "varchar"),
            ("stores", "varchar"),
            ("granted_on", "date"),
            ("revoked_on", "date"),
            ("active", "boolean"),
        ];
        let text = |text: &str| if text.is_empty() { Value::Null } else { Value::text(text) };
        let list = |names: &BTreeSet<String>| text(&names.iter().map(String::as_str).collect::<Vec<_>>().join(", "));
        let day = |day: &str| if day.parse::<Date>().is_ok() { Value::text(day) } else { Value::Null };
        let row = |person: &Person| {
            vec![
                text(&person.id),
                text(&person.name),
                text(person.role.word()),
                Value::Bool(person.role.is_hq()),
                list(&person.regions),
                list(&person.stores),
                day(&person.granted_on),
                day(person.revoked_on.as_deref().unwrap_or_default()),
                Value::Bool(person.is_active()),
            ]
        };
        let waits = |member: &Member| {
            let (post, none) = (member.post(), || Value::Null);
            let (id, name, role, store) =
                (text(&member.staff_id), text(&member.name), text(post.role.word()), text(&post.store_id));
            vec![id, name, role, Value::Bool(false), none(), store, none(), none(), Value::Bool(false)]
        };
        let people = self.keys.iter().flat_map(|keys| &keys.people).map(row);
        let rows = people.chain(self.without.iter().map(waits)).collect();
        keep_rows(engine, store, (REGISTER, &COLUMNS), rows)
    }
}

/// The keys of the project, where it has any.
pub(super) fn found(project: &Project, request: &Request) -> Result<Option<Keys>> {
    let state = project.state();
    if request.own_keys { Keys::of_state(&state) } else { Keys::read(&state) }
}

/// The keys that this run is to know of. A readable book knows none, so that it can be rebuilt without them; a query
/// does without keys that cannot be read.
pub(super) fn wanted(project: &Project, request: &Request, seals: bool) -> Result<Option<Keys>> {
    match found(project, request) {
        _ if request.unsealed => Ok(None),
        Err(problem) if !seals => {
            tracing::warn!(%problem, "the register of keys is left empty");
            Ok(None)
        }
        found => found,
    }
}

/// Whether a build seals.
///
/// # Errors
/// A preview without `--unsealed`. Refused where the site that stands was sealed with keys this project does not have:
/// everybody's code would be worthless without a word.
pub(super) fn seals(project: &Project, authored: &Authored, request: &Request, output: &Path) -> Result<bool> {
    let private = authored.pages.iter().any(|page| page.front.audience != Audience::Public);
    if request.unsealed || !private {
        return Ok(false);
    }
    if request.preview {
        return Err(Problem::refused("a preview shows every page readable to whoever reaches its address").hint(
            "add --unsealed; the sealed book is what `storebook build` writes, or `storebook serve --output FOLDER`",
        ));
    }
    // What publishes nothing takes no code from anybody: a check of a proposal has no keys to see.
    if !request.dry_run {
        refuse_other(found(project, request)?.as_ref(), &project.state(), output)?;
    }
    Ok(true)
}

/// The keys of this build and what became of them.
pub(super) struct Access {
    pub(super) sealing: Sealing,
    /// This build made them.
    created: bool,
    followed: usize,
}

impl Access {
    /// The keys that were opened with the warehouse; new ones are written.
    pub(super) fn ready(project: &Project, warehouse: &Warehouse, request: &Request) -> Result<Option<Access>> {
        let Held { keys: Some(keys), created, followed, .. } = &warehouse.held else { return Ok(None) };
        if *created && !request.dry_run {
            // Before the site: keys without a site do no harm, a site without keys is lost.
            keys.write(&project.state())?;
        }
        let sealing = Sealing::new(keys.clone(), project.config.roles.clone(), regions(warehouse)?).with_heirs(heirs(
            &warehouse.loaded.tables,
            &warehouse.engine,
            &warehouse.store,
            warehouse.clocks.today,
        )?);
        Ok(Some(Access { sealing, created: *created, followed: *followed }))
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

/// The rows of the staff file; whoever leaves on the day of the build has left, and whoever belongs to a store that another
/// one took over from belongs to that one.
pub fn staff(warehouse: &Warehouse) -> Result<Vec<Member>> {
    staff_of(&warehouse.loaded.tables, &warehouse.engine, &warehouse.store, warehouse.clocks.today)
}

pub(super) fn staff_of(
    tables: &BTreeMap<String, Table>,
    engine: &dyn Engine,
    store: &TableStore,
    today: Date,
) -> Result<Vec<Member>> {
    let Some(table) = tables.get("staff") else { return Ok(Vec::new()) };
    let heirs = heirs(tables, engine, store, today)?;
    let frame = engine.query(&format!(
        "select staff_id, coalesce(name, ''), coalesce(store_id, ''), coalesce(role, ''), \
         case when left_on <= date '{today}' then cast(left_on as varchar) end from ({}) order by staff_id",
        store.select(table)
    ))?;
    let member = |row: &Vec<Value>| Member {
        staff_id: row[0].plain(),
        name: row[1].plain(),
        store_id: heirs.now(row[2].plain()),
        role: row[3].plain(),
        left_on: row[4].as_str().map(ToOwned::to_owned),
    };
    Ok(frame.rows.iter().map(member).collect())
}

/// The stores that have taken over from others by `today`.
fn heirs(tables: &BTreeMap<String, Table>, engine: &dyn Engine, store: &TableStore, today: Date) -> Result<Heirs> {
    let Some(table) = tables.get("store_successions").filter(|table| table.rows > 0) else {
        return Ok(Heirs::default());
    };
    let frame = engine.query(&format!(
        "select store_id, successor_id from ({}) where effective_on <= date '{today}' order by store_id",
        store.select(table)
    ))?;
    Ok(Heirs::new(&frame.rows.iter().map(|row| (row[0].plain(), row[1].plain())).collect()))
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
