//! A project: a folder with `storebook.toml`, its paths, its clocks, its state.

pub mod at_rest;
mod campaign_config;
mod care_config;
mod checks;
mod clocks;
mod config;
mod interaction_config;
mod lifecycle_config;
pub mod lock;
pub(crate) mod loyalty_config;
mod machine_config;
mod mail_config;
mod receive_config;
pub mod role;
mod month;
pub(crate) mod private;
mod schema;
mod size;
mod source_config;
mod tag_config;
mod portrait_config;
mod retail_config;
pub mod programme;
pub mod rulebook;
mod referral_config;
pub mod state;
pub mod upgrade;
mod value_config;
mod watch_config;

use std::path::{Path, PathBuf};

pub use at_rest::AtRest;
pub use campaign_config::{CampaignPlan, Campaigns};
pub use care_config::{Care, Holiday};
pub use checks::check;
pub use clocks::Clocks;
pub use config::{
    BestSellers, Config, ConfigVersion, Contract, DaysOrAll, Feedback, Identity, MeanOrScore, OnConflict, Period,
    Periods, Portal, ProjectSection, Rfm, RfmCuts, Site, UnknownStore,
};
pub use interaction_config::Interactions;
pub use lifecycle_config::{Lifecycle, LifecycleMode};
pub use loyalty_config::{
    Combine, EarnRule, ExpiryRule, Lasts, Loyalty, Multiplier, MultiplierOf, TierLevel, TierWindow, Tiers,
};
pub use machine_config::{Engine, Publish};
pub use mail_config::{MailSettings, MessageSettings, Security};
pub use month::Month;
pub use portrait_config::{Portraits, PortraitsOf};
pub use receive_config::Receive;
pub use referral_config::{Coupons, Referrals, RewardKind};
pub use retail_config::{Comparison, Products};
pub use schema::schema;
pub use size::Size;
pub use source_config::SourceConfig;
pub use tag_config::{SegmentRule, TagRule};
pub use value_config::{Churn, Clusters, Recommendations, ValueModels};
pub use watch_config::{Alerts, Arrivals, Gate, NotifyKind, NotifyTarget};

use crate::problem::{Problem, Result, line_column};

/// The settings file of a project.
pub const CONFIG_FILE: &str = "storebook.toml";

#[derive(Debug, Clone)]
pub struct Project {
    /// Absolute.
    pub root: PathBuf,
    pub config: Config,
}

/// Which workbook of rules counts.
#[derive(Clone, Copy)]
enum Rulebook<'a> {
    Own,
    Of(&'a Path),
    None,
}

impl Project {
    /// Opens the project in `root`. A folder with only a `data` folder is a project too, with every default.
    pub fn open(root: &Path) -> Result<Project> {
        Project::opened(root, Rulebook::Own)
    }

    /// The project with the rules of its settings only, as if there were no workbook of rules.
    pub fn without_rulebook(root: &Path) -> Result<Project> {
        Project::opened(root, Rulebook::None)
    }

    /// The project as if this were its workbook of rules.
    pub fn with_rulebook(root: &Path, file: &Path) -> Result<Project> {
        Project::opened(root, Rulebook::Of(file))
    }

    fn opened(root: &Path, rulebook: Rulebook<'_>) -> Result<Project> {
        let root = root.canonicalize().map_err(|error| {
            Problem::usage(format!("could not open the project folder: {error}"))
                .at(root)
                .hint("name an existing folder with --project DIR")
        })?;
        let file = root.join(CONFIG_FILE);
        let text = match std::fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                if !root.join("data").is_dir() {
                    return Err(Problem::usage("this folder has neither storebook.toml nor a data folder")
                        .at(root)
                        .hint("run `storebook init DIR` to start a project, or name one with --project DIR"));
                }
                String::new()
            }
            Err(error) => return Err(Problem::io("read the settings", &file, &error)),
        };
        let mut config = parse(&text).map_err(|problem| problem.at(CONFIG_FILE).text(text.as_str()))?;
        match rulebook {
            Rulebook::Own => rulebook::apply_own(&root, &mut config, &text)?,
            // It is to take the place of the rules of the settings.
            Rulebook::Of(file) => rulebook::apply(file, &mut config, "")?,
            Rulebook::None => {}
        }
        checks::check(&config).map_err(|problem| placed(problem, &text))?;
        let mut project = Project { root, config };
        project.day_start().map_err(|problem| placed(problem, &text))?;
        project.config.engine.spill = project.spill().map_err(|problem| placed(problem, &text))?;
        Ok(project)
    }

    /// Minutes after midnight at which a business day starts.
    pub fn day_start(&self) -> Result<u32> {
        let text = &self.config.project.day_starts_at;
        let digits = |text: &str| !text.is_empty() && text.len() <= 2 && text.chars().all(|c| c.is_ascii_digit());
        let minutes = text.split_once(':').filter(|(hours, minutes)| digits(hours) && digits(minutes)).and_then(
            |(hours, minutes)| {
                let (hours, minutes) = (hours.parse::<u32>().ok()?, minutes.parse::<u32>().ok()?);
                (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
            },
        );
        minutes.ok_or_else(|| {
            Problem::usage(format!("project.day_starts_at \"{text}\" is not a time"))
                .at(CONFIG_FILE)
                .hint("write hours and minutes, for example \"04:00\"")
        })
    }

    /// Puts a problem that begins with `section.key` at the line of the settings file that sets the key.
    pub fn placed(&self, problem: Problem) -> Problem {
        placed(problem, &std::fs::read_to_string(self.root.join(CONFIG_FILE)).unwrap_or_default())
    }

    /// Where the engine puts what does not fit into memory. It may not lie where files are read or published from.
    fn spill(&self) -> Result<PathBuf> {
        let written = &self.config.engine.temp_dir;
        if written.is_empty() {
            return Ok(self.cache().join("tmp"));
        }
        let path = self.root.join(written);
        let wrong =
            |hint: &str| Err(Problem::usage(format!("engine.temp_dir = \"{written}\" cannot be used")).hint(hint));
        if path.components().any(|part| part == std::path::Component::ParentDir) {
            return wrong("write the folder without ..");
        }
        if path.exists() && !path.is_dir() {
            return wrong("it names a file; a folder is wanted");
        }
        let inputs =
            [self.data(), self.content(), self.models(), self.root.join("themes"), self.state(), self.output()];
        if path == self.root || inputs.iter().any(|folder| path.starts_with(folder)) {
            return wrong("choose a folder away from the project's input and output, on a disk with room");
        }
        Ok(path)
    }

    pub fn data(&self) -> PathBuf {
        self.root.join("data")
    }
    pub fn content(&self) -> PathBuf {
        self.root.join("content")
    }
    pub fn models(&self) -> PathBuf {
        self.root.join("models")
    }
    pub fn theme(&self) -> PathBuf {
        self.root.join("themes").join(&self.config.site.theme)
    }
    pub fn output(&self) -> PathBuf {
        self.root.join(&self.config.publish.output)
    }
    /// Input to the next build; only a successful publish writes it.
    pub fn state(&self) -> PathBuf {
        self.root.join("state")
    }
    pub fn quarantine(&self) -> PathBuf {
        self.root.join("quarantine")
    }
    /// Configurations for web servers, made by a build for whoever serves the site.
    pub fn deploy(&self) -> PathBuf {
        self.root.join("deploy")
    }
    /// Only a speed-up: deleting it changes nothing but time.
    pub fn cache(&self) -> PathBuf {
        self.root.join(".storebook")
    }
    pub fn default_locale(&self) -> &str {
        self.config.site.locales.first().map_or("zh-CN", String::as_str)
    }
}

/// Puts a problem with `section.key` at the line that sets the key.
fn placed(problem: Problem, text: &str) -> Problem {
    let name = problem.message().split([' ', '=']).next().unwrap_or_default();
    let key = name.rsplit('.').next().unwrap_or_default().to_owned();
    let line = text.lines().position(|line| {
        line.trim_start().strip_prefix(key.as_str()).is_some_and(|rest| rest.trim_start().starts_with('='))
    });
    let problem = problem.at(CONFIG_FILE);
    match line {
        Some(at) => problem.line(at + 1).text(text),
        None => problem,
    }
}

/// Reads the settings; an error carries line, column and the nearest right name.
pub fn parse(text: &str) -> Result<Config> {
    upgrade::check(text)?;
    toml::from_str(text).map_err(|error| {
        let mut problem = Problem::usage(error.message().to_owned());
        if let Some(span) = error.span() {
            let (line, column) = line_column(text, span.start);
            problem = problem.line(line).column(column);
        }
        // serde lists the fields it would have taken: turn them into a suggestion.
        let quoted: Vec<&str> = error.message().split('`').skip(1).step_by(2).collect();
        match quoted.split_first() {
            Some((wrong, known)) if error.message().starts_with("unknown field") && !known.is_empty() => {
                problem.nearest(wrong, known.iter().copied())
            }
            _ => problem,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_setting_is_named_with_its_line_and_the_right_name() {
        let problem = parse("[site]\ntitle = \"x\"\nlocale = [\"en\"]\n").unwrap_err();
        assert_eq!(problem.place().unwrap().line, Some(3));
        assert!(problem.hint_text().unwrap().contains("locales"), "{problem}");
    }

    #[test]
    fn an_empty_file_is_every_default() {
        assert_eq!(parse("").unwrap().site.locales, ["zh-CN", "en"]);
    }
}
