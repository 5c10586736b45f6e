//! Carrying out a plan in one transaction.
//!
//! [`Apply`] is begun in a store or a draft, finished once with a plan, and only what is [`Finished`] can be committed.
//! `rows`, `names` and `log` import this module and are called by it: each adds to [`Apply`] how it writes its tables,
//! in the one transaction.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::commit;
use super::error::DbError;
use super::identity::Proof;
use super::rows::VacantRows;
use super::schema::{self, MAIN_BRANCH_TEXT};
use super::statements::{Sql, Statements};
use super::time::Millis;
use super::{Database, Seen, read_state};
use crate::base::hash::{ContentHash, Fingerprint};
use crate::base::location::ItemKind;
use crate::diff::Plan;
use crate::diff::others::Batch;

/// From this many rows on the triggers are made anew, which takes 0.2 ms, so that no row is counted, which takes
/// 8 µs each (`benches/store`). Less would pay too, but each time all others must read the schema again.
const LARGE_WRITE: usize = 200;

/// From this many rows on it is cheaper to make indexes anew than to keep them up row by row: half of Darklang's
/// set rewritten takes 0.7 of the time.
const REINDEX_WRITE: usize = 8_000;

/// From this many new names on the same holds for the indexes by name.
const REINDEX_NAMES: usize = 2_000;

/// Page cache for a large write, in SQLite's negative KiB: a page that does not fit is written to the log once
/// for each time that it is changed.
const LARGE_CACHE_KIB: i64 = -65_536;

/// The state that a reload leaves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewState {
    pub tool: Fingerprint,
    pub sources: Fingerprint,
    pub zero_ids: bool,
    /// How many live items there are.
    pub items: usize,
    /// How many uses of names in them mean nothing.
    pub unresolved: usize,
    /// How many findings the checks of their bodies have.
    pub findings: usize,
    /// The encoded [`Around`](crate::state::around::Around).
    pub around: String,
    /// The encoded manifest.
    pub manifest: Vec<u8>,
    /// That a Release which is new to darkc was proved equal.
    pub proof: Option<Proof>,
}

/// What a reload did to the store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// Rows of Darklang's tables inserted, updated or deleted.
    pub rows_written: usize,
    /// Rows of darkc's own tables.
    pub own_rows_written: usize,
    /// The commit of the plan's new ops.
    pub commit: Option<ContentHash>,
    /// Names that were left as they are because somebody else's commit, or nobody's yet, has bound them.
    pub overridden: usize,
    pub statements_prepared: usize,
}

impl Database {
    /// Carries out a plan and stores the state that it leads to. Where neither brings anything new, nothing is
    /// written at all.
    ///
    /// # Errors
    /// Where the store cannot be written, or somebody changed it since it was last looked at.
    pub fn apply(&mut self, plan: &Plan, state: &NewState, now: Millis) -> Result<Applied, DbError> {
        let size = Size::of(plan);
        if size.rows == 0 && state.proof.is_none() && self.stands_at(state)? {
            return Ok(Applied::default());
        }
        self.write(size, |apply| apply.finish(plan, state, now))
    }

    /// Whether the store is in this very state, unchanged by others.
    fn stands_at(&mut self, state: &NewState) -> Result<bool, DbError> {
        let seen = self.seen;
        let Some(stamp) = self.stamp()? else { return Ok(false) };
        if seen.is_some() {
            // What the plan was made from stays the measure of what changed meanwhile.
            self.seen = seen;
        }
        let same = stamp.untouched
            && stamp.tool == state.tool
            && stamp.sources == state.sources
            && stamp.zero_ids == state.zero_ids
            && stamp.items == state.items
            && stamp.unresolved == state.unresolved
            && stamp.findings == state.findings
            && self.around == state.around;
        Ok(same && self.manifest()? == state.manifest)
    }
}

/// How much a plan writes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Size {
    /// Rows that it touches, single dependencies apart.
    pub rows: usize,
    /// About how many names it binds that were not bound before: each other one has a SetName op that goes.
    pub new_names: usize,
    /// Whether something is dropped. Another process must not have begun to use it meanwhile.
    pub drops: bool,
    /// Whether names are looked up that were set aside.
    pub minds_others: bool,
}

impl Size {
    fn of(plan: &Plan) -> Self {
        let rows = [
            plan.put_rows.len(),
            plan.drop_rows.len(),
            plan.put_dependencies.len(),
            plan.drop_dependencies.len(),
            plan.drop_ops.len(),
            plan.amend_ops.len(),
            plan.add_ops.len(),
            plan.bind.len(),
            plan.unbind.len(),
            plan.drop_names.len(),
            plan.drop_retained.len(),
            plan.put_retained.len(),
            plan.put_files.len(),
            plan.drop_files.len(),
        ];
        let new_names = plan.bind.len().saturating_sub(plan.drop_ops.len() / 2);
        let drops = !plan.drop_rows.is_empty() || !plan.drop_ops.is_empty();
        let minds_others = !plan.retained.is_empty() || plan.bind.iter().any(|name| name.below.is_some());
        Size { rows: rows.into_iter().sum(), new_names, drops, minds_others }
    }
}

/// A transaction that is being filled. Dropped before its end, it leaves the store as it was.
pub(super) struct Apply<'c> {
    pub(super) path: &'c Path,
    pub(super) statements: Statements<'c>,
    transaction: Transaction<'c>,
    connection: &'c Connection,
    /// A store in the making: its indexes and darkc's tables come last, and nothing is in it but from here.
    pub(super) in_draft: bool,
    triggers_dropped: bool,
    /// Statements that make the indexes again that were dropped for the time of the write.
    dropped_indexes: Vec<String>,
    /// The newest timestamp of the log on main.
    pub(super) newest_timestamp: Millis,
    /// Items whose dependencies have been put, while no index can find them.
    pub(super) put_dependencies: HashSet<ContentHash>,
    pub(super) vacant: VacantRows,
    /// Whether a commit is a loader's, for those asked about.
    pub(super) loader_commits: HashMap<String, bool>,
    pub(super) now: Millis,
    pub(super) created_at: String,
    /// Content whose names are set aside instead of moved or deleted.
    pub(super) retained: HashSet<ContentHash>,
    pub(super) applied: Applied,
}

impl<'c> Apply<'c> {
    /// Starts to fill a store in the making.
    pub(super) fn in_draft(path: &'c Path, connection: &'c Connection) -> Result<Self, DbError> {
        let start = || {
            let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
            schema::make_package_store(connection)?;
            Ok(transaction)
        };
        let transaction = start().map_err(|error| DbError::sqlite(path, error))?;
        Ok(Apply::new(path, connection, transaction, true))
    }

    /// Starts to write an existing store, which must not have changed since it was `seen`.
    pub(super) fn in_store(
        path: &'c Path,
        connection: &'c Connection,
        seen: Option<Seen>,
        Size { rows, new_names, drops, minds_others }: Size,
    ) -> Result<Self, DbError> {
        let sqlite = |error| DbError::sqlite(path, error);
        let has_log = has_write_ahead_log(connection).map_err(sqlite)?;
        let synchronous = if has_log { "NORMAL" } else { "FULL" };
        connection.pragma_update(None, "synchronous", synchronous).map_err(sqlite)?;
        if rows >= LARGE_WRITE {
            connection.pragma_update(None, "cache_size", LARGE_CACHE_KIB).map_err(sqlite)?;
            // With them on, each update of an op keeps a journal of its own (0.97 of the worst edit's time). What
            // darkc refers to is the commit that it makes and the branch that is looked at below.
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, false).map_err(sqlite)?;
        }
        let transaction =
            Transaction::new_unchecked(connection, TransactionBehavior::Immediate).map_err(sqlite)?;
        let (now, state, migration) = read_state(connection).map_err(sqlite)?;
        if migration > schema::NEWEST_MIGRATION {
            return Err(DbError::NewerDarkc { path: path.to_owned() });
        }
        if !schema::has_main(connection).map_err(sqlite)? {
            return Err(DbError::NoMain { path: path.to_owned() });
        }
        // Work on a branch is not counted as a change, but it may reach what goes.
        let changed = |seen: Seen| !seen.still_is(now) || (drops && seen.data != now.data);
        if seen.is_some_and(changed) {
            return Err(DbError::Changed { path: path.to_owned() });
        }
        let mut apply = Apply::new(path, connection, transaction, false);
        // Where others changed nothing, no op came later than darkc's own last one.
        apply.newest_timestamp = match &state {
            Some(state) if state.stamp.untouched => state.last_stamp,
            _ => {
                let newest = apply
                    .statements
                    .first(Sql::NewestStamp, [MAIN_BRANCH_TEXT], |row| row.get::<_, Option<i64>>(0));
                let newest = Millis(newest.map_err(sqlite)?.flatten().unwrap_or_default());
                state.as_ref().map_or(newest, |state| newest.max(state.last_stamp))
            }
        };
        if now.changes.is_none() {
            schema::make_darkc_tables(connection).map_err(sqlite)?;
            apply.triggers_dropped = true;
        }
        let same_schema = state.is_some_and(|state| state.schema_seen == now.schema);
        if !apply.triggers_dropped && (!same_schema || rows >= LARGE_WRITE) {
            schema::drop_triggers(connection).map_err(sqlite)?;
            apply.triggers_dropped = true;
        }
        let mut unused: Vec<&str> = Vec::new();
        if rows >= REINDEX_WRITE {
            unused.extend(schema::UNUSED_INDEXES);
        }
        if new_names >= REINDEX_NAMES && !minds_others {
            unused.extend(schema::UNUSED_NAME_INDEXES);
        }
        apply.dropped_indexes = schema::drop_indexes(connection, &unused).map_err(sqlite)?;
        Ok(apply)
    }

    fn new(path: &'c Path, connection: &'c Connection, transaction: Transaction<'c>, in_draft: bool) -> Self {
        Apply {
            path,
            statements: Statements::new(connection),
            transaction,
            connection,
            in_draft,
            triggers_dropped: in_draft,
            dropped_indexes: Vec::new(),
            newest_timestamp: Millis::default(),
            put_dependencies: HashSet::new(),
            vacant: VacantRows::default(),
            loader_commits: HashMap::new(),
            now: Millis::default(),
            created_at: String::new(),
            retained: HashSet::new(),
            applied: Applied::default(),
        }
    }

    /// Carries out the plan and stores the state.
    pub(super) fn finish(
        mut self,
        plan: &Plan,
        state: &NewState,
        now: Millis,
    ) -> Result<Finished<'c>, DbError> {
        self.now = now;
        self.created_at = now.datetime();
        self.retained = plan.retained.clone();
        let mut namings = self.log(plan, now).map_err(|error| self.failed(error))?;
        for item in &plan.drop_dependencies {
            self.drop_dependencies(*item).map_err(|error| self.failed(error))?;
        }
        self.vacate_rows(&plan.drop_rows).map_err(|error| self.failed(error))?;
        for row in &plan.put_rows {
            if !self.is_theirs(row.hash, plan).map_err(|error| self.failed(error))? {
                self.put_row(row)?;
            }
        }
        self.drop_vacant_rows().map_err(|error| self.failed(error))?;
        for dependencies in &plan.put_dependencies {
            if !self.is_theirs(dependencies.item, plan).map_err(|error| self.failed(error))? {
                self.put_dependencies(dependencies).map_err(|error| self.failed(error))?;
            }
        }
        for (location, hash) in &plan.drop_names {
            self.drop_name(location, *hash).map_err(|error| self.failed(error))?;
        }
        for location in &plan.unbind {
            self.unbind(location).map_err(|error| self.failed(error))?;
        }
        for binding in &plan.bind {
            self.bind(binding, &mut namings)?;
        }
        self.settle(plan, state).map_err(|error| self.failed(error))?;
        Ok(Finished(self))
    }

    /// Whether the row of some content, which is there, is that of an op of somebody else's: they added the same
    /// content in a batch that is folded after this one.
    fn is_theirs(&mut self, hash: ContentHash, plan: &Plan) -> rusqlite::Result<bool> {
        let Some(theirs) = plan.contested.get(&hash) else { return Ok(false) };
        let commit = self.applied.commit.map(|commit| commit.to_hex().to_string());
        let ours = Batch { branch: MAIN_BRANCH_TEXT.to_owned(), commit };
        Ok(ours < *theirs && self.has_row(hash)?)
    }

    /// Writes darkc's own rows, and whatever of the schema had to wait for the rows.
    fn settle(&mut self, plan: &Plan, state: &NewState) -> rusqlite::Result<()> {
        if self.in_draft {
            self.connection.execute_batch(schema::PACKAGE_STORE_INDEXES)?;
            schema::make_darkc_tables(self.connection)?;
        }
        for path in &plan.drop_files {
            self.statements.run(Sql::DropFile, [path])?;
        }
        for file in &plan.put_files {
            self.statements.run(Sql::PutFile, (&file.path, &file.items))?;
        }
        self.put_retained(plan)?;
        for index in &self.dropped_indexes {
            self.connection.execute_batch(index)?;
        }
        if let Some(commit) = self.applied.commit.filter(|_| !self.in_draft) {
            commit::drop_empty(&mut self.statements, commit)?;
        }
        if self.triggers_dropped {
            schema::make_triggers(self.connection)?;
        }
        if !self.in_draft {
            self.statements.run(Sql::ForgetDependents, [])?;
        }
        let changed = self.statements.first(Sql::HowChanged, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let (changes, schema): (i64, i64) = changed.unwrap_or_default();
        let parameters = (
            state.tool.0.to_le_bytes(),
            state.sources.0.to_le_bytes(),
            state.zero_ids,
            state.items as i64,
            state.unresolved as i64,
            state.findings as i64,
            changes,
            schema,
            self.newest_timestamp.0,
            &state.around,
            &state.manifest,
        );
        self.statements.run(Sql::PutState, parameters)?;
        if let Some(Proof { identity, items }) = &state.proof {
            let parameters = (identity.release, &identity.schema, *items as i64, &self.created_at);
            self.statements.run(Sql::PutRelease, parameters)?;
        }
        Ok(())
    }

    pub(super) fn failed(&self, error: rusqlite::Error) -> DbError {
        DbError::sqlite(self.path, error)
    }
}

/// A transaction in which a plan has been carried out. Only such a one can be committed.
pub(super) struct Finished<'c>(Apply<'c>);

impl Finished<'_> {
    pub(super) fn commit(self) -> Result<Applied, DbError> {
        let Apply { path, connection, in_draft, statements, transaction, applied, .. } = self.0;
        let applied = Applied {
            rows_written: statements.rows_written,
            own_rows_written: statements.own_rows_written,
            statements_prepared: statements.prepared_count,
            ..applied
        };
        drop(statements);
        transaction.commit().map_err(|error| DbError::sqlite(path, error))?;
        if !in_draft {
            // Only now, because to SQLite the change of the journal looks like somebody else's writing. While others
            // use the store it is refused, and the next reload tries again.
            let _ = use_write_ahead_log(connection);
        }
        Ok(applied)
    }
}

/// As `locations.item_type` and `depends_on_item_type` spell a kind.
pub(super) fn item_type(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Type => "type",
        ItemKind::Value => "value",
        ItemKind::Fn => "fn",
    }
}

/// Darklang sets it, so that only a store that somebody copied or backed up lacks it.
fn has_write_ahead_log(connection: &Connection) -> rusqlite::Result<bool> {
    let mode: String = connection.query_row("PRAGMA journal_mode", [], |row| row.get(0))?;
    Ok(mode == "wal")
}

fn use_write_ahead_log(connection: &Connection) -> rusqlite::Result<()> {
    if !has_write_ahead_log(connection)? {
        connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
    }
    Ok(())
}
