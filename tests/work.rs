//! The cost of a reload follows the edit: what is read again, hashed again and written again.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use crate::common::{self, Summary, Tree, compare, counters, summary};

/// The real package set with a small file of our own, loaded once.
struct Loaded {
    tree: Tree,
    items: u64,
}

const FILES: u64 = 450;
const PATH: &str = "darklang/workTest.dark";
const SOURCE: &str = "module Darklang.WorkTest

let leaf (x: Int64) : Int64 =
  x + 1L

let middle (x: Int64) : Int64 =
  leaf (leaf x)

let top (x: Int64) : Int64 =
  middle x

let bystander (x: Int64) : Int64 =
  x + 3L
";

impl Loaded {
    fn new() -> Option<Loaded> {
        let oracle = common::oracle()?;
        let tree = Tree::copy_of(&oracle.join("packages"));
        tree.write(PATH, SOURCE.as_bytes());
        let run = tree.reload("store.db", &[]).expect_code(0);
        let first = summary(&run.stderr);
        assert_eq!((first.files, first.hit, first.parsed, first.failed), (FILES, 0, FILES, 0));
        assert_eq!((first.items, first.added), (5821, 5821));
        Some(Loaded { tree, items: first.items })
    }

    /// Replaces text in the file, reloads, and gives the counters back.
    #[track_caller]
    fn edit(&self, old: &str, new: &str, changed: u64) -> Counters {
        let text = String::from_utf8(self.tree.read(PATH).expect("our file")).expect("UTF-8");
        assert!(text.contains(old), "{old} is in the file");
        self.tree.write(PATH, text.replace(old, new).as_bytes());
        let run = self.tree.reload("store.db", &["--stats"]).expect_code(0);
        let expected = Summary {
            files: FILES,
            hit: FILES - 1,
            parsed: 1,
            failed: 0,
            items: self.items,
            added: 0,
            changed,
            removed: 0,
        };
        assert_eq!(summary(&run.stderr), expected);
        Counters(counters(&run.stderr))
    }

    /// The database and its log, byte for byte.
    fn bytes(&self) -> (Vec<u8>, Option<Vec<u8>>) {
        let database = self.tree.beside("store.db");
        let log = PathBuf::from(format!("{}-wal", database.display()));
        (fs::read(database).expect("a database"), fs::read(log).ok().filter(|bytes| !bytes.is_empty()))
    }

    /// The rows of the functions: hash to everything that a source decides.
    fn functions(&self) -> BTreeMap<String, (Vec<u8>, Vec<u8>, String)> {
        let store = compare::open(&self.tree.beside("store.db"));
        let mut statement = store
            .prepare("SELECT hash, pt_def, rt_instrs, description FROM package_functions")
            .expect("functions");
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, (row.get(1)?, row.get(2)?, row.get(3)?)));
        statement.query_map([], read).expect("rows").map(|row| row.expect("a row")).collect()
    }

    fn hash_of(&self, name: &str) -> String {
        let store = compare::open(&self.tree.beside("store.db"));
        let sql = "SELECT item_hash FROM locations WHERE owner = 'Darklang' AND modules = 'WorkTest'
                   AND name = ?1 AND unlisted_at IS NULL";
        store.query_row(sql, [name], |row| row.get(0)).expect("a live name")
    }
}

struct Counters(BTreeMap<String, u64>);

impl Counters {
    #[track_caller]
    fn get(&self, name: &str) -> u64 {
        *self.0.get(name).unwrap_or_else(|| panic!("--stats does not print '{name}': {:?}", self.0))
    }
}

#[test]
fn nothing_to_do_writes_nothing() {
    let Some(loaded) = Loaded::new() else { return };
    let (sidecars, bytes) = (loaded.tree.sidecars(), loaded.bytes());
    assert_eq!(sidecars.len() as u64, FILES);
    let run = loaded.tree.reload("store.db", &["--stats"]).expect_code(0);
    let items = loaded.items;
    let idle =
        Summary { files: FILES, hit: FILES, parsed: 0, failed: 0, items, added: 0, changed: 0, removed: 0 };
    assert_eq!(summary(&run.stderr), idle);
    let counters = Counters(counters(&run.stderr));
    for name in ["files parsed", "sidecars written", "items hashed", "rows written", "own rows written"] {
        assert_eq!(counters.get(name), 0, "{name}");
    }
    assert!(loaded.bytes() == bytes, "the database has changed");

    // The full comparison comes to the same end as the shortcut.
    let run = loaded.tree.reload("store.db", &["--full"]).expect_code(0);
    assert_eq!(summary(&run.stderr), idle);
    assert!(loaded.bytes() == bytes, "the database has changed");

    loaded.tree.darkc("build", &[]).expect_code(0);
    loaded.tree.darkc("build", &["--check"]).expect_code(0);
    assert!(loaded.tree.sidecars() == sidecars, "a sidecar has new bytes or a new time");
}

/// Sources that are only touched are the same sources.
#[test]
fn times_do_not_matter() {
    let Some(loaded) = Loaded::new() else { return };
    let (sidecars, bytes) = (loaded.tree.sidecars(), loaded.bytes());
    loaded.tree.write(PATH, SOURCE.as_bytes());
    let run = loaded.tree.reload("store.db", &[]).expect_code(0);
    let summary = summary(&run.stderr);
    assert_eq!((summary.hit, summary.parsed, summary.changed), (FILES, 0, 0));
    assert!(loaded.tree.sidecars() == sidecars, "a sidecar has new bytes or a new time");
    assert!(loaded.bytes() == bytes, "the database has changed");
}

#[test]
fn an_edit_costs_its_cone() {
    let Some(loaded) = Loaded::new() else { return };

    let work = loaded.edit("module Darklang.WorkTest\n", "module Darklang.WorkTest\n// a remark\n", 0);
    assert_eq!(work.get("files parsed"), 1);
    assert_eq!(work.get("sidecars written"), 1);
    assert_eq!(work.get("items hashed"), 0, "a comment reaches no hash");
    assert_eq!(work.get("rows written"), 0, "a comment reaches no row of Darklang's");
    assert!(work.get("own rows written") <= 1);

    // A function that nothing depends on.
    let before = loaded.functions();
    let work = loaded.edit("x + 3L", "x + 4L", 1);
    assert_eq!((work.get("items hashed"), work.get("items compiled")), (1, 1));
    let after = loaded.functions();
    assert_eq!(differing(&before, &after), 2, "one row goes and one comes");

    // `leaf`, then `middle`, then `top`; each once.
    let work = loaded.edit("x + 1L", "x + 2L", 3);
    assert_eq!((work.get("items hashed"), work.get("items compiled")), (3, 3));
    assert_eq!(work.get("files parsed"), 1);
}

#[test]
fn a_description_reaches_its_row_alone() {
    let Some(loaded) = Loaded::new() else { return };
    let before = loaded.functions();
    let hash = loaded.hash_of("leaf");
    let work = loaded.edit("let leaf", "/// Adds one\nlet leaf", 1);
    assert_eq!(loaded.hash_of("leaf"), hash, "a description is not in the hash");
    assert!(work.get("items hashed") <= 1, "its dependents keep their hashes");
    let after = loaded.functions();
    assert_eq!(before.keys().collect::<BTreeSet<_>>(), after.keys().collect::<BTreeSet<_>>());
    let changed: Vec<&String> = after.keys().filter(|hash| before[*hash] != after[*hash]).collect();
    assert_eq!(changed, [&hash], "exactly its row");
    assert_eq!(after[&hash].2, "Adds one");
}

/// How many rows are in one of the two only, or differ.
fn differing<K: Ord, V: PartialEq>(before: &BTreeMap<K, V>, after: &BTreeMap<K, V>) -> usize {
    let gone = before.iter().filter(|(key, value)| after.get(key) != Some(value)).count();
    gone + after.keys().filter(|key| !before.contains_key(key)).count()
}
