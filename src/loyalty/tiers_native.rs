//! `tier_spells`: the course of everybody through the tiers.

use std::sync::Arc;

use jiff::civil::Date;
use rayon::prelude::*;

use super::tiers::{Course, Spend, follow};
use crate::models::{Input, NativeModel};
use crate::problem::Result;
use crate::project::programme::Programme;
use crate::warehouse::{Engine, Row, Value};

/// People that are followed at a time: enough for two threads, few enough to hold.
const BATCH: usize = 20_000;

/// `tier_spells`.
pub struct TierSpells {
    pub programme: Arc<Programme>,
    pub as_of: Date,
}

struct Person {
    id: Value,
    first: Date,
    spend: Vec<Spend>,
}

impl NativeModel for TierSpells {
    fn name(&self) -> &'static str {
        "tier_spells"
    }
    fn header(&self) -> &'static str {
        "-- tier_spells: from when to when everybody was in which tier.
-- zh-CN: 每位顾客从哪天到哪天是什么等级
-- grain: one row per person and time in a tier
-- key: person_id, spell_no
-- definition: Everybody begins in the lowest tier on the day of joining, or of the first purchase where that is earlier. Up at
--   once, to the highest tier whose spend the qualifying spend of the day reaches. With tiers.window = rolling a tier is reviewed
--   tiers.months months after it was reached, and as many after each review; with calendar on 31 December of the year after. At
--   a review, or within tiers.grace_days after it, the spend since tiers.months months before the review (since 1 January) must reach
--   the tier; else the person goes down by one step. A refund lowers the spend of the day of its sale, as if it had never been.
--   Thresholds are those of the day.
-- zh-CN definition: 人人从最低一级开始，从入会那天算起（首购更早就从首购那天）。消费够了马上升级。tiers.window 是
--   rolling 时，升级满 {tiers.months} 个月考核一次，之后每隔同样长考核；是 calendar 时，在次年 12 月 31 日考核。考核看之前
--   {tiers.months} 个月（或当年 1 月 1 日以来）的消费，宽限期（{tiers.grace_days} 天）里补够也算；不够就降一级。退货从当初那天
--   的消费里减，像没买过一样。门槛以当天的规则为准。
-- column spell_no: 1 = the first
-- column tier_no: 1 = lowest
-- column until_on: last day; null = now
-- column cause: start, up, down, or rules (the tier was taken out of the rules)
-- column spend: qualifying spend on the first day, project currency
-- column kept: reviews at which the tier was kept
-- column review_on: day of the next review, or of the one that has failed while there is still grace; null in the lowest tier and where until_on is set
-- column review_from: first day whose spend counts at that review
-- column grace_until: last day on which the tier can still be kept, where a review has failed
-- room: loyalty
-- publishable: no"
    }
    fn inputs(&self) -> Vec<Input> {
        ["people", "customer_days"].map(|name| Input::Model(name.to_owned())).to_vec()
    }
    fn columns(&self) -> Vec<(&'static str, &'static str)> {
        vec![
            ("person_id", "varchar"),
            ("spell_no", "integer"),
            ("tier_no", "integer"),
            ("tier", "varchar"),
            ("from_on", "date"),
            ("until_on", "date"),
            ("cause", "varchar"),
            ("spend", "decimal(18, 2)"),
            ("kept", "integer"),
            ("review_on", "date"),
            ("review_from", "date"),
            ("grace_until", "date"),
        ]
    }
    fn fingerprint(&self) -> String {
        let programme = &self.programme;
        let levels: Vec<_> = programme.versions.iter().map(|version| (version.from, &version.levels)).collect();
        format!("1 {} {:?} {} {} {levels:?}", self.as_of, programme.window, programme.months, programme.grace_days)
    }
    fn run(&self, engine: &dyn Engine, put: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        let select =
            "select p.person_id, least(coalesce(p.joined_on, d.day), coalesce(d.day, p.joined_on)) as first_on, d.day,
                cast(d.net_sales * 100 as bigint) as spend
            from main.people p
            left join main.customer_days d on d.person_id = p.person_id
            order by p.person_id, d.day";
        let mut people: Vec<Person> = Vec::new();
        engine.stream(select, &mut |_, rows| {
            for row in rows {
                let [id, first, day, amount] = <[Value; 4]>::try_from(row).unwrap_or([const { Value::Null }; 4]);
                if people.last().is_none_or(|person| person.id != id) {
                    if people.len() == BATCH {
                        self.put_all(&people, put)?;
                        people.clear();
                    }
                    let first = first.as_date().unwrap_or(self.as_of).min(self.as_of);
                    people.push(Person { id, first, spend: Vec::new() });
                }
                if let (Some(person), Some(day)) = (people.last_mut(), day.as_date()) {
                    person.spend.push((day, amount.as_i64().unwrap_or(0)));
                }
            }
            Ok(())
        })?;
        self.put_all(&people, put)
    }
}

impl TierSpells {
    fn put_all(&self, people: &[Person], put: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        let follow = |person: &Person| follow(&self.programme, person.first, &person.spend, self.as_of);
        let courses: Vec<Course> = people.par_iter().map(follow).collect();
        for (person, course) in people.iter().zip(&courses) {
            let last = course.spells.len();
            for (at, spell) in course.spells.iter().enumerate() {
                let next = course.spells.get(at + 1).and_then(|next| next.from.yesterday().ok());
                let now = |day: Option<Date>| day.filter(|_| at + 1 == last).map_or(Value::Null, Value::Date);
                put(vec![
                    person.id.clone(),
                    Value::Int(i64::try_from(at + 1).unwrap_or(i64::MAX)),
                    Value::Int(i64::try_from(spell.number).unwrap_or(i64::MAX)),
                    Value::text(spell.tier.as_str()),
                    Value::Date(spell.from),
                    next.map_or(Value::Null, Value::Date),
                    Value::text(spell.cause.word()),
                    Value::Decimal { unscaled: i128::from(spell.spend), scale: 2 },
                    Value::Int(i64::from(spell.kept)),
                    now(course.review_on),
                    now(course.review_from),
                    now(course.grace_until),
                ])?;
            }
        }
        Ok(())
    }
}
