//! A reload that is killed at any moment leaves the old state of the store or the new one, and nothing that makes
//! a later reload wrong.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::common::compare::{self, Profile};
use crate::common::invariants::{Edited, Fresh};
use crate::common::loader::InProcess;
use crate::common::random::Random;
use crate::common::script::State;
use crate::common::{self, Tree};

const KILLS: usize = 200;
/// Every so many-th reload has no store to start from.
const COLD: usize = 4;
/// A reload is killed at any time up to this many times what a whole one took.
const LATEST: f64 = 1.2;

/// Starts a reload and kills it after a while; true if it had ended by itself.
fn start_and_kill(edited: &Edited<'_>, after: Duration) -> bool {
    let mut child = Command::new(env!("CARGO_BIN_EXE_darkc"))
        .args(["reload", "--packages"])
        .arg(edited.tree.packages())
        .arg("--db")
        .arg(&edited.database)
        .env_remove("DARK_CONFIG_PACKAGES_SOURCE")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("darkc starts");
    std::thread::sleep(after);
    let ended = child.try_wait().expect("a child").is_some();
    child.kill().expect("a child can be killed");
    child.wait().expect("a child");
    ended
}

/// As SQLite and the schema see it.
fn check_health(store: &Connection) {
    let integrity: String =
        store.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("a readable store");
    assert_eq!(integrity, "ok");
    let mut broken = store.prepare("PRAGMA foreign_key_check").expect("a check");
    assert!(!broken.exists([]).expect("a check"), "a row refers to none");
}

fn differs(store: &Connection, database: &Path) -> Option<String> {
    compare::compare(&compare::open(database), store, Profile::Fresh).map(|difference| difference.to_string())
}

fn fresh(state: &State) -> Fresh {
    let tree = Tree::in_memory();
    state.set.sources().iter().for_each(|(path, text)| tree.write(path, text.as_bytes()));
    Fresh::load(&InProcess, tree, false)
}

/// How long the program takes from nothing, at its fastest.
fn whole_reload(state: &State) -> Duration {
    let time = || {
        let new = fresh(state);
        let started = Instant::now();
        new.tree.reload("whole.db", &[]).expect_code(0);
        started.elapsed()
    };
    (0..5).map(|_| time()).min().unwrap_or_default()
}

#[test]
fn a_killed_reload_leaves_the_old_state_or_the_new_one() {
    let mut random = Random::new(common::number_from_env("DARKC_SEED", 1) as u64);
    let mut state = State::new(random.next());
    let mut edited = Edited::new(&InProcess, Tree::in_memory());
    let mut old: Option<Fresh> = None;
    let latest = whole_reload(&state).as_micros() as f64 * LATEST;
    let (mut left_old, mut left_new) = (0, 0);
    for kill in 0..common::number_from_env("DARKC_KILLS", KILLS) {
        let new = loop {
            // Several steps at once, so that the reload has something to do.
            (0..5).for_each(|_| drop(state.step(random.next())));
            let new = fresh(&state);
            if new.code == 0 {
                break new;
            }
        };
        if kill % COLD == 0 {
            for companion in ["", "-wal", "-shm"] {
                let _ = std::fs::remove_file(format!("{}{companion}", edited.database.display()));
            }
            old = None;
        }
        let sources = state.set.sources();
        for path in common::files_below(&edited.tree.packages()) {
            if path.ends_with(".dark") && !sources.contains_key(&path) {
                edited.tree.remove(&path);
            }
        }
        for (path, text) in &sources {
            if edited.tree.read(path).as_deref() != Some(text.as_bytes()) {
                edited.tree.write(path, text.as_bytes());
            }
        }

        let ended = start_and_kill(&edited, Duration::from_micros(random.below(latest as usize) as u64));
        if edited.database.is_file() {
            let store = compare::open(&edited.database);
            check_health(&store);
            let from_new = differs(&store, &new.database());
            let from_old = old.as_ref().map(|old| differs(&store, &old.database()));
            assert!(!ended || from_new.is_none(), "it ended, and left {from_new:?}");
            let is_old = matches!(from_old, Some(None));
            assert!(is_old || from_new.is_none(), "kill {kill}: {from_old:?}, and {from_new:?}");
            left_old += usize::from(from_new.is_some());
            left_new += usize::from(from_new.is_none());
        } else {
            assert!(old.is_none(), "kill {kill}: the store is gone");
            left_old += 1;
        }

        if let Err(what) = edited.check(&new) {
            panic!("the reload after kill {kill}: {what}");
        }
        old = Some(new);
    }
    println!("{left_old} times the old state was left, {left_new} times the new one");
    assert!(left_old > 0 && left_new > 0, "the kills must come before and after the commit");
}
