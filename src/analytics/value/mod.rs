//! Customer value: who still buys, how often they will come, what they will spend.
//!
//! `bg_nbd` and `gamma_gamma` are the models, `fitting` finds their parameters, `score` says what they mean for each
//! customer. `native` makes
//! tables of it, `backtest` those that show how good the predictions were.

mod backtest;
mod bg_nbd;
mod fitting;
mod gamma_gamma;
mod hypergeometric;
mod native;
mod score;

pub use backtest::{ClvBacktest, ClvTracking};
pub use bg_nbd::{History, Kind, PurchaseModel, fit as fit_purchases};
pub use fitting::Fitted;
pub use gamma_gamma::{Spending, SpendingModel, fit as fit_spending};
pub use native::{ClvParameters, CustomerValue, Until};
pub use score::{Customer, Estimates, Prediction, Simple, score};

#[cfg(test)]
mod tests;
