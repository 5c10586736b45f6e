//! How long the store's reads and writes take, next to a plain loop of inserts of the same rows.
//!
//! `cargo bench --bench store [ROUNDS]`; needs the oracle's store.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unreachable,
    clippy::unwrap_used,
    reason = "a benchmark makes files, prints figures and stops where it cannot go on"
)]

mod oracle;

use std::path::Path;
use std::time::{Duration, Instant};

use darkc::internals::base::hash::{ContentHash, Fingerprint};
use darkc::internals::base::location::{ItemKind, Location};
use darkc::internals::db::{Database, Millis, NewState, Shapes};
use darkc::internals::diff::{Binding, Dependencies, DependencyRow, Op, OpId, Plan, Row};
use darkc::internals::state::StoredFile;
use oracle::OracleRows;
use rusqlite::{Connection, params};

const MAIN: &str = "89282547-e4e6-4986-bcb6-db74bc6a8c0f";
const DEFAULT_ROUNDS: usize = 5;

fn main() {
    let Some(path) = oracle::path() else { return };
    let rounds = std::env::args().filter_map(|text| text.parse().ok()).next().unwrap_or(DEFAULT_ROUNDS);
    let rows = OracleRows::read(&path);
    let folder = tempfile::tempdir_in(std::env::var_os("DARKC_BENCH_DIR").unwrap_or(".".into())).unwrap();
    let file = folder.path().join("data.db");
    let state = NewState { tool: Fingerprint(1), manifest: vec![7; 30_000], ..NewState::default() };

    let mut plain = Vec::new();
    let mut fresh = Vec::new();
    let mut in_place = Vec::new();
    for _ in 0..rounds {
        // Alternating, so that both meet the same weather.
        plain.push(timed(&file, |file| plain_inserts(file, &rows)));
        let plan = rows.plan();
        fresh.push(timed(&file, |file| {
            Database::open(file).unwrap().apply(&plan, &state, Millis::now()).unwrap();
        }));
        forget(&file);
        Database::open(&file).unwrap().apply(&Plan::default(), &state, Millis::now()).unwrap();
        let started = Instant::now();
        Database::open(&file).unwrap().apply(&plan, &state, Millis::now()).unwrap();
        in_place.push(started.elapsed());
    }
    print("plain inserts, one transaction", &mut plain, None);
    let base = plain[0];
    print("first load", &mut fresh, Some(base));
    print("the same into an empty store that exists", &mut in_place, Some(base));

    forget(&file);
    let plan = rows.plan();
    Database::open(&file).unwrap().apply(&plan, &state, Millis::now()).unwrap();
    let mut look = Vec::new();
    let mut files = Vec::new();
    let mut owned = Vec::new();
    let mut one = Vec::new();
    for round in 0..rounds * 10 {
        let started = Instant::now();
        let mut database = Database::open(&file).unwrap();
        assert!(database.stamp().unwrap().unwrap().untouched);
        drop(database);
        look.push(started.elapsed());

        let mut database = Database::open(&file).unwrap();
        let started = Instant::now();
        assert_eq!(database.files().unwrap().len(), plan.put_files.len());
        files.push(started.elapsed());

        if round % 10 == 0 {
            let started = Instant::now();
            assert!(database.owned(&Shapes::new()).unwrap().ops.len() <= plan.add_ops.len());
            owned.push(started.elapsed());
        }
        drop(database);

        let started = Instant::now();
        let mut database = Database::open(&file).unwrap();
        let Row { kind, hash, pt_def, runtime, .. } = &plan.put_rows[round];
        let row = Row {
            kind: *kind,
            hash: *hash,
            pt_def: pt_def.clone(),
            runtime: runtime.clone(),
            result: None,
            description: format!("edited in round {round}"),
        };
        let edit = Plan { put_rows: vec![row], ..Plan::default() };
        database.apply(&edit, &state, Millis::now()).unwrap();
        drop(database);
        one.push(started.elapsed());
    }
    print("open, stamp, close", &mut look, None);
    print("449 files of 5 KB", &mut files, None);
    print("all that a loader owns", &mut owned, None);
    print("open, one row, close", &mut one, None);
}

fn timed(file: &Path, work: impl FnOnce(&Path)) -> Duration {
    forget(file);
    let started = Instant::now();
    work(file);
    started.elapsed()
}

fn forget(file: &Path) {
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{suffix}", file.display()));
    }
}

fn print(what: &str, times: &mut [Duration], base: Option<Duration>) {
    times.sort();
    let ratio = base.map_or(String::new(), |base| {
        format!("  {:.2} x plain", times[0].as_secs_f64() / base.as_secs_f64())
    });
    let millis = |time: Duration| time.as_secs_f64() * 1000.0;
    println!(
        "{what:45} best {:8.2} ms  median {:8.2} ms{ratio}",
        millis(times[0]),
        millis(times[times.len() / 2])
    );
}

/// What somebody who knows SQLite would write first: all indexes there, prepared statements, one transaction.
fn plain_inserts(file: &Path, rows: &OracleRows) {
    let mut connection = Connection::open(file).unwrap();
    connection
        .execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;")
        .unwrap();
    let transaction = connection.transaction().unwrap();
    transaction.execute_batch(include_str!("../../migrations/0001_package_store.sql")).unwrap();
    transaction.execute_batch(include_str!("../../migrations/0002_package_store_indexes.sql")).unwrap();
    transaction
        .execute("INSERT INTO commits (hash, message, branch_id) VALUES ('c', 'm', ?1)", [MAIN])
        .unwrap();
    {
        let prepare = |sql| transaction.prepare(sql).unwrap();
        let mut op = prepare(
            "INSERT OR IGNORE INTO package_ops (id, op_blob, branch_id, commit_hash, applied, origin_ts) VALUES (?1, ?2, ?3, 'c', 1, ?4)",
        );
        for one in &rows.ops {
            op.execute(params![one.id.to_text(), one.blob, MAIN, "2026-01-01T00:00:00.000Z"]).unwrap();
        }
        let mut types =
            prepare("INSERT INTO package_types (hash, pt_def, rt_def, description) VALUES (?1, ?2, ?3, ?4)");
        let mut values =
            prepare("INSERT INTO package_values (hash, pt_def, description) VALUES (?1, ?2, ?3)");
        let mut functions = prepare(
            "INSERT INTO package_functions (hash, pt_def, rt_instrs, description) VALUES (?1, ?2, ?3, ?4)",
        );
        for (kind, hash, pt_def, runtime, description) in &rows.rows {
            let hash = hash.to_hex();
            match kind {
                ItemKind::Value => values.execute(params![&*hash, pt_def, description]),
                ItemKind::Type => types.execute(params![&*hash, pt_def, runtime, description]),
                ItemKind::Fn => functions.execute(params![&*hash, pt_def, runtime, description]),
            }
            .unwrap();
        }
        let mut location = prepare(
            "INSERT INTO locations (location_id, item_hash, owner, modules, name, item_type, branch_id, commit_hash, origin_ts) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'c', ?8)",
        );
        for (place, kind, hash, op) in &rows.bindings {
            let (owner, modules, name) = (place.owner(), place.modules_dotted(), place.name());
            let kind = item_type(*kind);
            location
                .execute(params![
                    op.to_text(),
                    &*hash.to_hex(),
                    owner,
                    modules,
                    name,
                    kind,
                    MAIN,
                    "2026-01-01T00:00:00.000Z"
                ])
                .unwrap();
        }
        let mut dependency = prepare(
            "INSERT INTO package_dependencies (item_hash, depends_on_hash, depends_on_item_type, depends_on_owner, depends_on_modules, depends_on_name) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        );
        for (item, edges) in &rows.dependencies {
            let item = item.to_hex();
            for (hash, kind, place) in edges {
                let (owner, modules, name) = (
                    place.as_ref().map(|place| place.owner()),
                    place.as_ref().map(|place| place.modules_dotted()),
                    place.as_ref().map(|place| place.name()),
                );
                dependency
                    .execute(params![&*item, &*hash.to_hex(), item_type(*kind), owner, modules, name])
                    .unwrap();
            }
        }
    }
    transaction.commit().unwrap();
}

fn item_type(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Type => "type",
        ItemKind::Value => "value",
        ItemKind::Fn => "fn",
    }
}
