//! Which Darklang a store belongs to: one that darkc knows, one that it has been proved equal to, or a new one.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::{Connection, OptionalExtension};

use super::error::DbError;
use super::schema;

/// How Darklang tells its stores apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// `release_state_v0.release`.
    pub release: i64,
    /// `schema_state_v0.hash`.
    pub schema: String,
}

/// That everything which darkc makes of a set of sources was equal to what Darklang's own loader made of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    pub identity: Identity,
    /// How many items were compared.
    pub items: usize,
}

impl Identity {
    /// That which this build was made for.
    pub fn known() -> Self {
        Identity { release: schema::RELEASE, schema: schema::SCHEMA_HASH.to_owned() }
    }

    /// # Errors
    /// Where the database is no store of Darklang's.
    pub(super) fn read(connection: &Connection, path: &Path) -> Result<Self, DbError> {
        const IDENTITY: &str = "SELECT r.\"release\", s.hash FROM release_state_v0 r, schema_state_v0 s \
             WHERE r.id = 0 AND s.id = 0";
        let identity = connection.prepare(IDENTITY).and_then(|mut identity| {
            identity.query_row([], |row| Ok(Identity { release: row.get(0)?, schema: row.get(1)? }))
        });
        identity.map_err(|error| match error {
            // What a database without these tables, or with other columns, answers.
            rusqlite::Error::SqlInputError { .. } | rusqlite::Error::QueryReturnedNoRows => {
                DbError::NotAStore { path: path.to_owned() }
            }
            error if error.sqlite_error_code() == Some(rusqlite::ErrorCode::Unknown) => {
                DbError::NotAStore { path: path.to_owned() }
            }
            error => DbError::sqlite(path, error),
        })
    }
}

/// Returns the identity of a store if it is new to darkc: neither the one that this build was made for nor one that
/// has been proved in this store.
///
/// # Errors
/// Where the database is no store, or one whose tables are other than darkc writes them.
pub(super) fn new_to_darkc(connection: &Connection, path: &Path) -> Result<Option<Identity>, DbError> {
    let identity = Identity::read(connection, path)?;
    if identity == Identity::known() {
        return Ok(None);
    }
    let differs = || -> rusqlite::Result<Option<String>> {
        let difference = table_difference(connection)?;
        Ok(difference)
    };
    if let Some(difference) = differs().map_err(|error| DbError::sqlite(path, error))? {
        return Err(DbError::OtherTables {
            path: path.to_owned(),
            identity,
            known: Identity::known(),
            difference,
        });
    }
    let proved = is_proved(connection, &identity).map_err(|error| DbError::sqlite(path, error))?;
    Ok((!proved).then_some(identity))
}

fn is_proved(connection: &Connection, identity: &Identity) -> rusqlite::Result<bool> {
    if !schema::has_darkc_tables(connection)? {
        return Ok(false);
    }
    let mut proved =
        connection.prepare("SELECT 1 FROM darkc_releases WHERE \"release\" = ?1 AND schema = ?2")?;
    proved.exists((identity.release, &identity.schema))
}

/// The tables that darkc reads or writes rows of.
const TABLES: [&str; 11] = [
    "accounts_v0",
    "branch_ops",
    "branches",
    "commits",
    "deprecations",
    "locations",
    "package_dependencies",
    "package_functions",
    "package_ops",
    "package_types",
    "package_values",
];

/// Columns by name, each with its type, whether it may be NULL, its default and its place in the primary key.
type Columns = BTreeMap<String, (String, bool, Option<String>, i64)>;

/// The first thing in which a table that darkc reads or writes is other than in the store of the known Release.
fn table_difference(connection: &Connection) -> rusqlite::Result<Option<String>> {
    let known = Connection::open_in_memory()?;
    known.execute_batch(schema::PACKAGE_STORE)?;
    for table in TABLES {
        let (known, found) = (columns(&known, table)?, columns(connection, table)?);
        if found.is_empty() {
            return Ok(Some(format!("there is no table {table}")));
        }
        if let Some(column) = found.keys().find(|column| !known.contains_key(*column)) {
            return Ok(Some(format!("{table} has a column {column} that darkc does not know")));
        }
        for (column, known) in &known {
            match found.get(column) {
                None => return Ok(Some(format!("{table} has no column {column}"))),
                Some(found) if found != known => {
                    return Ok(Some(format!("{table}.{column} is declared in another way")));
                }
                Some(_) => {}
            }
        }
        let trigger = "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ?1 \
             AND name NOT GLOB 'darkc_*'";
        let trigger: Option<String> = connection.query_row(trigger, [table], |row| row.get(0)).optional()?;
        if let Some(trigger) = trigger {
            return Ok(Some(format!("{table} has a trigger {trigger} that darkc does not know")));
        }
    }
    Ok(None)
}

fn columns(connection: &Connection, table: &str) -> rusqlite::Result<Columns> {
    let mut info =
        connection.prepare("SELECT name, type, \"notnull\", dflt_value, pk FROM pragma_table_info(?1)")?;
    let column = |row: &rusqlite::Row<'_>| {
        let declared: String = row.get(1)?;
        Ok((row.get(0)?, (declared.to_uppercase(), row.get(2)?, row.get(3)?, row.get(4)?)))
    };
    info.query_map([table], column)?.collect()
}
