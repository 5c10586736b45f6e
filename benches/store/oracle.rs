//! The rows of a store that Darklang's loader filled, as a plan that puts them into an empty one.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

// The library's own tests include this file too, where the crate has no name; so the parent names its types.
use super::{
    Binding, ContentHash, Dependencies, DependencyRow, ItemKind, Location, Op, OpId, Plan, Row, StoredFile,
};

const BLOB_HEADER_LENGTH: usize = 8;
const FILES: usize = 449;
const FILE_LENGTH: usize = 5_000;

/// The oracle's database, or `None` with a loud word where it is missing.
pub fn path() -> Option<PathBuf> {
    let folder = std::env::var_os("DARKC_ORACLE")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/darklang"), PathBuf::from);
    let path = folder.join("loaded.db");
    if !path.exists() {
        // Straight to standard error: what a passing test prints with a macro is captured and never seen.
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED: {} is missing, so nothing was compared with Darklang's own store",
            path.display()
        );
        return None;
    }
    Some(path)
}

/// Opens the oracle without the locks and files that it needs a writable folder for.
pub fn open(path: &Path) -> Connection {
    let uri = format!("file:{}?immutable=1", path.display());
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    Connection::open_with_flags(uri, flags).unwrap()
}

/// Kind, hash, `pt_def`, runtime form and description.
type Item = (ItemKind, ContentHash, Vec<u8>, Vec<u8>, String);
/// An item and what it depends on: hash, kind and the name as written.
type Edges = (ContentHash, Vec<(ContentHash, ItemKind, Option<Location>)>);

pub struct OracleRows {
    pub rows: Vec<Item>,
    pub dependencies: Vec<Edges>,
    pub ops: Vec<Op>,
    pub bindings: Vec<(Location, ItemKind, ContentHash, OpId)>,
}

impl OracleRows {
    pub fn read(path: &Path) -> Self {
        let oracle = open(path);
        OracleRows {
            rows: rows(&oracle),
            dependencies: dependencies(&oracle),
            ops: ops(&oracle),
            bindings: bindings(&oracle),
        }
    }

    pub fn plan(&self) -> Plan {
        let row = |(kind, hash, pt_def, runtime, description): &Item| Row {
            kind: *kind,
            hash: *hash,
            pt_def: pt_def.clone(),
            runtime: runtime.clone(),
            result: None,
            description: description.clone(),
        };
        Plan {
            put_rows: self.rows.iter().map(row).collect(),
            put_dependencies: self
                .dependencies
                .iter()
                .map(|(item, edges)| {
                    let rows = edges.iter().map(|(hash, kind, location)| DependencyRow {
                        hash: *hash,
                        kind: *kind,
                        location: location.clone(),
                    });
                    Dependencies { item: *item, instead_of: None, rows: rows.collect() }
                })
                .collect(),
            add_ops: self.ops.clone(),
            bind: self
                .bindings
                .iter()
                .map(|(location, kind, hash, op)| Binding {
                    location: location.clone(),
                    kind: *kind,
                    hash: *hash,
                    op: *op,
                    below: None,
                })
                .collect(),
            put_files: (0..FILES)
                .map(|file| StoredFile {
                    path: format!("darklang/modules/file-{file}.dark"),
                    items: vec![file as u8; FILE_LENGTH],
                })
                .collect(),
            changed_items: self.bindings.len(),
            ..Plan::default()
        }
    }
}

fn kind(text: &str) -> ItemKind {
    match text {
        "type" => ItemKind::Type,
        "value" => ItemKind::Value,
        "fn" => ItemKind::Fn,
        other => panic!("no kind: {other}"),
    }
}

fn hash(row: &rusqlite::Row<'_>, column: usize) -> ContentHash {
    ContentHash::from_hex(row.get_ref(column).unwrap().as_str().unwrap()).unwrap()
}

fn location(owner: &str, modules: &str, name: &str) -> Location {
    let modules = if modules.is_empty() { String::new() } else { format!("{modules}.") };
    Location::new(format!("{owner}.{modules}{name}"))
}

fn rows(oracle: &Connection) -> Vec<Item> {
    let tables = [
        (ItemKind::Type, "SELECT hash, pt_def, rt_def, description FROM package_types"),
        (ItemKind::Value, "SELECT hash, pt_def, x'', description FROM package_values"),
        (ItemKind::Fn, "SELECT hash, pt_def, rt_instrs, description FROM package_functions"),
    ];
    let mut all = Vec::new();
    for (kind, select) in tables {
        let mut table = oracle.prepare(select).unwrap();
        let rows = table.query_map([], |row| Ok((kind, hash(row, 0), row.get(1)?, row.get(2)?, row.get(3)?)));
        all.extend(rows.unwrap().map(Result::unwrap));
    }
    all
}

fn dependencies(oracle: &Connection) -> Vec<Edges> {
    let mut table = oracle
        .prepare("SELECT item_hash, depends_on_hash, depends_on_item_type, depends_on_owner, depends_on_modules, depends_on_name FROM package_dependencies ORDER BY item_hash, rowid")
        .unwrap();
    let rows = table.query_map([], |row| {
        let text = |column| row.get::<_, Option<String>>(column);
        let place = match (text(3)?, text(4)?, text(5)?) {
            (Some(owner), Some(modules), Some(name)) => Some(location(&owner, &modules, &name)),
            _ => None,
        };
        Ok((hash(row, 0), (hash(row, 1), kind(&row.get::<_, String>(2)?), place)))
    });
    let mut items: Vec<(ContentHash, Vec<_>)> = Vec::new();
    for (item, edge) in rows.unwrap().map(Result::unwrap) {
        match items.last_mut() {
            Some((last, edges)) if *last == item => edges.push(edge),
            _ => items.push((item, vec![edge])),
        }
    }
    items
}

/// The ops as the loader gave them to its commit, where an item of several names is added once for each; the
/// table holds the first alone.
fn ops(oracle: &Connection) -> Vec<Op> {
    let mut table = oracle.prepare("SELECT id, op_blob FROM package_ops").unwrap();
    let ops = table.query_map([], |row| {
        let blob: Vec<u8> = row.get(1)?;
        let op = Op::of(&blob[BLOB_HEADER_LENGTH..]);
        assert_eq!(op.id.to_text(), row.get::<_, String>(0)?);
        assert_eq!(*op.blob, *blob);
        Ok((op.hash, op))
    });
    let ops: std::collections::HashMap<ContentHash, Op> = ops.unwrap().map(Result::unwrap).collect();
    let commit: Vec<u8> = oracle
        .query_row("SELECT op_blob FROM branch_ops ORDER BY length(op_blob) DESC LIMIT 1", [], |row| {
            row.get(0)
        })
        .unwrap();
    // The commit's blob ends with the hashes, each as a text with its length.
    let is_hash = |chunk: &&[u8]| chunk[0] == 64 && chunk[1..].iter().all(u8::is_ascii_hexdigit);
    let mut hashes: Vec<_> = commit.rchunks_exact(65).take_while(is_hash).collect();
    hashes.reverse();
    let op =
        |text: &[u8]| ops[&ContentHash::from_hex(std::str::from_utf8(&text[1..]).unwrap()).unwrap()].clone();
    hashes.into_iter().map(op).collect()
}

fn bindings(oracle: &Connection) -> Vec<(Location, ItemKind, ContentHash, OpId)> {
    let mut table = oracle
        .prepare("SELECT owner, modules, name, item_type, item_hash FROM locations ORDER BY rowid")
        .unwrap();
    let bindings = table.query_map([], |row| {
        let text = |column| row.get::<_, String>(column);
        let location = location(&text(0)?, &text(1)?, &text(2)?);
        let (kind, hash) = (kind(&text(3)?), hash(row, 4));
        let op = Op::set_name(&location, kind, hash).id;
        Ok((location, kind, hash, op))
    });
    bindings.unwrap().map(Result::unwrap).collect()
}
