//! The migrations, and which stores darkc knows.

use rusqlite::{Connection, OptionalExtension};
use uuid::{Uuid, uuid};

/// Tables of Darklang's package store with the rows of a fresh one.
pub const PACKAGE_STORE: &str = include_str!("../../migrations/0001_package_store.sql");
pub const PACKAGE_STORE_INDEXES: &str = include_str!("../../migrations/0002_package_store_indexes.sql");
/// darkc's own tables.
const DARKC: &str = include_str!("../../migrations/0003_darkc.sql");
const DARKC_TRIGGERS: &str = include_str!("../../migrations/0004_darkc_triggers.sql");

/// The newest number in `darkc_migrations` that this program knows.
pub const NEWEST_MIGRATION: i64 = 3;

/// darkc's own tables, for starting over where one of them is missing.
const DARKC_TABLES: [&str; 7] = [
    "darkc_migrations",
    "darkc_changes",
    "darkc_dependents",
    "darkc_state",
    "darkc_files",
    "darkc_releases",
    "darkc_retained",
];

/// What `darklang/dark LibDB/Releases.fs` calls `currentRelease`.
pub const RELEASE: i64 = 4;
/// SHA-256 of Darklang's `backend/migrations/schema.sql`; Darklang rebuilds all tables where it differs.
pub const SCHEMA_HASH: &str = "4F45E5822AEA4DF1A08F453076471F36154978BC98E77CEEF0F66DD8D83E2A89";

pub use crate::ops::MAIN_BRANCH;
pub const MAIN_BRANCH_TEXT: &str = "89282547-e4e6-4986-bcb6-db74bc6a8c0f";
pub const MAIN_BRANCH_NAME: &str = "main";
/// The account called Darklang, which a loader's commits belong to.
pub const LOADER_ACCOUNT: Uuid = uuid!("00000000-0000-0000-0000-000000000001");
pub const LOADER_ACCOUNT_TEXT: &str = "00000000-0000-0000-0000-000000000001";

/// The message of the first commit, by whichever loader.
pub const FIRST_MESSAGE: &str = "Init: packages loaded from disk";
/// How the messages of darkc's later commits start.
pub const RELOAD_MESSAGE: &str = "Reload: ";

/// Whether a commit is a loader's, Darklang's or darkc's, by its account and message.
pub fn is_loader_commit(account: &str, message: &str) -> bool {
    account == LOADER_ACCOUNT_TEXT
        && (message.starts_with(FIRST_MESSAGE) || message.starts_with(RELOAD_MESSAGE))
}

/// Whether the branch that all of darkc's rows refer to is there.
pub fn has_main(connection: &Connection) -> rusqlite::Result<bool> {
    let mut main = connection.prepare("SELECT 1 FROM branches WHERE id = ?1")?;
    main.exists([MAIN_BRANCH_TEXT])
}

/// Makes the tables of a fresh package store, all indexes apart.
pub fn make_package_store(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(PACKAGE_STORE)?;
    connection.execute("INSERT INTO schema_state_v0 (id, hash) VALUES (0, ?1)", [SCHEMA_HASH])?;
    connection.execute("INSERT INTO release_state_v0 (id, \"release\") VALUES (0, ?1)", [RELEASE])?;
    Ok(())
}

/// Makes darkc's own tables anew; whatever of them was there before is lost, which costs a full comparison.
pub fn make_darkc_tables(connection: &Connection) -> rusqlite::Result<()> {
    // Triggers must go first: they name a table that is about to be missing.
    drop_triggers(connection)?;
    for table in DARKC_TABLES {
        connection.execute_batch(&format!("DROP TABLE IF EXISTS {table}"))?;
    }
    connection.execute_batch(DARKC)
}

pub fn make_triggers(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(DARKC_TRIGGERS)
}

pub fn drop_triggers(connection: &Connection) -> rusqlite::Result<()> {
    let mut names = connection
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger' AND name GLOB 'darkc_*'")?;
    let names: Vec<String> = names.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for name in names {
        connection.execute_batch(&format!("DROP TRIGGER {name}"))?;
    }
    Ok(())
}

/// Indexes by hash, commit or time that none of darkc's statements looks rows up by.
pub const UNUSED_INDEXES: [&str; 5] = [
    "idx_package_ops_created",
    "idx_package_ops_commit_hash",
    "idx_locations_commit_hash",
    "idx_package_dependencies_depends_on",
    "idx_package_dependencies_unique",
];

/// Indexes by name alone that none of darkc's statements looks rows up by. A row whose hashes change keeps its
/// place in these.
pub const UNUSED_NAME_INDEXES: [&str; 3] =
    ["idx_locations_module", "idx_locations_owner_modules", "idx_package_dependencies_depends_on_location"];

/// Drops indexes, and gives the statements that make them again.
pub fn drop_indexes(connection: &Connection, names: &[&str]) -> rusqlite::Result<Vec<String>> {
    const INDEX: &str = "SELECT sql FROM sqlite_schema WHERE type = 'index' AND name = ?1";
    let mut dropped = Vec::new();
    for name in names {
        if let Some(sql) = connection.query_row(INDEX, [name], |row| row.get(0)).optional()? {
            dropped.push(sql);
            connection.execute_batch(&format!("DROP INDEX {name}"))?;
        }
    }
    Ok(dropped)
}

/// Whether all of darkc's own tables are there, with the columns that this program knows.
pub fn has_darkc_tables(connection: &Connection) -> rusqlite::Result<bool> {
    let mut there = connection.prepare(
        "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    let count: usize = there.query_row(DARKC_TABLES, |row| row.get(0))?;
    let mut column =
        connection.prepare("SELECT 1 FROM pragma_table_info('darkc_state') WHERE name = 'findings'")?;
    Ok(count == DARKC_TABLES.len() && column.exists([])?)
}
