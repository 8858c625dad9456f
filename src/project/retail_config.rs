//! `[products]`, `[comparison]` and `[targets]`: how products and stores are judged.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::checks::{between, wrong};
use crate::problem::Result;

/// Which products carry the shop, and what lower prices do.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Products {
    /// Days before `as_of` that are looked at.
    pub window: u32,
    /// Share of net sales up to which products are of class A.
    pub abc_a: f64,
    /// Share of net sales up to which they are of class B.
    pub abc_b: f64,
    /// Weeks with sales a product needs before anything is said about its price.
    pub min_weeks: u32,
    /// A week counts as reduced from this share below the usual price.
    pub price_step: f64,
}

impl Default for Products {
    fn default() -> Self {
        Products { window: 365, abc_a: 0.8, abc_b: 0.95, min_weeks: 26, price_step: 0.05 }
    }
}

/// Stores beside what their customers and orders let expect.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Comparison {
    /// Days of one period; the period before it is as long.
    pub days: u32,
    /// Customers or orders a store needs to be compared.
    pub min_sample: u32,
    /// Stores that must be comparable before limits are drawn.
    pub min_stores: u32,
}

impl Default for Comparison {
    fn default() -> Self {
        Comparison { days: 90, min_sample: 30, min_stores: 5 }
    }
}

pub(super) fn check(products: &Products, comparison: &Comparison) -> Result<()> {
    between("products.window", products.window, 1, 36_600)?;
    between("products.min_weeks", products.min_weeks, 8, 5_000)?;
    between("comparison.days", comparison.days, 7, 3_660)?;
    between("comparison.min_sample", comparison.min_sample, 5, 1_000_000_000)?;
    between("comparison.min_stores", comparison.min_stores, 3, 1_000_000)?;
    if !(products.abc_a > 0.0 && products.abc_a < products.abc_b && products.abc_b < 1.0) {
        return Err(wrong(
            "products.abc_a",
            products.abc_a,
            "a share above 0 and below products.abc_b, which is below 1",
        ));
    }
    if !(products.price_step > 0.0 && products.price_step < 1.0) {
        return Err(wrong("products.price_step", products.price_step, "a share between 0 and 1, for example 0.05"));
    }
    Ok(())
}
