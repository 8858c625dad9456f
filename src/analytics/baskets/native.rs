//! The tables of what goes together and what to offer.

use std::collections::HashSet;

use super::{Baskets, Mining, RuleLimits, Thresholds, affinities, frequent, least_count, rules};
use crate::models::{Input, NativeModel};
use crate::problem::{Problem, Result};
use crate::project;
use crate::warehouse::{Engine, Row, Value};

/// More itemsets than this say that the limits are too low, not that there is so much to know.
const MOST_SETS: usize = 2_000_000;

pub(super) fn inputs(names: &[&str]) -> Vec<Input> {
    names.iter().map(|name| Input::Model((*name).to_owned())).collect()
}

pub(super) fn number(value: &Value) -> u32 {
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
pub(super) struct Products {
    skus: Vec<Value>,
    pub durables: HashSet<u32>,
    pub unavailable: HashSet<u32>,
}

impl Products {
    pub fn read(engine: &dyn Engine) -> Result<Products> {
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
    pub fn sku(&self, no: u32) -> Value {
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
