//! What darkc does: one file a command, and what their outcomes are made of.

mod build;
mod changes;
mod clean;
pub mod failure;
mod inspect;
mod items;
pub mod outcome;
mod reload;
pub mod settings;

pub use build::build;
pub use clean::clean;
pub use failure::Failure;
pub use inspect::{inspect, inspect_sidecar};
pub use items::items;
pub use reload::reload;
pub use settings::{NodeIdMode, Settings};

use crate::load::{self, Sidecars, TOOL_DIGEST};

fn load_options(settings: &Settings, sidecars: Sidecars) -> load::Options {
    load::Options { sidecars, threads: settings.threads.count(), tool: TOOL_DIGEST }
}
