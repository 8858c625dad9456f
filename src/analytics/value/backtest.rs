//! How good the predictions are: the models as they would have been some time ago, beside what happened since.

use rayon::prelude::*;

use super::native::{Until, customers, decimal, estimates, history_days};
use super::score::Simple;
use crate::models::{Input, NativeModel};
use crate::problem::Result;
use crate::project;
use crate::warehouse::{Engine, Row, Value};

/// `clv_backtest`: what the models would have said on the day of the split, beside what happened.
pub struct ClvBacktest {
    pub settings: project::ValueModels,
}

impl NativeModel for ClvBacktest {
    fn name(&self) -> &'static str {
        "clv_backtest"
    }
    fn header(&self) -> &'static str {
        "-- clv_backtest: what the purchase model would have said of every customer on the day of the split, and what happened.
-- zh-CN: 检验那天模型会怎样预计每位顾客，后来实际怎样
-- grain: one row per person with a purchase up to the split; none when there is too little data (see clv_readiness)
-- key: person_id
-- definition: The models are fitted to the data up to split_on (see prediction_split) and asked for the days from then to
--   as_of. The baseline expects as many purchase days a day as in the 365 days before the split.
-- zh-CN definition: 模型只用检验那天（split_on，见 prediction_split）为止的数据，预计从那天到统计日的购买天数和净销售
--   额。拿来对照的简单办法：和那天之前 365 天来得一样勤。数据不够时没有结果（见 clv_readiness）。
-- column repeats: purchase days after the first, up to the split
-- column actual: purchase days after the split
-- column expected: the model's expectation of them
-- column baseline: the simple formula's expectation of them
-- column actual_sales: net sales after the split, project currency
-- column expected_sales: expected purchase days times expected basket, project currency
-- column baseline_sales: the same by the simple formula, project currency
-- room: value
-- publishable: no"
    }
    fn inputs(&self) -> Vec<Input> {
        ["backtest_histories", "clv_backtest_parameters", "prediction_split", "backtest_actuals"]
            .map(|name| Input::Model(name.to_owned()))
            .to_vec()
    }
    fn columns(&self) -> Vec<(&'static str, &'static str)> {
        vec![
            ("person_id", "varchar"),
            ("repeats", "integer"),
            ("actual", "integer"),
            ("expected", "decimal(18, 6)"),
            ("baseline", "decimal(18, 6)"),
            ("actual_sales", "decimal(18, 2)"),
            ("expected_sales", "decimal(18, 2)"),
            ("baseline_sales", "decimal(18, 2)"),
        ]
    }
    fn fingerprint(&self) -> String {
        format!("1 {:?}", self.settings)
    }
    fn run(&self, engine: &dyn Engine, put: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        let Some(estimates) = estimates(engine, Until::Split, self.settings.monthly_discount)? else { return Ok(()) };
        let days = engine.query("select holdout_days from main.prediction_split")?.get(0, "holdout_days").as_f64();
        let days = days.unwrap_or(0.0);
        let (people, customers) = customers(engine, Until::Split)?;
        let actuals =
            engine.query("select person_id, actual, actual_sales from main.backtest_actuals order by person_id")?;
        let simple = Simple::new(history_days(&customers), self.settings.monthly_discount);
        let expected: Vec<f64> =
            customers.par_iter().map(|of| estimates.purchases.expected(&of.history(), days / 7.0)).collect();
        for (((person, of), expected), actual) in people.into_iter().zip(&customers).zip(expected).zip(&actuals.rows) {
            let baseline = simple.purchases(of, days);
            put(vec![
                person,
                Value::Int(i64::from(of.repeats)),
                actual[1].clone(),
                decimal(expected, 6),
                decimal(baseline, 6),
                actual[2].clone(),
                decimal(expected * estimates.basket(of), 2),
                decimal(baseline * simple.predict(of).basket, 2),
            ])?;
        }
        Ok(())
    }
}

/// `clv_tracking`: repeat purchases week by week, as they were and as the model of the split would have had them.
pub struct ClvTracking;

impl NativeModel for ClvTracking {
    fn name(&self) -> &'static str {
        "clv_tracking"
    }
    fn header(&self) -> &'static str {
        "-- clv_tracking: repeat purchase days week by week, beside those the purchase model expects.
-- zh-CN: 每周回头购买多少，和模型预计的对照
-- grain: one row per full week from the first purchase to as_of; none when there is too little data (see clv_readiness)
-- key: week_no
-- definition: Of everybody who first bought up to the day of the split, with the parameters fitted up to that day: in the
--   weeks after it the model is on its own.
-- zh-CN definition: 看检验那天为止第一次购买的人，参数也只用到那天为止的数据。那天以后的各周，模型全凭自己预计。
-- column week_no: 1 = the seven days after the first purchase of the chain
-- column week_end: last day of the week
-- column phase: fitted (up to the split) or holdout
-- column actual: repeat purchase days of the week
-- column expected: those the model expects
-- column actual_total: the sum up to the end of the week
-- column expected_total: the same as the model expects it
-- room: value
-- publishable: no"
    }
    fn inputs(&self) -> Vec<Input> {
        ["clv_backtest_parameters", "prediction_split", "tracking_days"]
            .map(|name| Input::Model(name.to_owned()))
            .to_vec()
    }
    fn columns(&self) -> Vec<(&'static str, &'static str)> {
        vec![
            ("week_no", "integer"),
            ("week_end", "date"),
            ("phase", "varchar"),
            ("actual", "integer"),
            ("expected", "decimal(18, 2)"),
            ("actual_total", "integer"),
            ("expected_total", "decimal(18, 2)"),
        ]
    }
    fn fingerprint(&self) -> String {
        "1".to_owned()
    }
    fn run(&self, engine: &dyn Engine, put: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        let Some(estimates) = estimates(engine, Until::Split, 0.0)? else { return Ok(()) };
        let split = engine.query("select first_on, split_on, as_of from main.prediction_split")?;
        let (Value::Date(first), Value::Date(split_on), Value::Date(as_of)) =
            (split.get(0, "first_on"), split.get(0, "split_on"), split.get(0, "as_of"))
        else {
            return Ok(());
        };
        let days = usize::try_from((*as_of - *first).get_days()).unwrap_or(0);
        let (new, repeats) = per_day(engine, days)?;
        // Of one new customer, by days since the first purchase.
        let of_new: Vec<f64> = (0..=u32::try_from(days).unwrap_or(0))
            .into_par_iter()
            .map(|day| estimates.purchases.expected_of_new(f64::from(day) / 7.0))
            .collect();
        let (mut actual_total, mut expected_before) = (0.0, 0.0);
        for week in 1..=days / 7 {
            let end = week * 7;
            let actual: f64 = repeats[end - 6..=end].iter().sum::<f64>() + if week == 1 { repeats[0] } else { 0.0 };
            let expected: f64 = (0..=end).map(|day| new[day] * of_new[end - day]).sum();
            actual_total += actual;
            let Ok(last) = first.checked_add(jiff::Span::new().days(i64::try_from(end).unwrap_or(0))) else { break };
            put(vec![
                Value::Int(i64::try_from(week).unwrap_or(0)),
                Value::Date(last),
                Value::text(if last <= *split_on { "fitted" } else { "holdout" }),
                whole(actual),
                decimal(expected - expected_before, 2),
                whole(actual_total),
                decimal(expected, 2),
            ])?;
            expected_before = expected;
        }
        Ok(())
    }
}

/// New customers and repeat purchases by day since the first purchase of the chain: `days + 1` of each.
fn per_day(engine: &dyn Engine, days: usize) -> Result<(Vec<f64>, Vec<f64>)> {
    let (mut new, mut repeats) = (vec![0.0; days + 1], vec![0.0; days + 1]);
    let select = "select day_no, new_customers, repeat_purchases from main.tracking_days order by day_no";
    for row in engine.query(select)?.rows {
        let Some(at) = row[0].as_i64().and_then(|day| usize::try_from(day).ok()).filter(|at| *at <= days) else {
            continue;
        };
        new[at] = row[1].as_f64().unwrap_or(0.0);
        repeats[at] = row[2].as_f64().unwrap_or(0.0);
    }
    Ok((new, repeats))
}

#[allow(clippy::cast_possible_truncation)]
fn whole(number: f64) -> Value {
    Value::Int(number as i64)
}
