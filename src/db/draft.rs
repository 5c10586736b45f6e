//! A store in the making: a file beside the final one that becomes it by being renamed.
//!
//! A first load writes every page once, so it needs no journal: until the rename there is nothing to go back
//! to, and a crash leaves a temporary file behind and no store.

use std::fs::{File, Permissions};
use std::io;
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::config::DbConfig;
use tempfile::TempPath;

use super::error::DbError;

/// Bytes 18 and 19 of a database are the versions needed to write and to read it; 2 is a write-ahead log
/// (<https://sqlite.org/fileformat2.html>).
const FORMAT_VERSIONS_OFFSET: u64 = 18;
const WRITE_AHEAD_LOG: [u8; 2] = [2, 2];

/// What SQLite may leave beside a database. With a new database they would be taken for that one's own.
const COMPANIONS: [&str; 3] = [LOG_SUFFIX, "-shm", "-journal"];
pub(super) const LOG_SUFFIX: &str = "-wal";

const SUFFIX: &str = ".darkc-tmp";
/// Before the user's umask, as SQLite makes its files.
pub(super) const MODE: u32 = 0o666;
/// No reload takes so long, so that the draft's process must have been killed.
const ABANDONED_AFTER: Duration = Duration::from_secs(60 * 60);

/// A larger cache (in KiB) is no faster, for one package set or for a hundred.
const SETTINGS: &str = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE; \
     PRAGMA cache_size = -16384;";

#[derive(Debug)]
pub struct Draft {
    connection: Connection,
    file: TempPath,
}

impl Draft {
    /// Starts an empty database beside `path`.
    pub fn new(path: &Path) -> Result<Self, DbError> {
        match std::fs::create_dir(folder(path)) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists && !folder(path).is_dir() => {
                return Err(DbError::io(path, error));
            }
            _ => {}
        }
        let prefix = format!(".{}.", path.file_name().unwrap_or_default().to_string_lossy());
        remove_abandoned(folder(path), &prefix);
        let file = tempfile::Builder::new()
            .prefix(&prefix)
            .suffix(SUFFIX)
            .permissions(Permissions::from_mode(MODE))
            .tempfile_in(folder(path))
            .map_err(|error| DbError::io(path, error))?
            .into_temp_path();
        let connection = Connection::open(&file)
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
    pub fn publish(self, path: &Path) -> Result<(), DbError> {
        let Draft { connection, file } = self;
        connection.close().map_err(|(_, error)| DbError::sqlite(path, error))?;
        settle(&file).map_err(|error| DbError::io(path, error))?;
        let there = std::fs::metadata(path).ok();
        if there.as_ref().is_some_and(|there| there.len() > 0) {
            return Err(DbError::MadeMeanwhile { path: path.to_owned() });
        }
        remove_companions(path).map_err(|error| DbError::io(path, error))?;
        // An empty file is what others mean by a fresh database too; it gives way.
        let renamed = if there.is_some() { file.persist(path) } else { file.persist_noclobber(path) };
        renamed.map_err(|error| match error.error.kind() {
            io::ErrorKind::AlreadyExists => DbError::MadeMeanwhile { path: path.to_owned() },
            _ => DbError::io(path, error.error),
        })?;
        sync_folder(path).map_err(|error| DbError::io(path, error))
    }
}

/// Marks the file as one with a write-ahead log, and sees that it is on the disk before its name is.
fn settle(file: &Path) -> io::Result<()> {
    let file = File::options().write(true).open(file)?;
    file.write_all_at(&WRITE_AHEAD_LOG, FORMAT_VERSIONS_OFFSET)?;
    file.sync_data()
}

fn remove_companions(path: &Path) -> io::Result<()> {
    for companion in COMPANIONS {
        match std::fs::remove_file(beside(path, companion)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(folder(path))?.sync_all()
}

/// The file by the store's name with something behind it.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

pub(super) fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Removes the drafts of processes that were killed. Failing to is no failure of this one.
fn remove_abandoned(folder: &Path, prefix: &str) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let is_draft = name.to_str().is_some_and(|name| name.starts_with(prefix) && name.ends_with(SUFFIX));
        let age = || entry.metadata().ok()?.modified().ok()?.elapsed().ok();
        if is_draft && age().is_some_and(|age| age > ABANDONED_AFTER) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}
