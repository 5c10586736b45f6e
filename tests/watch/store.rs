//! Others who write to the store while it is watched, a store that is removed, and what a long watch takes.

use std::fs;

use rusqlite::Connection;
use rustix::process::Signal;

use super::process::Watching;
use super::{STORE, assert_equals_a_fresh_load, base, garden, names};
use crate::common::{self, Tree};

#[test]
fn others_write_between_reloads() {
    let tree = garden();
    let mut watching = Watching::reload(&tree, &[]);
    // Nobody waits for the watch.
    for round in 0..3 {
        tree.reload(STORE, &["--full", "--lock-timeout", "0"]).expect_code(0);
        let store = Connection::open(tree.beside(STORE)).expect("a store");
        store.busy_timeout(std::time::Duration::ZERO).expect("a setting");
        store.execute_batch("BEGIN EXCLUSIVE; CREATE TABLE IF NOT EXISTS mine (n); COMMIT").expect("a lock");
        drop(store);
        tree.write("base.dark", base(&format!("x + {round}L")).as_bytes());
        watching.wait_for_reload("0 added, 2 changed, 0 removed");
    }
    // A connection that stays open, as that of Darklang's CLI.
    let store = Connection::open(tree.beside(STORE)).expect("a store");
    store.query_row("SELECT count(*) FROM locations", [], |_| Ok(())).expect("a count");
    tree.write("base.dark", base("x + 10L").as_bytes());
    watching.wait_for_reload("0 added, 2 changed, 0 removed");
    // What somebody breaks is mended without an edit.
    store.execute("DELETE FROM package_functions", []).expect("a table");
    drop(store);
    let functions = || {
        let store = Connection::open(tree.beside(STORE)).expect("a store");
        store.query_row("SELECT count(*) FROM package_functions", [], |row| row.get::<_, i64>(0)).unwrap_or(0)
    };
    watching.wait_until(|| functions() == 2);
    watching.stop(Signal::TERM);
    assert_equals_a_fresh_load(&tree);
}

#[test]
fn another_darkc_may_be_faster() {
    let tree = garden();
    let mut watching = Watching::reload(&tree, &[]);
    for round in 0..10 {
        tree.write("base.dark", base(&format!("x + {round}L")).as_bytes());
        tree.reload(STORE, &[]).expect_code(0);
    }
    tree.write("base.dark", base("x + 100L").as_bytes());
    watching.wait_until(|| tree.reload(STORE, &["--verify"]).code == 0);
    watching.stop(Signal::TERM);
    assert_equals_a_fresh_load(&tree);
}

#[test]
fn a_store_that_is_removed_is_made_again() {
    let tree = garden();
    let mut watching = Watching::reload(&tree, &[]);
    fs::remove_file(tree.beside(STORE)).expect("a store");
    watching.wait_for_reload("2 added, 0 changed, 0 removed");
    tree.write("base.dark", base("x + 1L").as_bytes());
    watching.wait_for_reload("0 added, 2 changed, 0 removed");
    watching.stop(Signal::TERM);
    assert_equals_a_fresh_load(&tree);
}

/// `DARKC_WATCH_EDITS` says of how many edits.
#[test]
fn a_long_watch_takes_no_more_memory() {
    const MOST_MB: f64 = 150.0;
    let edits = common::number_from_env("DARKC_WATCH_EDITS", 300);
    let Some(oracle) = common::oracle() else { return };
    let tree = Tree::copy_of(&oracle.join("packages"));
    let path = "darklang/stdlib/option.dark";
    let text = String::from_utf8(tree.read(path).expect("a source")).expect("text");
    let before = names(&tree);
    let mut watching = Watching::reload(&tree, &[]);
    let memory = |watching: &Watching| {
        let status = fs::read_to_string(format!("/proc/{}/status", watching.id())).expect("a process");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a size");
        line.trim().trim_end_matches(" kB").parse::<f64>().expect("a number") / 1024.0
    };
    let mut early = 0.0;
    for edit in 0..edits {
        tree.write(path, format!("{text}\nlet added (x: Int64) : Int64 =\n  x + {edit}L\n").as_bytes());
        watching.wait_for(|line| line.starts_with("reloaded: "));
        if edit == edits / 3 {
            early = memory(&watching);
        }
    }
    let late = memory(&watching);
    println!("{early:.1} MB after {} edits, {late:.1} MB after {edits}", edits / 3);
    assert!(late < MOST_MB, "{late} MB");
    assert!(late < early * 1.05 + 4.0, "{early} MB, then {late} MB");
    watching.stop(Signal::TERM);
    assert!(names(&tree) > before);
    tree.reload(STORE, &["--verify"]).expect_code(0);
}
