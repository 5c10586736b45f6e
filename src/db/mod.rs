//! The SQLite package store.
//!
//! A [`Database`] reads what the last reload left and carries out a [`Plan`](crate::diff::Plan) in one
//! transaction. It decides nothing but what concerns the store alone: stamps, the commit, and which rows are
//! somebody else's. A store that does not exist yet is built in a file beside it and then renamed, so that it
//! is there as a whole or not at all.

mod apply;
mod commit;
mod deprecations;
mod draft;
pub mod error;
mod identity;
mod kept_log;
mod live_names;
mod lock;
mod log;
mod mentions;
mod names;
mod others;
mod owned;
mod place;
mod retained;
mod rows;
mod schema;
mod seal;
mod statements;
mod survey;
pub mod time;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Row};

pub use apply::{Applied, NewState};
pub use error::DbError;
pub use identity::{Identity, Proof};
pub use live_names::{LiveHashes, WantedName};
pub use lock::{Holder, StoreLock, Tried, try_lock};
pub use owned::Shapes;
pub use place::{blocking_process, shared_file_system};
pub use seal::{Watched, sealed};
pub use survey::{KnownAs, Later, Load, Survey, Uncommitted};
pub use time::Millis;

use crate::base::hash::{ContentHash, Fingerprint};
use crate::diff::full::Actual;
use crate::diff::others::Others;
use crate::diff::retained::Retained;
use crate::state::{Stamp, StoredFile};
use apply::{Apply, Finished, Size};
use draft::Draft;
use place::{FileId, folder};
use seal::FileState;

/// How long SQLite itself waits for a lock before the wait is the caller's.
const BUSY_TIMEOUT: Duration = Duration::from_millis(300);

/// A package store, which may not exist yet.
#[derive(Debug)]
pub struct Database {
    /// Of the file itself, where a link was given.
    path: PathBuf,
    /// Which file was opened.
    file: Option<FileId>,
    access: Access,
    /// Each a sentence without a full stop.
    warnings: Vec<String>,
    /// `None` as long as there is no file, or an empty one.
    connection: Option<Connection>,
    /// What its file was before it was opened, where that tells all.
    before: Option<FileState>,
    /// What had changed at the last look, for noticing that others write at the same time.
    seen: Option<Seen>,
    new_identity: Option<Identity>,
    /// What was remembered of the checkout at the last look at the stamp.
    around: String,
    /// Whether anything was retained for others at the last look at the stamp.
    retains: bool,
}

/// What a store is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    Read,
    /// Whether the folder of a new store is made along with it.
    Write {
        makes_folder: bool,
    },
}

impl Access {
    fn makes_folder(self) -> bool {
        self == Access::Write { makes_folder: true }
    }
}

/// A column that evaluation needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// `package_types.rt_def`
    Definition,
    /// `package_functions.rt_instrs`
    Instructions,
    /// `package_values.rt_dval`
    Result,
    /// `package_values.value_type`
    ResultType,
}

/// How much the store had changed at some moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Seen {
    /// Counted by darkc's triggers, and the dependencies that were added to loaders' items; `None` where darkc's tables
    /// are missing, and then any change counts.
    changes: Option<i64>,
    schema: i64,
    /// SQLite's count of what other connections did, which changes with anything they write.
    data: i64,
}

/// The short columns of `darkc_state`, with those that show whether they are still true.
struct StateRow {
    stamp: Stamp,
    around: String,
    retains: bool,
    last_stamp: Millis,
    schema_seen: i64,
}

impl Seen {
    /// Whether nothing that matters has changed since.
    fn still_is(self, now: Seen) -> bool {
        match self.changes {
            Some(_) => self.changes == now.changes && self.schema == now.schema,
            None => self.data == now.data && now.changes.is_none(),
        }
    }
}

impl Database {
    /// Opens a store; nothing is written, and a store that is missing is only made by [`Database::apply`].
    ///
    /// # Errors
    /// Where the folder is missing, or the file is no store of Darklang's that darkc knows.
    pub fn open(path: &Path) -> Result<Self, DbError> {
        Database::open_in(path, false)
    }

    /// As [`Database::open`]; with `makes_folder` the folder of a missing store may be missing too, though not the
    /// folder around it.
    ///
    /// # Errors
    /// As those of [`Database::open`].
    pub fn open_in(path: &Path, makes_folder: bool) -> Result<Self, DbError> {
        Database::open_for(path, Access::Write { makes_folder }, makes_folder)
    }

    /// As [`Database::open_in`], for reading alone: no file is made or written, SQLite's own included, as long as the
    /// store has no log that others may still be writing to.
    ///
    /// # Errors
    /// As those of [`Database::open`].
    pub fn open_read_only(path: &Path, makes_folder: bool) -> Result<Self, DbError> {
        Database::open_for(path, Access::Read, makes_folder)
    }

    fn open_for(path: &Path, access: Access, makes_folder: bool) -> Result<Self, DbError> {
        let resolved = place::resolve(path)?;
        // By another name a store may have a log of that name, so that its file alone tells nothing.
        let before = if resolved == path { FileState::of(path) } else { None };
        let mut database = Database {
            path: resolved,
            file: None,
            access,
            warnings: Vec::new(),
            connection: None,
            before,
            seen: None,
            new_identity: None,
            around: String::new(),
            retains: false,
        };
        match std::fs::metadata(&database.path) {
            Ok(file) if !file.is_file() => return Err(DbError::NotAFile { path: path.to_owned() }),
            Ok(file) if file.len() > 0 => {
                database.file = Some(FileId::of(&file));
                database.connect()?;
            }
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let outer = folder(path).parent().filter(|outer| !outer.as_os_str().is_empty());
                let is_made = makes_folder && outer.unwrap_or(Path::new(".")).is_dir();
                if !folder(path).is_dir() && !is_made {
                    return Err(DbError::NoFolder { path: path.to_owned() });
                }
            }
            Err(error) => return Err(DbError::io(path, error)),
        }
        Ok(database)
    }

    /// What the user should know about the store, each a sentence without a full stop.
    pub fn take_warnings(&mut self) -> Vec<String> {
        std::mem::take(&mut self.warnings)
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether there is a store already.
    pub fn exists(&self) -> bool {
        self.connection.is_some()
    }

    /// What the last reload left, or `None` where darkc has left nothing.
    pub fn stamp(&mut self) -> Result<Option<Stamp>, DbError> {
        let state = self.look()?;
        Ok(state.map(|state| {
            (self.around, self.retains) = (state.around, state.retains);
            state.stamp
        }))
    }

    /// What the last reload remembered of the checkout (an encoded [`Around`](crate::state::around::Around)), as of the
    /// last look at the stamp.
    pub fn around(&self) -> &str {
        &self.around
    }

    /// Whether the last reload retained anything for others, as of the last look at the stamp.
    pub fn retains(&self) -> bool {
        self.retains
    }

    /// Closes the store. A short log is left beside it, a longer one moved into its file: see [`kept_log`].
    ///
    /// # Errors
    /// Where the store's name no longer leads to the file that was written.
    pub fn close(self) -> Result<(), DbError> {
        let Database { path, file, access, connection, before, .. } = self;
        let was_open = connection.is_some();
        if let Some(connection) = connection {
            kept_log::keep(&connection, kept_log::is_kept(&path));
        }
        // Without locks nobody else was kept from writing, so that what was read may be of two moments.
        if access == Access::Read && was_open && before.is_some() && FileState::of(&path) != before {
            return Err(DbError::Changed { path });
        }
        let now = || std::fs::metadata(&path).ok().map(|file| FileId::of(&file));
        if file.is_some() && now() != file { Err(DbError::Moved { path }) } else { Ok(()) }
    }

    /// Closes the store and seals it, if it has been quiet for long enough, so that as long as it stays so the
    /// next reload need not open it. `state` is its stamp, and `watched` what
    /// the other files were before they were read. A seal that cannot be left is none.
    pub fn seal(self, state: &Stamp, watched: &Watched) {
        let Database { path, connection, before, .. } = self;
        if let Some(connection) = connection {
            // A log that has not changed for a while goes into the store, so that the next reload can seal it.
            kept_log::keep(&connection, kept_log::is_kept(&path) && kept_log::is_recent(&path));
        }
        draft::remove_abandoned(&path);
        if let Some(before) = before {
            let _ = seal::seal(&path, before, state, watched);
        }
    }

    /// The manifest as the last reload stored it; empty where there is none.
    pub fn manifest(&self) -> Result<Vec<u8>, DbError> {
        let Some(connection) = &self.connection else { return Ok(Vec::new()) };
        let read = || match connection.prepare("SELECT manifest FROM darkc_state") {
            Ok(mut state) => match state.query_row([], |row| row.get(0)) {
                Err(rusqlite::Error::QueryReturnedNoRows) => Ok(Vec::new()),
                other => other,
            },
            Err(_) if !schema::has_darkc_tables(connection)? => Ok(Vec::new()),
            Err(error) => Err(error),
        };
        read().map_err(|error| DbError::sqlite(&self.path, error))
    }

    /// All rows of `darkc_files`, in order of path; none where the next write makes darkc's tables anew.
    pub fn files(&self) -> Result<Vec<StoredFile>, DbError> {
        let Some(connection) = &self.connection else { return Ok(Vec::new()) };
        if self.seen.is_some_and(|seen| seen.changes.is_none()) {
            return Ok(Vec::new());
        }
        let read = || {
            let mut files = match connection.prepare("SELECT path, items FROM darkc_files") {
                Ok(files) => files,
                Err(_) if !schema::has_darkc_tables(connection)? => return Ok(Vec::new()),
                Err(error) => return Err(error),
            };
            let file = |row: &Row<'_>| Ok(StoredFile { path: row.get(0)?, items: row.get(1)? });
            files.query_map([], file)?.collect::<Result<Vec<_>, _>>()
        };
        let mut files = read().map_err(|error| DbError::sqlite(&self.path, error))?;
        files.sort_unstable_by(|one, other| one.path.cmp(&other.path));
        Ok(files)
    }

    /// What the last reload retained for others, in order; none where the next write makes darkc's tables anew.
    pub fn retained(&self) -> Result<Vec<Retained>, DbError> {
        let Some(connection) = &self.connection else { return Ok(Vec::new()) };
        if self.seen.is_some_and(|seen| seen.changes.is_none()) {
            return Ok(Vec::new());
        }
        retained::read(connection).map_err(|error| DbError::sqlite(&self.path, error))
    }

    /// Everything in the store that a loader put there, darkc or Darklang's own, for comparing it with what
    /// ought to be there: the `shapes`.
    pub fn owned(&mut self, shapes: &Shapes<'_>) -> Result<Actual, DbError> {
        let Some(connection) = &self.connection else { return Ok(Actual::default()) };
        // One read transaction, so that the look and the rows are of one moment.
        let transaction =
            connection.unchecked_transaction().map_err(|error| DbError::sqlite(&self.path, error))?;
        let state = read_state(connection).map_err(|error| DbError::sqlite(&self.path, error))?;
        let rows = owned::read(connection, shapes).map_err(|error| DbError::sqlite(&self.path, error))?;
        transaction.finish().map_err(|error| DbError::sqlite(&self.path, error))?;
        self.seen = Some(state.0);
        Ok(rows)
    }

    /// What others than loaders have put into the store, and which of the `candidates` it reaches.
    pub fn others(&self, candidates: &[ContentHash]) -> Result<Others, DbError> {
        let Some(connection) = &self.connection else { return Ok(Others::default()) };
        let others = others::read(connection, candidates);
        Ok(others.map_err(|error| DbError::sqlite(&self.path, error))?.unwrap_or_default())
    }

    /// A column of one item; `None` where there is no such item, or the column is NULL.
    pub fn column(&self, column: Column, hash: ContentHash) -> Result<Option<Vec<u8>>, DbError> {
        let Some(connection) = &self.connection else { return Ok(None) };
        let select = match column {
            Column::Definition => "SELECT rt_def FROM package_types WHERE hash = ?1",
            Column::Instructions => "SELECT rt_instrs FROM package_functions WHERE hash = ?1",
            Column::Result => "SELECT rt_dval FROM package_values WHERE hash = ?1",
            Column::ResultType => "SELECT value_type FROM package_values WHERE hash = ?1",
        };
        let read = || {
            let mut statement = connection.prepare_cached(select)?;
            statement.query_row([&*hash.to_hex()], |row| row.get::<_, Option<Vec<u8>>>(0)).optional()
        };
        read().map(Option::flatten).map_err(|error| DbError::sqlite(&self.path, error))
    }

    /// Opens the transaction, lets `fill` write through it, and commits; on any error the store stays as it
    /// was. `size` is that of what it will write.
    ///
    /// # Errors
    /// What `fill` reports, or that the store cannot be written.
    fn write(
        &mut self,
        size: Size,
        fill: impl for<'c> FnOnce(Apply<'c>) -> Result<Finished<'c>, DbError>,
    ) -> Result<Applied, DbError> {
        let Some(connection) = &self.connection else { return self.write_new(fill) };
        draft::remove_abandoned(&self.path);
        if self.seen.is_some_and(|seen| seen.changes.is_none()) {
            self.warnings.extend(shared_warning(&self.path));
        }
        let result = (|| fill(Apply::in_store(&self.path, connection, self.seen, size)?)?.commit())();
        connection
            .set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, true)
            .map_err(|error| DbError::sqlite(&self.path, error))?;
        if result.is_ok() {
            self.seen = None;
        }
        result
    }

    /// Makes the store.
    fn write_new(
        &mut self,
        fill: impl for<'c> FnOnce(Apply<'c>) -> Result<Finished<'c>, DbError>,
    ) -> Result<Applied, DbError> {
        if self.access.makes_folder()
            && let Err(error) = std::fs::create_dir(folder(&self.path))
            && !folder(&self.path).is_dir()
        {
            return Err(DbError::io(&self.path, error));
        }
        self.warnings.extend(shared_warning(&self.path));
        let draft = Draft::new(&self.path)?;
        let applied = { fill(Apply::in_draft(&self.path, draft.connection())?)?.commit()? };
        let published = draft.publish(&self.path)?;
        self.file = Some(published.file);
        if let Some(unsynced) = published.unsynced {
            let path = self.path.display();
            self.warnings.push(format!(
                "{path} is whole, but the system did not confirm that its name is on the disk: {unsynced}"
            ));
        }
        Ok(applied)
    }

    /// Connects to the file and checks that it is a store that darkc knows.
    fn connect(&mut self) -> Result<(), DbError> {
        let has_log = kept_log::exists(&self.path);
        let connection = self.open_file().map_err(|error| {
            let is_gone = !self.path.exists();
            if is_gone {
                DbError::Moved { path: self.path.clone() }
            } else {
                DbError::sqlite(&self.path, error)
            }
        })?;
        // A run that ends without writing leaves an existing log as it is.
        kept_log::keep(&connection, has_log);
        self.new_identity = identity::new_to_darkc(&connection, &self.path)?;
        self.connection = Some(connection);
        Ok(())
    }

    fn open_file(&self) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = match self.access {
            Access::Write { .. } => {
                Connection::open_with_flags(&self.path, flags | OpenFlags::SQLITE_OPEN_READ_WRITE)?
            }
            // There is no log: the file alone tells everything, and need not be locked.
            Access::Read if self.before.is_some() => Connection::open_with_flags(
                place::immutable_uri(&self.path),
                flags | OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI,
            )?,
            Access::Read => {
                Connection::open_with_flags(&self.path, flags | OpenFlags::SQLITE_OPEN_READ_ONLY)?
            }
        };
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, true)?;
        // A file that shrinks under a map kills its readers, and on a file system that machines share a map is not
        // even right. Without one the edit of a leaf takes 1.02 of the processor's time, a reload with nothing to
        // do the same.
        connection.pragma_update(None, "mmap_size", 0)?;
        Ok(connection)
    }

    /// What SQLite itself finds wrong with the store's file.
    ///
    /// # Errors
    /// Where it cannot be read at all.
    pub fn damage(&self) -> Result<Option<String>, DbError> {
        let Some(connection) = &self.connection else { return Ok(None) };
        let found: String = connection
            .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))
            .map_err(|error| DbError::sqlite(&self.path, error))?;
        let is_sound = found == "ok";
        let line = found.lines().next_back().unwrap_or_default();
        Ok((!is_sound).then(|| format!("SQLite finds {} damaged: {line}", self.path.display())))
    }

    /// The identity of the store if that is new to darkc, so that nothing may be written before darkc has been proved
    /// equal to the Darklang that made it.
    pub fn new_identity(&self) -> Option<&Identity> {
        self.new_identity.as_ref()
    }

    /// Reads the state row and remembers how much had changed by now.
    fn look(&mut self) -> Result<Option<StateRow>, DbError> {
        let Some(connection) = &self.connection else { return Ok(None) };
        let (seen, state, migration) =
            read_state(connection).map_err(|error| DbError::sqlite(&self.path, error))?;
        if migration > schema::NEWEST_MIGRATION {
            return Err(DbError::NewerDarkc { path: self.path.clone() });
        }
        self.seen = Some(seen);
        Ok(state)
    }
}

/// Returns the version of the SQLite that darkc works with.
pub fn sqlite_version() -> &'static str {
    rusqlite::version()
}

/// Returns the version as a number that can be compared: 3.45.1 is 3045001.
pub fn sqlite_number() -> i32 {
    rusqlite::version_number()
}

/// Said once, when darkc makes a store or writes to one for the first time.
fn shared_warning(path: &Path) -> Option<String> {
    let kind = place::shared_file_system(path)?;
    Some(format!(
        "{} lies on a file system of the kind {kind}; SQLite stores that are used from both sides of one can be \
         damaged, so keep it on a disk of this machine (--db FILE, or DARK_CONFIG_RUNDIR)",
        path.display()
    ))
}

/// How much has changed, the state row, and the newest of darkc's migrations; in one statement where darkc's
/// tables are there. It names them all, so that it fails where one is missing.
fn read_state(connection: &Connection) -> rusqlite::Result<(Seen, Option<StateRow>, i64)> {
    const STATE: &str = "SELECT v.schema_version, d.data_version, c.count, m.newest, \
             s.tool, s.sources, s.zero_ids, s.changes_seen, s.schema_seen, s.last_stamp, s.items, s.around, \
             s.unresolved, EXISTS (SELECT 1 FROM darkc_dependents), s.findings, \
             EXISTS (SELECT 1 FROM darkc_retained) \
         FROM pragma_schema_version v, pragma_data_version d, \
             (SELECT max(number) AS newest FROM darkc_migrations) m \
             LEFT JOIN (SELECT NULL FROM darkc_files LIMIT 0) \
             LEFT JOIN darkc_changes c LEFT JOIN darkc_state s";
    const NO_STATE: &str = "SELECT v.schema_version, d.data_version, NULL \
         FROM pragma_schema_version v, pragma_data_version d";
    let seen = |row: &Row<'_>| -> rusqlite::Result<Seen> {
        Ok(Seen { schema: row.get(0)?, data: row.get(1)?, changes: row.get(2)? })
    };
    let mut statement = match connection.prepare(STATE) {
        Ok(statement) => statement,
        Err(_) if !schema::has_darkc_tables(connection)? => {
            return connection.query_row(NO_STATE, [], |row| Ok((seen(row)?, None, 0)));
        }
        Err(error) => return Err(error),
    };
    statement.query_row([], |row| {
        let mut seen = seen(row)?;
        if row.get(13)? {
            let added = owned::added_dependencies(connection)?;
            seen.changes = seen.changes.map(|changes| changes + added);
        }
        let migration = row.get::<_, Option<i64>>(3)?.unwrap_or(0);
        let (Some(tool), Some(sources)) = (row.get(4)?, row.get(5)?) else {
            return Ok((seen, None, migration));
        };
        let schema_seen: i64 = row.get(8)?;
        let untouched = seen.changes == Some(row.get(7)?) && seen.schema == schema_seen;
        let stamp = Stamp {
            tool: Fingerprint(u128::from_le_bytes(tool)),
            sources: Fingerprint(u128::from_le_bytes(sources)),
            zero_ids: row.get(6)?,
            items: row.get::<_, i64>(10)? as usize,
            unresolved: row.get::<_, i64>(12)? as usize,
            findings: row.get::<_, i64>(14)? as usize,
            untouched,
        };
        let (last_stamp, around, retains) = (Millis(row.get(9)?), row.get(11)?, row.get(15)?);
        Ok((seen, Some(StateRow { stamp, around, retains, last_stamp, schema_seen }), migration))
    })
}
