//! `storebook outbox campaign`: whom a campaign's message goes to, as a list for each store, and the list that fixes its arms.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;

use super::{files, say};
use crate::cli::terminal::Bars;
use crate::cli::{Dates, Voice};
use crate::exchange::{Holds, Sheet, csv};
use crate::pipeline::{self, Request};
use crate::problem::{Problem, Result};
use crate::project::Project;
use crate::warehouse::{Engine, Value, literal};

/// The file that fixes who gets the message and who is kept apart.
const TARGETS: &str = "campaign_targets.csv";

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  storebook outbox campaign C2026-12 lists/
  cp lists/campaign_targets.csv data/C2026-12-targets.csv

Each home store has a folder with <campaign>.xlsx and <campaign>.csv: the people who get the message. Who has taken back the
consent since the list was fixed, or cannot be reached by the campaign's channel, is not on them. While the list is not
fixed, campaign_targets.csv is written too: put it into data/ before the campaign begins, and its arms stay as they are.")]
pub struct Campaign {
    /// Id of the campaign
    campaign: String,
    /// Folder to write into; files of the same names are replaced
    folder: PathBuf,
    #[command(flatten)]
    dates: Dates,
}

impl Campaign {
    pub fn run(&self, project: &Project, voice: Voice) -> Result<()> {
        let bars = Bars::new(voice);
        let request = Request { today: self.dates.today, as_of: self.dates.as_of, ..Request::default() };
        let warehouse = pipeline::warehouse(project, &request, &bars);
        bars.end();
        let engine = &warehouse?.engine;
        let (is_frozen, channel) = self.found(engine)?;
        let people = self.people(engine, &channel)?;
        files::make(project, &self.folder)?;
        let locale = files::locale(project)?;
        let (mut listed, mut left_out) = (0, 0);
        let mut stores: BTreeMap<String, Vec<Vec<Value>>> = BTreeMap::new();
        for mut row in people {
            let store = row.remove(0).as_str().unwrap_or_default().to_owned();
            if row.remove(0) == Value::Bool(true) {
                listed += 1;
                stores.entry(store).or_default().push(row);
            } else {
                left_out += 1;
            }
        }
        for (store, rows) in &stores {
            let fields = ["name", "phone", "email", "record"].map(|name| files::field(&locale, name, Holds::Id)).into();
            let sheet = Sheet { name: if store.is_empty() { "-".to_owned() } else { store.clone() }, fields };
            let folder = if store.is_empty() { "no-store".to_owned() } else { files::name_of(store) };
            files::put_list(&self.folder.join(folder), &files::name_of(&self.campaign), &sheet, rows)?;
        }
        say(voice, &format!("{listed} people of {} stores in {}\n", stores.len(), self.folder.display()));
        if left_out > 0 {
            say(voice, &format!("{left_out} are on no list: no consent any more, or no address for the channel\n"));
        }
        if !is_frozen {
            self.fix(engine)?;
            let path = self.folder.join(TARGETS);
            say(voice, &format!("the arms are in {}: put it into data/ before the campaign begins\n", path.display()));
        }
        Ok(())
    }

    /// Whether its list is fixed, and how its people are told.
    fn found(&self, engine: &dyn Engine) -> Result<(bool, String)> {
        let frame = engine
            .query("select campaign_id, status, is_frozen, channel from main.campaign_list order by campaign_id")?;
        let Some(row) = frame.rows.iter().find(|row| row[0].as_str() == Some(self.campaign.as_str())) else {
            let known: Vec<&str> = frame.rows.iter().filter_map(|row| row[0].as_str()).take(10).collect();
            let hint = match known.as_slice() {
                [] => "plan one in [[campaigns.plans]] of storebook.toml".to_owned(),
                known => format!("there are {}", known.join(", ")),
            };
            return Err(Problem::usage(format!("there is no campaign {:?}", self.campaign)).hint(hint));
        };
        if row[1].as_str() == Some("not_frozen") {
            return Err(Problem::refused(
                "the campaign has begun, and its list was not fixed before: who gets it now cannot be compared",
            )
            .hint("give it a later first day, or put a campaign_targets file of those who were told into data/"));
        }
        Ok((row[2] == Value::Bool(true), row[3].as_str().unwrap_or_default().to_owned()))
    }

    /// Store, whether the message may go now, name, telephone, e-mail, member number; by store, then name.
    fn people(&self, engine: &dyn Engine, channel: &str) -> Result<Vec<Vec<Value>>> {
        let by = match channel {
            "email" | "mail" => "and c.channel = 'mail'",
            "phone" => "and c.channel = 'phone'",
            "sms" => "and c.channel = 'sms'",
            "wechat" => "and c.channel = 'wechat'",
            _ => "",
        };
        let select = format!(
            "select coalesce(a.store_id, p.home_store_id, ''), coalesce(bool_or(c.allowed), false), any_value(p.name), any_value(p.phone),
                any_value(p.email), min(r.record_id)
            from main.campaign_arms a
            join main.people p on p.person_id = a.person_id
            join main.person_records r on r.person_id = a.person_id
            left join main.contact_consent c on c.person_id = a.person_id {by}
            where a.campaign_id = {} and a.arm = 'treated'
            group by a.person_id, coalesce(a.store_id, p.home_store_id, '')
            order by 1, 3, a.person_id",
            literal(&self.campaign)
        );
        Ok(engine.query(&select)?.rows)
    }

    /// Writes the arms as the contract table that fixes them.
    fn fix(&self, engine: &dyn Engine) -> Result<()> {
        let select = format!(
            "select campaign_id, id_space, record_id, arm from main.campaign_plan_arms
            where campaign_id = {} and arm in ('treated', 'control') order by id_space, record_id",
            literal(&self.campaign)
        );
        let mut text = csv::MARK.to_owned();
        text += &csv::text_line(["campaign_id", "id_space", "record_id", "arm"]);
        for row in &engine.query(&select)?.rows {
            text += &csv::text_line(row.iter().map(|value| value.as_str().unwrap_or_default()));
        }
        files::put(&self.folder.join(TARGETS), text.as_bytes())
    }
}
