//! Compares two package stores, and holds the one list of what may differ.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags};

use super::decode;

/// Against what a store is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// Darklang's own loader, from an empty store, node ids written as 0.
    Oracle,
    /// A fresh reload of the same tree; the store under test got there edit by edit.
    Fresh,
}

/// The tables of the package store, each with the columns that say which row is meant. Tables that are not named
/// here belong to the user, to Darklang's other parts or to darkc alone.
const TABLES: &[(&str, &[&str])] = &[
    ("schema_state_v0", &["id"]),
    ("release_state_v0", &["id"]),
    ("accounts_v0", &["id"]),
    ("branches", &["id"]),
    ("branch_ops", &["id"]),
    ("commits", &["hash"]),
    ("package_ops", &["id", "branch_id"]),
    ("package_types", &["hash"]),
    ("package_values", &["hash"]),
    ("package_functions", &["hash"]),
    ("package_blobs", &["hash"]),
    ("package_caps", &["hash"]),
    ("locations", &["branch_id", "owner", "modules", "name", "item_type"]),
    ("deprecations", &["branch_id", "item_hash", "item_kind"]),
    (
        "package_dependencies",
        &[
            "item_hash",
            "depends_on_hash",
            "depends_on_item_type",
            "depends_on_owner",
            "depends_on_modules",
            "depends_on_name",
        ],
    ),
];

/// What is left out of a comparison, and why.
struct Exemption {
    /// A table's name, or `*` for all.
    table: &'static str,
    /// A column's name, or `*` for the whole table.
    column: &'static str,
    rule: Rule,
    only: Option<Profile>,
    #[allow(dead_code, reason = "written for the reader; a rule without a reason does not compile")]
    reason: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    Ignored,
    /// Only whether there is a value counts.
    Presence,
    /// The result of a value, which darkc leaves NULL where only Darklang can tell. Then anything will do: in the
    /// store under test against Darklang's own, and in the fresh one against a store that Darklang has worked on.
    Result,
    Compared,
}

const ANY: &str = "*";

const EXEMPTIONS: &[Exemption] = &[
    exempt(ANY, "created_at", Rule::Ignored, None, "a time"),
    exempt(ANY, "origin_ts", Rule::Ignored, None, "a time; its order is checked by the fold"),
    exempt(ANY, "unlisted_at", Rule::Presence, None, "a time, but a row that is set aside is not a live row"),
    exempt("locations", "location_id", Rule::Ignored, None, "random in Darklang"),
    exempt("deprecations", "deprecation_id", Rule::Ignored, None, "random in Darklang"),
    exempt("package_values", "rt_dval", Rule::Result, None, "some are left for Darklang to evaluate"),
    exempt("package_values", "value_type", Rule::Result, None, "known once the value is evaluated"),
    exempt(
        "commits",
        ANY,
        Rule::Ignored,
        Some(Profile::Fresh),
        "each reload that changed something left a commit",
    ),
    exempt("branch_ops", ANY, Rule::Ignored, Some(Profile::Fresh), "one for each commit"),
    exempt(
        "branch_ops",
        ANY,
        Rule::Ignored,
        Some(Profile::Oracle),
        "lists a commit's ops in the order of files, which Darklang leaves to the file system; \
         tests/database.rs compares the lists sorted",
    ),
    exempt(ANY, "commit_hash", Rule::Ignored, Some(Profile::Fresh), "which commit brought the row"),
    exempt(ANY, "committed_seq", Rule::Ignored, Some(Profile::Fresh), "counts commits"),
];

const fn exempt(
    table: &'static str,
    column: &'static str,
    rule: Rule,
    only: Option<Profile>,
    reason: &'static str,
) -> Exemption {
    Exemption { table, column, rule, only, reason }
}

fn rule(profile: Profile, table: &str, column: &str) -> Rule {
    let meant = |exemption: &&Exemption| {
        (exemption.table == ANY || exemption.table == table)
            && (exemption.column == ANY || exemption.column == column)
            && exemption.only.is_none_or(|only| only == profile)
    };
    EXEMPTIONS.iter().find(meant).map_or(Rule::Compared, |exemption| exemption.rule)
}

/// The first place where two stores differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub table: String,
    /// The columns that say which row is meant.
    pub row: String,
    /// `None` where one store lacks the row.
    pub column: Option<String>,
    /// Where the first differing byte of a text or blob stands.
    pub offset: Option<usize>,
    pub detail: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "table {}, row {}", self.table, self.row)?;
        if let Some(column) = &self.column {
            write!(formatter, ", column {column}")?;
        }
        if let Some(offset) = self.offset {
            write!(formatter, ", byte {offset}")?;
        }
        write!(formatter, ": {}", self.detail)
    }
}

/// Opens a store that is not written to. The ground truth lies on read-only storage, so not even the shared
/// memory of the log may be made beside it.
pub fn open_immutable(path: &Path) -> Connection {
    let uri = format!("file:{}?immutable=1", path.display());
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    Connection::open_with_flags(uri, flags).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Opens a store that `darkc` made.
pub fn open(path: &Path) -> Connection {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
    Connection::open_with_flags(path, flags).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The first difference, or `None` where `found` is as `expected`.
pub fn compare(expected: &Connection, found: &Connection, profile: Profile) -> Option<Difference> {
    let raced = if profile == Profile::Oracle { raced(expected) } else { BTreeSet::new() };
    TABLES.iter().find_map(|(table, key)| compare_table(expected, found, (profile, &raced), table, key))
}

/// Where several names share a content hash and their Add ops differ, the row is that of the one that Darklang
/// happened to load last, in the order of its file system. All these ops are compared; which of them has the row
/// is not, and `fold::check` holds the rows of the store under test against its own log.
const RACED: &[(&str, &str)] = &[
    ("package_types", "hash"),
    ("package_values", "hash"),
    ("package_functions", "hash"),
    ("package_dependencies", "item_hash"),
];

/// The content hashes that more than one Add op has.
fn raced(store: &Connection) -> BTreeSet<String> {
    let mut statement = store.prepare("SELECT op_blob FROM package_ops").expect("a log");
    let blobs = statement.query_map([], |row| row.get::<_, Vec<u8>>(0)).expect("blobs");
    let mut seen = BTreeSet::new();
    let added = blobs.filter_map(|blob| match decode::op(&blob.expect("a blob")) {
        decode::Op::Add { hash, .. } => Some(hash),
        _ => None,
    });
    added.filter(|hash| !seen.insert(hash.clone())).collect()
}

/// One row: first the columns of its key, then the others, in the order of the table's definition.
type Row = Vec<Value>;

fn compare_table(
    expected: &Connection,
    found: &Connection,
    (profile, raced): (Profile, &BTreeSet<String>),
    table: &str,
    key: &[&str],
) -> Option<Difference> {
    let columns = columns(expected, table);
    let found_columns = self::columns(found, table);
    if columns != found_columns {
        return Some(Difference {
            table: table.to_owned(),
            row: "-".to_owned(),
            column: None,
            offset: None,
            detail: format!("expected the columns {columns:?}, found {found_columns:?}"),
        });
    }
    let others = columns.iter().map(String::as_str).filter(|column| !key.contains(column));
    let compared: Vec<(&str, Rule)> = key
        .iter()
        .copied()
        .chain(others)
        .map(|column| (column, rule(profile, table, column)))
        .filter(|(_, rule)| *rule != Rule::Ignored)
        .collect();
    if compared.is_empty() {
        return None;
    }
    // A key column may itself be left out; the rest of the key then says which row is meant.
    let width = compared.iter().filter(|(column, _)| key.contains(column)).count();

    let hash = RACED.iter().find(|(raced, _)| *raced == table).map(|(_, column)| *column);
    let hash = hash.and_then(|hash| compared.iter().position(|(column, _)| *column == hash));
    let is_raced = |row: &Row| match hash.map(|hash| &row[hash]) {
        Some(Value::Text(hash)) => raced.contains(hash),
        _ => false,
    };
    let mut expected_rows = rows(expected, table, &compared);
    let mut found_rows = rows(found, table, &compared);
    expected_rows.retain(|row| !is_raced(row));
    found_rows.retain(|row| !is_raced(row));
    let difference = |row: &Row, column, offset, detail| Difference {
        table: table.to_owned(),
        row: show_row(&compared, &row[..width]),
        column,
        offset,
        detail,
    };
    let (mut left, mut right) = (expected_rows.iter().peekable(), found_rows.iter().peekable());
    loop {
        match (left.peek(), right.peek()) {
            (None, None) => return None,
            (Some(row), None) => return Some(difference(row, None, None, "missing".to_owned())),
            (None, Some(row)) => return Some(difference(row, None, None, "not expected".to_owned())),
            (Some(expected), Some(found)) => match order(&expected[..width], &found[..width]) {
                std::cmp::Ordering::Less => {
                    return Some(difference(expected, None, None, "missing".to_owned()));
                }
                std::cmp::Ordering::Greater => {
                    return Some(difference(found, None, None, "not expected".to_owned()));
                }
                std::cmp::Ordering::Equal => {
                    let is_free = |at: usize| match (compared[at].1, profile) {
                        (Rule::Result, Profile::Oracle) => found[at] == Value::Null,
                        (Rule::Result, Profile::Fresh) => expected[at] == Value::Null,
                        _ => false,
                    };
                    let unequal =
                        (width..compared.len()).find(|&at| expected[at] != found[at] && !is_free(at));
                    if let Some(at) = unequal {
                        let (offset, detail) = explain(&expected[at], &found[at]);
                        return Some(difference(expected, Some(compared[at].0.to_owned()), offset, detail));
                    }
                    left.next();
                    right.next();
                }
            },
        }
    }
}

fn columns(store: &Connection, table: &str) -> Vec<String> {
    let mut statement = store.prepare("SELECT name FROM pragma_table_info(?1)").expect("table_info");
    let names = statement.query_map([table], |row| row.get(0)).expect("columns");
    names.map(|name| name.expect("a column's name")).collect()
}

/// The rows as a sorted multiset.
fn rows(store: &Connection, table: &str, compared: &[(&str, Rule)]) -> Vec<Row> {
    let list: Vec<String> = compared
        .iter()
        .map(|(column, rule)| match rule {
            Rule::Presence => format!("{column} IS NOT NULL"),
            _ => (*column).to_owned(),
        })
        .collect();
    let mut statement =
        store.prepare(&format!("SELECT {} FROM {table}", list.join(", "))).expect("a readable table");
    let read = |row: &rusqlite::Row<'_>| (0..compared.len()).map(|at| row.get(at)).collect();
    let mut rows: Vec<Row> =
        statement.query_map([], read).expect("rows").map(|row| row.expect("a row")).collect();
    rows.sort_by(|left, right| order(left, right));
    rows
}

fn order(left: &[Value], right: &[Value]) -> std::cmp::Ordering {
    let one = |(left, right): (&Value, &Value)| match (left, right) {
        (Value::Integer(left), Value::Integer(right)) => left.cmp(right),
        (Value::Real(left), Value::Real(right)) => left.total_cmp(right),
        (Value::Text(left), Value::Text(right)) => left.cmp(right),
        (Value::Blob(left), Value::Blob(right)) => left.cmp(right),
        _ => rank(left).cmp(&rank(right)),
    };
    left.iter()
        .zip(right)
        .map(one)
        .find(|order| order.is_ne())
        .unwrap_or_else(|| left.len().cmp(&right.len()))
}

fn rank(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Integer(_) => 1,
        Value::Real(_) => 2,
        Value::Text(_) => 3,
        Value::Blob(_) => 4,
    }
}

fn show_row(compared: &[(&str, Rule)], key: &[Value]) -> String {
    let parts: Vec<String> =
        compared.iter().zip(key).map(|((column, _), value)| format!("{column}={}", show(value))).collect();
    parts.join(" ")
}

fn show(value: &Value) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::Blob(bytes) => format!("{} bytes", bytes.len()),
    }
}

/// How many bytes of a blob are shown around a difference.
const SHOWN: usize = 8;

fn explain(expected: &Value, found: &Value) -> (Option<usize>, String) {
    let bytes = |value: &Value| match value {
        Value::Text(text) => Some(text.clone().into_bytes()),
        Value::Blob(bytes) => Some(bytes.clone()),
        _ => None,
    };
    let same_kind = rank(expected) == rank(found);
    let (Some(left), Some(right), true) = (bytes(expected), bytes(found), same_kind) else {
        return (None, format!("expected {}, found {}", show(expected), show(found)));
    };
    let offset = left.iter().zip(&right).take_while(|(left, right)| left == right).count();
    let around = |bytes: &[u8]| {
        let part = &bytes[offset.saturating_sub(SHOWN)..bytes.len().min(offset + SHOWN)];
        part.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
    };
    let detail = format!(
        "expected {} bytes (… {} …), found {} (… {} …)",
        left.len(),
        around(&left),
        right.len(),
        around(&right)
    );
    (Some(offset), detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::common;

    /// A writable copy of the ground truth's store.
    fn copy(oracle: &Path) -> (common::Tree, Connection) {
        let tree = common::Tree::empty();
        let path = tree.beside("copy.db");
        std::fs::write(&path, std::fs::read(oracle.join("loaded.db")).unwrap()).unwrap();
        let store = open(&path);
        (tree, store)
    }

    #[test]
    fn a_store_equals_itself() {
        let Some(oracle) = common::oracle() else { return };
        let store = open_immutable(&oracle.join("loaded.db"));
        for profile in [Profile::Oracle, Profile::Fresh] {
            assert_eq!(compare(&store, &store, profile), None);
        }
    }

    #[test]
    fn a_flipped_byte_is_named() {
        let Some(oracle) = common::oracle() else { return };
        let expected = open_immutable(&oracle.join("loaded.db"));
        let (_tree, found) = copy(&oracle);
        let (hash, mut blob): (String, Vec<u8>) = found
            .query_row("SELECT hash, rt_instrs FROM package_functions LIMIT 1 OFFSET 77", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .unwrap();
        blob[21] ^= 1;
        found.execute("UPDATE package_functions SET rt_instrs = ?1 WHERE hash = ?2", (&blob, &hash)).unwrap();
        for profile in [Profile::Oracle, Profile::Fresh] {
            let difference = compare(&expected, &found, profile).unwrap();
            assert_eq!(difference.table, "package_functions");
            assert_eq!(difference.row, format!("hash={hash}"));
            assert_eq!(difference.column.as_deref(), Some("rt_instrs"));
            assert_eq!(difference.offset, Some(21));
        }
    }

    #[test]
    fn rows_too_many_and_too_few_are_named() {
        let Some(oracle) = common::oracle() else { return };
        let expected = open_immutable(&oracle.join("loaded.db"));
        let (_tree, found) = copy(&oracle);
        found.execute("DELETE FROM package_dependencies WHERE rowid = 5", []).unwrap();
        let difference = compare(&expected, &found, Profile::Oracle).unwrap();
        assert_eq!(
            (difference.table.as_str(), difference.detail.as_str()),
            ("package_dependencies", "missing")
        );
        let difference = compare(&found, &expected, Profile::Oracle).unwrap();
        assert_eq!(difference.detail, "not expected");
    }

    #[test]
    fn only_what_is_written_down_may_differ() {
        let Some(oracle) = common::oracle() else { return };
        let expected = open_immutable(&oracle.join("loaded.db"));
        let (_tree, found) = copy(&oracle);
        found
            .execute_batch(
                "UPDATE package_values SET rt_dval = NULL, value_type = NULL, created_at = 'then';
                 UPDATE locations SET location_id = hex(randomblob(16)), origin_ts = 'then';",
            )
            .unwrap();
        assert_eq!(compare(&expected, &found, Profile::Oracle), None);
        // Darklang evaluates what darkc does not, but a fresh load of darkc evaluates all that an edit does.
        let difference = compare(&expected, &found, Profile::Fresh).unwrap();
        assert_eq!(difference.column.as_deref(), Some("rt_dval"));

        let (_tree, found) = copy(&oracle);
        found.execute("UPDATE package_ops SET committed_seq = 1 WHERE rowid = 1", []).unwrap();
        assert_eq!(compare(&expected, &found, Profile::Fresh), None);
        assert_eq!(compare(&expected, &found, Profile::Oracle).unwrap().table, "package_ops");
        found.execute("UPDATE locations SET unlisted_at = 'then' WHERE rowid = 9", []).unwrap();
        let difference = compare(&expected, &found, Profile::Fresh).unwrap();
        assert_eq!(
            (difference.table.as_str(), difference.column.as_deref()),
            ("locations", Some("unlisted_at"))
        );
    }
}
