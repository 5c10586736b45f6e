//! What darkc does: one file a command, and what their outcomes are made of.

mod build;
mod changes;
mod clean;
pub mod failure;
mod inspect;
mod items;
pub mod outcome;
mod patience;
mod reload;
pub mod settings;

pub use build::build;
pub use clean::clean;
pub use failure::{Failure, Removals};
pub use inspect::{inspect, inspect_sidecar};
pub use items::items;
pub use patience::Wait;
pub use reload::{reload, reload_announcing};
pub use settings::{NodeIdMode, Settings};

use crate::base::hash::Fingerprint;
use crate::discover::{self, SourceFile};
use crate::load::{self, Sidecars, TOOL_DIGEST};

fn load_options(settings: &Settings, sidecars: Sidecars) -> load::Options {
    load::Options { sidecars, threads: settings.threads.count(), tool: TOOL_DIGEST }
}

/// Of every file's path and content; equal digests mean that nothing has changed.
fn sources_digest(found: &[SourceFile]) -> Fingerprint {
    let mut bytes = Vec::with_capacity(found.len() * 64);
    for source in found {
        bytes.extend_from_slice(source.path.as_bytes());
        bytes.push(0);
        bytes.extend_from_slice(&source.hash.xxh3.to_le_bytes());
    }
    Fingerprint::of(&bytes)
}

/// Whether errors in sources are those of a moment, because the sources are others by now: whoever saves a file may
/// do so in two steps.
fn were_passing(settings: &Settings, digest: Fingerprint) -> bool {
    let now = discover::find(&settings.packages, settings.threads);
    now.is_ok_and(|now| sources_digest(&now.sources) != digest)
}
