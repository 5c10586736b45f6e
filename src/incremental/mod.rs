//! What an edit can reach: which items it changes, which others follow, and what is remembered for the next time.
//!
//! [`sources`] loads files when something first asks for them, [`package_set`] links and hashes what changed and
//! whatever follows from it, [`affected`] collects the content hashes at which anything may differ, and
//! [`remembered`] keeps the result for the next reload.

pub mod affected;
pub mod findings;
pub mod package_set;
pub mod remembered;
pub mod sources;
