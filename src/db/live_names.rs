//! The hashes of live names on main, for the file by which Darklang's F# code finds items.

use rusqlite::{Connection, OptionalExtension, Statement, Transaction, TransactionBehavior};

use super::error::DbError;
use super::schema::MAIN_BRANCH_TEXT;
use super::{Database, read_state};
use crate::base::location::{ItemKind, Location};

/// The owner of all items that F# code refers to.
const OWNER: &str = "Darklang";

/// A name to look up, of Darklang's, modules and name dotted. Values count as functions, as in
/// `darklang/dark LibDB/PackageRefsGenerator.fs`.
pub type WantedName<'n> = (ItemKind, &'n str);

/// The hash of each wanted name, as it is stored; `None` for a name that is not live.
pub type LiveHashes = Vec<Option<String>>;

impl Database {
    /// The hashes of live names, whoever bound them; `None` where there is no store.
    pub fn live_hashes(&self, wanted: &[WantedName<'_>]) -> Result<Option<LiveHashes>, DbError> {
        let Some(connection) = &self.connection else { return Ok(None) };
        let read = || {
            let transaction = connection.unchecked_transaction()?;
            let hashes = find_all(connection, wanted)?;
            transaction.finish()?;
            Ok(hashes)
        };
        read().map(Some).map_err(|error| DbError::sqlite(&self.path, error))
    }

    /// Returns the hash of a live name as it is stored, whoever bound it; `None` where nothing has the name, or there is
    /// no store.
    pub fn live_hash(&self, kind: ItemKind, location: &Location) -> Result<Option<String>, DbError> {
        let Some(connection) = &self.connection else { return Ok(None) };
        let (modules, name) = (location.modules_dotted(), location.name());
        let read = || find_one(&mut connection.prepare(FIND)?, kind, location.owner(), modules, name);
        read().map_err(|error| DbError::sqlite(&self.path, error))
    }

    /// Calls `make` with the hashes of live names while nobody else can write, and keeps the text that it returns
    /// as what is remembered of the checkout. Nothing is kept where `make` returns no text, or the state is not
    /// darkc's last.
    pub fn remember_around<T>(
        &mut self,
        wanted: &[WantedName<'_>],
        make: impl FnOnce(LiveHashes) -> (Option<String>, T),
    ) -> Result<Option<T>, DbError> {
        // A store that was just made has not been connected to yet.
        if self.connection.is_none() && self.path.is_file() {
            self.connect()?;
        }
        let Some(connection) = &self.connection else { return Ok(None) };
        let write = || {
            let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
            let (_, state, _) = read_state(connection)?;
            let (around, result) = make(find_all(connection, wanted)?);
            let trusted = state.is_some_and(|state| state.stamp.untouched);
            if let Some(around) = around.filter(|_| trusted) {
                connection.execute("UPDATE darkc_state SET around = ?1", [around])?;
            }
            transaction.commit()?;
            Ok(result)
        };
        write().map(Some).map_err(|error| DbError::sqlite(&self.path, error))
    }
}

const FIND: &str = "SELECT item_hash FROM locations WHERE branch_id = ?1 AND owner = ?2 AND modules = ?3 AND name = ?4 \
                    AND unlisted_at IS NULL AND (item_type = 'type') = ?5 ORDER BY rowid DESC LIMIT 1";

fn find_all(connection: &Connection, wanted: &[WantedName<'_>]) -> rusqlite::Result<LiveHashes> {
    let mut find = connection.prepare(FIND)?;
    let hash = |(kind, name): &WantedName<'_>| {
        let (modules, name) = name.rsplit_once('.').unwrap_or(("", name));
        find_one(&mut find, *kind, OWNER, modules, name)
    };
    wanted.iter().map(hash).collect()
}

fn find_one(
    find: &mut Statement<'_>,
    kind: ItemKind,
    owner: &str,
    modules: &str,
    name: &str,
) -> rusqlite::Result<Option<String>> {
    let is_type = kind == ItemKind::Type;
    find.query_row((MAIN_BRANCH_TEXT, owner, modules, name, is_type), |row| row.get(0)).optional()
}
