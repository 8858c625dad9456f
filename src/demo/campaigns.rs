//! Three campaigns with their lists: two that are over and one that runs. Nobody buys more for being told: what a book finds
//! there is chance.

use jiff::Span;
use jiff::civil::Date;
use rand::RngExt;

use super::customer::{Person, Stream, push_record_id};
use super::events::Joining;
use super::sheet::{Dialect, Head};
use super::tables::Table;
use super::text::{DateStyle, push_date, push_number};
use super::{Output, World};
use crate::problem::Result;

const CAMPAIGNS: [Head; 7] = [
    Head::text("campaign_id"),
    Head::text("name"),
    Head::text("segment"),
    Head::text("starts_on"),
    Head::text("ends_on"),
    Head::text("channel"),
    Head::text("cost"),
];
const TARGETS: [Head; 3] = [Head::text("campaign_id"), Head::text("record_id"), Head::text("arm")];

struct Campaign {
    id: &'static str,
    name: &'static str,
    segment: &'static str,
    /// Days before the end of the window.
    starts: i64,
    days: i64,
    channel: &'static str,
    cost: u64,
    /// Share of those who agreed to marketing.
    reached: f64,
}

const ALL: [Campaign; 3] = [
    Campaign {
        id: "MKT-01",
        name: "会员周三倍积分",
        segment: "同意营销的会员",
        starts: 141,
        days: 7,
        channel: "sms",
        cost: 980,
        reached: 0.9,
    },
    Campaign {
        id: "MKT-02",
        name: "秋季上新",
        segment: "同意营销的会员",
        starts: 60,
        days: 14,
        channel: "wechat",
        cost: 600,
        reached: 0.7,
    },
    Campaign {
        id: "MKT-03",
        name: "老客回店",
        segment: "好久没来的会员",
        starts: 13,
        days: 21,
        channel: "sms",
        cost: 450,
        reached: 0.4,
    },
];

/// Of those who are on a list, so many in a hundred are kept as control.
const CONTROL: f64 = 0.25;

/// Writes `data/campaigns.csv` and `data/campaign_targets.csv`.
pub(super) fn write(world: &World, customers: u32, out: &mut Output) -> Result<()> {
    let mut campaigns = Table::create(world, "campaigns", out.path("data/campaigns.csv"), Dialect::CSV, &CAMPAIGNS)?;
    let mut targets =
        Table::create(world, "campaign_targets", out.path("data/campaign_targets.csv"), Dialect::CSV, &TARGETS)?;
    for (number, campaign) in ALL.iter().enumerate() {
        let starts = before(world.calendar.end(), campaign.starts);
        let cells = campaigns.cells();
        cells.push(campaign.id);
        cells.push(campaign.name);
        cells.push(campaign.segment);
        cells.cell(|text| push_date(text, starts, DateStyle::Dashes));
        cells.cell(|text| push_date(text, before(starts, 1 - campaign.days), DateStyle::Dashes));
        cells.push(campaign.channel);
        cells.cell(|text| push_number(text, campaign.cost, 1));
        campaigns.row(out)?;
        for customer in 0..customers {
            let joining = Joining::draw(world, &mut world.streams.of(Stream::Purchases, customer, 0));
            let person = Person::draw(customer, &world.calendar, &mut world.streams.of(Stream::Person, customer, 0));
            let mut rng = world.streams.of(Stream::Campaigns, customer, u16::try_from(number).unwrap_or(0));
            let listed = rng.random_bool(campaign.reached) && person.consent == Some(true);
            let control = rng.random_bool(CONTROL);
            if !listed || joining.date(world) >= starts {
                continue;
            }
            let cells = targets.cells();
            cells.push(campaign.id);
            cells.cell(|text| push_record_id(text, customer, false));
            cells.push(if control { "control" } else { "treated" });
            targets.row(out)?;
        }
    }
    campaigns.finish(out)?;
    targets.finish(out)
}

fn before(day: Date, days: i64) -> Date {
    day.saturating_sub(Span::new().days(days))
}
