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

/// Adds a dependency to the item of a name; `kind` is that of what the item is said to depend on.
fn added(name: &str, kind: &str) -> String {
    format!(
        "INSERT INTO package_dependencies (item_hash, depends_on_hash, depends_on_item_type) \
         SELECT item_hash, item_hash, '{kind}' FROM locations WHERE name = '{name}'"
    )
}

/// Of an item with dependencies, of one without any, of a value, and one of a kind that there is not.
const ADDED: [(&str, &str); 4] = [("twice", "fn"), ("two", "fn"), ("one", "type"), ("two", "kind")];

#[test]
fn a_dependency_that_somebody_adds_is_taken_away() {
    for (name, kind) in ADDED {
        check(&added(name, kind));
    }
}

#[test]
fn a_dependency_that_somebody_adds_is_noticed_and_named() {
    for (name, kind) in ADDED {
        let tree = Tree::in_memory();
        tree.write("acme/base.dark", BASE.as_bytes());
        tree.write("acme/user.dark", USER.as_bytes());
        tree.reload("store.db", &[]).expect_code(0);
        let store = compare::open(&tree.beside("store.db"));
        assert_eq!(store.execute(&added(name, kind), []), Ok(1));
        let item: String = store
            .query_row("SELECT item_hash FROM locations WHERE name = ?1", [name], |row| row.get(0))
            .expect("a name");
        let run = tree.reload("store.db", &["--verify"]).expect_code(1);
        let difference = format!("difference: package_dependencies, {item}");
        assert!(run.stderr.contains(&difference), "{name}, {kind}: {}", run.stderr);

        // Nothing but that item's dependencies is written.
        let run = tree.reload("store.db", &["--stats"]).expect_code(0);
        let counters = common::counters(&run.stderr);
        assert_eq!(counters["items hashed"], 4, "{name}, {kind}: everything is compared");
        let dependencies = "SELECT count(*) FROM package_dependencies WHERE item_hash = depends_on_hash";
        assert_eq!(store.query_row(dependencies, [], |row| row.get(0)), Ok(0), "{name}, {kind}");
        let run = tree.reload("store.db", &["--stats"]).expect_code(0);
        assert_eq!(common::counters(&run.stderr)["items hashed"], 0, "{name}, {kind}: and trusted again");
        tree.reload("store.db", &["--verify"]).expect_code(0);
    }
}

/// Somebody's own items have dependencies too, and cost nobody a full comparison.
#[test]
fn a_dependency_of_somebodys_own_item_stays_and_costs_nothing() {
    let tree = Tree::in_memory();
    tree.write("acme/base.dark", BASE.as_bytes());
    tree.reload("store.db", &[]).expect_code(0);
    let store = compare::open(&tree.beside("store.db"));
    let theirs = "INSERT INTO package_dependencies (item_hash, depends_on_hash, depends_on_item_type) \
         SELECT 'theirs', item_hash, 'fn' FROM locations WHERE name = 'two'";
    assert_eq!(store.execute(theirs, []), Ok(1));
    for edit in [BASE.to_owned(), format!("{BASE}\nlet three (x: Int64) : Int64 =\n  x\n")] {
        tree.write("acme/base.dark", edit.as_bytes());
        let run = tree.reload("store.db", &["--stats"]).expect_code(0);
        let hashed = u64::from(edit != BASE);
        assert_eq!(common::counters(&run.stderr)["items hashed"], hashed, "{}", run.stderr);
        let left = "SELECT count(*) FROM package_dependencies WHERE item_hash = 'theirs'";
        assert_eq!(store.query_row(left, [], |row| row.get(0)), Ok(1));
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
