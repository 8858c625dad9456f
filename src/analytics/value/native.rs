//! The tables made of the models: their parameters, and predictions for every customer.

use rayon::prelude::*;

use super::bg_nbd::{self, Kind, PurchaseModel};
use super::gamma_gamma::{self, SpendingModel};
use super::score::{Customer, Estimates, Prediction, Simple, score};
use super::{Fitted, Spending};
use crate::models::{Input, NativeModel};
use crate::problem::Result;
use crate::project;
use crate::warehouse::{Engine, Row, Value};

const BG_NBD: &str = "bg_nbd";
const MBG_NBD: &str = "mbg_nbd";
const GAMMA_GAMMA: &str = "gamma_gamma";
const PURCHASE_PARAMETERS: [&str; 4] = ["r", "alpha", "a", "b"];
const SPENDING_PARAMETERS: [&str; 3] = ["p", "q", "v"];

/// Until which day the histories run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    AsOf,
    /// The day of the backtest: what came later is known and can be compared.
    Split,
}

impl Until {
    fn histories(self) -> &'static str {
        match self {
            Until::AsOf => "purchase_histories",
            Until::Split => "backtest_histories",
        }
    }
    fn parameters(self) -> &'static str {
        match self {
            Until::AsOf => "clv_parameters",
            Until::Split => "clv_backtest_parameters",
        }
    }
    fn word(self) -> &'static str {
        match self {
            Until::AsOf => "as_of",
            Until::Split => "split",
        }
    }
}

/// `clv_parameters` and `clv_backtest_parameters`: the models fitted to the histories, when there is enough data.
pub struct ClvParameters {
    pub until: Until,
}

impl NativeModel for ClvParameters {
    fn name(&self) -> &'static str {
        self.until.parameters()
    }
    fn header(&self) -> &'static str {
        match self.until {
            Until::AsOf => {
                "-- clv_parameters: what the purchase and spending models found in the data up to as_of.
-- zh-CN: 顾客价值模型从数据里得出的参数
-- grain: one row per model and parameter; none when there is too little data (see clv_readiness)
-- key: model, parameter
-- definition: Maximum likelihood on purchase days: bg_nbd (Fader, Hardie and Lee 2005), mbg_nbd (Batislam, Denizel and
--   Filiztekin 2007; for one-time buyers), gamma_gamma (Fader and Hardie 2013) on the mean value of repeat purchase days.
--   Time in weeks. A model whose likelihood has no maximum is left out.
-- zh-CN definition: 用最大似然从购买日得出：BG/NBD（Fader、Hardie、Lee，2005），MBG/NBD（Batislam 等，2007，用于只来
--   过一天的人），Gamma-Gamma（Fader、Hardie，2013，看回头购买日的平均金额）。时间按周算。找不到最可能的参数的模型不
--   列；数据不够时都没有（见 clv_readiness）。
-- column parameter: r, alpha, a, b; p, q, v; log_likelihood; customers (those the model was fitted to)
-- column standard_error: from the observed information; null for log_likelihood and customers
-- room: value
-- publishable: no"
            }
            Until::Split => {
                "-- clv_backtest_parameters: the same models fitted to what was known on the day of the backtest.
-- zh-CN: 顾客价值模型的参数，只用检验那天为止的数据
-- grain: one row per model and parameter; none when there is too little data (see clv_readiness)
-- key: model, parameter
-- definition: As clv_parameters, on the histories up to split_on of prediction_split.
-- zh-CN definition: 和 clv_parameters 一样，看的是到检验那天（prediction_split 的 split_on）为止的购买历史。
-- column parameter: r, alpha, a, b; p, q, v; log_likelihood; customers (those the model was fitted to)
-- column standard_error: from the observed information; null for log_likelihood and customers
-- room: value
-- publishable: no"
            }
        }
    }
    fn inputs(&self) -> Vec<Input> {
        [self.until.histories(), "clv_readiness"].map(|name| Input::Model(name.to_owned())).to_vec()
    }
    fn columns(&self) -> Vec<(&'static str, &'static str)> {
        vec![("model", "varchar"), ("parameter", "varchar"), ("value", "double"), ("standard_error", "double")]
    }
    fn fingerprint(&self) -> String {
        "1".to_owned()
    }
    fn run(&self, engine: &dyn Engine, put: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        let ready =
            engine.query(&format!("select ready from main.clv_readiness where reference = '{}'", self.until.word()))?;
        if *ready.get(0, "ready") != Value::Bool(true) {
            return Ok(());
        }
        let (_, customers) = customers(engine, self.until)?;
        let histories: Vec<_> = customers.par_iter().map(Customer::history).collect();
        let spendings: Vec<Spending> = customers.par_iter().map(Customer::spending).collect();
        let mut rows = Vec::new();
        rows.extend(parameter_rows(BG_NBD, PURCHASE_PARAMETERS, bg_nbd::fit(Kind::BgNbd, &histories)));
        rows.extend(parameter_rows(GAMMA_GAMMA, SPENDING_PARAMETERS, gamma_gamma::fit(&spendings)));
        rows.extend(parameter_rows(MBG_NBD, PURCHASE_PARAMETERS, bg_nbd::fit(Kind::MbgNbd, &histories)));
        rows.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)));
        for (model, parameter, value, error) in rows {
            put(vec![
                Value::text(model),
                Value::text(parameter),
                Value::Float(value),
                error.map_or(Value::Null, Value::Float),
            ])?;
        }
        Ok(())
    }
}

type ParameterRow = (&'static str, &'static str, f64, Option<f64>);

fn parameter_rows<const N: usize>(
    model: &'static str,
    names: [&'static str; N],
    fitted: Option<Fitted<N>>,
) -> Vec<ParameterRow> {
    let Some(fitted) = fitted else { return Vec::new() };
    let values = fitted.parameters.iter().zip(fitted.standard_errors);
    let parameters = names.iter().zip(values).map(|(name, (value, error))| (model, *name, *value, Some(error)));
    let about = [(model, "log_likelihood", fitted.log_likelihood, None), (model, "customers", fitted.customers, None)];
    parameters.chain(about).collect()
}

/// The histories with their people, in the order of the ids.
pub(super) fn customers(engine: &dyn Engine, until: Until) -> Result<(Vec<Value>, Vec<Customer>)> {
    let (mut people, mut customers) = (Vec::new(), Vec::new());
    let select = format!(
        "select person_id, repeats, last_days, age_days, days_of_year, net_sales, repeat_net_sales from main.{} order by person_id",
        until.histories()
    );
    engine.stream(&select, &mut |_, rows| {
        for row in rows {
            let whole =
                |at: usize| row.get(at).and_then(Value::as_i64).and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
            let money = |at: usize| row.get(at).and_then(Value::as_f64).unwrap_or(0.0);
            customers.push(Customer {
                repeats: whole(1),
                last_days: whole(2),
                age_days: whole(3),
                days_of_year: whole(4),
                net_sales: money(5),
                repeat_net_sales: money(6),
            });
            people.extend(row.into_iter().next());
        }
        Ok(())
    })?;
    Ok((people, customers))
}

/// The fitted models, read back from their table; `None` without BG/NBD.
pub(super) fn estimates(engine: &dyn Engine, until: Until, monthly_discount: f64) -> Result<Option<Estimates>> {
    let frame = engine.query(&format!("select model, parameter, value from main.{}", until.parameters()))?;
    let read = |model: &str, parameter: &str| {
        let at = frame.rows.iter().find(|row| row[0].as_str() == Some(model) && row[1].as_str() == Some(parameter))?;
        at[2].as_f64()
    };
    let purchases = |model: &str, kind: Kind| {
        let [r, alpha, a, b] = PURCHASE_PARAMETERS.map(|name| read(model, name));
        Some(PurchaseModel { kind, parameters: [r?, alpha?, a?, b?] })
    };
    let [p, q, v] = SPENDING_PARAMETERS.map(|name| read(GAMMA_GAMMA, name));
    let spending = p.zip(q).zip(v).map(|((p, q), v)| SpendingModel { parameters: [p, q, v] });
    let one_timers = purchases(MBG_NBD, Kind::MbgNbd);
    Ok(purchases(BG_NBD, Kind::BgNbd).map(|purchases| Estimates { purchases, one_timers, spending, monthly_discount }))
}

/// How far the data go back: the oldest customer's age.
pub(super) fn history_days(customers: &[Customer]) -> u32 {
    customers.iter().map(|of| of.age_days).max().unwrap_or(0)
}

/// `customer_value`: what is to be expected of every customer.
pub struct CustomerValue {
    pub settings: project::ValueModels,
}

impl NativeModel for CustomerValue {
    fn name(&self) -> &'static str {
        "customer_value"
    }
    fn header(&self) -> &'static str {
        "-- customer_value: what to expect of every customer: still there, purchases, basket, value of the next twelve months.
-- zh-CN: 每位顾客往后怎样：还来不来、来几次、每次多少、值多少
-- grain: one row per person with at least one purchase day
-- key: person_id
-- definition: method bg_nbd: purchases by BG/NBD, baskets by Gamma-Gamma (see clv_parameters), or of the customer's own mean
--   where no model of baskets could be fitted. BG/NBD calls every one-time buyer alive; their p_alive is taken from MBG/NBD.
--   method simple, when there is too little data: as many purchase days as in the last 365 days (or as far as the data go
--   back, at least 90 days), of the customer's own mean value. Value of month m is divided by (1 + value.monthly_discount)^m.
-- zh-CN definition: 数据够时，来几次用 BG/NBD，每次多少钱用 Gamma-Gamma，得不出时用他自己的平均；只来过一天的人，再来
--   的可能性用 MBG/NBD。数据不够时用简单办法：往后和最近 365 天来得一样勤（数据短就按数据的长度，至少 90 天），每次花
--   他自己的平均数。往后 12 个月的金额逐月打折，每晚一个月多打一次，一个月的比例是 {value.monthly_discount}。
-- column p_alive: probability that the customer still buys here, 0 to 1; null with the simple method
-- column expected_purchases_90d: purchase days to be expected in the next 90 days
-- column expected_purchases_365d: the same in 365 days
-- column expected_basket: net sales to be expected on a purchase day, project currency
-- column clv_12m: discounted net sales of the next twelve months, project currency
-- column method: bg_nbd or simple
-- room: value
-- publishable: no"
    }
    fn inputs(&self) -> Vec<Input> {
        ["purchase_histories", "clv_parameters"].map(|name| Input::Model(name.to_owned())).to_vec()
    }
    fn columns(&self) -> Vec<(&'static str, &'static str)> {
        vec![
            ("person_id", "varchar"),
            ("p_alive", "double"),
            ("expected_purchases_90d", "double"),
            ("expected_purchases_365d", "double"),
            ("expected_basket", "decimal(18, 2)"),
            ("clv_12m", "decimal(18, 2)"),
            ("method", "varchar"),
        ]
    }
    fn fingerprint(&self) -> String {
        format!("1 {:?}", self.settings)
    }
    fn run(&self, engine: &dyn Engine, put: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        let (people, customers) = customers(engine, Until::AsOf)?;
        let discount = self.settings.monthly_discount;
        let (predictions, method) = match estimates(engine, Until::AsOf, discount)? {
            Some(estimates) => (score(&estimates, &customers), BG_NBD),
            None => {
                let simple = Simple::new(history_days(&customers), discount);
                (customers.iter().map(|of| simple.predict(of)).collect::<Vec<Prediction>>(), "simple")
            }
        };
        let method = Value::text(method);
        for (person, found) in people.into_iter().zip(predictions) {
            put(vec![
                person,
                found.p_alive.map_or(Value::Null, Value::Float),
                Value::Float(found.purchases_90),
                Value::Float(found.purchases_365),
                decimal(found.basket, 2),
                decimal(found.value, 2),
                method.clone(),
            ])?;
        }
        Ok(())
    }
}

/// A number rounded to `scale` places, half away from zero; null when it is none or too long for a decimal(18).
#[allow(clippy::cast_possible_truncation)]
pub(super) fn decimal(number: f64, scale: u8) -> Value {
    let unscaled = (number * 10f64.powi(i32::from(scale))).round();
    if unscaled.is_finite() && unscaled.abs() < 1e17 {
        Value::Decimal { unscaled: unscaled as i128, scale }
    } else {
        Value::Null
    }
}
