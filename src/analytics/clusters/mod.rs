//! Groups of customers that are alike: k-means, how well it separates, and whether it would come out again.
//!
//! The order of work: `features` makes columns comparable, `kmeans` finds the groups (`seeding` the first centres, `lloyd`
//! the rest, both over the `blocks` the rows are laid out in), `silhouette` says how many groups there should be,
//! `stability` which of them to believe. All are pure functions of their inputs and a seed; nothing here runs on more
//! than one thread, and every sum is taken block by block in one order, so the bytes are the same wherever it runs.

mod blocks;
mod draw;
mod features;
mod kmeans;
mod lloyd;
mod native;
mod rows;
mod seeding;
mod silhouette;
mod stability;
mod unusable;

pub use features::{Standardised, standardise};
pub use kmeans::{Clusters, Settings, fit};
pub use native::{ClusterCentres, ClusterChoice, CustomerClusters};
pub use rows::Rows;
pub use silhouette::{Choice, FEWEST, MOST, Sampling, choose, silhouette};
pub use stability::{Resampling, Stability, Verdict, stability};
pub use unusable::Unusable;

#[cfg(test)]
mod kmeans_tests;
#[cfg(test)]
mod measure_tests;
