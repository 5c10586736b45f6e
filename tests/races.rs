//! Reloads, builds and cleans that race with an editor, a reader and another writer: each of them ends well, and
//! the store is in the end what a fresh load makes.
//!
//! `DARKC_RACE_SECONDS` says for how long, 10 by default.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::common::compare::{self, Profile};
use crate::common::invariants::Fresh;
use crate::common::loader::InProcess;
use crate::common::random::Random;
use crate::common::{self, Tree, darkc};

const STORE: &str = "store.db";
const SECONDS: usize = 10;
const FILES: usize = 12;
const RELOADS: usize = 4;

fn path(file: usize) -> String {
    format!("garden/f{file}.dark")
}

/// One of many contents of a file; each refers to the file before.
fn content(file: usize, version: usize) -> String {
    let body = match file {
        0 => format!("x + {version}L"),
        _ => format!("Garden.F{}.f (x + {version}L)", file - 1),
    };
    format!(
        "module Garden.F{file}\n\nlet f (x: Int64) : Int64 =\n  {body}\n\nlet g{} (x: Int64) : Int64 =\n  f x\n",
        version % 3
    )
}

/// As editors save: a new file that takes the place of the old one.
fn save(tree: &Tree, file: usize, version: usize) {
    let target = tree.packages().join(path(file));
    let new = target.with_extension("new");
    fs::write(&new, content(file, version)).and_then(|()| fs::rename(&new, &target)).expect("a saved file");
}

/// What a racer did, by exit code.
#[derive(Default)]
struct Ends(Mutex<BTreeMap<(String, i32), usize>>);

impl Ends {
    fn note(&self, tree: &Tree, command: &[&str]) {
        let packages = tree.packages();
        let mut arguments = vec![command[0], "--packages", packages.to_str().expect("text")];
        arguments.extend(&command[1..]);
        let run = darkc(&arguments, &[]);
        assert_eq!(run.code, 0, "darkc {command:?}: {}", run.stderr);
        *self
            .0
            .lock()
            .expect("no racer panics here")
            .entry((command[0].to_owned(), run.code))
            .or_default() += 1;
    }
}

/// Reads in one transaction: every name must lead to a row, whatever is written meanwhile.
fn read(store: &Path) {
    let dangling = "SELECT count(*) FROM locations l WHERE unlisted_at IS NULL AND NOT EXISTS \
         (SELECT 1 FROM package_functions WHERE hash = l.item_hash)";
    let connection = Connection::open(store).expect("a store");
    connection.busy_timeout(Duration::from_secs(10)).expect("a timeout");
    let dangling: i64 = connection.query_row(dangling, [], |row| row.get(0)).expect("a read");
    assert_eq!(dangling, 0, "names without a row");
}

#[test]
fn runs_that_race_end_well() {
    let tree = Tree::empty();
    fs::create_dir_all(tree.packages().join("garden")).expect("a folder");
    (0..FILES).for_each(|file| save(&tree, file, 0));
    tree.reload(STORE, &[]).expect_code(0);
    let store = tree.beside(STORE);
    let text = store.to_str().expect("text");
    let connection = Connection::open(&store).expect("a store");
    connection.execute_batch("CREATE TABLE theirs (x INTEGER PRIMARY KEY)").expect("a table");
    drop(connection);

    let stop = AtomicBool::new(false);
    let ends = Ends::default();
    let (edits, reads, inserts) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    let until =
        Instant::now() + Duration::from_secs(common::number_from_env("DARKC_RACE_SECONDS", SECONDS) as u64);
    // A racer that panics must not leave the others racing for ever.
    let running = || Instant::now() < until && !stop.load(Ordering::Relaxed);
    std::thread::scope(|scope| {
        for _ in 0..RELOADS {
            scope.spawn(|| {
                while running() {
                    ends.note(&tree, &["reload", "--db", text])
                }
            });
        }
        scope.spawn(|| {
            while running() {
                ends.note(&tree, &["build"])
            }
        });
        scope.spawn(|| {
            while running() {
                ends.note(&tree, &["clean"])
            }
        });
        scope.spawn(|| {
            let mut random = Random::new(7);
            while running() {
                let file = random.below(FILES);
                let version = edits.fetch_add(1, Ordering::Relaxed) + 1;
                save(&tree, file, version);
                std::thread::sleep(Duration::from_millis(random.below(60) as u64));
            }
        });
        scope.spawn(|| {
            while running() {
                read(&store);
                reads.fetch_add(1, Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(20));
            }
        });
        scope.spawn(|| {
            let connection = Connection::open(&store).expect("a store");
            connection.busy_timeout(Duration::from_secs(10)).expect("a timeout");
            while running() {
                connection
                    .execute_batch("BEGIN IMMEDIATE; INSERT INTO theirs (x) VALUES (NULL);")
                    .expect("a row");
                std::thread::sleep(Duration::from_millis(30));
                connection.execute_batch("COMMIT").expect("a commit");
                inserts.fetch_add(1, Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(50));
            }
        });
    });

    tree.reload(STORE, &[]).expect_code(0);
    let fresh = Fresh::of(&InProcess, &tree);
    let found = compare::open(&store);
    let difference = compare::compare(&compare::open(&fresh.database()), &found, Profile::Fresh);
    assert_eq!(difference.map(|difference| difference.to_string()), None);
    let rows: usize = found.query_row("SELECT count(*) FROM theirs", [], |row| row.get(0)).expect("a count");
    let (edits, reads, inserts) = (edits.into_inner(), reads.into_inner(), inserts.into_inner());
    assert_eq!(rows, inserts, "no row of the other writer is lost");
    let ends = ends.0.into_inner().expect("no racer panics here");
    println!("{ends:?}, {edits} edits, {reads} reads, {inserts} rows of another writer");
    tree.reload(STORE, &["--verify"]).expect_code(0);
    let leftovers: Vec<String> = common::files_below(&tree.packages())
        .into_iter()
        .filter(|path| !path.ends_with(".dark") && !path.ends_with(".darkc"))
        .collect();
    assert_eq!(leftovers, [""; 0]);
}
