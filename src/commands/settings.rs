//! What a run is to do.

use std::path::PathBuf;

use crate::base::parallel::Threads;
pub use crate::compile::item::NodeIdMode;

/// Everything that decides what a run does, resolved.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The packages folder.
    pub packages: PathBuf,
    /// Of no meaning to commands that touch no database.
    pub database: PathBuf,
    pub node_ids: NodeIdMode,
    pub threads: Threads,
    /// Compare everything, whatever the last reload is known to have left.
    pub full: bool,
    /// Say what would change and change nothing.
    pub dry_run: bool,
    /// Compare everything with what is rebuilt from the sources alone, and change nothing.
    pub verify: bool,
    /// Gather the reasons.
    pub explain: bool,
}
