//! The feedback file: surveys (NPS, CSAT, CES), complaints with their clock, praise and suggestions. A store's quality
//! moves its scores, so that stores can be told apart.

use jiff::civil::Date;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Exp1, StandardNormal};

use super::chain::pick;
use super::customer::{Stream, push_record_id};
use super::events::{Event, Events, Said, SaidKind};
use super::receipts::basket_of;
use super::sheet::{Cells, Dialect, Head};
use super::tables::Table;
use super::text::{DAY_SECONDS, DateStyle, push_moment, push_number};
use super::words::{OUTCOMES, SUGGESTIONS, TOPICS};
use super::{Output, World};
use crate::problem::Result;

const COLUMNS: [Head; 17] = [
    Head::text("feedback_id"),
    Head::text("at"),
    Head::text("record_id"),
    Head::text("store_id"),
    Head::text("sku"),
    Head::text("channel"),
    Head::text("kind"),
    Head::text("nps"),
    Head::text("csat"),
    Head::text("ces"),
    Head::text("text"),
    Head::text("severity"),
    Head::text("status"),
    Head::text("first_reply_at"),
    Head::text("resolved_at"),
    Head::text("outcome"),
    Head::text("told_at"),
];

pub(super) fn write(world: &World, events: &Events, out: &mut Output) -> Result<()> {
    let dialect = Dialect { bom: world.messy, ..Dialect::CSV };
    let mut table = Table::create(world, "feedback", out.path("data/feedback.csv"), dialect, &COLUMNS)?;
    let mut lines = Vec::new();
    for (number, said) in (1_u64..).zip(&events.said) {
        let taste = world.taste(said.customer);
        let sale = said.sale();
        let channel = basket_of(world, sale, &taste, &mut lines);
        let mut rng = world.streams.of(Stream::Feedback, said.customer, said.visit);
        let line = lines[rng.random_range(0..lines.len())];
        let opinion = Opinion::draw(world, *said, line.product, &mut rng);

        let cells = table.cells();
        cells.cell(|text| {
            text.push('F');
            push_number(text, number, 6);
        });
        push_time(world, Some(said.at), cells);
        cells.cell(|text| push_record_id(text, said.customer, taste.second_record && channel.online()));
        cells.push(&world.chain.stores[usize::from(said.store)].id);
        cells.push(if opinion.about_article { &world.catalog.products[usize::from(line.product)].sku } else { "" });
        cells.push(pick(&[("miniapp", 5), ("wechat", 4), ("store", 2), ("phone", 1)], &mut rng));
        opinion.push(world, cells);
        table.row(out)?;
        out.summary.feedback += 1;
    }
    table.finish(out)
}

impl Said {
    fn sale(self) -> Event {
        Event::sale(self.store, self.sale_at, self.customer, self.visit)
    }
}

/// What is said, without who and where.
#[derive(Default)]
struct Opinion {
    kind: &'static str,
    nps: Option<i64>,
    csat: Option<i64>,
    ces: Option<i64>,
    text: String,
    about_article: bool,
    case: Option<Case>,
}

/// How a complaint was handled; times in seconds since the window's start, none when not yet.
struct Case {
    severity: &'static str,
    status: &'static str,
    first_reply: Option<u32>,
    resolved: Option<u32>,
    outcome: &'static str,
    told: Option<u32>,
}

impl Opinion {
    fn draw(world: &World, said: Said, product: u16, rng: &mut ChaCha8Rng) -> Opinion {
        let quality = world.chain.stores[usize::from(said.store)].quality;
        let article = &world.catalog.products[usize::from(product)].name;
        match said.kind {
            SaidKind::Survey => survey(quality, article, rng),
            SaidKind::Suggestion => {
                let mut opinion = Opinion { kind: "suggestion", ..Opinion::default() };
                opinion.say(SUGGESTIONS[rng.random_range(0..SUGGESTIONS.len())], article);
                opinion
            }
            SaidKind::Praise => {
                let mut opinion = Opinion { kind: "praise", ..Opinion::default() };
                opinion.say(one_of(TOPICS[topic(rng)].good, rng), article);
                opinion
            }
            SaidKind::Complaint => {
                let mut opinion = Opinion { kind: "complaint", ..Opinion::default() };
                let topic = &TOPICS[topic(rng)];
                opinion.say(one_of(topic.bad, rng), article);
                if rng.random_bool(0.3) {
                    opinion.text.push_str("请尽快处理。");
                }
                opinion.case = Some(Case::draw(world, said.at, topic.safety, quality, rng));
                opinion
            }
        }
    }

    fn say(&mut self, sentence: &str, article: &str) {
        self.about_article |= sentence.contains("{}");
        self.text.push_str(&sentence.replace("{}", article));
    }

    /// The cells from `kind` to `told_at`.
    fn push(&self, world: &World, cells: &mut Cells) {
        cells.push(self.kind);
        for score in [self.nps, self.csat, self.ces] {
            cells.cell(|text| {
                if let Some(score) = score {
                    push_number(text, score.unsigned_abs(), 1);
                }
            });
        }
        cells.push(&self.text);
        let Some(case) = &self.case else {
            return (0..6).for_each(|_| cells.push(""));
        };
        cells.push(case.severity);
        cells.push(case.status);
        push_time(world, case.first_reply, cells);
        push_time(world, case.resolved, cells);
        cells.push(case.outcome);
        push_time(world, case.told, cells);
    }
}

/// A mood on the scale of 0 to 10 and, from it, up to three scores.
fn survey(quality: f64, article: &str, rng: &mut ChaCha8Rng) -> Opinion {
    let noise: f64 = StandardNormal.sample(rng);
    let mood = 8.1 + 1.1 * quality + 2.0 * noise;
    let clipped = |value: f64, low: i64, high: i64| (value.round() as i64).clamp(low, high);
    let mut opinion = Opinion { kind: "survey", ..Opinion::default() };
    opinion.nps = rng.random_bool(0.85).then(|| clipped(mood, 0, 10));
    opinion.csat = rng.random_bool(0.6).then(|| clipped(mood / 2.0, 1, 5));
    let effort: f64 = StandardNormal.sample(rng);
    opinion.ces = rng.random_bool(0.3).then(|| clipped(mood * 0.65 + effort * 0.7, 1, 7));
    if opinion.nps.is_none() && opinion.csat.is_none() && opinion.ces.is_none() {
        opinion.nps = Some(clipped(mood, 0, 10));
    }
    if rng.random_bool(0.35) {
        let topic = &TOPICS[topic(rng)];
        let sentences = if mood < 6.5 { topic.bad } else { topic.good };
        opinion.say(one_of(sentences, rng), article);
    }
    opinion
}

impl Case {
    fn draw(world: &World, at: u32, safety: bool, quality: f64, rng: &mut ChaCha8Rng) -> Case {
        let severity = if safety { "safety" } else { pick(&[("low", 3), ("medium", 6), ("high", 2)], rng) };
        let slow = 1.4 - quality;
        let mut later = |from: u32, mean_hours: f64| {
            let wait: f64 = Exp1.sample(rng);
            let end = world.calendar.days() * DAY_SECONDS;
            let at = f64::from(from) + 600.0 + wait * mean_hours * slow * 3600.0;
            (at < f64::from(end)).then_some(at as u32)
        };
        let first_reply = later(at, if safety { 1.0 } else { 7.0 });
        let resolved = first_reply.and_then(|at| later(at, 55.0));
        let told = resolved.and_then(|at| later(at, 18.0)).filter(|_| rng.random_bool(0.8));
        let status = match (first_reply, resolved, told) {
            (None, ..) => "open",
            (Some(_), None, _) => "in_progress",
            (_, Some(_), None) => "resolved",
            _ => "closed",
        };
        let outcome = if resolved.is_some() { OUTCOMES[rng.random_range(0..OUTCOMES.len())] } else { "" };
        Case { severity, status, first_reply, resolved, outcome, told }
    }
}

/// The last topic, safety, is rare.
fn topic(rng: &mut ChaCha8Rng) -> usize {
    if rng.random_bool(0.04) { TOPICS.len() - 1 } else { rng.random_range(0..TOPICS.len() - 1) }
}

fn one_of(sentences: &[&'static str], rng: &mut ChaCha8Rng) -> &'static str {
    sentences[rng.random_range(0..sentences.len())]
}

fn push_time(world: &World, at: Option<u32>, cells: &mut Cells) {
    cells.cell(|text| {
        if let Some(at) = at {
            let date: Date = world.calendar.date(at / DAY_SECONDS);
            push_moment(text, date, at % DAY_SECONDS, DateStyle::Dashes);
        }
    });
}
