//! What an edit can reach: which items it changes, which others follow, and what is remembered for the next time.
//!
//! A [`package_set`] is the state of one run. [`linking`] and [`hashing`] advance it as far as an edit reaches,
//! [`affected`] collects the content hashes at which anything may differ, and [`remembered`] keeps the result for the
//! next run. [`values`] evaluates the values that are new. [`basis`] decides how much of the last run's result counts.

pub mod affected;
pub mod basis;
pub mod failure;
pub mod findings;
mod hashing;
mod linking;
pub mod package_set;
pub mod planning;
pub mod remembered;
pub mod sources;
pub mod values;
