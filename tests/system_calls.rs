//! How much a reload asks of the system: calls that reach files, syncs, and pages of the store that are written.
//!
//! The numbers are those of the package set in `examples/` on one thread. Unlike times they are the same on every
//! machine, so that a change which costs more is seen at once. One that costs less lowers the number here.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

use crate::common::Tree;
use crate::common::tracer::{self, Act, Call, End};

const STORE: &str = "store.db";
/// Nothing depends on the function with this text: its file, the text and what replaces it.
const LEAF: [&str; 3] = ["garden/bed.dark", "other == month", "month == other"];
/// A store is sealed when it has lain still for three seconds.
const QUIET: Duration = Duration::from_millis(3_100);
/// SQLite's default.
const PAGE: u64 = 4096;

/// What a run asked of the system.
#[derive(Debug, Default)]
struct Calls {
    all: usize,
    by_name: BTreeMap<&'static str, usize>,
    /// Pages of the store that were written, to the log or in place.
    pages: usize,
}

impl Calls {
    fn count(&self, names: &[&str]) -> usize {
        names.iter().filter_map(|name| self.by_name.get(name)).sum()
    }

    fn syncs(&self) -> usize {
        self.count(&["fsync", "fdatasync"])
    }
}

fn loaded() -> Tree {
    let tree = Tree::copy_of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/packages"));
    tree.reload(STORE, &[]).expect_code(0);
    tree
}

fn reload(tree: &Tree) -> Calls {
    let mut command = Command::new(env!("CARGO_BIN_EXE_darkc"));
    command.args(["reload", "--packages"]).arg(tree.packages()).arg("--db").arg(tree.beside(STORE));
    command.env("DARKC_THREADS", "1").env_remove("DARK_CONFIG_PACKAGES_SOURCE");
    // Cargo sets it, and the loader of programs looks into each folder of it.
    command.env_remove("LD_LIBRARY_PATH");
    let mut calls = Calls::default();
    let each = |call: &Call| {
        calls.all += 1;
        *calls.by_name.entry(call.name).or_default() += 1;
        calls.pages += usize::from(call.name == "pwrite64" && call.arguments[2] == PAGE);
        Act::Proceed
    };
    let run = tracer::run(&mut command, each).expect("a traced run");
    assert_eq!(run.end, End::Code(0), "{}", run.stderr);
    calls
}

fn log_length(tree: &Tree) -> u64 {
    fs::metadata(tree.beside("store.db-wal")).map_or(0, |log| log.len())
}

fn edit(tree: &Tree, round: usize) {
    let [path, old, new] = LEAF;
    let text = String::from_utf8(tree.read(path).expect("an example")).expect("UTF-8");
    let (from, to) = if round.is_multiple_of(2) { (old, new) } else { (new, old) };
    assert!(text.contains(from), "{from} is in {path}");
    tree.write(path, text.replace(from, to).as_bytes());
}

#[test]
fn nothing_changed_costs_the_look_at_the_sources() {
    let tree = loaded();
    let opened = reload(&tree);
    assert_eq!((opened.syncs(), opened.pages), (0, 0), "{opened:?}");
    // On a slow machine the store has lain still by now, and is sealed.
    assert!(opened.all <= 200, "with the store opened: {opened:?}");
    thread::sleep(QUIET);
    reload(&tree);
    let sealed = reload(&tree);
    assert_eq!(
        sealed.count(&["write", "pwrite64", "fsync", "fdatasync", "rename"]),
        1,
        "one line: {sealed:?}"
    );
    assert!(sealed.all <= 85, "with a seal that holds: {sealed:?}");
}

#[test]
fn an_edit_of_a_leaf_syncs_nothing_and_writes_few_pages() {
    let tree = loaded();
    edit(&tree, 0);
    let first = reload(&tree);
    assert!(first.syncs() <= 2, "the header of a new log and its folder: {first:?}");
    edit(&tree, 1);
    let next = reload(&tree);
    assert_eq!(next.syncs(), 0, "{next:?}");
    assert!(next.pages <= 36, "{next:?}");
    assert!(next.all <= 395, "{next:?}");
}

/// A log that has grown too long is moved into the store, and only then is the disk waited for.
#[test]
fn a_series_of_edits_waits_for_the_disk_now_and_then() {
    const EDITS: usize = 60;
    const LONGEST_LOG: u64 = 1 << 20;
    let tree = loaded();
    let (mut syncs, mut moved) = (0, 0);
    for round in 0..EDITS {
        edit(&tree, round);
        syncs += reload(&tree).syncs();
        let length = log_length(&tree);
        assert!(length <= LONGEST_LOG, "{length} bytes of log");
        moved += usize::from(length == 0);
    }
    assert!(moved > 0 && moved <= EDITS / 8, "the log was moved {moved} times");
    // Three when the log is moved, two when the next edit starts a new one.
    assert!(syncs <= 2 + 5 * moved, "{syncs} syncs, the log was moved {moved} times");
}
