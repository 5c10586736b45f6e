//! A store that was not touched is not even opened, and one that was always is.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use rusqlite::Connection;

use crate::common::{self, Tree, summary};

const STORE: &str = "store.db";
const SEAL: &str = "store.db-darkc";
const SOURCE: &str = "module Acme.Base\n\nlet two (x: Int64) : Int64 =\n  x\n";

/// A store is sealed when it has lain still for three seconds.
const QUIET: Duration = Duration::from_millis(3_100);

fn loaded() -> Tree {
    let tree = Tree::empty();
    tree.write("acme/base.dark", SOURCE.as_bytes());
    assert!(opened(&tree, &[]), "there is nothing yet");
    tree
}

/// Whether a reload opens the store; it must go well.
fn opened(tree: &Tree, arguments: &[&str]) -> bool {
    let run = tree.reload(STORE, &[arguments, &["--timings"]].concat()).expect_code(0);
    assert!(run.stderr.lines().any(|line| line.starts_with("discover ")), "a table of times: {}", run.stderr);
    run.stderr.lines().any(|line| line.starts_with("open "))
}

/// A store with a seal that holds.
fn sealed() -> Tree {
    let tree = loaded();
    assert!(opened(&tree, &[]) && !tree.beside(SEAL).exists(), "too early for a seal");
    thread::sleep(QUIET);
    assert!(opened(&tree, &[]) && tree.beside(SEAL).exists(), "this one leaves the seal");
    assert!(!opened(&tree, &[]), "the seal holds");
    tree
}

fn functions(tree: &Tree) -> i64 {
    let store = Connection::open(tree.beside(STORE)).expect("a store");
    store.query_row("SELECT count(*) FROM package_functions", [], |row| row.get(0)).expect("a count")
}

#[test]
fn a_seal_spares_the_opening_and_nothing_else() {
    let tree = sealed();
    let before = fs::metadata(tree.beside(STORE)).expect("a store").modified().expect("a time");
    let run = tree.reload(STORE, &[]).expect_code(0);
    assert_eq!((summary(&run.stderr).items, summary(&run.stderr).hit), (1, 1));
    assert!(!opened(&tree, &["--dry-run"]) && !opened(&tree, &["--explain"]));
    assert_eq!(fs::metadata(tree.beside(STORE)).expect("a store").modified().expect("a time"), before);

    assert!(opened(&tree, &["--full"]) && opened(&tree, &["--verify"]));
    tree.write("acme/base.dark", SOURCE.replace("  x\n", "  x + 1L\n").as_bytes());
    let run = tree.reload(STORE, &[]).expect_code(0);
    assert_eq!(summary(&run.stderr).changed, 1);
    assert!(opened(&tree, &[]), "what was written breaks the seal");
}

#[test]
fn other_node_ids_are_another_state() {
    let tree = sealed();
    assert!(opened(&tree, &["--node-ids", "zero"]));
}

/// What somebody does to a sealed store that has one function, and what keeps doing it until it is dropped.
type Touch = fn(&Path) -> Option<Connection>;

const EMPTY: &str = "DELETE FROM package_functions";

fn connected(store: &Path, sql: &str) -> Connection {
    let connection = Connection::open(store).expect("a store");
    connection.execute_batch(sql).expect("SQL");
    connection
}

#[test]
fn whoever_writes_to_the_store_breaks_its_seal() {
    let touches: [(&str, Touch); 6] = [
        ("a row is deleted", |store| {
            connected(store, EMPTY);
            None
        }),
        ("a row is deleted, and the log is not yet in the store", |store| Some(connected(store, EMPTY))),
        ("the store is made anew", |store| {
            connected(store, "VACUUM");
            None
        }),
        ("a backup is put back with its times", |store| {
            let at = fs::metadata(store).expect("a store").modified().expect("a time");
            let backup = PathBuf::from(format!("{}.backup", store.display()));
            fs::copy(store, &backup).expect("a copy");
            connected(&backup, EMPTY);
            File::options().write(true).open(&backup).expect("the copy").set_modified(at).expect("a time");
            fs::rename(&backup, store).expect("the store is replaced");
            None
        }),
        ("a page is written where it lies", |store| {
            let at = fs::metadata(store).expect("a store").modified().expect("a time");
            let bytes = fs::read(store).expect("a store");
            fs::write(store, bytes).expect("the store");
            File::options().write(true).open(store).expect("the store").set_modified(at).expect("a time");
            None
        }),
        ("it is removed", |store| {
            fs::remove_file(store).expect("a store to remove");
            None
        }),
    ];
    let failed = common::in_parallel(&touches, |(what, touch)| {
        let tree = sealed();
        let still_open = touch(&tree.beside(STORE));
        let noticed = opened(&tree, &[]);
        drop(still_open);
        (!noticed || functions(&tree) != 1).then_some(*what)
    });
    let failed: Vec<&str> = failed.into_iter().flatten().collect();
    assert_eq!(failed, [""; 0], "these went unnoticed");
}

#[test]
fn a_damaged_seal_is_none() {
    let tree = sealed();
    let seal = fs::read(tree.beside(SEAL)).expect("a seal");
    for at in 0..seal.len() {
        let mut damaged = seal.clone();
        damaged[at] ^= 1;
        fs::write(tree.beside(SEAL), &damaged).expect("a damaged seal");
        assert!(opened(&tree, &["--dry-run"]), "byte {at}");
        fs::write(tree.beside(SEAL), &seal[..at]).expect("a cut seal");
        assert!(opened(&tree, &["--dry-run"]), "cut at {at}");
    }
    assert!(opened(&tree, &[]) && !opened(&tree, &[]), "and is made anew");
}

/// By another name a store can have a log that lies elsewhere.
#[cfg(unix)]
#[test]
fn a_store_with_two_names_is_not_sealed() {
    let link: fn(&Tree) = |tree| {
        fs::rename(tree.beside(STORE), tree.beside("elsewhere.db")).expect("another place");
        std::os::unix::fs::symlink("elsewhere.db", tree.beside(STORE)).expect("a link");
    };
    let hard_link: fn(&Tree) = |tree| {
        fs::hard_link(tree.beside(STORE), tree.beside("elsewhere.db")).expect("a second name");
    };
    for make in [link, hard_link] {
        let tree = loaded();
        make(&tree);
        thread::sleep(QUIET);
        assert!(opened(&tree, &[]) && opened(&tree, &[]));
        assert!(!tree.beside(SEAL).exists());
    }
}

/// A small edit leaves its log beside the store; when that has lain still it is moved, and then there is a seal again.
#[test]
fn a_log_that_is_left_goes_into_the_store_once_it_lies_still() {
    let tree = loaded();
    let log = || fs::metadata(tree.beside("store.db-wal")).map_or(0, |log| log.len());
    tree.write("acme/base.dark", SOURCE.replace("  x\n", "  x + 1L\n").as_bytes());
    assert!(opened(&tree, &[]) && log() > 0, "the edit is in the log");
    assert!(opened(&tree, &["--dry-run"]) && opened(&tree, &[]) && log() > 0, "whoever only looks leaves it");
    thread::sleep(QUIET);
    assert!(opened(&tree, &["--dry-run"]) && log() > 0);
    assert!(opened(&tree, &[]) && log() == 0, "it has lain still");
    thread::sleep(QUIET);
    assert!(opened(&tree, &[]) && !opened(&tree, &[]), "and the store is sealed");
}
