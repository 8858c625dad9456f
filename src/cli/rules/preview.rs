//! `storebook rules preview`: the same customers under two sets of rules.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use jiff::civil::Date;

use super::undated::undated;
use super::{Speech, workbook};
use crate::cli::output::print;
use crate::cli::terminal::Bars;
use crate::cli::{Dates, Voice, date};
use crate::exchange::csv;
use crate::locale::format::Num;
use crate::locale::{Arg, Locale};
use crate::pipeline::{self, Request};
use crate::problem::{Problem, Result};
use crate::project::programme::Programme;
use crate::project::{Clocks, Config, Project};
use crate::warehouse::{Engine, Value};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  storebook rules preview                              the rules of the project's workbook that come last, beside today's
  storebook rules preview new.xlsx                     those of another workbook
  storebook rules preview new.xlsx --on 2027-01-01     as they are on a day
  storebook rules preview new.xlsx --names moves.csv   and who moves, with store and name

Tiers and points are reckoned from all sales as if the rules of that day had always held; nothing is changed.")]
pub struct Preview {
    /// Workbook with the rules to try [default: 会员规则.xlsx or membership-rules.xlsx of the project]
    file: Option<PathBuf>,
    /// The day whose rules are tried [default: the last day on which a rule of the workbook begins, or today]
    #[arg(long, value_name = "DATE", value_parser = date)]
    on: Option<Date>,
    /// Write who moves to this file (CSV); it holds names
    #[arg(long, value_name = "FILE")]
    names: Option<PathBuf>,
    #[command(flatten)]
    speech: Speech,
    #[command(flatten)]
    dates: Dates,
}

/// What a person is in under one set of rules.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Member {
    name: String,
    store: String,
    tier: String,
}

/// All customers under one set of rules.
struct Standing {
    members: BTreeMap<String, Member>,
    points: Num,
    liability: Num,
}

/// Which way somebody goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    Up,
    Down,
}

impl Preview {
    pub fn run(&self, root: &Path, voice: Voice) -> Result<ExitCode> {
        let plain = Project::without_rulebook(root)?;
        let locale = self.speech.locale(&plain)?;
        let path = workbook(self.file.as_deref(), &plain, &locale)?;
        let new = Project::with_rulebook(root, &path)?;
        // Where the workbook is the project's own, today's rules are in it too.
        let old = Project::open(root)?;
        let today = Clocks::of(&old, self.dates.today, self.dates.as_of)?.today;
        let on = match self.on {
            Some(on) => on,
            None => last_change(&new.config)?.unwrap_or(today).max(today),
        };
        let before = self.standing(&with(&old, undated(&old.config, today)?), voice)?;
        let after = self.standing(&with(&new, undated(&new.config, on)?), voice)?;
        let ranks = Ranks { old: levels(&old.config, today)?, new: levels(&new.config, on)? };
        let moves = moves(&before, &after, &ranks);
        if let Some(file) = &self.names {
            write_names(file, &moves)?;
        }
        print(&said(&locale, on, (&before, &after), &moves));
        Ok(ExitCode::SUCCESS)
    }

    fn standing(&self, project: &Project, voice: Voice) -> Result<Standing> {
        let bars = Bars::new(voice);
        let request = Request { today: self.dates.today, as_of: self.dates.as_of, ..Request::default() };
        let warehouse = pipeline::warehouse(project, &request, &bars);
        bars.end();
        let engine = warehouse?.engine;
        let select = "select t.person_id, p.name, p.home_store_id, t.tier from main.customer_tiers t
            join main.people p on p.person_id = t.person_id order by t.person_id";
        let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
        let mut members = BTreeMap::new();
        for row in &engine.query(select)?.rows {
            let member =
                Member { name: text(row[1].as_str()), store: text(row[2].as_str()), tier: text(row[3].as_str()) };
            members.insert(text(row[0].as_str()), member);
        }
        let owed = engine.query("select outstanding, liability from main.points_liability where scope = 'chain'")?;
        let number = |name: &str| match owed.rows.first().map(|_| owed.get(0, name)) {
            Some(Value::Decimal { unscaled, scale }) => Num::Decimal { unscaled: *unscaled, scale: *scale },
            other => Num::Int(other.and_then(Value::as_i64).unwrap_or(0)),
        };
        Ok(Standing { members, points: number("outstanding"), liability: number("liability") })
    }
}

fn with(project: &Project, config: Config) -> Project {
    Project { config, ..project.clone() }
}

/// The last day on which a dated rule begins.
fn last_change(config: &Config) -> Result<Option<Date>> {
    let programme = Programme::of(&config.tiers, &config.loyalty)?;
    Ok(programme.versions.iter().filter_map(|version| version.from).max())
}

/// Names and spends of the levels, lowest first.
fn levels(config: &Config, on: Date) -> Result<Vec<(String, i64)>> {
    let programme = Programme::of(&config.tiers, &config.loyalty)?;
    Ok(programme.on(on).levels.iter().map(|level| (level.name.clone(), level.spend)).collect())
}

struct Ranks {
    old: Vec<(String, i64)>,
    new: Vec<(String, i64)>,
}

impl Ranks {
    /// A level that both sets of rules have keeps its place among the new ones; one that is gone is compared by what it
    /// took.
    fn way(&self, from: &str, to: &str) -> Option<Way> {
        let place = |levels: &[(String, i64)], name: &str| levels.iter().position(|(level, _)| level == name);
        let spend = |levels: &[(String, i64)], name: &str| place(levels, name).map_or(0, |at| levels[at].1);
        let order = match place(&self.new, from) {
            Some(old) => place(&self.new, to).map_or(0, |at| at).cmp(&old),
            None => spend(&self.new, to).cmp(&spend(&self.old, from)),
        };
        match order {
            std::cmp::Ordering::Less => Some(Way::Down),
            std::cmp::Ordering::Equal => None,
            std::cmp::Ordering::Greater => Some(Way::Up),
        }
    }
}

/// Who moves: id, the person before, and the new tier.
type Moves<'a> = Vec<(Way, &'a str, &'a Member, &'a str)>;

fn moves<'a>(before: &'a Standing, after: &'a Standing, ranks: &Ranks) -> Moves<'a> {
    let mut found: Moves<'a> = Vec::new();
    for (id, member) in &before.members {
        if let Some(then) = after.members.get(id)
            && let Some(way) = ranks.way(&member.tier, &then.tier)
        {
            found.push((way, id, member, &then.tier));
        }
    }
    found
}

fn write_names(file: &Path, moves: &Moves<'_>) -> Result<()> {
    let mut text = csv::MARK.to_owned() + &csv::text_line(["person_id", "name", "store_id", "tier", "tier_then"]);
    for (_, id, member, tier) in moves {
        text += &csv::text_line([*id, &member.name, &member.store, &member.tier, *tier]);
    }
    crate::project::private::write(file, text.as_bytes()).map_err(|error| Problem::io("write who moves", file, &error))
}

#[allow(clippy::cast_precision_loss)]
fn said(locale: &Locale, on: Date, (before, after): (&Standing, &Standing), moves: &Moves<'_>) -> String {
    let mut text = locale.t("rules-preview", &[("date", Arg::Text(&locale.date(on)))]) + "\n\n";
    for (way, key) in [(Way::Up, "rules-up"), (Way::Down, "rules-down")] {
        let mut pairs: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for (_, _, member, tier) in moves.iter().filter(|found| found.0 == way) {
            *pairs.entry((&member.tier, tier)).or_default() += 1;
        }
        text += &locale.t(key, &[("count", Arg::Number(pairs.values().sum::<usize>() as f64))]);
        text.push('\n');
        let mut pairs: Vec<_> = pairs.into_iter().collect();
        pairs.sort_by(|one, other| other.1.cmp(&one.1).then(one.0.cmp(&other.0)));
        for ((from, to), people) in pairs {
            text += &format!("  {from} → {to}  {people}\n");
        }
    }
    let stay = before.members.len() - moves.len();
    text += &locale.t("rules-stay", &[("count", Arg::Number(stay as f64))]);
    text.push_str("\n\n");
    let points = |standing: &Standing| locale.number(standing.points, 0);
    text += &locale.t("rules-points", &[("before", Arg::Text(&points(before))), ("after", Arg::Text(&points(after)))]);
    text.push('\n');
    let money = |standing: &Standing| locale.money(standing.liability);
    text += &locale.t("rules-liability", &[("before", Arg::Text(&money(before))), ("after", Arg::Text(&money(after)))]);
    text.push('\n');
    text
}
