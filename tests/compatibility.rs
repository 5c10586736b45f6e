//! A store of a Darklang that is new to darkc is taken over once everything in it is proved equal, and else refused.

use std::fs;
use std::path::Path;

use rusqlite::Connection;

use crate::common::ground_truth::package_sets;
use crate::common::{Run, Tree};

const STORE: &str = "store.db";

/// A package set and what Darklang made of it.
struct Loaded {
    tree: Tree,
}

impl Loaded {
    fn new(packages: &Path, store: &Path) -> Self {
        let tree = Tree::copy_of(packages);
        fs::write(tree.beside(STORE), fs::read(store).expect("the recorded store")).expect("a copy");
        let loaded = Loaded { tree };
        // As Darklang leaves its stores; the recorded one was copied.
        loaded.change("PRAGMA journal_mode = WAL");
        loaded
    }

    fn small() -> Self {
        let [set, _] = package_sets();
        Loaded::new(&set.packages, &set.store)
    }

    fn with(self, sql: &str) -> Self {
        self.change(sql);
        self
    }

    fn change(&self, sql: &str) {
        let store = Connection::open(self.tree.beside(STORE)).expect("a store");
        store.execute_batch(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    /// The recorded stores have zero for every node id.
    fn reload(&self, arguments: &[&str]) -> Run {
        self.tree.reload(STORE, &[&["--stats", "--node-ids", "zero"], arguments].concat())
    }

    fn proved(&self) -> Vec<(i64, String, i64)> {
        let store = Connection::open(self.tree.beside(STORE)).expect("a store");
        let mut rows =
            store.prepare("SELECT \"release\", schema, items FROM darkc_releases").expect("a table");
        let rows = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).expect("rows");
        rows.collect::<Result<_, _>>().expect("rows")
    }

    #[track_caller]
    fn is_refused(&self, parts: &[&str]) {
        let before = fs::read(self.tree.beside(STORE)).expect("a store");
        for arguments in [&[][..], &["--full"], &["--dry-run"], &["--verify"]] {
            let run = self.reload(arguments).expect_code(2);
            for part in parts {
                assert!(run.stderr.contains(part), "{part} is not in {}", run.stderr);
            }
        }
        assert!(fs::read(self.tree.beside(STORE)).expect("a store") == before, "nothing is written");
    }
}

const RELEASE: &str = "UPDATE release_state_v0 SET \"release\" = 5";
const SCHEMA: &str = "UPDATE schema_state_v0 SET hash = 'ABCDEF0123456789'";

#[test]
fn a_known_store_needs_no_proof() {
    let loaded = Loaded::small().with("CREATE TABLE weather_v0 (id TEXT PRIMARY KEY)");
    let run = loaded.reload(&[]).expect_code(0);
    assert!(!run.stderr.contains("new to darkc"), "{}", run.stderr);
    assert_eq!(loaded.proved(), []);
}

#[test]
fn other_tables_are_refused() {
    let known = "darkc knows Release 4 (schema 4F45E582)";
    Loaded::small().with(RELEASE).with("ALTER TABLE package_functions ADD COLUMN weather TEXT").is_refused(
        &["Release 5 (schema 4F45E582)", known, "package_functions has a column weather that darkc does not"],
    );
    Loaded::small()
        .with(SCHEMA)
        .with("ALTER TABLE package_values RENAME COLUMN value_type TO kind")
        .is_refused(&["Release 4 (schema ABCDEF01)", known, "package_values has a column kind"]);
}

#[test]
fn a_store_without_a_load_of_darklangs_own_is_refused() {
    let empty = "DELETE FROM package_dependencies; DELETE FROM locations; DELETE FROM package_ops; \
         DELETE FROM package_types; DELETE FROM package_values; DELETE FROM package_functions";
    Loaded::small()
        .with(RELEASE)
        .with(empty)
        .is_refused(&["it holds no load of that Darklang to compare with", "`reload-packages` once"]);

    let loaded = Loaded::small();
    fs::remove_file(loaded.tree.beside(STORE)).expect("a store");
    loaded.reload(&[]).expect_code(0);
    loaded.change(SCHEMA);
    loaded.is_refused(&["was loaded by darkc and not by that Darklang"]);
}
