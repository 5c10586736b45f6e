//! Stores made, filled and looked at; schema and bookkeeping are compared with a store of Darklang's.

#[path = "../../benches/store/oracle.rs"]
mod oracle;

mod changes;
mod places;
mod rows;
mod shape;

use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::{Applied, Database, Millis, NewState};
use crate::base::hash::{ContentHash, Fingerprint};
use crate::base::location::{ItemKind, Location};
use crate::diff::{Binding, Dependencies, DependencyRow, Op, OpId, Plan, Row};
use crate::state::StoredFile;

/// Some moment; each reload of a test is a second later.
const START: i64 = 1_800_000_000_000;

/// A store in a folder of its own, that reloads go into.
struct Bench {
    _folder: tempfile::TempDir,
    path: PathBuf,
    reloads: i64,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data.db");
        Bench { _folder: folder, path, reloads: 0 }
    }

    fn reload(&mut self, plan: &Plan, state: &NewState) -> Applied {
        self.reloads += 1;
        let mut database = self.open();
        database.stamp().unwrap();
        database.apply(plan, state, self.now()).unwrap()
    }

    fn now(&self) -> Millis {
        Millis(START + self.reloads * 1000)
    }

    fn open(&self) -> Database {
        Database::open(&self.path).unwrap()
    }

    fn untouched(&self) -> bool {
        self.open().stamp().unwrap().unwrap().untouched
    }

    /// Somebody else's connection.
    fn stranger(&self) -> Connection {
        Connection::open(&self.path).unwrap()
    }

    /// The rows that a query of one text column finds.
    fn texts(&self, query: &str) -> Vec<String> {
        texts(&self.stranger(), query)
    }
}

fn texts(connection: &Connection, query: &str) -> Vec<String> {
    let mut statement = connection.prepare(query).unwrap();
    let texts = statement.query_map([], |row| row.get::<_, Option<String>>(0)).unwrap();
    texts.map(|text| text.unwrap().unwrap_or_default()).collect()
}

fn state(sources: u128) -> NewState {
    NewState {
        around: String::new(),
        proof: None,
        tool: Fingerprint(1),
        sources: Fingerprint(sources),
        zero_ids: false,
        items: 0,
        unresolved: 0,
        findings: 0,
        manifest: vec![1, 2, 3],
    }
}

fn hash(byte: u8) -> ContentHash {
    ContentHash([byte; 32])
}

fn row(kind: ItemKind, byte: u8, description: &str) -> Row {
    let runtime = if kind == ItemKind::Value { Vec::new() } else { vec![byte, byte] };
    Row {
        kind,
        hash: hash(byte),
        pt_def: vec![byte],
        runtime,
        result: None,
        description: description.to_owned(),
    }
}

/// An op that adds an item, as far as anything here reads it.
fn add_op(kind: ItemKind, byte: u8) -> Op {
    let mut payload = crate::binary::writer::Writer::new();
    payload.byte(crate::binary::tags::reference(kind));
    payload.hash(hash(byte));
    Op::of(payload.bytes())
}

/// The plan that adds one item by one name.
fn adding(location: &Location, kind: ItemKind, byte: u8) -> Plan {
    let name = Op::set_name(location, kind, hash(byte));
    Plan {
        put_rows: vec![row(kind, byte, "")],
        put_dependencies: vec![Dependencies {
            item: hash(byte),
            instead_of: None,
            rows: vec![
                DependencyRow { hash: hash(200), kind: ItemKind::Fn, location: Some(location.clone()) },
                DependencyRow { hash: hash(201), kind: ItemKind::Type, location: None },
            ],
        }],
        bind: vec![Binding { location: location.clone(), kind, hash: hash(byte), op: name.id, below: None }],
        add_ops: vec![add_op(kind, byte), name],
        changed_items: 1,
        ..Plan::default()
    }
}

fn entries(folder: &Path) -> Vec<String> {
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
    names.sort();
    names
}
