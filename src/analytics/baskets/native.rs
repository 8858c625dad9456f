//! The tables of what goes together and what to offer.

use std::collections::HashSet;

use super::{
    Baskets, Exclusions, HitRates, Mining, Purchases, Reason, Recommender, RuleLimits, Similarity, Thresholds, Trial,
    Wish, affinities, frequent, hit_rates, least_count, neighbours, rules,
};
use crate::models::{Input, NativeModel};
use crate::problem::{Problem, Result};
use crate::project;
use crate::warehouse::{Engine, Row, Value};

/// More itemsets than this say that the limits are too low, not that there is so much to know.
const MOST_SETS: usize = 2_000_000;
/// Days held back when the recommendations are tried.
const HELD_BACK: i64 = 90;

fn inputs(names: &[&str]) -> Vec<Input> {
    names.iter().map(|name| Input::Model((*name).to_owned())).collect()
}

fn number(value: &Value) -> u32 {
    value.as_i64().and_then(|number| u32::try_from(number).ok()).unwrap_or(0)
}

fn baskets(engine: &dyn Engine) -> Result<Baskets> {
    let mut pairs = Vec::new();
    engine.stream("select basket_no, sku_no from main.basket_items", &mut |_, rows| {
        pairs.extend(rows.iter().map(|row| (number(&row[0]), number(&row[1]))));
        Ok(())
    })?;
    Ok(Baskets::of(pairs))
}

/// The products by their numbers, which begin at 1.
struct Products {
    skus: Vec<Value>,
    durables: HashSet<u32>,
    unavailable: HashSet<u32>,
}

impl Products {
    fn read(engine: &dyn Engine) -> Result<Products> {
        let mut products = Products { skus: vec![Value::Null], durables: HashSet::new(), unavailable: HashSet::new() };
        let select = "select sku_no, sku, durable, available from main.basket_products order by sku_no";
        engine.stream(select, &mut |_, rows| {
            for row in rows {
                let no = number(&row[0]);
                if row[2] == Value::Bool(true) {
                    products.durables.insert(no);
                }
                if row[3] == Value::Bool(false) {
                    products.unavailable.insert(no);
                }
                products.skus.push(row[1].clone());
            }
            Ok(())
        })?;
        Ok(products)
    }
    fn sku(&self, no: u32) -> Value {
        usize::try_from(no).ok().and_then(|at| self.skus.get(at)).cloned().unwrap_or(Value::Null)
    }
}

/// `product_affinity`: pairs of products that stand on one receipt.
pub struct ProductAffinity {
    pub settings: project::Recommendations,
}

impl NativeModel for ProductAffinity {
    fn name(&self) -> &'static str {
        "product_affinity"
    }
    fn header(&self) -> &'static str {
        "-- product_affinity: pairs of products that were bought on one receipt.
-- zh-CN: 常在同一张小票上一起买的两样商品
-- grain: one row per pair on at least recommendations.min_baskets receipts; of a product at most its fifty most frequent
-- key: sku_a, sku_b
-- definition: Receipts of basket_items. Lift: how many times as often as if the two had nothing to do with each other.
-- zh-CN definition: 最近 {recommendations.window}天里，至少在 {recommendations.min_baskets}张小票上一起出现；每样商品
--   只留一起出现最多的 50 对。倍数（lift）是：一起出现的小票，是两样互不相干时会有的几倍。
-- column sku_a: the lower sku
-- column sku_b: the higher sku
-- column baskets: receipts with both
-- column support: share of all receipts with both
-- column confidence: share of the receipts with a that have b
-- column confidence_back: share of the receipts with b that have a
-- column lift: support by the product of the shares of a and b
-- room: baskets
-- publishable: no"
    }
    fn inputs(&self) -> Vec<Input> {
        inputs(&["basket_items", "basket_products"])
    }
    fn columns(&self) -> Vec<(&'static str, &'static str)> {
        vec![
            ("sku_a", "varchar"),
            ("sku_b", "varchar"),
            ("baskets", "integer"),
            ("support", "double"),
            ("confidence", "double"),
            ("confidence_back", "double"),
            ("lift", "double"),
        ]
    }
    fn fingerprint(&self) -> String {
        format!("1 {:?}", self.settings)
    }
    fn run(&self, engine: &dyn Engine, put: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        let products = Products::read(engine)?;
        let thresholds = Thresholds { baskets: self.settings.min_baskets, per_item: Some(50) };
        // Numbers follow the order of the skus, so pairs come in the order of the key.
        for pair in affinities(&baskets(engine)?, &thresholds).iter() {
            put(vec![
                products.sku(pair.a),
                products.sku(pair.b),
                Value::Int(i64::from(pair.baskets)),
                Value::Float(pair.support),
                Value::Float(pair.confidence_ab),
                Value::Float(pair.confidence_ba),
                Value::Float(pair.lift),
            ])?;
        }
        Ok(())
    }
}

/// `basket_rules`: who has this on the receipt has that too.
pub struct BasketRules {
    pub settings: project::Recommendations,
}

impl NativeModel for BasketRules {
    fn name(&self) -> &'static str {
        "basket_rules"
    }
    fn header(&self) -> &'static str {
        "-- basket_rules: receipts with these products have that one too (购物篮规则).
-- zh-CN: 小票上有这些商品时，常常也有那一样（购物篮规则）
-- grain: one row per rule and product of its left side
-- key: rule_no, left_no
-- definition: FP-growth (Han, Pei and Yin 2000) on basket_items: all rules with one product on the right that stand on
--   recommendations.min_support of the receipts (and on recommendations.min_baskets), reach recommendations.min_confidence,
--   and have at most recommendations.longest_rule products. The greatest lift first.
-- zh-CN definition: 用 FP-growth（Han、Pei、Yin，2000）从小票里找规则：左边是几样商品，右边只有一样。一起出现的小票，
--   占全部的比例不低于 {recommendations.min_support}，张数不少于 {recommendations.min_baskets}；有左边商品的小票里，
--   也有右边那样的比例不低于 {recommendations.min_confidence}。一条规则最多 {recommendations.longest_rule}样商品，比
--   碰巧高出倍数最大的排在前面。小票太多、找不完时，会自动提高出现次数的门槛。
-- column rule_no: 1 = the greatest lift
-- column left_no: order of the products on the left
-- column left_sku: one product of the left side
-- column left_size: how many products the left side has
-- column sku: the product on the right
-- column baskets: receipts with all of them
-- column support: share of all receipts
-- column confidence: share of the receipts with the left side that have the right one
-- column lift: confidence by the share of all receipts with the right one
-- room: baskets
-- publishable: no"
    }
    fn inputs(&self) -> Vec<Input> {
        inputs(&["basket_items", "basket_products"])
    }
    fn columns(&self) -> Vec<(&'static str, &'static str)> {
        vec![
            ("rule_no", "integer"),
            ("left_no", "integer"),
            ("left_sku", "varchar"),
            ("left_size", "integer"),
            ("sku", "varchar"),
            ("baskets", "integer"),
            ("support", "double"),
            ("confidence", "double"),
            ("lift", "double"),
        ]
    }
    fn fingerprint(&self) -> String {
        format!("1 {:?}", self.settings)
    }
    fn run(&self, engine: &dyn Engine, put: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        let baskets = baskets(engine)?;
        let total = u32::try_from(baskets.len()).unwrap_or(u32::MAX);
        let Some(least) = least_count(self.settings.min_support, total) else { return Ok(()) };
        let products = Products::read(engine)?;
        let longest = usize::try_from(self.settings.longest_rule).unwrap_or(3);
        let mut mining = Mining { least: least.max(self.settings.min_baskets), longest, most: MOST_SETS };
        // Limits that are too low for a large chain must not stop the book: they are raised until the search ends.
        let sets = loop {
            match frequent(&baskets, &mining) {
                Ok(sets) => break sets,
                Err(_) if mining.least < total => mining.least = mining.least.saturating_mul(2),
                Err(problem) => return Err(Problem::failed(format!("basket_rules: {problem}"))),
            }
            tracing::warn!(
                "basket_rules: recommendations.min_support is too low for so many receipts; only what stands on {} is looked at",
                mining.least
            );
        };
        let limits = RuleLimits { support: self.settings.min_support, confidence: self.settings.min_confidence };
        for (at, rule) in rules(&sets, &limits).iter().enumerate() {
            for (left, item) in rule.left.iter().enumerate() {
                put(vec![
                    Value::Int(i64::try_from(at + 1).unwrap_or(0)),
                    Value::Int(i64::try_from(left + 1).unwrap_or(0)),
                    products.sku(*item),
                    Value::Int(i64::try_from(rule.left.len()).unwrap_or(0)),
                    products.sku(rule.right),
                    Value::Int(i64::from(rule.baskets)),
                    Value::Float(rule.measures.support),
                    Value::Float(rule.measures.confidence),
                    Value::Float(rule.measures.lift),
                ])?;
            }
        }
        Ok(())
    }
}

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
