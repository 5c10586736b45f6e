//! What an edit can reach: which items it changes, which others follow, and what is remembered for the next time.
//!
//! A [`package_set`] is the state of one run. [`linking`] and [`hashing`] advance it as far as an edit reaches,
//! [`affected`] collects the content hashes at which anything may differ, and [`remembered`] keeps the result for the
//! next run. [`values`] evaluates the values that are new. [`builtins`] looks for built-ins that darkc does not know.
//! [`basis`] decides how much of the last run's result counts.

mod affected;
mod basis;
mod builtins;
mod causes;
mod checked;
mod failure;
mod findings;
mod hashing;
mod linking;
mod package_set;
pub mod planning;
mod remembered;
mod sources;
mod unresolved;
pub mod values;

pub use affected::Reach;
pub use basis::{Basis, Reason, STATE_DIGEST};
pub use builtins::BuiltinLookup;
pub use causes::{Before, Cause};
pub use checked::TypeFindings;
pub use failure::{Failure, Removals, Wait};
pub use findings::{Counts, Relinked, ValueLeft};
pub use package_set::PackageSet;
pub use remembered::{StoredForms, next_files, stored_forms};
pub use sources::Sources;
