//! A store in the making: a file beside the final one that becomes it by being renamed.
//!
//! A first load writes every page once, so it needs no journal: until the rename there is nothing to go back
//! to, and a crash leaves a temporary file behind and no store. Before the rename the draft's process claims the
//! name of the store through SQLite itself ([`Claim`]), so that another process that makes the store is noticed, or
//! waits.

use std::ffi::OsString;
use std::fs::{self, File, Permissions, TryLockError};
use std::io;
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode};
use tempfile::{NamedTempFile, TempPath};

use super::error::DbError;
use super::place::{FileId, folder};

/// Bytes 18 and 19 of a database are the versions needed to write and to read it; 2 is a write-ahead log
/// (<https://sqlite.org/fileformat2.html>).
const FORMAT_VERSIONS_OFFSET: u64 = 18;
const WRITE_AHEAD_LOG: [u8; 2] = [2, 2];

/// Temporary files are named `.STORE.XXXXXX.darkc-tmp`.
const DRAFT_SUFFIX: &str = ".darkc-tmp";
pub(super) const SEAL_SUFFIX: &str = "-darkc-tmp";
/// Before the user's umask, as SQLite makes its files.
pub(super) const MODE: u32 = 0o666;

/// A larger cache (in KiB) is no faster, for one package set or for a hundred.
const SETTINGS: &str = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE; \
     PRAGMA cache_size = -16384;";

#[derive(Debug)]
pub struct Draft {
    connection: Connection,
    file: Temporary,
}

impl Draft {
    /// Starts an empty database beside `path`.
    pub fn new(path: &Path) -> Result<Self, DbError> {
        let file = Temporary::new(path, DRAFT_SUFFIX).map_err(|error| DbError::io(path, error))?;
        let connection = Connection::open(&file.path)
            .and_then(|connection| {
                connection.execute_batch(SETTINGS)?;
                connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, true)?;
                Ok(connection)
            })
            .map_err(|error| DbError::sqlite(path, error))?;
        Ok(Draft { connection, file })
    }

    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Makes the draft the store at `path`, where no store may have come to be meanwhile.
    pub fn publish(self, path: &Path) -> Result<Published, DbError> {
        let Draft { connection, file } = self;
        connection.close().map_err(|(_, error)| DbError::sqlite(path, error))?;
        settle(&file.path).map_err(|error| DbError::io(path, error))?;
        let id = file.file.metadata().map_err(|error| DbError::io(path, error))?;
        let claim = Claim::new(path)?;
        claim.replace(path, file.path)?;
        Ok(Published { file: FileId::of(&id), unsynced: sync_folder(path).err() })
    }
}

/// A store that is there.
pub struct Published {
    pub file: FileId,
    /// Why its name may not be on the disk yet. That is no error: the store is whole.
    pub unsynced: Option<io::Error>,
}

/// The name of a store, held by SQLite's own lock on an empty file of that name.
///
/// While the lock is held, no SQLite can read or write by that name, so no log can come to be beside it. Logs
/// that a store of this name has left are removed by SQLite as it takes the lock, because the file has no page
/// that they could belong to; darkc removes none itself. Whoever waits for the lock is told by SQLite that the
/// file has moved once the draft is in its place, and writes nothing.
struct Claim {
    /// Holds the lock until it is dropped.
    _connection: Connection,
    file: FileId,
}

impl Claim {
    fn new(path: &Path) -> Result<Self, DbError> {
        // A journal in a file would carry the store's name, too.
        const LOCK: &str = "PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE;";
        let made_meanwhile = || DbError::MadeMeanwhile { path: path.to_owned() };
        let connection = Connection::open(path)
            .and_then(|connection| connection.execute_batch(LOCK).map(|()| connection))
            .map_err(|error| match error.sqlite_error_code() {
                Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => made_meanwhile(),
                _ => DbError::sqlite(path, error),
            })?;
        // No file may be opened and closed by this name from here on: closing it would end the lock.
        let file = fs::metadata(path).map_err(|error| DbError::io(path, error))?;
        if file.len() > 0 {
            return Err(made_meanwhile());
        }
        Ok(Claim { _connection: connection, file: FileId::of(&file) })
    }

    /// Puts the draft in the place of the claimed file.
    fn replace(&self, path: &Path, draft: TempPath) -> Result<(), DbError> {
        let io = |error| DbError::io(path, error);
        match swap(&draft, path) {
            // The claimed file is at the draft's old path now, and goes with it.
            Ok(()) if fs::metadata(&draft).is_ok_and(|file| FileId::of(&file) == self.file) => Ok(()),
            // Somebody moved another file to the name; it gets its place back.
            Ok(()) => {
                swap(&draft, path).map_err(io)?;
                Err(DbError::MadeMeanwhile { path: path.to_owned() })
            }
            // Somebody removed the claimed file.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                draft.persist_noclobber(path).map_err(|error| match error.error.kind() {
                    io::ErrorKind::AlreadyExists => DbError::MadeMeanwhile { path: path.to_owned() },
                    _ => io(error.error),
                })
            }
            Err(error) if cannot_swap(&error) => draft.persist(path).map_err(|error| io(error.error)),
            Err(error) => Err(io(error)),
        }
    }
}

/// Exchanges two files in one step, so that what was in the place can be looked at before it is lost.
#[cfg(target_os = "linux")]
fn swap(one: &Path, other: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE)?)
}

#[cfg(not(target_os = "linux"))]
fn swap(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Whether it is the file system that knows no exchange.
fn cannot_swap(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported)
}

/// A temporary file beside a store. Its process holds an advisory lock on it, which ends with the process, so that
/// others can tell whether anybody still needs the file.
#[derive(Debug)]
pub(super) struct Temporary {
    pub path: TempPath,
    pub file: File,
}

impl Temporary {
    /// Makes an empty one beside `store`, and removes those that killed processes have left.
    pub fn new(store: &Path, suffix: &str) -> io::Result<Self> {
        remove_abandoned(store);
        loop {
            let prefix = prefix(store);
            let mut builder = tempfile::Builder::new();
            builder.prefix(&prefix).suffix(suffix).permissions(Permissions::from_mode(MODE));
            let (file, path) = builder.tempfile_in(folder(store)).map(NamedTempFile::into_parts)?;
            // Another process may have taken the file for an abandoned one before it was locked.
            match file.try_lock() {
                Err(TryLockError::WouldBlock) => {}
                Ok(()) if is_gone(&path) => {}
                _ => return Ok(Temporary { path, file }),
            }
        }
    }
}

/// Whether the system says that there is no such file; that it cannot tell is no reason to make another one.
fn is_gone(path: &Path) -> bool {
    fs::symlink_metadata(path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
}

fn prefix(store: &Path) -> OsString {
    let mut prefix = OsString::from(".");
    prefix.push(store.file_name().unwrap_or_default());
    prefix.push(".");
    prefix
}

/// Removes the temporary files beside a store that no process holds locked. Failing to is no failure of this one.
pub(super) fn remove_abandoned(store: &Path) {
    let prefix = prefix(store);
    for entry in fs::read_dir(folder(store)).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.as_encoded_bytes();
        let is_temporary = name.starts_with(prefix.as_encoded_bytes())
            && [DRAFT_SUFFIX, SEAL_SUFFIX].iter().any(|suffix| name.ends_with(suffix.as_bytes()))
            && entry.file_type().is_ok_and(|kind| kind.is_file());
        if is_temporary
            && let Ok(file) = File::open(entry.path())
            // Held until the file is gone, so that its maker cannot lock it in between.
            && file.try_lock().is_ok()
        {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Marks the file as one with a write-ahead log, and sees that it is on the disk before its name is.
fn settle(file: &Path) -> io::Result<()> {
    let file = File::options().write(true).open(file)?;
    file.write_all_at(&WRITE_AHEAD_LOG, FORMAT_VERSIONS_OFFSET)?;
    file.sync_data()
}

fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(folder(path))?.sync_all()
}
