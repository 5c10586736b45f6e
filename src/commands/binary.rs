//! `darkc --version --verbose`: what this binary is made of.

use crate::db::{self, Identity};
use crate::incremental::STATE_DIGEST;
use crate::load::TOOL_DIGEST;

/// What decides whether sidecars and stores of another binary count for this one, and what it was built with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binary {
    pub version: &'static str,
    /// Of the front end: sidecars with another are stale.
    pub tool_digest: String,
    /// Of every stage: a store with another is compared in full.
    pub state_digest: String,
    /// The Release of Darklang's database that is written.
    pub release: i64,
    pub sqlite: &'static str,
    /// The target triple.
    pub target: &'static str,
}

impl Binary {
    pub fn this() -> Self {
        Binary {
            version: env!("CARGO_PKG_VERSION"),
            tool_digest: TOOL_DIGEST.to_string(),
            state_digest: format!("{:032x}", STATE_DIGEST.0),
            release: Identity::known().release,
            sqlite: db::sqlite_version(),
            target: env!("DARKC_TARGET"),
        }
    }
}
