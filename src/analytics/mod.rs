//! What SQL cannot say well about customers and products: likelihoods, clusters, trees, rules. Native models and the pure
//! functions under them.

pub mod baskets;
pub mod calendar;
pub mod clusters;
pub mod tree;
pub mod value;
