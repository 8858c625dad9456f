//! `storebook.toml`: every setting with its default. Unknown keys are errors, so that a typing mistake cannot hide.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::campaign_config::Campaigns;
use super::care_config::Care;
use super::interaction_config::Interactions;
use super::lifecycle_config::Lifecycle;
use super::loyalty_config::{Loyalty, Tiers};
use super::machine_config::{AtRest, Engine, Publish};
use super::mail_config::{MailSettings, MessageSettings};
use super::month::Month;
use super::portrait_config::Portraits;
use super::receive_config::Receive;
use super::referral_config::{Coupons, Referrals};
use super::retail_config::{Comparison, Products};
use super::role::{Role, RoleRules};
use super::source_config::SourceConfig;
use super::tag_config::{SegmentRule, TagRule};
use super::value_config::{Churn, Clusters, Recommendations, ValueModels};
use super::watch_config::{Alerts, Arrivals, Gate, NotifyTarget};

/// The whole file. Each section may be left out.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(title = "storebook.toml", description = "The settings of a Storebook project. Everything may be left out.")]
pub struct Config {
    /// Version of the settings this file is written for; absent = 1. `storebook upgrade` rewrites an older file.
    pub config_version: ConfigVersion,
    pub site: Site,
    pub project: ProjectSection,
    /// Bindings of files to contract tables; none = files are recognised by their headers.
    pub source: Vec<SourceConfig>,
    pub contract: Contract,
    pub identity: Identity,
    pub period: Period,
    pub periods: Periods,
    pub arrivals: Arrivals,
    pub rfm: Rfm,
    pub tiers: Tiers,
    /// Points.
    pub loyalty: Loyalty,
    /// Stages of customers.
    pub lifecycle: Lifecycle,
    /// Models of customer value.
    pub value: ValueModels,
    /// Who is about to stay away.
    pub churn: Churn,
    /// Groups of customers that are alike.
    pub clusters: Clusters,
    /// What goes together and what to offer.
    pub recommendations: Recommendations,
    /// Classes of products and the effect of prices.
    pub products: Products,
    /// Stores beside what was to be expected.
    pub comparison: Comparison,
    /// Messages to a part of the customers.
    pub campaigns: Campaigns,
    /// Customers who bring customers.
    pub referrals: Referrals,
    pub coupons: Coupons,
    /// Greetings, reminders and the list of the day.
    pub care: Care,
    /// What messages to customers have in common.
    pub messages: MessageSettings,
    /// Where mails are handed in.
    pub mail: MailSettings,
    /// How the forms of the portal are taken.
    pub receive: Receive,
    /// Contacts with customers and what was promised.
    pub interactions: Interactions,
    /// Tags by rule.
    pub tags: Vec<TagRule>,
    /// Groups of customers by rule.
    pub segments: Vec<SegmentRule>,
    /// Pages about single customers.
    pub portraits: Portraits,
    pub feedback: Feedback,
    pub best_sellers: BestSellers,
    pub alerts: Alerts,
    pub gate: Gate,
    pub portal: Portal,
    pub publish: Publish,
    /// What each role gets to see of the pages it may open.
    pub roles: BTreeMap<Role, RoleRules>,
    pub engine: Engine,
    pub at_rest: AtRest,
    /// Who is told of a build: one table per robot or service.
    pub notify: Vec<NotifyTarget>,
    /// Free variables for the project's own models and pages: `var("name")`.
    #[schemars(with = "BTreeMap<String, serde_json::Value>")]
    pub vars: BTreeMap<String, toml::Value>,
}

/// `config_version`, a whole number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct ConfigVersion(#[schemars(range(min = 1, max = 1))] pub u32);

impl Default for ConfigVersion {
    fn default() -> Self {
        ConfigVersion(super::upgrade::CURRENT)
    }
}

/// What the book is called and in which languages it speaks.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Site {
    /// Name of the chain, shown on every page.
    pub title: String,
    pub subtitle: String,
    /// The first locale is the default one and stands at the root of the site.
    pub locales: Vec<String>,
    /// Where the site will be published; used by QR codes, sitemap and feed only.
    pub base_url: String,
    pub theme: String,
    /// ICP filing and public-security filing numbers for the footer.
    pub icp: String,
    pub police_record: String,
}

impl Default for Site {
    fn default() -> Self {
        Site {
            title: "Storebook".into(),
            subtitle: String::new(),
            locales: vec!["zh-CN".into(), "en".into()],
            base_url: String::new(),
            theme: "default".into(),
            icp: String::new(),
            police_record: String::new(),
        }
    }
}

/// Time, money and the clocks.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ProjectSection {
    /// IANA name; decides what `today` is.
    pub timezone: String,
    /// A business day starts at this time, so that sales after midnight count for the evening before.
    pub day_starts_at: String,
    /// ISO 4217; rows in another currency go to quarantine.
    pub currency: String,
    /// Decimals of money.
    pub money_scale: u8,
    /// Fixed reference date of the sales models (YYYY-MM-DD); empty = newest accepted date in the data.
    pub as_of: String,
}

impl Default for ProjectSection {
    fn default() -> Self {
        ProjectSection {
            timezone: "Asia/Shanghai".into(),
            day_starts_at: "00:00".into(),
            currency: "CNY".into(),
            money_scale: 2,
            as_of: String::new(),
        }
    }
}

/// How strict the contract is with references and repeated keys.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Contract {
    /// A store that no stores file names: `quarantine` its rows or `create` the store from the rows.
    pub unknown_store: UnknownStore,
    /// The same key in two files with different content: the newer file wins.
    pub on_conflict: OnConflict,
}

impl Default for Contract {
    fn default() -> Self {
        Contract { unknown_store: UnknownStore::Quarantine, on_conflict: OnConflict::LaterFile }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UnknownStore {
    Quarantine,
    Create,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnConflict {
    LaterFile,
}

/// RFM scores. Definitions: docs/models.md.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Rfm {
    /// Days before `as_of` that count, or `"all"`.
    pub window: DaysOrAll,
    /// `"fixed"` (1 | 2 | 3–4 | 5–9 | 10+) or `"quantiles"`.
    pub frequency: String,
    /// What counts as high in the eight cells: `"mean"` or a score such as 3.5.
    pub high: MeanOrScore,
    /// Days before `as_of` with which today's groups are compared.
    pub compare_days: u32,
    /// Fixed cuts; an empty list means quantiles 20/40/60/80.
    pub cuts: RfmCuts,
}

impl Default for Rfm {
    fn default() -> Self {
        Rfm {
            window: DaysOrAll::Days(365),
            frequency: "fixed".into(),
            high: MeanOrScore::Word("mean".into()),
            compare_days: 90,
            cuts: RfmCuts::default(),
        }
    }
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RfmCuts {
    pub recency: Vec<f64>,
    pub frequency: Vec<f64>,
    pub monetary: Vec<f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum DaysOrAll {
    Days(u32),
    Word(String),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum MeanOrScore {
    Score(f64),
    Word(String),
}

/// Which records are one person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Identity {
    /// Whether records are compared at all; decisions in `state/identity-overrides.csv` count in any case.
    pub enabled: bool,
    /// From this probability on, two records are one person.
    pub merge: f64,
    /// From this probability on, two records stand on the review list.
    pub review: f64,
    /// Columns of the customers' files that no contract column holds (`extra_…`) and that tell people apart.
    pub match_on: Vec<String>,
}

impl Default for Identity {
    fn default() -> Self {
        Identity { enabled: true, merge: 0.95, review: 0.7, match_on: Vec::new() }
    }
}

/// The current period of the reports.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Period {
    /// Days up to `as_of`; the previous period is as long and ends just before.
    pub days: u32,
    /// Days back to the same period of last year; 364 keeps the weekdays.
    pub last_year_shift: u32,
    /// Whether days around the Spring Festival are compared with the same days around last year's; not said = where the
    /// currency is CNY.
    pub spring_festival: Option<bool>,
}

impl Default for Period {
    fn default() -> Self {
        Period { days: 28, last_year_shift: 364, spring_festival: None }
    }
}

/// Months whose figures are final.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Periods {
    /// The last closed month (YYYY-MM); empty = none. It and all months before it keep the figures they had when a
    /// build first published them closed; later changes are shown as prior-period adjustments.
    pub closed_through: String,
}

impl Periods {
    /// `None` when nothing is closed.
    pub fn closed(&self) -> Option<Month> {
        Month::parse(&self.closed_through)
    }
}

/// Answers that count in the feedback figures.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Feedback {
    /// Days of the rolling window.
    pub window: u32,
    /// Latest comments kept per store.
    pub recent: u32,
}

impl Default for Feedback {
    fn default() -> Self {
        Feedback { window: 365, recent: 50 }
    }
}

/// Best sellers per store.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct BestSellers {
    pub count: u32,
}

impl Default for BestSellers {
    fn default() -> Self {
        BestSellers { count: 20 }
    }
}

/// Facts the public portal states.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Portal {
    /// Legal name of the company that answers for the data.
    pub company: String,
    pub address: String,
    pub email: String,
    pub phone: String,
    /// Person or office in charge of personal data.
    pub privacy_contact: String,
    /// Where the feedback form is posted; empty = e-mail.
    pub feedback_endpoint: String,
    /// Date the privacy policy took effect (YYYY-MM-DD).
    pub policy_effective_on: String,
    /// Months after which personal data is erased; 0 = not stated.
    pub retention_months: u32,
}
