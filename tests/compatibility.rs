//! A store of a Darklang that is new to darkc is taken over once everything in it is proved equal, and else refused.

use std::fs;
use std::path::Path;

use rusqlite::Connection;

use crate::common::ground_truth::package_sets;
use crate::common::{self, Run, Tree};

const STORE: &str = "store.db";

/// A package set and what Darklang made of it.
struct Loaded {
    tree: Tree,
    /// As the note spells it.
    items: &'static str,
    /// How many rows are written that are as somebody's work left them.
    rewritten: u64,
}

fn rows_written(run: &Run) -> u64 {
    common::counters(&run.stderr)["rows written"]
}

impl Loaded {
    fn new(packages: &Path, store: &Path, items: &'static str) -> Self {
        let tree = Tree::copy_of(packages);
        fs::write(tree.beside(STORE), fs::read(store).expect("the recorded store")).expect("a copy");
        let loaded = Loaded { tree, items, rewritten: 0 };
        // As Darklang leaves its stores; the recorded one was copied.
        loaded.change("PRAGMA journal_mode = WAL");
        loaded
    }

    /// Darklang's own load, with random node ids and with people's work in it.
    fn lived_in(oracle: &Path, store: &str) -> Self {
        let loaded = Loaded::new(&oracle.join("packages"), &oracle.join(store), "5,817");
        Loaded { rewritten: if store == "lived-in-2.db" { 40 } else { 0 }, ..loaded }
    }

    fn small() -> Self {
        let [set, _] = package_sets();
        Loaded::new(&set.packages, &set.store, "211")
    }

    fn with(self, sql: &str) -> Self {
        self.change(sql);
        self
    }

    fn change(&self, sql: &str) {
        let store = Connection::open(self.tree.beside(STORE)).expect("a store");
        store.execute_batch(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    fn reload(&self, arguments: &[&str]) -> Run {
        self.tree.reload(STORE, &[&["--stats"], arguments].concat())
    }

    fn proved(&self) -> Vec<(i64, String, i64)> {
        let store = Connection::open(self.tree.beside(STORE)).expect("a store");
        let mut rows =
            store.prepare("SELECT \"release\", schema, items FROM darkc_releases").expect("a table");
        let rows = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).expect("rows");
        rows.collect::<Result<_, _>>().expect("rows")
    }

    #[track_caller]
    fn is_accepted(&self) {
        let Loaded { items, .. } = self;
        let note =
            format!("this Release of Darklang is new to darkc: {items} of {items} items proved equal\n");
        for arguments in [&["--dry-run"][..], &[]] {
            let run = self.reload(arguments).expect_code(0);
            assert!(run.stderr.contains(&note), "{}", run.stderr);
            assert!(!arguments.is_empty() || rows_written(&run) <= self.rewritten, "{}", run.stderr);
        }
        assert_eq!(self.proved().len(), 1);
        for arguments in [&[][..], &["--verify"], &["--full"]] {
            let run = self.reload(arguments).expect_code(0);
            assert!(!run.stderr.contains("new to darkc"), "it is said once: {}", run.stderr);
        }
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
const UNRELATED: &str = "CREATE TABLE weather_v0 (id TEXT PRIMARY KEY); \
     ALTER TABLE traces ADD COLUMN weather TEXT";

#[test]
fn what_is_proved_equal_is_accepted_and_said_once() {
    Loaded::small().with(RELEASE).is_accepted();
    Loaded::small().with("UPDATE release_state_v0 SET \"release\" = 3").is_accepted();
    Loaded::small().with(SCHEMA).is_accepted();
    let loaded = Loaded::small().with(RELEASE).with(SCHEMA).with(UNRELATED);
    loaded.is_accepted();
    assert_eq!(loaded.proved(), [(5, "ABCDEF0123456789".to_owned(), 211)]);

    // From then on it is a store like any other, until Darklang migrates it again.
    loaded.tree.write("darklang/new.dark", b"module Darklang.New\n\nlet f (x: Int64) : Int64 =\n  x\n");
    let run = loaded.reload(&[]).expect_code(0);
    assert_eq!((common::summary(&run.stderr).added, common::summary(&run.stderr).parsed), (1, 1));
    loaded.change("UPDATE release_state_v0 SET \"release\" = 6");
    loaded.is_refused(&["Release 6", "was loaded by darkc and not by that Darklang"]);
}

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
fn one_difference_is_refused_and_named() {
    let water = "hash = (SELECT min(hash) FROM package_functions)";
    let cases = [
        (
            format!("UPDATE package_functions SET rt_instrs = x'00' WHERE {water}"),
            "is in package_functions, ",
        ),
        (
            format!("UPDATE package_functions SET description = 'other' WHERE {water}"),
            "is in package_functions, ",
        ),
        (format!("DELETE FROM package_functions WHERE {water}"), "is in package_functions, "),
        ("DELETE FROM package_types WHERE rowid = 1".to_owned(), "is in package_types, "),
        (
            "UPDATE package_values SET pt_def = x'00' WHERE hash = (SELECT min(hash) FROM package_values)"
                .to_owned(),
            "is in package_values, ",
        ),
        (
            "UPDATE package_values SET rt_dval = x'00' \
             WHERE hash = (SELECT min(hash) FROM package_values WHERE rt_dval IS NOT NULL)"
                .to_owned(),
            "which has another result; ",
        ),
        ("DELETE FROM locations WHERE rowid = 1".to_owned(), "the first difference to what it holds is in "),
        (
            "DELETE FROM package_ops WHERE rowid = 1".to_owned(),
            "the first difference to what it holds is in ",
        ),
        (
            "DELETE FROM package_dependencies WHERE rowid = 1".to_owned(),
            "the first difference to what it holds is in ",
        ),
    ];
    for (sql, difference) in cases {
        let parts = ["which is new to darkc", difference, "nothing was written", "`reload-packages` once"];
        Loaded::small().with(RELEASE).with(&sql).is_refused(&parts);
    }
    let loaded = Loaded::small().with(RELEASE);
    loaded.tree.write("darklang/new.dark", b"module Darklang.New\n\nlet f (x: Int64) : Int64 =\n  x\n");
    loaded.is_refused(&["Release 5", "the first difference to what it holds is in package_functions, "]);
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

#[test]
fn the_whole_set_is_proved_or_refused() {
    let Some(oracle) = common::oracle() else { return };
    let loaded = || Loaded::lived_in(&oracle, "loaded.db");
    Loaded::lived_in(&oracle, "lived-in.db").with(RELEASE).is_accepted();
    Loaded::lived_in(&oracle, "lived-in-2.db").with(SCHEMA).is_accepted();
    loaded().with(RELEASE).is_accepted();
    loaded().with(SCHEMA).with(UNRELATED).is_accepted();
    loaded()
        .with(RELEASE)
        .with("ALTER TABLE package_ops ADD COLUMN weather TEXT")
        .is_refused(&["package_ops has a column weather"]);
    let one = "UPDATE package_functions SET pt_def = substr(pt_def, 1, 20) WHERE rowid = 2000";
    loaded()
        .with(SCHEMA)
        .with(one)
        .is_refused(&["the first difference to what it holds is in package_functions, "]);
}
