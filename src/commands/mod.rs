//! What darkc does: one file a command, and what their outcomes are made of.

mod binary;
mod build;
mod changes;
mod check;
mod checkout_files;
mod clean;
mod decide;
mod deps;
mod diff;
mod explain;
mod inspect;
mod items;
pub mod outcome;
mod package_refs;
mod patience;
mod prepared;
mod program;
mod proof;
mod queue;
mod reasons;
mod reload;
pub mod settings;
pub mod watch;
pub mod doctor;
pub mod hook;
pub mod staged;
pub mod status;

pub use binary::Binary;
pub use build::build;
pub use check::{CheckOutcome, Checks, check, is_code, is_unresolved, unknown_code};
pub use clean::clean;
pub use deps::{Dependencies, PlacedItem, Question, deps};
pub use diff::{Changed, DiffOutcome, EditedItem, diff};
pub use doctor::doctor;
pub use explain::{
    CodeExplanation, ExplainedItem, InStore, Meaning, Reference, Since, explain_code, explain_item,
    explanations,
};
pub use inspect::{canonical, inspect, inspect_sidecar};
pub use items::items;
pub use queue::{reload, reload_announcing};
pub use reasons::SourceAt;
pub use settings::{Mode, NodeIdMode, Settings};
pub use status::status;

pub use crate::incremental::Reason;
pub use crate::incremental::{Failure, Removals, Wait};
pub use crate::state::Remembered;

use crate::base::diagnostic::FileDiagnostics;
use settings::BuiltinsFrom;

use crate::base::hash::Fingerprint;
use crate::discover;
use crate::discover::checkout::BuiltinSources;
use crate::load::{self, Sidecars, TOOL_DIGEST};

/// Where this run looks for built-ins that the compiled list lacks.
fn builtin_sources(settings: &Settings) -> Option<BuiltinSources> {
    match &settings.builtins {
        BuiltinsFrom::Checkout => BuiltinSources::beside(&settings.packages),
        BuiltinsFrom::Table(file) => Some(BuiltinSources::Table(file.clone())),
    }
}

fn load_options(settings: &Settings, sidecars: Sidecars) -> load::Options {
    load::Options { sidecars, threads: settings.threads.count(), tool: TOOL_DIGEST }
}

/// A digest of all sources and their contents.
pub type SourcesDigest = Fingerprint;

/// Returns the digest of all sources as they are now, or `None` if they cannot be read.
pub fn sources_digest(settings: &Settings) -> Option<SourcesDigest> {
    discover::find(&settings.packages, settings.threads).ok().map(|found| found.digest())
}

/// Whether errors in sources are temporary, because the sources have changed since: an editor may save a file in two
/// steps. `digest` is that of the sources which have errors.
fn were_passing(settings: &Settings, digest: Fingerprint) -> bool {
    sources_digest(settings).is_some_and(|now| now != digest)
}

/// Fails if there are errors in sources that have changed since.
fn unless_passing(
    settings: &Settings,
    digest: Fingerprint,
    failures: &[FileDiagnostics],
) -> Result<(), Failure> {
    match failures.first() {
        Some(failure) if were_passing(settings, digest) => {
            Err(Failure::ChangedMeanwhile(failure.path.clone()))
        }
        _ => Ok(()),
    }
}
