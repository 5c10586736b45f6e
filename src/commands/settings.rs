//! What a run is to do.

use std::path::PathBuf;
use std::time::Duration;

use crate::base::parallel::Threads;
pub use crate::compile::item::NodeIdMode;
use crate::load::Sidecars;

/// Which file of package references is kept in step with the store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Refs {
    /// That of the checkout which the packages belong to, if they belong to one.
    #[default]
    OfCheckout,
    File(PathBuf),
    Nowhere,
}

/// Where built-ins are looked for that the compiled list lacks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum BuiltinsFrom {
    /// The F# sources of the checkout which the packages belong to, if they belong to one.
    #[default]
    Checkout,
    /// A table (`checkout::builtins`).
    Table(PathBuf),
}

/// Everything that decides what a run does, resolved.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The packages folder.
    pub packages: PathBuf,
    /// Of no meaning to commands that touch no database.
    pub database: PathBuf,
    /// The file of the hashes by which Darklang's F# code finds items.
    pub refs: Refs,
    pub builtins: BuiltinsFrom,
    pub node_ids: NodeIdMode,
    pub threads: Threads,
    /// What a reload does.
    pub mode: Mode,
    /// Gather the reasons.
    pub explain: bool,
    /// Check the types of what an edit touched.
    pub check: bool,
    /// Whether the folder of a missing database may be made.
    pub make_folder: bool,
    /// Whether most of what a database holds may be removed.
    pub allow_removals: bool,
    /// How long to wait for others who have locked the database.
    pub lock_timeout: Duration,
}

/// The default.
pub const LOCK_TIMEOUT: Duration = Duration::from_secs(60);

impl Settings {
    /// An ordinary run over these packages into this database.
    pub fn new(packages: PathBuf, database: PathBuf) -> Self {
        Settings {
            packages,
            database,
            refs: Refs::OfCheckout,
            builtins: BuiltinsFrom::Checkout,
            node_ids: NodeIdMode::Derived,
            threads: Threads::OnePerProcessor,
            mode: Mode::Apply,
            explain: false,
            check: true,
            make_folder: false,
            allow_removals: false,
            lock_timeout: LOCK_TIMEOUT,
        }
    }
}

/// What a reload does with the difference between sources and store, and how far it looks for one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Applies it, and trusts the result of the last reload.
    #[default]
    Apply,
    /// Applies it, and compares everything.
    ApplyFull,
    /// Lists it and writes nothing.
    DryRun,
    /// Compares everything, lists the difference and writes nothing.
    DryRunFull,
    /// Compares everything with what is rebuilt from the sources alone, and writes nothing.
    Verify,
}

impl Mode {
    /// Whether everything is compared, without trust in the last reload.
    pub fn is_full(self) -> bool {
        matches!(self, Mode::ApplyFull | Mode::DryRunFull | Mode::Verify)
    }

    /// Whether sidecars and store are written.
    pub fn writes(self) -> bool {
        matches!(self, Mode::Apply | Mode::ApplyFull)
    }

    /// What is done with sidecars.
    pub fn sidecars(self) -> Sidecars {
        match self {
            Mode::Apply | Mode::ApplyFull => Sidecars::Update,
            Mode::DryRun | Mode::DryRunFull => Sidecars::ReadOnly,
            Mode::Verify => Sidecars::Verify,
        }
    }
}
