//! What others did to a store is mended by one reload, even where it happened along with an edit.

use crate::common::compare;
use crate::common::invariants::{Edited, Fresh};
use crate::common::loader::InProcess;
use crate::common::{self, Tree};

const BASE: &str =
    "module Acme.Base\n\ntype Pair = { a: Int64; b: Int64 }\n\nlet two (x: Int64) : Int64 =\n  x\n";
const USER: &str = "module Acme.User\n\nlet twice (p: Base.Pair) : Int64 =\n  Base.two (Base.two p.a)\n\n\
     /// Some words\nval one =\n  1L\n";

/// Loads two files, lets somebody run `damage` on the store and then deletes the file that depends on the other;
/// a reload must leave nothing of it, nor of the damage.
#[track_caller]
fn check(damage: &str) {
    let tree = Tree::in_memory();
    tree.write("acme/base.dark", BASE.as_bytes());
    tree.write("acme/user.dark", USER.as_bytes());
    let mut edited = Edited::new(&InProcess, tree);
    let fresh = Fresh::of(&InProcess, &edited.tree);
    assert_eq!(edited.check(&fresh), Ok(true), "before the damage");
    compare::open(&edited.database).execute_batch(damage).expect("the damage can be done");
    edited.tree.remove("acme/user.dark");
    let fresh = Fresh::of(&InProcess, &edited.tree);
    assert_eq!(edited.check(&fresh), Ok(true), "after {damage}");
}

#[test]
fn nothing_depends_from_an_item_that_is_gone() {
    check("DELETE FROM package_functions");
}

#[test]
fn no_row_outlives_the_ops_that_added_it() {
    check("DELETE FROM package_ops");
}

#[test]
fn a_projection_that_is_empty_is_filled() {
    for table in ["package_types", "package_values", "package_dependencies", "locations"] {
        check(&format!("DELETE FROM {table}"));
    }
}

/// All of darkc's tables are made anew then, with all their rows.
#[test]
fn darkc_remembers_all_files_or_none() {
    for table in ["darkc_files", "darkc_state", "darkc_changes", "darkc_migrations"] {
        check(&format!("DROP TABLE {table}"));
    }
}

#[test]
fn a_former_store_of_another_loader_is_brought_up_to_date() {
    let Some(oracle) = common::oracle() else { return };
    let tree = Tree::empty();
    for (path, text) in [("acme/base.dark", BASE), ("acme/user.dark", USER)] {
        tree.write(path, text.as_bytes());
    }
    let mut edited = Edited::new(&InProcess, tree);
    let store = std::fs::read(oracle.join("loaded.db")).expect("a readable store");
    std::fs::write(&edited.database, store).expect("a copy");
    let fresh = Fresh::of(&InProcess, &edited.tree);
    assert_eq!(edited.check(&fresh), Ok(true));
}
