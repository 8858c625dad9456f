//! The tables of what to offer, and how good the offers are.

use std::collections::HashSet;

use super::native::{Products, inputs, number};
use super::{Exclusions, HitRates, Purchases, Reason, Recommender, Similarity, Trial, Wish, hit_rates, neighbours};
use crate::models::{Input, NativeModel};
use crate::problem::Result;
use crate::project;
use crate::warehouse::{Engine, Row, Value};

/// Days held back when the recommendations are tried.
const HELD_BACK: i64 = 90;

/// The purchases with the people behind their numbers.
struct History {
    people: Vec<Value>,
    purchases: Purchases,
    refunded: HashSet<(u32, u32)>,
    /// First and last day.
    days: Option<(i32, i32)>,
}

impl History {
    fn read(engine: &dyn Engine) -> Result<History> {
        let mut people: Vec<Value> = Vec::new();
        let (mut rows, mut refunded) = (Vec::new(), HashSet::new());
        let select =
            "select person_id, day_no, sku_no, refunded from main.person_items order by person_id, day_no, sku_no";
        engine.stream(select, &mut |_, batch| {
            for row in batch {
                if people.last() != Some(&row[0]) {
                    people.push(row[0].clone());
                }
                let person = u32::try_from(people.len() - 1).unwrap_or(u32::MAX);
                let day = row[1].as_i64().and_then(|day| i32::try_from(day).ok()).unwrap_or(0);
                let item = number(&row[2]);
                if row[3] == Value::Bool(true) {
                    refunded.insert((person, item));
                }
                rows.push((person, day, item));
            }
            Ok(())
        })?;
        let days = rows.iter().map(|row| row.1).min().zip(rows.iter().map(|row| row.1).max());
        Ok(History { people, purchases: Purchases::of(rows), refunded, days })
    }
}

/// `recommendations`: what to offer every customer next.
pub struct Recommendations {
    pub settings: project::Recommendations,
}

impl NativeModel for Recommendations {
    fn name(&self) -> &'static str {
        "recommendations"
    }
    fn header(&self) -> &'static str {
        "-- recommendations: what to offer every customer next, and why.
-- zh-CN: 下次向每位顾客推荐什么，为什么
-- grain: one row per person and product, at most recommendations.per_customer per person
-- key: person_id, rank
-- definition: First what the person buys regularly (on three days or more) and is due again: longer ago than their own median
--   interval, but not three times as long. Then what goes with what they have: the sum of the similarities to their own
--   products; similarity is the cosine of who bought what (Sarwar and others 2001), times n / (n + λ) for n people who have
--   both. Left out: durables they have, what they gave back, what is not on the shelf.
-- zh-CN definition: 先推荐该补货的，最多三样：在三天以上买过，离上次已经到了他自己平常的间隔，还没超过三倍。再推荐和
--   他买过的商品相似的：两样商品的买家越重合越相似（余弦，Sarwar 等，2001），共同的买家少就打折扣，把和他买过的每一样
--   的相似加起来。他已有的耐用品、他退过的、现在不卖的都不推荐。每人最多 {recommendations.per_customer}样。
-- column rank: 1 = first
-- column reason: replenish or similar
-- column reason_sku: the own product it is most similar to; with replenish the product itself
-- column usual_days: median days between purchases of the product; null with similar
-- column days_since: days since the last one; null with similar
-- column score: how late, in intervals, or the sum of similarities
-- room: baskets
-- publishable: no"
    }
    fn inputs(&self) -> Vec<Input> {
        inputs(&["person_items", "basket_products"])
    }
    fn columns(&self) -> Vec<(&'static str, &'static str)> {
        vec![
            ("person_id", "varchar"),
            ("rank", "integer"),
            ("sku", "varchar"),
            ("reason", "varchar"),
            ("reason_sku", "varchar"),
            ("usual_days", "double"),
            ("days_since", "integer"),
            ("score", "double"),
        ]
    }
    fn fingerprint(&self) -> String {
        format!("1 {:?}", self.settings)
    }
    fn run(&self, engine: &dyn Engine, put: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        let history = History::read(engine)?;
        let Some((_, last)) = history.days else { return Ok(()) };
        let products = Products::read(engine)?;
        let known = neighbours(&history.purchases, &Similarity::default());
        let exclusions = Exclusions {
            durables: products.durables.clone(),
            unavailable: products.unavailable.clone(),
            refunded: history.refunded,
        };
        let n = usize::try_from(self.settings.per_customer).unwrap_or(5);
        let recommender =
            Recommender { neighbours: &known, exclusions: &exclusions, wish: Wish { n, ..Wish::default() } };
        for (person, list) in recommender.lists(&history.purchases, last) {
            let Some(id) = usize::try_from(person).ok().and_then(|at| history.people.get(at)) else { continue };
            for found in list {
                let (reason, source, usual, since) = match found.reason {
                    Reason::Replenish(due) => {
                        ("replenish", found.item, Value::Float(due.median), Value::Int(due.since))
                    }
                    Reason::Similar { source, .. } => ("similar", source, Value::Null, Value::Null),
                };
                put(vec![
                    id.clone(),
                    Value::Int(i64::from(found.rank)),
                    products.sku(found.item),
                    Value::text(reason),
                    products.sku(source),
                    usual,
                    since,
                    Value::Float(found.score),
                ])?;
            }
        }
        Ok(())
    }
}

/// `recommendation_quality`: how often the recommendations would have hit, beside the best sellers.
pub struct RecommendationQuality;

impl NativeModel for RecommendationQuality {
    fn name(&self) -> &'static str {
        "recommendation_quality"
    }
    fn header(&self) -> &'static str {
        "-- recommendation_quality: how often the recommendations would have hit, beside simply offering the best sellers.
-- zh-CN: 推荐准不准，和只推畅销品比哪个命中多
-- grain: one row per kind of list; none with less than 180 days of purchases
-- key: list
-- definition: Lists of ten made from what was known 90 days before the last purchase; a hit is a list with at least one product
--   the person bought after. Shares with Wilson's 95 % interval; the difference with Tango's (1998) for paired shares.
-- zh-CN definition: 回到最后一个购买日之前 90 天，只用当时知道的情况，给每人列十样商品；他后来买了其中至少一样，就算
--   命中。十样里可以有买过的，或者都没有买过，各算一行。命中率带 95% 区间（Wilson），和畅销品的差也带区间（Tango，
--   1998）。购买历史不到 180 天时没有结果。
-- column list: all (what was bought before may come again) or new (only what the person had never bought)
-- column customers: people with purchases before and after
-- column hits: lists with a hit
-- column hit_rate: hits of customers
-- column baseline_hits: hits of the ten best sellers, with the same things left out
-- column baseline_rate: baseline_hits of customers
-- column difference: hit_rate less baseline_rate
-- column difference_low: lower end of the 95 % interval of the difference
-- column difference_high: upper end
-- column verdict: better, same or worse than the best sellers
-- room: baskets
-- publishable: no"
    }
    fn inputs(&self) -> Vec<Input> {
        inputs(&["person_items", "basket_products"])
    }
    fn columns(&self) -> Vec<(&'static str, &'static str)> {
        vec![
            ("list", "varchar"),
            ("customers", "integer"),
            ("hits", "integer"),
            ("hit_rate", "double"),
            ("low", "double"),
            ("high", "double"),
            ("baseline_hits", "integer"),
            ("baseline_rate", "double"),
            ("difference", "double"),
            ("difference_low", "double"),
            ("difference_high", "double"),
            ("verdict", "varchar"),
        ]
    }
    fn fingerprint(&self) -> String {
        "1".to_owned()
    }
    fn run(&self, engine: &dyn Engine, put: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        let history = History::read(engine)?;
        let Some((first, last)) = history.days.filter(|(first, last)| i64::from(last - first) >= 2 * HELD_BACK) else {
            return Ok(());
        };
        let day = last - i32::try_from(HELD_BACK).unwrap_or(0);
        debug_assert!(day > first);
        // What was given back or taken from the shelf later was not known then.
        let exclusions = Exclusions { durables: Products::read(engine)?.durables, ..Exclusions::default() };
        for (list, new_only) in [("all", false), ("new", true)] {
            let wish = Wish { n: 10, new_only, ..Wish::default() };
            let similarity = Similarity::default();
            let trial = Trial { purchases: &history.purchases, day, similarity, wish, exclusions: &exclusions };
            if let Some(rates) = hit_rates(&trial) {
                put(quality_row(list, &rates))?;
            }
        }
        Ok(())
    }
}

fn quality_row(list: &'static str, rates: &HitRates) -> Row {
    let (own, best, paired) = (&rates.recommended, &rates.best_sellers, &rates.difference);
    let verdict = match (paired.low > 0.0, paired.high < 0.0) {
        (true, _) => "better",
        (_, true) => "worse",
        _ => "same",
    };
    vec![
        Value::text(list),
        Value::Int(i64::from(own.of)),
        Value::Int(i64::from(own.hits)),
        Value::Float(own.rate),
        Value::Float(own.low),
        Value::Float(own.high),
        Value::Int(i64::from(best.hits)),
        Value::Float(best.rate),
        Value::Float(paired.difference),
        Value::Float(paired.low),
        Value::Float(paired.high),
        Value::text(verdict),
    ]
}
