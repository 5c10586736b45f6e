//! The bytes depend on the sources alone: not on the thread count, nor on the order of files on disk.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::common::compare::{self, Profile};
use crate::common::random::Random;
use crate::common::{self, Tree};

/// Reloads with so many threads a copy whose files were made in an order of its own.
fn build(packages: &Path, threads: &str, seed: u64) -> Tree {
    let tree = Tree::empty();
    let mut paths = common::files_below(packages);
    Random::new(seed).shuffle(&mut paths);
    for path in &paths {
        tree.write(path, &fs::read(packages.join(path)).expect("a readable file"));
    }
    let (folder, database) = (tree.packages(), tree.beside("new.db"));
    let path = |path: &Path| path.to_str().expect("UTF-8").to_owned();
    let arguments = ["reload", "--packages", &path(&folder), "--db", &path(&database)];
    common::darkc(&arguments, &[("DARKC_THREADS", threads)]).expect_code(0);
    tree
}

#[test]
fn threads_and_order_change_nothing() {
    let Some(oracle) = common::oracle() else { return };
    let packages = oracle.join("packages");
    let (one, eight) = (build(&packages, "1", 1), build(&packages, "8", 2));
    let bytes = |tree: &Tree| -> BTreeMap<String, Vec<u8>> {
        tree.sidecars().into_iter().map(|(path, (bytes, _))| (path, bytes)).collect()
    };
    let (left, right) = (bytes(&one), bytes(&eight));
    assert_eq!(left.len(), 449, "a sidecar for every loaded file");
    assert_eq!(left.keys().collect::<Vec<_>>(), right.keys().collect::<Vec<_>>());
    for (path, bytes) in &left {
        assert!(bytes == &right[path], "the bytes of {path} differ");
    }
    let (left, right) = (compare::open(&one.beside("new.db")), compare::open(&eight.beside("new.db")));
    if let Some(difference) = compare::compare(&left, &right, Profile::Oracle) {
        panic!("{difference}");
    }
    assert_eq!(log_order(&left), log_order(&right), "the order of the log");
}

fn log_order(store: &rusqlite::Connection) -> Vec<String> {
    let mut statement = store.prepare("SELECT id FROM package_ops ORDER BY rowid").expect("a log");
    statement.query_map([], |row| row.get(0)).expect("ids").map(|id| id.expect("an id")).collect()
}
