//! Why the tool itself could not finish.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::db::DbError;
use crate::discover::DiscoverError;

/// What stops a run that the user's sources are not to blame for. Its text says what to do next.
#[derive(Debug)]
pub enum Failure {
    Discover(DiscoverError),
    Database(DbError),
    /// A file that was named cannot be read.
    Unreadable(PathBuf, io::Error),
    /// A file that was to go stays.
    NotRemoved(PathBuf, io::Error),
    /// The source is another than when it was found, and what hangs on it has been decided.
    ChangedMeanwhile(String),
    Thread(io::Error),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Discover(error) => write!(f, "{error}"),
            Failure::Database(error) => write!(f, "{error}"),
            Failure::Unreadable(path, error) => write!(f, "{} cannot be read: {error}", path.display()),
            Failure::NotRemoved(path, error) => {
                write!(f, "{} cannot be removed: {error}; remove it by hand", path.display())
            }
            Failure::ChangedMeanwhile(path) => {
                write!(f, "{path} was changed while it was being loaded; nothing was applied, run this again")
            }
            Failure::Thread(error) => {
                write!(
                    f,
                    "the system refuses another thread: {error}; set DARKC_THREADS=1 or free some memory"
                )
            }
        }
    }
}

impl std::error::Error for Failure {}

impl From<DiscoverError> for Failure {
    fn from(error: DiscoverError) -> Self {
        Failure::Discover(error)
    }
}

impl From<DbError> for Failure {
    fn from(error: DbError) -> Self {
        Failure::Database(error)
    }
}
