//! Turns arguments and environment into settings.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use super::{args, limits};
use crate::base::parallel::Threads;
use crate::commands::Settings;
use crate::commands::settings::{BuiltinsFrom, Refs};
use crate::discover;

/// Darklang's defaults (`backend/src/LibConfig/Config.fs`).
const DEFAULT_RUNDIR: &str = "rundir";
const DEFAULT_DATABASE: &str = "data.db";
/// The value of `DARK_CONFIG_PACKAGES_SOURCE` with which files on disk are ignored.
const STORE_IS_SOURCE: &str = "seed";

/// The value of `--refs` that names no file.
const NO_FILE: &str = "none";

/// All that a run takes from its environment, gathered once, so that tests can replace it.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// Empty where it is gone; then only absolute paths will do.
    pub directory: PathBuf,
    /// `DARK_CONFIG_RUNDIR`
    pub rundir: Option<OsString>,
    /// `DARK_CONFIG_DB_NAME`
    pub database_name: Option<OsString>,
    /// `DARK_CONFIG_PACKAGES_SOURCE`
    pub packages_source: Option<OsString>,
    /// `DARKC_THREADS`
    pub threads: Option<OsString>,
}

impl Environment {
    pub fn of_process() -> Self {
        // Darklang's own configuration takes an empty variable for an unset one.
        let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        Environment {
            directory: std::env::current_dir().unwrap_or_default(),
            rundir: variable("DARK_CONFIG_RUNDIR"),
            database_name: variable("DARK_CONFIG_DB_NAME"),
            packages_source: variable("DARK_CONFIG_PACKAGES_SOURCE"),
            threads: variable("DARKC_THREADS"),
        }
    }

    /// Whether the package store is its own source, so that a reload has nothing to do.
    pub fn store_is_source(&self) -> bool {
        self.packages_source.as_deref().is_some_and(|value| value == STORE_IS_SOURCE)
    }

    fn threads(&self) -> Result<Threads, UsageError> {
        let Some(value) = &self.threads else { return Ok(Threads::OnePerProcessor) };
        let count = value.to_str().and_then(|text| text.parse().ok());
        count.map(Threads::Exactly).ok_or_else(|| {
            UsageError(format!("DARKC_THREADS is `{}`; give a number from 1 upwards", value.display()))
        })
    }

    fn packages(&self, typed: &args::Packages) -> Result<PathBuf, UsageError> {
        match &typed.packages {
            Some(folder) if self.directory.join(folder).is_dir() => Ok(folder.clone()),
            Some(folder) => {
                Err(UsageError(format!("{} is not a folder; give the folder of packages", folder.display())))
            }
            None if self.directory.as_os_str().is_empty() => Err(UsageError(
                "the current directory cannot be found; give --packages DIR, as a whole path".into(),
            )),
            None => nearest_packages(&self.directory).ok_or_else(|| {
                UsageError(format!(
                    "there is no folder `packages` in {} or above it; give one with --packages DIR",
                    self.directory.display()
                ))
            }),
        }
    }

    fn database(&self, packages: &Path) -> Result<PathBuf, UsageError> {
        let rundir = match &self.rundir {
            Some(rundir) if Path::new(rundir).is_absolute() => PathBuf::from(rundir),
            Some(rundir) => {
                return Err(UsageError(format!(
                    "DARK_CONFIG_RUNDIR is `{}`, which is not an absolute path; make it one or give --db FILE",
                    rundir.display()
                )));
            }
            None => {
                let folder = self.directory.join(packages);
                // Canonical, because the parent of `.` or of `a/..` is not what its text says.
                let folder = folder.canonicalize().unwrap_or(folder);
                folder.parent().unwrap_or(&folder).join(DEFAULT_RUNDIR)
            }
        };
        Ok(rundir.join(self.database_name.as_deref().unwrap_or(DEFAULT_DATABASE.as_ref())))
    }
}

/// The nearest folder `packages`; by that name alone if it is right there.
fn nearest_packages(directory: &Path) -> Option<PathBuf> {
    let found = discover::package_folder(directory)?;
    if found.parent() == Some(directory) { found.file_name().map(PathBuf::from) } else { Some(found) }
}

/// For commands that touch no database.
pub fn without_database(typed: &args::Packages, environment: &Environment) -> Result<Settings, UsageError> {
    let threads = limits::threads_in_limits(environment.threads()?)?;
    Ok(Settings { threads, ..Settings::new(environment.packages(typed)?, PathBuf::new()) })
}

/// For commands that link and touch no database.
pub fn with_builtins(
    packages: &args::Packages,
    typed: &args::Builtins,
    environment: &Environment,
) -> Result<Settings, UsageError> {
    Ok(Settings { builtins: builtins(typed), ..without_database(packages, environment)? })
}

fn builtins(typed: &args::Builtins) -> BuiltinsFrom {
    typed.builtins.clone().map_or(BuiltinsFrom::Checkout, BuiltinsFrom::Table)
}

/// For commands that look at all that a reload reads or writes.
pub fn with_places(typed: &args::Places, environment: &Environment) -> Result<Settings, UsageError> {
    let settings = with_store(&typed.packages, &typed.store, &typed.builtins, environment)?;
    Ok(Settings { refs: refs(&typed.refs), ..settings })
}

fn refs(typed: &args::Refs) -> Refs {
    match &typed.refs {
        None => Refs::OfCheckout,
        Some(file) if file.as_os_str() == NO_FILE => Refs::Nowhere,
        Some(file) => Refs::File(file.clone()),
    }
}

/// For commands that link and look at the store.
pub fn with_store(
    packages: &args::Packages,
    typed: &args::Store,
    linked: &args::Builtins,
    environment: &Environment,
) -> Result<Settings, UsageError> {
    let settings = with_builtins(packages, linked, environment)?;
    let database = match &typed.db {
        Some(file) => database_file(file)?,
        None => environment.database(&settings.packages)?,
    };
    // The folder beside the packages is darkc's own choice; any other may be a slip.
    let make_folder = typed.db.is_none() && environment.rundir.is_none();
    Ok(Settings { database, make_folder, ..settings })
}

/// Refuses names that SQLite does not take for the name of a file.
fn database_file(typed: &Path) -> Result<PathBuf, UsageError> {
    let text = typed.as_os_str().as_encoded_bytes();
    if text.is_empty() || text == b":memory:" || text.starts_with(b"file:") {
        return Err(UsageError(format!(
            "--db `{0}` is no file's name; give a path (`./{0}` if the file is called that)",
            typed.display()
        )));
    }
    Ok(typed.to_owned())
}

/// A request that cannot be carried out: what it is, and what to do instead.
#[derive(Debug, PartialEq, Eq)]
pub struct UsageError(pub String);

impl fmt::Display for UsageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for UsageError {}
