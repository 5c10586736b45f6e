//! What can go wrong with a package store, and what to do next.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::identity::Identity;

/// Why the database could not be read or written. Nothing was changed in any case.
#[derive(Debug)]
pub enum DbError {
    /// The folder that the database is to be made in is missing.
    NoFolder {
        path: PathBuf,
    },
    /// A link to a file that is missing.
    DanglingLink {
        path: PathBuf,
        target: PathBuf,
    },
    /// A folder, a pipe, a device.
    NotAFile {
        path: PathBuf,
    },
    /// A file that Darklang's package store is not in.
    NotAStore {
        path: PathBuf,
    },
    /// A store of another Release or schema of Darklang, whose tables are not those that darkc writes.
    OtherTables {
        path: PathBuf,
        identity: Identity,
        known: Identity,
        difference: String,
    },
    /// A store of another Release or schema, of which it was not proved that darkc makes the same rows.
    NotProved {
        path: PathBuf,
        identity: Identity,
        known: Identity,
        /// What differs, or what the proof lacks.
        why: String,
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
    /// Another process removed or replaced the store's file while darkc wrote to it.
    Moved {
        path: PathBuf,
    },
    /// There is no room left for what is to be written.
    Full {
        path: PathBuf,
    },
    /// The plan binds a name by an op that the log does not hold.
    UnknownOp {
        path: PathBuf,
        location: String,
    },
    Io {
        path: PathBuf,
        source: io::Error,
    },
    Sqlite {
        path: PathBuf,
        source: rusqlite::Error,
    },
}

/// <https://sqlite.org/rescode.html#ioerr_shmsize>
const SQLITE_IOERR_SHMSIZE: i32 = 4874;
const SQLITE_READONLY_DBMOVED: i32 = 1032;
/// Enough of a schema's hash to tell it.
fn short(hash: &str) -> &str {
    hash.get(..8).unwrap_or(hash)
}

impl DbError {
    pub(super) fn sqlite(path: &Path, source: rusqlite::Error) -> Self {
        let path = path.to_owned();
        match source.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => {
                DbError::Busy { path }
            }
            // The file is no longer the one of that name.
            Some(rusqlite::ErrorCode::ReadOnly)
                if source
                    .sqlite_error()
                    .is_some_and(|error| error.extended_code == SQLITE_READONLY_DBMOVED) =>
            {
                DbError::Moved { path }
            }
            Some(rusqlite::ErrorCode::NotADatabase) => DbError::NotAStore { path },
            Some(rusqlite::ErrorCode::DiskFull) => DbError::Full { path },
            // The log's index could not grow. SQLite tells no more, and there is hardly another reason.
            Some(rusqlite::ErrorCode::SystemIoFailure)
                if source.sqlite_error().is_some_and(|error| error.extended_code == SQLITE_IOERR_SHMSIZE) =>
            {
                DbError::Full { path }
            }
            _ => DbError::Sqlite { path, source },
        }
    }

    pub(super) fn io(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => DbError::Full { path },
            _ => DbError::Io { path, source },
        }
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
            DbError::DanglingLink { path, target } => write!(
                f,
                "{} is a link to {}, which is missing; make that file's folder and an empty file, or remove the link",
                path.display(),
                target.display()
            ),
            DbError::NotAFile { path } => {
                write!(f, "{} is not a regular file; give the file of the database", path.display())
            }
            DbError::NotAStore { path } => write!(
                f,
                "{} is no Darklang package store; give another --db, or move the file away to get a fresh store",
                path.display()
            ),
            DbError::OtherTables { path, identity, known, difference } => write!(
                f,
                "{} is a store of Darklang's Release {} (schema {}); darkc knows Release {} (schema {}), and here \
                 {difference}; use Darklang's own loader, or a darkc for this Release",
                path.display(),
                identity.release,
                short(&identity.schema),
                known.release,
                short(&known.schema)
            ),
            DbError::NotProved { path, identity, known, why } => write!(
                f,
                "{} is a store of Darklang's Release {} (schema {}), which is new to darkc (it knows Release {}, \
                 schema {}), and {why}; \
                 nothing was written. Load these sources with Darklang's own `reload-packages` once, then run this \
                 again; where that leads to the same difference, use a darkc for this Release",
                path.display(),
                identity.release,
                short(&identity.schema),
                known.release,
                short(&known.schema)
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
            DbError::Moved { path } => write!(
                f,
                "another process removed or replaced {} during the reload; run again",
                path.display()
            ),
            DbError::Full { path } => {
                write!(f, "cannot write {}: the disk is full; free some space and run again", path.display())
            }
            DbError::UnknownOp { path, location } => write!(
                f,
                "the log in {} holds no op that names {location}; run again with --full",
                path.display()
            ),
            DbError::Io { path, source } if source.kind() == io::ErrorKind::FileTooLarge => write!(
                f,
                "cannot write {}: {source}; raise the limit of this process (ulimit -f)",
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
                let path = path.display();
                write!(f, "cannot use {path}: {source}; {}", next_step(source))
            }
        }
    }
}

fn next_step(error: &rusqlite::Error) -> &'static str {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DatabaseCorrupt) => {
            "the file is damaged; restore a backup, or move it away to get a fresh store"
        }
        Some(rusqlite::ErrorCode::SystemIoFailure) => {
            "the system could not read or write it, or another process removed it; run again, and check the disk, its \
             free space and the limits of this process (ulimit -f)"
        }
        Some(rusqlite::ErrorCode::OutOfMemory) => "free some memory and run again",
        Some(rusqlite::ErrorCode::CannotOpen) => {
            "check the permissions of the file and of its folder, and that the disk is not full"
        }
        _ => "check the permissions of the file and of its folder",
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
