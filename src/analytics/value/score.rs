//! From parameters to what each customer will do: purchases, basket, value of the next twelve months.

use rayon::prelude::*;

use super::bg_nbd::{History, PurchaseModel};
use super::gamma_gamma::{Spending, SpendingModel};

const DAYS_A_WEEK: f64 = 7.0;
const DAYS_A_YEAR: f64 = 365.0;
const DAYS_A_QUARTER: f64 = 90.0;

/// What is known of a customer on the reference day. Days, and money in the project's currency.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Customer {
    /// Purchase days after the first one.
    pub repeats: u32,
    /// Days from the first to the last purchase day.
    pub last_days: u32,
    /// Days from the first purchase day to the reference day.
    pub age_days: u32,
    /// Purchase days in the last 365 days.
    pub days_of_year: u32,
    /// Net sales of all days.
    pub net_sales: f64,
    /// Net sales after the first purchase day.
    pub repeat_net_sales: f64,
}

impl Customer {
    /// The same in weeks.
    pub fn history(&self) -> History {
        let weeks = |days: u32| f64::from(days) / DAYS_A_WEEK;
        History { repeats: self.repeats, last: weeks(self.last_days), age: weeks(self.age_days) }
    }
    /// Repeat purchase days and their mean value.
    pub fn spending(&self) -> Spending {
        let mean = if self.repeats == 0 { 0.0 } else { self.repeat_net_sales / f64::from(self.repeats) };
        Spending { repeats: self.repeats, mean }
    }
    /// Net sales per purchase day; never below zero.
    fn own_basket(&self) -> f64 {
        (self.net_sales / (f64::from(self.repeats) + 1.0)).max(0.0)
    }
}

/// The fitted models; those that could not be fitted are missing.
#[derive(Debug, Clone, Copy)]
pub struct Estimates {
    /// BG/NBD.
    pub purchases: PurchaseModel,
    /// MBG/NBD, for P(alive) of one-time buyers.
    pub one_timers: Option<PurchaseModel>,
    pub spending: Option<SpendingModel>,
    /// Interest of one month, 0.01 = 1 %.
    pub monthly_discount: f64,
}

/// What is to be expected of a customer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prediction {
    /// Probability of still being a customer; unknown with the simple formula.
    pub p_alive: Option<f64>,
    /// Purchase days in the next 90 and 365 days.
    pub purchases_90: f64,
    pub purchases_365: f64,
    /// Net sales of one purchase day.
    pub basket: f64,
    /// Net sales of the next twelve months, those of month m divided by (1 + discount)^m.
    pub value: f64,
}

/// Expected purchase days of somebody who is alive: in 90 days, in 365, and in twelve months with every month discounted.
type Horizons = (f64, f64, f64);

/// Predictions in the order of the customers.
pub fn score(estimates: &Estimates, customers: &[Customer]) -> Vec<Prediction> {
    // What somebody alive will buy depends on two whole numbers only, which many customers share.
    let mut kinds: Vec<(u32, u32)> = customers.iter().map(|of| (of.repeats, of.age_days)).collect();
    kinds.par_sort_unstable();
    kinds.dedup();
    let horizons: Vec<Horizons> = kinds.par_iter().map(|kind| horizons(estimates, *kind)).collect();
    customers
        .par_iter()
        .map(|of| {
            let known = kinds.binary_search(&(of.repeats, of.age_days)).ok().and_then(|at| horizons.get(at));
            predict(estimates, of, known.copied().unwrap_or_default())
        })
        .collect()
}

fn horizons(estimates: &Estimates, (repeats, age_days): (u32, u32)) -> Horizons {
    let age = f64::from(age_days) / DAYS_A_WEEK;
    let within = |days: f64| estimates.purchases.if_alive(repeats, age, days / DAYS_A_WEEK);
    let mut before = 0.0;
    let mut discounted = 0.0;
    for month in 1..=12 {
        let until = within(DAYS_A_YEAR * f64::from(month) / 12.0);
        discounted += (until - before) / (1.0 + estimates.monthly_discount).powi(month);
        before = until;
    }
    (within(DAYS_A_QUARTER), before, discounted)
}

impl Estimates {
    /// Net sales of one purchase day; the customer's own mean where there is no model of spending.
    pub fn basket(&self, of: &Customer) -> f64 {
        self.spending.and_then(|model| model.expected(of.spending())).unwrap_or_else(|| of.own_basket())
    }
}

fn predict(estimates: &Estimates, of: &Customer, (quarter, year, discounted): Horizons) -> Prediction {
    let history = of.history();
    let alive = estimates.purchases.p_alive(&history);
    let basket = estimates.basket(of);
    let p_alive = match of.repeats {
        0 => estimates.one_timers.map(|model| model.p_alive(&history)),
        _ => Some(alive),
    };
    Prediction {
        p_alive,
        purchases_90: quarter * alive,
        purchases_365: year * alive,
        basket,
        value: discounted * alive * basket,
    }
}

/// Without a model: as many purchase days a day as in the last `window` days (365, or as many as the data go back), of the
/// customer's own mean value. Also the baseline the model has to beat.
#[derive(Debug, Clone, Copy)]
pub struct Simple {
    window: f64,
    monthly_discount: f64,
}

impl Simple {
    /// `history_days`: how far the chain's data go back. Less than a quarter is taken for a quarter, so that one purchase
    /// on the second day is not a purchase every other day.
    pub fn new(history_days: u32, monthly_discount: f64) -> Simple {
        Simple { window: f64::from(history_days.clamp(90, 365)), monthly_discount }
    }

    /// Purchase days in the next `days` days.
    pub fn purchases(&self, of: &Customer, days: f64) -> f64 {
        f64::from(of.days_of_year) * days / self.window
    }

    /// The same figures as the models give, without P(alive).
    pub fn predict(&self, of: &Customer) -> Prediction {
        let year = self.purchases(of, DAYS_A_YEAR);
        let basket = of.own_basket();
        let discounted: f64 = (1..=12).map(|month| year / 12.0 / (1.0 + self.monthly_discount).powi(month)).sum();
        Prediction {
            p_alive: None,
            purchases_90: self.purchases(of, DAYS_A_QUARTER),
            purchases_365: year,
            basket,
            value: discounted * basket,
        }
    }
}
