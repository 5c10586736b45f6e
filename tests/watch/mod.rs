//! `--watch`: what changes is applied as it is saved, whatever happens to the files, the folder and the store.

mod ends;
mod files;
mod process;
mod store;

use crate::common::Tree;
use crate::common::compare::{self, Profile};
use crate::common::invariants::Fresh;
use crate::common::loader::InProcess;

const STORE: &str = "store.db";
const BASE: &str = "module Garden.Base\n\nlet f (x: Int64) : Int64 =\n  x\n";
const USER: &str = "module Garden.User\n\nlet g (x: Int64) : Int64 =\n  Garden.Base.f x\n";

fn garden() -> Tree {
    let tree = Tree::in_memory();
    tree.write("base.dark", BASE.as_bytes());
    tree.write("more/user.dark", USER.as_bytes());
    tree
}

/// The module with another body.
fn base(body: &str) -> String {
    BASE.replace("\n  x\n", &format!("\n  {body}\n"))
}

/// The store is what a fresh load of the same sources makes.
#[track_caller]
fn assert_equals_a_fresh_load(tree: &Tree) {
    tree.reload(STORE, &["--verify"]).expect_code(0);
    let fresh = Fresh::of(&InProcess, tree);
    assert_eq!(fresh.code, 0, "{}", fresh.message);
    let stores = [fresh.database(), tree.beside(STORE)].map(|path| compare::open(&path));
    if let Some(difference) = compare::compare(&stores[0], &stores[1], Profile::Fresh) {
        panic!("{difference}");
    }
}

/// How many names the store lists.
fn names(tree: &Tree) -> i64 {
    let store = rusqlite::Connection::open(tree.beside(STORE)).expect("a store");
    store
        .query_row("SELECT count(*) FROM locations WHERE unlisted_at IS NULL", [], |row| row.get(0))
        .unwrap_or(-1)
}

/// The lines that end a reload.
fn reloads(said: &[String]) -> usize {
    said.iter().filter(|line| line.starts_with("reloaded: ") || line.starts_with("not reloaded: ")).count()
}
