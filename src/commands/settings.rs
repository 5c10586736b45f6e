//! What a run is to do.

use std::path::PathBuf;
use std::time::Duration;

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
    /// Whether the folder of a missing database may be made.
    pub make_folder: bool,
    /// Whether most of what a database holds may go.
    pub allow_removals: bool,
    /// How long to wait for others who have locked the database.
    pub lock_timeout: Duration,
}

/// For those who ask for nothing else.
pub const LOCK_TIMEOUT: Duration = Duration::from_secs(60);

impl Settings {
    /// An ordinary run over these packages into this database.
    pub fn new(packages: PathBuf, database: PathBuf) -> Self {
        Settings {
            packages,
            database,
            node_ids: NodeIdMode::Derived,
            threads: Threads::OnePerProcessor,
            full: false,
            dry_run: false,
            verify: false,
            explain: false,
            make_folder: false,
            allow_removals: false,
            lock_timeout: LOCK_TIMEOUT,
        }
    }

    /// Whether nothing is to be written.
    pub fn reads_only(&self) -> bool {
        self.dry_run || self.verify
    }
}
