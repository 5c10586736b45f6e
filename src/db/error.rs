//! What can go wrong with a package store, and what to do next.

use std::fmt;
use std::path::{Path, PathBuf};

/// Why the database could not be read or written. Nothing was changed in any case.
#[derive(Debug)]
pub enum DbError {
    /// The folder that the database is to be made in is missing.
    NoFolder {
        path: PathBuf,
    },
    /// A file that Darklang's package store is not in.
    NotAStore {
        path: PathBuf,
    },
    /// A store of another Release of Darklang.
    OtherRelease {
        path: PathBuf,
        found: i64,
        known: i64,
    },
    /// A store with another schema of Darklang.
    OtherSchema {
        path: PathBuf,
        found: String,
    },
    /// A store without the branch that package files go to.
    NoMain {
        path: PathBuf,
    },
    /// A store in which a newer darkc keeps its own tables.
    NewerDarkc {
        path: PathBuf,
    },
    /// Another process kept the store locked.
    Busy {
        path: PathBuf,
    },
    /// Another process changed what darkc owns while darkc was at work.
    Changed {
        path: PathBuf,
    },
    /// Another process made the store while darkc was making it.
    MadeMeanwhile {
        path: PathBuf,
    },
    /// The plan binds a name by an op that the log does not hold.
    UnknownOp {
        path: PathBuf,
        location: String,
    },
    Io {
        path: PathBuf,
        source: std::io::Error,
    },
    Sqlite {
        path: PathBuf,
        source: rusqlite::Error,
    },
}

impl DbError {
    pub(super) fn sqlite(path: &Path, source: rusqlite::Error) -> Self {
        let path = path.to_owned();
        match source.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => {
                DbError::Busy { path }
            }
            Some(rusqlite::ErrorCode::NotADatabase) => DbError::NotAStore { path },
            _ => DbError::Sqlite { path, source },
        }
    }

    pub(super) fn io(path: &Path, source: std::io::Error) -> Self {
        DbError::Io { path: path.to_owned(), source }
    }
}

impl fmt::Display for DbError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DbError::NoFolder { path } => {
                write!(
                    f,
                    "the folder of the database {} is missing; make it or give another --db",
                    path.display()
                )
            }
            DbError::NotAStore { path } => write!(
                f,
                "{} is no Darklang package store; give another --db, or move the file away to get a fresh store",
                path.display()
            ),
            DbError::OtherRelease { path, found, known } => {
                let next = if found > known { "update darkc" } else { "start Darklang once to migrate it" };
                write!(
                    f,
                    "{} is a store of Darklang's Release {found} and darkc knows Release {known}; {next}",
                    path.display()
                )
            }
            DbError::OtherSchema { path, found } => write!(
                f,
                "{} has a schema of Darklang's that darkc does not know (hash {found}); \
                 start Darklang once to migrate it, or update darkc",
                path.display()
            ),
            DbError::NoMain { path } => {
                write!(f, "{} has lost its branch `main`; restore it, or give another --db", path.display())
            }
            DbError::NewerDarkc { path } => {
                write!(f, "{} was last written by a newer darkc; update darkc", path.display())
            }
            DbError::Busy { path } => {
                write!(f, "{} is locked by another process; run again when that is done", path.display())
            }
            DbError::Changed { path } => {
                write!(f, "another process changed {} during the reload; run again", path.display())
            }
            DbError::MadeMeanwhile { path } => {
                write!(f, "another process made {} during the reload; run again", path.display())
            }
            DbError::UnknownOp { path, location } => write!(
                f,
                "the log in {} holds no op that names {location}; run again with --full",
                path.display()
            ),
            DbError::Io { path, source } => {
                write!(
                    f,
                    "cannot write {}: {source}; check the folder's permissions and space",
                    path.display()
                )
            }
            DbError::Sqlite { path, source } => {
                write!(
                    f,
                    "cannot use {}: {source}; check the file's permissions and integrity",
                    path.display()
                )
            }
        }
    }
}

impl std::error::Error for DbError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            DbError::Io { source, .. } => Some(source),
            DbError::Sqlite { source, .. } => Some(source),
            _ => None,
        }
    }
}
