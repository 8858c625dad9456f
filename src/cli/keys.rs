//! `storebook keys`

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use comfy_table::{Table, presets};

use super::Voice;
use super::output::{one_line as shown, print};
use super::terminal::Bars;
use crate::access::{Grant, Keys, Member, Person, Role, WhoRotates};
use crate::pipeline::{self, Request};
use crate::problem::{Problem, Result};
use crate::project::lock::{Lock, Wait};
use crate::project::{Clocks, Project, private};
use crate::site;

mod sheet;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  storebook keys show owner                         the code of the owner, and the link that opens the book
  storebook keys grant --staff E1001                name, role and store from the staff file
  storebook keys grant --staff all                  every store manager of the staff file
  storebook keys grant lin --role marketing --name \"Lin\"
  storebook keys sheet --out codes.html             one page to print for each person, with a QR code
  storebook keys revoke E1001                       the next build locks the person out
  storebook keys export > keys.line                 one line for a secret variable of a CI service

Keys stand in state/keys/, are never part of the site, and must be backed up apart from it. Changes take effect with the
next `storebook build`. What somebody opened or copied before cannot be recalled.")]
pub struct KeysCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make the keys of the project; the first build does it too
    Init,
    /// Who holds a code, and what it opens
    List {
        /// As JSON, without codes
        #[arg(long)]
        json: bool,
    },
    /// Show a person's code
    Show {
        /// Id as `keys list` shows it
        who: String,
    },
    /// Give a person a code
    Grant(GrantArgs),
    /// Take a person's access away
    Revoke { who: String },
    /// Replace a code or keys that may be known to others
    Rotate(RotateArgs),
    /// Write sheets with code and QR code, to print and hand over
    Sheet {
        /// Whose; default: everybody's
        who: Vec<String>,
        /// Where to write the HTML file, readable by you alone
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Print all keys as one line, for STOREBOOK_KEYS on a machine that keeps no state
    Export {
        /// Write to a file readable by you alone instead
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

#[derive(Debug, Args)]
struct GrantArgs {
    /// A short id for somebody who stands in no staff file; default: the role
    id: Option<String>,
    /// Somebody of the staff file by staff number, or `all` for every store manager in it
    #[arg(long, value_name = "STAFF_ID", conflicts_with_all = ["id", "role"])]
    staff: Option<String>,
    #[arg(long, value_enum)]
    role: Option<Role>,
    /// How the page greets the person
    #[arg(long, default_value = "")]
    name: String,
    /// A store to open; may be repeated
    #[arg(long, value_name = "STORE_ID")]
    store: Vec<String>,
    /// A region to open; may be repeated
    #[arg(long, value_name = "NAME")]
    region: Vec<String>,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct RotateArgs {
    /// A new code for this person, and new keys for what it opened
    who: Option<String>,
    /// New keys for one audience: `hq`, `staff`, `store:S001`, `region:NAME`; codes stay
    #[arg(long)]
    audience: Option<String>,
    /// New codes for everybody, and new keys for everything
    #[arg(long)]
    all: bool,
}

impl KeysCommand {
    pub fn run(&self, project: &Project, voice: Voice) -> Result<ExitCode> {
        match &self.action {
            Action::Init => init(project),
            Action::List { json } => list(project, *json),
            Action::Show { who } => show(project, who),
            Action::Grant(args) => grant(project, args, voice),
            Action::Revoke { who } => changed(project, |keys, today| {
                keys.revoke(who, today)?;
                Ok(format!("{} opens nothing from the next build on.\n", shown(who)))
            }),
            Action::Rotate(args) => rotate(project, args, voice),
            Action::Sheet { who, out } => sheets(project, who, out),
            Action::Export { out } => export(project, out.as_ref()),
        }?;
        Ok(ExitCode::SUCCESS)
    }
}

fn init(project: &Project) -> Result<()> {
    let _lock = Lock::take(project, "making keys", Wait::No)?;
    if Keys::read(&project.state())?.is_some() {
        return Err(Problem::refused("this project has keys already; new ones would lock everybody out")
            .at(project.state().join("keys"))
            .hint("`storebook keys rotate --all` replaces all codes and keys"));
    }
    pipeline::first_keys(&today(project)?)?.write(&project.state())?;
    print("Keys were made in state/keys/. `storebook keys show owner` shows the owner's code.\n");
    Ok(())
}

fn today(project: &Project) -> Result<String> {
    Ok(Clocks::of(project, None, None)?.today.to_string())
}

fn have(project: &Project) -> Result<Keys> {
    Keys::read(&project.state())?.ok_or_else(|| {
        Problem::usage("this project has no keys yet")
            .hint("`storebook keys init` or the first `storebook build` makes them")
    })
}

/// Changes the key file under the lock and says what was done.
fn changed(project: &Project, change: impl FnOnce(&mut Keys, &str) -> Result<String>) -> Result<()> {
    let _lock = Lock::take(project, "changing keys", Wait::No)?;
    pipeline::recover_if_free(project)?;
    let mut keys = have(project)?;
    let text = change(&mut keys, &today(project)?)?;
    keys.write(&project.state())?;
    print(&text);
    Ok(())
}

fn opens(person: &Person) -> String {
    let names = |word: &str, names: &BTreeSet<String>| {
        names.iter().map(|name| format!("{word} {}", shown(name))).collect::<Vec<_>>()
    };
    let own = [names("region", &person.regions), names("store", &person.stores)].concat();
    if person.role.is_hq() { "everything".to_owned() } else { own.join(", ") }
}

fn list(project: &Project, json: bool) -> Result<()> {
    let keys = have(project)?;
    if json {
        let people: Vec<serde_json::Value> = (keys.people.iter())
            .map(|person| {
                serde_json::json!({
                    "id": person.id, "name": person.name, "role": person.role, "stores": person.stores, "regions": person.regions,
                    "active": person.is_active(), "granted_on": person.granted_on, "revoked_on": person.revoked_on,
                })
            })
            .collect();
        let text = serde_json::to_string_pretty(&people).map_err(|_| Problem::failed("the list cannot be written"))?;
        print(&format!("{text}\n"));
        return Ok(());
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["id", "name", "role", "opens", "granted", "revoked"]);
    for person in &keys.people {
        let revoked = person.revoked_on.clone().unwrap_or_default();
        table.add_row([
            shown(&person.id),
            shown(&person.name),
            person.role.word().to_owned(),
            opens(person),
            person.granted_on.clone(),
            revoked,
        ]);
    }
    print(&format!("{table}\n"));
    Ok(())
}

/// The link that opens the book at once: the code stands behind the `#`, which browsers do not send to the host.
fn link(project: &Project, code: &str) -> Option<String> {
    let base = project.config.site.base_url.trim_end_matches('/');
    (!base.is_empty()).then(|| format!("{base}/{}#{code}", site::ENTRANCE))
}

fn code_of(person: &Person) -> Result<String> {
    person.code().map(|code| code.shown()).ok_or_else(|| {
        Problem::usage(format!("the access of \"{}\" was revoked", person.id))
            .hint("`storebook keys grant` gives it again")
    })
}

fn show(project: &Project, who: &str) -> Result<()> {
    let keys = have(project)?;
    let person = keys.person(who)?;
    let code = code_of(person)?;
    let mut text = format!("{}  ({}; opens {})\n{code}\n", shown(&person.id), person.role.word(), opens(person));
    match link(project, &code) {
        Some(link) => writeln!(text, "{link}"),
        None => {
            writeln!(text, "Enter it at {} of the site; with site.base_url set, a link is shown here.", site::ENTRANCE)
        }
    }
    .ok();
    print(&text);
    Ok(())
}

fn grant(project: &Project, args: &GrantArgs, voice: Voice) -> Result<()> {
    match &args.staff {
        Some(wanted) => grant_to_staff(project, args, wanted, voice),
        None => grant_by_hand(project, args),
    }
}

fn grant_by_hand(project: &Project, args: &GrantArgs) -> Result<()> {
    let role = args.role.ok_or_else(|| {
        Problem::usage("say which role the person has, or which of the staff it is")
            .hint("add --role manager --store S001, or --staff E1001")
    })?;
    let id = args.id.clone().unwrap_or_else(|| role.word().to_owned());
    let grant = Grant {
        id: id.clone(),
        name: args.name.clone(),
        role: Some(role),
        stores: args.store.iter().cloned().collect(),
        regions: args.region.iter().cloned().collect(),
        post: None,
    };
    changed(project, |keys, today| {
        keys.grant(grant, today)?;
        Ok(format!("{0} holds a code from the next build on; `storebook keys show {0}` shows it.\n", shown(&id)))
    })
}

/// People of the staff file who work here: the one of that number, or all store managers.
fn members(project: &Project, wanted: &str, voice: Voice) -> Result<Vec<Member>> {
    let bars = Bars::new(voice);
    let warehouse = pipeline::warehouse(project, &Request::default(), &bars);
    bars.end();
    let here: Vec<Member> =
        pipeline::staff(&warehouse?)?.into_iter().filter(|member| member.left_on.is_none()).collect();
    let chosen: Vec<Member> = if wanted == "all" {
        here.iter().filter(|member| Role::of_staff(&member.role) == Role::Manager).cloned().collect()
    } else {
        here.iter().filter(|member| member.staff_id == wanted).cloned().collect()
    };
    if chosen.is_empty() {
        let names = here.iter().map(|member| member.staff_id.as_str());
        return Err(if wanted == "all" {
            Problem::failed("no store manager stands in the staff file")
                .hint("docs/data.md says what a staff file holds")
        } else {
            Problem::usage(format!("nobody in the staff file has the number \"{wanted}\"")).nearest(wanted, names)
        });
    }
    Ok(chosen)
}

fn grant_to_staff(project: &Project, args: &GrantArgs, wanted: &str, voice: Voice) -> Result<()> {
    let chosen = members(project, wanted, voice)?;
    changed(project, |keys, today| {
        let mut grants = Vec::new();
        for member in chosen {
            if wanted == "all" && keys.people.iter().any(|person| person.id == member.staff_id && person.is_active()) {
                continue;
            }
            let mut stores: BTreeSet<String> = args.store.iter().cloned().collect();
            stores.extend(Some(member.store_id.clone()).filter(|store| !store.is_empty()));
            let (role, post) = (Some(Role::of_staff(&member.role)), Some(member.post()));
            let name = if args.name.is_empty() { member.name.clone() } else { args.name.clone() };
            grants.push(Grant { id: member.staff_id.clone(), name, role, stores, post, ..Grant::default() });
        }
        let given = grants.len();
        let bars = Bars::new(voice);
        let done = keys.grant_all(grants, today, &bars);
        bars.end();
        done?;
        Ok(format!("{given} new codes, from the next build on. `storebook keys sheet` writes them out to print.\n"))
    })
}

fn rotate(project: &Project, args: &RotateArgs, voice: Voice) -> Result<()> {
    changed(project, |keys, _| {
        let who = match (&args.who, &args.audience) {
            (Some(who), _) => WhoRotates::Person(who),
            (_, Some(audience)) => {
                let known = ["hq", "staff"].contains(&audience.as_str())
                    || ["store:", "region:"]
                        .iter()
                        .any(|kind| audience.strip_prefix(kind).is_some_and(|name| !name.is_empty()));
                if !known {
                    return Err(Problem::usage(format!("\"{audience}\" is no audience"))
                        .hint("write hq, staff, store:S001 or region:NAME"));
                }
                WhoRotates::Audience(audience)
            }
            _ => WhoRotates::Everybody,
        };
        let bars = Bars::new(voice);
        let done = keys.rotate(who, &bars);
        bars.end();
        let done = done?;
        let codes = match done.codes {
            0 => "Codes stay as they are".to_owned(),
            1 => "One code was replaced".to_owned(),
            many => format!("{many} codes were replaced"),
        };
        Ok(format!("{codes}; new keys are used from the next build on.\n"))
    })
}

fn sheets(project: &Project, who: &[String], out: &PathBuf) -> Result<()> {
    let keys = have(project)?;
    let people: Vec<&Person> = if who.is_empty() {
        keys.people.iter().filter(|person| person.is_active()).collect()
    } else {
        who.iter().map(|id| keys.person(id)).collect::<Result<_>>()?
    };
    refuse_output(project, out)?;
    let locales = site::locales(project)?;
    let locale = locales
        .get(project.default_locale())
        .ok_or_else(|| Problem::usage("there are no strings for the first language of the site"))?;
    let mut sheets = Vec::new();
    for person in people {
        let code = code_of(person)?;
        let link = link(project, &code);
        sheets.push(sheet::Sheet { person, code, link });
    }
    let html = sheet::html(&project.config.site.title, locale, &sheets)?;
    private::write(out, html.as_bytes()).map_err(|error| Problem::io("write the sheets", out, &error))?;
    print(&format!(
        "{} sheets in {}. Print them, hand them over in person, and remove the file.\n",
        sheets.len(),
        out.display()
    ));
    Ok(())
}

/// Codes must not lie where the site is published from.
fn refuse_output(project: &Project, out: &PathBuf) -> Result<()> {
    let place = std::path::absolute(out).unwrap_or_else(|_| out.clone());
    let output = std::path::absolute(project.output()).unwrap_or_else(|_| project.output());
    if place.starts_with(&output) {
        return Err(Problem::refused("codes must not lie in the published site")
            .at(out)
            .hint("choose a place of your own"));
    }
    Ok(())
}

fn export(project: &Project, out: Option<&PathBuf>) -> Result<()> {
    let line = format!("{}\n", have(project)?.line()?);
    match out {
        Some(out) => {
            refuse_output(project, out)?;
            private::write(out, line.as_bytes()).map_err(|error| Problem::io("write the keys", out, &error))
        }
        None => {
            print(&line);
            Ok(())
        }
    }
}
