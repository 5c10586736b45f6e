//! A first load never takes the place, or the log, of a store that somebody else made meanwhile.

use std::fs;
use std::path::Path;
use std::process::Command;

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use crate::common::Tree;
use crate::common::tracer::{self, Act, End, Traced};

const STORE: &str = "store.db";
const SOURCE: &str = "module Acme.Base\n\nlet two (x: Int64) : Int64 =\n  x\n";

fn one_source() -> Tree {
    let tree = Tree::in_memory();
    tree.write("acme/base.dark", SOURCE.as_bytes());
    tree
}

/// A first load during which `act` is called at the given call.
fn load(tree: &Tree, at: usize, mut act: impl FnMut()) -> Traced {
    let mut command = Command::new(env!("CARGO_BIN_EXE_darkc"));
    command.args(["reload", "--packages"]).arg(tree.packages()).arg("--db").arg(tree.beside(STORE));
    command.env("DARKC_THREADS", "1").env_remove("DARK_CONFIG_PACKAGES_SOURCE");
    let each = |call: &tracer::Call| {
        if call.index == at {
            act();
        }
        Act::Proceed
    };
    tracer::run(&mut command, each).expect("a traced run")
}

/// Makes a store with a row that is in its log alone, and leaves the log as a killed process does. False where
/// the name is locked.
fn write_and_die(store: &Path) -> bool {
    let written = Connection::open(store).and_then(|connection| {
        connection.busy_timeout(std::time::Duration::ZERO)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        connection.execute_batch(
            "PRAGMA journal_mode = WAL; CREATE TABLE theirs (x); INSERT INTO theirs VALUES (7);",
        )
    });
    written.is_ok()
}

fn their_row(store: &Path) -> Option<i64> {
    Connection::open(store)
        .and_then(|store| store.query_row("SELECT x FROM theirs", [], |row| row.get(0)))
        .ok()
}

fn functions(store: &Path) -> Option<i64> {
    let count = "SELECT count(*) FROM package_functions";
    Connection::open(store).and_then(|store| store.query_row(count, [], |row| row.get(0))).ok()
}

#[test]
fn a_log_beside_a_store_that_somebody_else_made_stays() {
    let calls = load(&one_source(), usize::MAX, || {}).calls;
    assert!(calls > 50, "{calls} calls");
    let (mut theirs, mut locked) = (0, 0);
    for at in 0..calls {
        let tree = one_source();
        let store = tree.beside(STORE);
        let mut wrote = false;
        let run = load(&tree, at, || wrote = write_and_die(&store));
        if wrote {
            theirs += 1;
            assert_eq!(their_row(&store), Some(7), "call {at} of {calls}: {}", run.stderr);
        } else {
            locked += 1;
            assert_eq!(run.end, End::Code(0), "call {at} of {calls}: {}", run.stderr);
            assert_eq!(functions(&store), Some(1), "call {at} of {calls}");
        }
    }
    println!("{calls} calls: {theirs} times the other wrote, {locked} times the name was locked");
    assert!(theirs > 0 && locked > 0, "both must come about");
}

#[test]
fn a_store_that_somebody_moves_to_the_name_stays() {
    let calls = load(&one_source(), usize::MAX, || {}).calls;
    for at in 0..calls {
        let tree = one_source();
        let (store, backup) = (tree.beside(STORE), tree.beside("backup.db"));
        assert!(write_and_die(&backup));
        assert_eq!(their_row(&backup), Some(7), "and the log is in the file now");
        let run = load(&tree, at, || fs::rename(&backup, &store).expect("the backup is put back"));
        assert_eq!(their_row(&store), Some(7), "call {at} of {calls}: {:?} {}", run.end, run.stderr);
    }
}

#[test]
fn a_log_that_a_removed_store_has_left_is_not_taken_for_the_new_ones() {
    let tree = one_source();
    let (store, log) = (tree.beside(STORE), tree.beside("store.db-wal"));
    assert!(write_and_die(&store));
    fs::remove_file(&store).expect("a store to remove");
    assert!(fs::metadata(&log).expect("a log").len() > 0);
    tree.reload(STORE, &[]).expect_code(0);
    assert_eq!((their_row(&store), functions(&store)), (None, Some(1)));
}
