//! Commits that hold nothing any more: a reload that supersedes one takes its place.

use super::{Home, number, texts, work};
use crate::common::{Tree, compare, fold};

const COMMITS: &str = "SELECT hash FROM commits ORDER BY rowid";

fn home() -> Home {
    let tree = Tree::in_memory();
    tree.write("acme/base.dark", b"module Acme.Base\n\nlet two (x: Int64) : Int64 =\n  0L\n");
    tree.write("acme/other.dark", b"module Acme.Other\n\nlet four (x: Int64) : Int64 =\n  40L\n");
    let database = tree.beside("home.db");
    let home = Home { tree, database };
    home.reload(&[]);
    home
}

fn edit(home: &Home, number: usize) {
    let text = format!("module Acme.Base\n\nlet two (x: Int64) : Int64 =\n  {number}L\n");
    home.tree.write("acme/base.dark", text.as_bytes());
    home.reload(&[]);
}

#[test]
fn a_series_of_edits_leaves_one_commit() {
    let home = home();
    for number in 1..8 {
        edit(&home, number);
    }
    let store = home.store();
    assert_eq!(texts(&store, "SELECT message FROM commits ORDER BY rowid").len(), 2);
    assert_eq!(number(&store, "SELECT count(*) FROM branch_ops"), 3, "main, the first commit, the last");
    let held =
        "SELECT count(*) FROM commits c WHERE EXISTS (SELECT 1 FROM package_ops WHERE commit_hash = c.hash)";
    assert_eq!(number(&store, held), 2);
    assert_eq!(fold::check(&store), None);
    let broken = store.prepare("PRAGMA foreign_key_check").and_then(|mut check| check.exists([]));
    assert!(!broken.expect("a check"));
}

#[test]
fn a_commit_that_a_branch_is_based_on_stays() {
    let home = home();
    edit(&home, 1);
    let base = texts(&home.store(), COMMITS).pop().expect("a commit");
    compare::open(&home.database)
        .execute("INSERT INTO branches (id, name, base_commit_hash) VALUES ('b', 'pond', ?1)", [&base])
        .expect("a branch");
    edit(&home, 2);
    edit(&home, 3);
    let commits = texts(&home.store(), COMMITS);
    assert_eq!((commits.len(), &commits[1]), (3, &base));
}

/// The hash of a commit covers the one before.
#[test]
fn a_commit_that_somebody_built_upon_stays() {
    let home = home();
    edit(&home, 1);
    let before = texts(&home.store(), COMMITS);
    work::settle_in(&home.store());
    edit(&home, 2);
    edit(&home, 3);
    let commits = texts(&home.store(), COMMITS);
    assert_eq!(&commits[..2], &before[..]);
    assert_eq!((commits.len(), &commits[2]), (4, &work::mine()));
}
