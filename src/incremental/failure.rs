//! Why a run did not finish.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::base::diagnostic::FileDiagnostics;
use crate::db::{DbError, Holder};
use crate::discover::DiscoverError;
use crate::discover::git::GitError;

/// What stops a run. Its text says what to do next.
#[derive(Debug)]
pub enum Failure {
    /// The user's sources have errors. A command reports them in its outcome and does not fail.
    Sources(Vec<FileDiagnostics>),
    Discover(DiscoverError),
    Database(DbError),
    Git(GitError),
    /// A file that was named cannot be read.
    Unreadable(PathBuf, io::Error),
    /// A file that was to be removed could not be.
    NotRemoved(PathBuf, io::Error),
    /// Another process kept the store locked for longer than this run may wait.
    TooLong(Wait),
    /// Most of what a store holds would be removed.
    Removals(Removals),
    /// The source has changed since it was found.
    ChangedMeanwhile(String),
    /// Something that was typed means nothing here.
    Unknown(String),
    /// A file that was asked for could not be made.
    NotWritten(PathBuf, io::Error),
    Thread(io::Error),
}

/// For whom a run waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wait {
    /// Another reload of the same store.
    Darkc(Holder),
    /// Another process that holds the database locked.
    Other { database: PathBuf, pid: Option<u32>, since: Duration },
}

impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (pid, since) = match self {
            Wait::Darkc(holder) => {
                write!(f, "waiting for another darkc")?;
                (holder.pid, holder.since)
            }
            Wait::Other { database, pid, since } => {
                write!(f, "waiting for another process that has locked {}", database.display())?;
                (*pid, *since)
            }
        };
        write!(f, " (")?;
        if let Some(pid) = pid {
            write!(f, "pid {pid}, ")?;
        }
        write!(f, "since {} s)", since.as_secs())
    }
}

/// A load that would empty a store.
#[derive(Debug, PartialEq, Eq)]
pub struct Removals {
    pub removed: usize,
    /// How many items the store has.
    pub items: usize,
    /// How many items would be removed from each module, most first.
    pub modules: Vec<(String, usize)>,
}

/// How many modules are named.
const SHOWN_MODULES: usize = 5;

impl fmt::Display for Removals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "this load would remove {} of the {} items in the database (", self.removed, self.items)?;
        for (at, (module, count)) in self.modules.iter().take(SHOWN_MODULES).enumerate() {
            let comma = if at > 0 { ", " } else { "" };
            write!(f, "{comma}{count} of {module}")?;
        }
        let rest = self.modules.len().saturating_sub(SHOWN_MODULES);
        if rest > 0 {
            write!(f, ", and more of {rest} other modules")?;
        }
        write!(f, "); nothing was applied; check --packages, or run again with --allow-removals")
    }
}

impl Failure {
    /// The database that another process has locked, where that is what failed.
    pub fn is_locked(&self) -> Option<&Path> {
        match self {
            Failure::Database(DbError::Busy { path }) => Some(path),
            _ => None,
        }
    }

    /// Whether something changed during the run, so that another one may succeed.
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            Failure::ChangedMeanwhile(_)
                | Failure::Database(
                    DbError::Changed { .. } | DbError::MadeMeanwhile { .. } | DbError::Moved { .. }
                )
        )
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Sources(files) => write!(f, "{} files have errors", files.len()),
            Failure::Discover(error) => write!(f, "{error}"),
            Failure::Database(error) => write!(f, "{error}"),
            Failure::Git(error) => write!(f, "{error}"),
            Failure::Unreadable(path, error) => write!(f, "{} cannot be read: {error}", path.display()),
            Failure::NotRemoved(path, error) => {
                write!(f, "{} cannot be removed: {error}; remove it by hand", path.display())
            }
            Failure::TooLong(wait) => write!(f, "gave up {wait}; run again, or with a longer --lock-timeout"),
            Failure::Removals(removals) => write!(f, "{removals}"),
            Failure::Unknown(what) => f.write_str(what),
            Failure::NotWritten(path, error) => write!(f, "{} cannot be written: {error}", path.display()),
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

impl From<GitError> for Failure {
    fn from(error: GitError) -> Self {
        Failure::Git(error)
    }
}

impl From<DbError> for Failure {
    fn from(error: DbError) -> Self {
        Failure::Database(error)
    }
}
