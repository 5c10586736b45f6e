//! Every statement of a reload's write, prepared when it is first needed.

use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, MAIN_DB, Params, Row, Statement};

/// Declares [`Sql`] and the text of each statement.
macro_rules! statements {
    ($($name:ident: $text:expr,)*) => {
        #[derive(Clone, Copy, Debug)]
        pub enum Sql { $($name),* }

        const TEXTS: &[&str] = &[$($text),*];
    };
}

statements! {
    // The upserts keep a row's place, its time of creation, and what a value was evaluated to.
    PutType: "INSERT INTO package_types (hash, pt_def, rt_def, description, created_at) \
        VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (hash) DO UPDATE SET \
        pt_def = excluded.pt_def, rt_def = excluded.rt_def, description = excluded.description",
    PutValue: "INSERT INTO package_values (hash, pt_def, rt_dval, value_type, description, created_at) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (hash) DO UPDATE SET \
        pt_def = excluded.pt_def, description = excluded.description, \
        value_type = CASE WHEN excluded.rt_dval IS NULL THEN value_type ELSE excluded.value_type END, \
        rt_dval = coalesce(excluded.rt_dval, rt_dval)",
    PutFunction: "INSERT INTO package_functions (hash, pt_def, rt_instrs, description, created_at) \
        VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (hash) DO UPDATE SET \
        pt_def = excluded.pt_def, rt_instrs = excluded.rt_instrs, description = excluded.description",
    FindType: "SELECT rowid FROM package_types WHERE hash = ?1",
    FindFunction: "SELECT rowid FROM package_functions WHERE hash = ?1",
    FindValue: "SELECT rowid FROM package_values WHERE hash = ?1",
    ReplaceType: "UPDATE package_types \
        SET hash = ?1, pt_def = ?2, rt_def = ?3, description = ?4, created_at = ?5 WHERE rowid = ?6",
    ReplaceFunction: "UPDATE package_functions \
        SET hash = ?1, pt_def = ?2, rt_instrs = ?3, description = ?4, created_at = ?5 WHERE rowid = ?6",
    DropType: "DELETE FROM package_types WHERE rowid = ?1",
    DropValue: "DELETE FROM package_values WHERE hash = ?1",
    DropFunction: "DELETE FROM package_functions WHERE rowid = ?1",
    PutDependency: "INSERT INTO package_dependencies (item_hash, depends_on_hash, depends_on_item_type, \
        depends_on_owner, depends_on_modules, depends_on_name) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
        ON CONFLICT DO NOTHING",
    FindDependencies: "SELECT rowid, depends_on_item_type, depends_on_owner, depends_on_modules, depends_on_name \
        FROM package_dependencies WHERE item_hash = ?1",
    MoveDependency: "UPDATE package_dependencies SET item_hash = ?2, depends_on_hash = ?3 WHERE rowid = ?1",
    DropDependency: "DELETE FROM package_dependencies WHERE rowid = ?1",
    DropDependencies: "DELETE FROM package_dependencies WHERE item_hash = ?1",
    // An op that somebody else put on the branch first stays theirs, as with Darklang's own insert.
    AddOp: "INSERT INTO package_ops (id, op_blob, branch_id, commit_hash, applied, created_at, origin_ts) \
        VALUES (?1, ?2, ?3, ?4, 1, ?5, ?6) ON CONFLICT (id, branch_id) DO NOTHING",
    AmendOp: "UPDATE package_ops SET id = ?3, op_blob = ?4 WHERE id = ?1 AND branch_id = ?2",
    ReplaceOp: "UPDATE package_ops SET id = ?1, op_blob = ?2, commit_hash = ?3, applied = 1, \
        propagation_id = NULL, created_at = ?4, origin_ts = ?5, committed_seq = NULL WHERE rowid = ?6",
    FindOpAt: "SELECT rowid FROM package_ops WHERE id = ?1 AND branch_id = ?2",
    DropOpAt: "DELETE FROM package_ops WHERE rowid = ?1",
    FindOp: "SELECT commit_hash, origin_ts FROM package_ops WHERE id = ?1 AND branch_id = ?2",
    AddBranchOp: "INSERT INTO branch_ops (id, op_blob, applied, origin_ts, created_at) \
        VALUES (?1, ?2, 1, ?3, ?4) ON CONFLICT (id) DO NOTHING",
    AddCommit: "INSERT INTO commits (hash, message, branch_id, account_id, created_at) \
        VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (hash) DO NOTHING",
    // Commits of one second are told apart as Darklang tells them apart.
    LatestCommit: "SELECT hash FROM commits WHERE branch_id = ?1 ORDER BY created_at DESC, rowid DESC LIMIT 1",
    // What refers to a commit keeps it, and so does a commit of somebody else's that came after it: its hash covers
    // the one before.
    EmptyCommits: "SELECT c.hash FROM commits c WHERE c.branch_id = ?1 AND c.account_id = ?2 \
        AND c.message GLOB ?3 AND c.hash <> ?4 \
        AND c.rowid > (SELECT coalesce(max(o.rowid), 0) FROM commits o WHERE o.branch_id = ?1 \
            AND NOT (o.account_id = ?2 AND o.message GLOB ?3)) \
        AND NOT EXISTS (SELECT 1 FROM package_ops WHERE commit_hash = c.hash) \
        AND NOT EXISTS (SELECT 1 FROM locations WHERE commit_hash = c.hash) \
        AND NOT EXISTS (SELECT 1 FROM deprecations WHERE commit_hash = c.hash) \
        AND NOT EXISTS (SELECT 1 FROM branches WHERE base_commit_hash = c.hash)",
    BranchOps: "SELECT rowid, op_blob FROM branch_ops ORDER BY rowid DESC",
    DropBranchOp: "DELETE FROM branch_ops WHERE rowid = ?1",
    DropCommit: "DELETE FROM commits WHERE hash = ?1",
    FindCommit: "SELECT account_id, message FROM commits WHERE hash = ?1",
    // One name holds one item, so the kind only says which row comes first where there are several.
    FindLocations: "SELECT rowid, commit_hash, item_type = ?5, item_hash FROM locations \
        WHERE branch_id = ?1 AND owner = ?2 AND modules = ?3 AND name = ?4 AND unlisted_at IS NULL \
        ORDER BY item_type = ?5 DESC, rowid DESC",
    // By owner and modules, for which there is an index; so the plus keeps the branch from choosing another one.
    FindUnlisted: "SELECT rowid, commit_hash, item_type = ?5, item_hash FROM locations \
        WHERE +branch_id = ?1 AND owner = ?2 AND modules = ?3 AND name = ?4 AND unlisted_at IS NOT NULL \
        ORDER BY rowid DESC",
    AddLocation: "INSERT INTO locations (location_id, item_hash, owner, modules, name, item_type, branch_id, \
        commit_hash, created_at, origin_ts, unlisted_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    SetAsideLocation: "UPDATE locations SET unlisted_at = ?2 WHERE rowid = ?1",
    MoveLocation: "UPDATE locations SET item_hash = ?2, commit_hash = ?3, origin_ts = ?4 WHERE rowid = ?1",
    // Apart, because the kind is in an index that need not be touched otherwise.
    RetypeLocation: "UPDATE locations SET item_type = ?2 WHERE rowid = ?1",
    DropLocation: "DELETE FROM locations WHERE rowid = ?1",
    NewestStamp: "SELECT CAST(round(unixepoch(max(origin_ts), 'subsec') * 1000) AS INTEGER) \
        FROM package_ops WHERE branch_id = ?1",
    PutFile: "INSERT INTO darkc_files (path, items) VALUES (?1, ?2) \
        ON CONFLICT (path) DO UPDATE SET items = excluded.items",
    DropFile: "DELETE FROM darkc_files WHERE path = ?1",
    PutRetained: "INSERT INTO darkc_retained (hash, kind, location, add_op, named) VALUES (?1, ?2, ?3, ?4, ?5)",
    DropRetained: "DELETE FROM darkc_retained WHERE hash = ?1",
    ForgetDependents: "DELETE FROM darkc_dependents",
    PutState: "INSERT INTO darkc_state (id, tool, sources, zero_ids, items, unresolved, findings, changes_seen, \
        schema_seen, last_stamp, around, manifest) VALUES (0, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) \
        ON CONFLICT (id) DO UPDATE SET \
        tool = excluded.tool, sources = excluded.sources, zero_ids = excluded.zero_ids, \
        items = excluded.items, unresolved = excluded.unresolved, findings = excluded.findings, \
        changes_seen = excluded.changes_seen, schema_seen = excluded.schema_seen, \
        last_stamp = excluded.last_stamp, around = excluded.around, manifest = excluded.manifest",
    PutRelease: "INSERT OR REPLACE INTO darkc_releases (\"release\", schema, items, proved_at) VALUES (?1, ?2, ?3, ?4)",
    HowChanged: "SELECT c.count, v.schema_version FROM darkc_changes c, pragma_schema_version v",
}

impl Sql {
    fn writes_own_rows(self) -> bool {
        matches!(
            self,
            Sql::PutFile
                | Sql::DropFile
                | Sql::PutRetained
                | Sql::DropRetained
                | Sql::ForgetDependents
                | Sql::PutState
                | Sql::PutRelease
        )
    }
}

/// From how many bytes on a blob is written behind the statement that makes its row. SQLite takes two copies of what is
/// bound to a statement; of a row with 20 MB that was more than all else that a load held.
const WRITTEN_LATER: usize = 1 << 20;

/// A blob as a parameter: of a large one only the room is made, for [`Statements::write_later`].
pub struct BoundBlob<'b>(pub &'b [u8]);

impl BoundBlob<'_> {
    pub fn is_written_later(&self) -> bool {
        self.0.len() >= WRITTEN_LATER
    }
}

impl ToSql for BoundBlob<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self.is_written_later() {
            true => ToSqlOutput::ZeroBlob(self.0.len() as u64),
            false => ToSqlOutput::Borrowed(ValueRef::Blob(self.0)),
        })
    }
}

/// Whether a statement failed because another row has the key.
pub fn is_taken(error: &rusqlite::Error) -> bool {
    use rusqlite::ffi::{SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE};
    let code = error.sqlite_error().map(|error| error.extended_code);
    matches!(code, Some(SQLITE_CONSTRAINT_PRIMARYKEY | SQLITE_CONSTRAINT_UNIQUE))
}

/// The prepared statements of one transaction, with counts of what they did.
pub struct Statements<'c> {
    connection: &'c Connection,
    prepared: Vec<Option<Statement<'c>>>,
    pub prepared_count: usize,
    /// Rows of Darklang's tables.
    pub rows_written: usize,
    pub own_rows_written: usize,
}

impl<'c> Statements<'c> {
    pub fn new(connection: &'c Connection) -> Self {
        let prepared = TEXTS.iter().map(|_| None).collect();
        Statements { connection, prepared, prepared_count: 0, rows_written: 0, own_rows_written: 0 }
    }

    /// Runs a statement that returns nothing; says how many rows it changed.
    pub fn run(&mut self, sql: Sql, parameters: impl Params) -> rusqlite::Result<usize> {
        let changed = self.get(sql)?.execute(parameters)?;
        if sql.writes_own_rows() {
            self.own_rows_written += changed;
        } else {
            self.rows_written += changed;
        }
        Ok(changed)
    }

    pub fn query<T>(
        &mut self,
        sql: Sql,
        parameters: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<Vec<T>> {
        self.get(sql)?.query_map(parameters, read)?.collect()
    }

    /// Reads rows until `read` says that it has seen enough.
    pub fn scan(
        &mut self,
        sql: Sql,
        parameters: impl Params,
        mut read: impl FnMut(&Row<'_>) -> rusqlite::Result<bool>,
    ) -> rusqlite::Result<()> {
        let mut rows = self.get(sql)?.query(parameters)?;
        while let Some(row) = rows.next()? {
            if !read(row)? {
                break;
            }
        }
        Ok(())
    }

    pub fn first<T>(
        &mut self,
        sql: Sql,
        parameters: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<Option<T>> {
        Ok(self.query(sql, parameters, read)?.into_iter().next())
    }

    /// Writes a large blob into its column of a row; a small one has been bound.
    pub fn write_later(
        &self,
        table: &str,
        column: &str,
        row: i64,
        blob: &BoundBlob<'_>,
    ) -> rusqlite::Result<()> {
        if !blob.is_written_later() {
            return Ok(());
        }
        self.connection.blob_open(MAIN_DB, table, column, row, false)?.write_all_at(blob.0, 0)
    }

    fn get(&mut self, sql: Sql) -> rusqlite::Result<&mut Statement<'c>> {
        let slot = &mut self.prepared[sql as usize];
        if slot.is_none() {
            self.prepared_count += 1;
        }
        match slot {
            Some(statement) => Ok(statement),
            None => Ok(slot.insert(self.connection.prepare(TEXTS[sql as usize])?)),
        }
    }
}
