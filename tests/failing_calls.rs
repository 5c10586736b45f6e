//! One call that fails, and the words for it: what failed, and what to do.

use std::path::Path;
use std::process::Command;

use crate::common::tracer::{self, Act, Call, End, Traced};
use crate::common::{Tree, summary};

const STORE: &str = "store.db";
const A: &str = "garden/a.dark";
const B: &str = "garden/b.dark";

fn sources() -> Tree {
    let tree = Tree::empty();
    for (path, name) in [(A, "A"), (B, "B")] {
        tree.write(path, format!("module Garden.{name}\n\nlet f (x: Int64) : Int64 =\n  x\n").as_bytes());
    }
    tree
}

fn edited() -> Tree {
    let tree = sources();
    tree.reload(STORE, &[]).expect_code(0);
    tree.write(A, b"module Garden.A\n\nlet f (x: Int64) : Int64 =\n  x + 1L\n");
    tree
}

/// A reload of which the calls fail that `fails` gives an error for.
fn reload(tree: &Tree, mut fails: impl FnMut(&Call) -> Option<i32>) -> Traced {
    let mut command = Command::new(env!("CARGO_BIN_EXE_darkc"));
    command.args(["reload", "--packages"]).arg(tree.packages()).arg("--db").arg(tree.beside(STORE));
    command.env("DARKC_THREADS", "1").env_remove("DARK_CONFIG_PACKAGES_SOURCE");
    tracer::run(&mut command, |call| fails(call).map_or(Act::Proceed, Act::Fail)).expect("a traced run")
}

#[track_caller]
fn says(run: &Traced, what: &str) {
    assert!(run.stderr.contains(what), "'{what}' is not in:\n{}", run.stderr);
}

/// Whether a call opens the file of this name.
fn opens(call: &Call, name: &str) -> bool {
    match call.name {
        "open" => call.text(0).ends_with(name),
        "openat" => call.text(1).ends_with(name),
        _ => false,
    }
}

/// Whether a call writes to a file whose name ends in this way.
fn writes(call: &Call, name: &str) -> bool {
    ["write", "pwrite64"].contains(&call.name)
        && call.file(0).is_some_and(|file| file.as_os_str().as_encoded_bytes().ends_with(name.as_bytes()))
}

#[test]
fn a_full_disk_is_called_one_whichever_file_it_meets() {
    // An edit writes to the log, a first load to the draft of the store.
    for name in ["-wal", "-shm", ".darkc-tmp"] {
        let tree = if name == ".darkc-tmp" { sources() } else { edited() };
        let mut failed = 0;
        let run = reload(&tree, |call| {
            let fails = writes(call, name);
            failed += usize::from(fails);
            fails.then_some(libc::ENOSPC)
        });
        assert!(failed > 0, "{name} is not written to");
        assert_eq!(run.end, End::Code(2), "{name}: {}", run.stderr);
        says(&run, "the disk is full; free some space and run again");
        assert_eq!(run.stderr.lines().count(), 1, "{name}: {}", run.stderr);
        let done = summary(&tree.reload(STORE, &[]).expect_code(0).stderr);
        assert!(done.changed == 1 || done.added == 2, "{name}: {done:?}");
        tree.reload(STORE, &["--verify"]).expect_code(0);
    }
}

/// Where not even a name has room, SQLite says no more than that it cannot open the file.
#[test]
fn a_log_that_cannot_be_made_is_reported_as_a_problem_of_the_disk() {
    let tree = edited();
    let run = reload(&tree, |call| opens(call, "store.db-wal").then_some(libc::ENOSPC));
    assert_eq!(run.end, End::Code(2), "{}", run.stderr);
    says(&run, "check the permissions of the file and of its folder, and that the disk is not full");
    assert_eq!(summary(&tree.reload(STORE, &[]).expect_code(0).stderr).changed, 1);
}

/// First when it is looked for, then when it is parsed.
#[test]
fn a_source_that_cannot_be_opened_is_an_error_in_the_sources_whenever_it_shows() {
    for at in [1, 2] {
        let tree = sources();
        let mut opened = 0;
        let run = reload(&tree, |call| {
            opened += usize::from(opens(call, "a.dark"));
            (opens(call, "a.dark") && opened >= at).then_some(libc::EACCES)
        });
        assert!(opened >= at, "opened {opened} times");
        assert_eq!(run.end, End::Code(1), "from the opening {at} on: {}", run.stderr);
        says(&run, "a.dark");
        says(&run, "it cannot be read: Permission denied (os error 13); make it readable or move it away");
        says(&run, "not reloaded: ");
    }
}

/// A source that is gone when it is parsed was never there.
#[test]
fn a_source_that_vanishes_is_looked_for_again() {
    let tree = sources();
    let mut opened = 0;
    let run = reload(&tree, |call| {
        if opens(call, "a.dark") {
            opened += 1;
            if opened == 2 {
                tree.remove(A);
            }
        }
        None
    });
    assert_eq!(run.end, End::Code(0), "{}", run.stderr);
    assert_eq!(summary(&run.stderr).files, 1, "{}", run.stderr);
}

/// The store is there and whole by then.
#[test]
fn a_folder_that_cannot_be_synced_is_a_warning() {
    let tree = sources();
    let folder = tree.beside("").canonicalize().expect("a folder");
    let is_sync = |call: &Call| call.name == "fsync" && call.file(0).as_deref() == Some(Path::new(&folder));
    let run = reload(&tree, |call| is_sync(call).then_some(libc::EIO));
    assert_eq!(run.end, End::Code(0), "{}", run.stderr);
    says(&run, "is whole, but the system did not confirm that its name is on the disk");
    assert_eq!(summary(&run.stderr).added, 2);
    tree.reload(STORE, &["--verify"]).expect_code(0);
}

/// What was written to a file without a name is lost, and the reload reports that.
#[test]
fn a_store_that_is_removed_during_a_reload_is_no_success() {
    let calls = reload(&edited(), |_| None).calls;
    let (mut made_anew, mut failed, mut too_late) = (0, 0, 0);
    // A sample, and each of the last calls, after some of which nobody looks at the store any more.
    for at in (0..calls).filter(|at| at % 3 == 0 || calls - at < 20) {
        let tree = edited();
        let store = tree.beside(STORE);
        let run = reload(&tree, |call| {
            if call.index == at {
                let _ = std::fs::remove_file(&store);
            }
            None
        });
        match (run.end, std::fs::metadata(&store).map_or(0, |file| file.len())) {
            (End::Code(0), 1..) => made_anew += 1,
            (End::Code(2), 0) => {
                says(&run, "run again");
                failed += 1;
            }
            // Nothing of the store is looked at any more.
            (End::Code(0), 0) => {
                too_late += 1;
                assert!(calls - at < 12, "call {at} of {calls}: success without a store");
            }
            (end, length) => panic!("call {at} of {calls}: {end:?}, {length} bytes; {}", run.stderr),
        }
    }
    println!("{calls} calls: {made_anew} times made anew, {failed} failures, {too_late} times too late");
    assert!(made_anew > 0 && failed > 0);
}
