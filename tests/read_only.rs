//! Where nothing can be written: checks work, and what cannot work says so once.

use std::process::Command;

use crate::common::Tree;
use crate::common::tracer::{self, Act, Call, End, Traced};

const STORE: &str = "store.db";

fn sources() -> Tree {
    let tree = Tree::empty();
    for file in ["a", "b"] {
        let source = format!("module Garden.M{file}\n\nlet f (x: Int64) : Int64 =\n  x\n");
        tree.write(&format!("garden/{file}.dark"), source.as_bytes());
    }
    tree
}

/// Whether a call would change a file system, other than by writing to what is open already.
fn writes(call: &Call) -> bool {
    const TO_WRITE: u64 = (libc::O_WRONLY | libc::O_RDWR | libc::O_CREAT | libc::O_TRUNC) as u64;
    match call.name {
        "open" => call.arguments[1] & TO_WRITE != 0 && call.text(0) != "/dev/null",
        "openat" => call.arguments[2] & TO_WRITE != 0 && call.text(1) != "/dev/null",
        "creat" | "rename" | "renameat" | "renameat2" | "unlink" | "unlinkat" | "link" | "linkat"
        | "symlink" | "mkdir" | "mkdirat" | "rmdir" | "chmod" | "truncate" => true,
        _ => false,
    }
}

/// Runs a command as if every file system were mounted for reading alone; also gives how often it tried to write.
fn on_read_only(tree: &Tree, arguments: &[&str]) -> (Traced, usize) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_darkc"));
    command.arg(arguments[0]).arg("--packages").arg(tree.packages()).args(&arguments[1..]);
    if ["reload", "status"].contains(&arguments[0]) {
        command.arg("--db").arg(tree.beside(STORE));
    }
    command.env_remove("DARK_CONFIG_PACKAGES_SOURCE");
    let mut tried = 0;
    let each = |call: &Call| {
        if !writes(call) {
            return Act::Proceed;
        }
        tried += 1;
        Act::Fail(libc::EROFS)
    };
    (tracer::run(&mut command, each).expect("a traced run"), tried)
}

#[test]
fn what_only_looks_does_not_even_try_to_write() {
    let tree = sources();
    tree.reload(STORE, &[]).expect_code(0);
    for arguments in [
        &["reload", "--dry-run"][..],
        &["reload", "--verify"],
        &["reload", "--dry-run", "--full"],
        &["build", "--check"],
        &["items"],
        &["status"],
        &["clean", "--dry-run"],
    ] {
        let (run, tried) = on_read_only(&tree, arguments);
        assert_eq!((run.end, tried), (End::Code(0), 0), "{arguments:?}: {}", run.stderr);
    }
    tree.write("garden/a.dark", b"module Garden.Ma\n\nlet f (x: Int64) : Int64 =\n  x + 1L\n");
    let (run, tried) = on_read_only(&tree, &["reload", "--dry-run"]);
    assert_eq!((run.end, tried), (End::Code(0), 0), "{}", run.stderr);
    let (run, tried) = on_read_only(&tree, &["reload", "--verify"]);
    assert_eq!((run.end, tried), (End::Code(1), 0), "{}", run.stderr);
}

#[test]
fn sidecars_that_cannot_be_written_are_reported_in_one_line() {
    let tree = sources();
    let (run, tried) = on_read_only(&tree, &["build"]);
    assert_eq!(run.end, End::Code(1), "{}", run.stderr);
    assert!(tried >= 2);
    assert!(run.stderr.starts_with("warning: 2 sidecars were not written; the first, of "), "{}", run.stderr);
    assert_eq!(run.stderr.lines().count(), 2, "{}", run.stderr);
}

#[test]
fn a_store_that_cannot_be_written_is_named_with_what_to_do() {
    let tree = sources();
    let (run, _) = on_read_only(&tree, &["reload"]);
    assert_eq!(run.end, End::Code(2), "{}", run.stderr);
    assert!(run.stderr.contains("cannot write ") && run.stderr.contains("permissions"), "{}", run.stderr);
    tree.reload(STORE, &[]).expect_code(0);
    tree.write("garden/a.dark", b"module Garden.Ma\n\nlet f (x: Int64) : Int64 =\n  x + 1L\n");
    let (run, _) = on_read_only(&tree, &["reload"]);
    assert_eq!(run.end, End::Code(2), "{}", run.stderr);
    assert!(run.stderr.contains("check the permissions"), "{}", run.stderr);
}

/// What a small edit left in the log is seen where nothing can be written, and the log stays as it is.
#[test]
fn a_log_that_was_left_is_read_where_nothing_can_be_written() {
    let tree = sources();
    tree.reload(STORE, &[]).expect_code(0);
    tree.write("garden/a.dark", b"module Garden.Ma\n\nlet f (x: Int64) : Int64 =\n  x + 1L\n");
    tree.reload(STORE, &[]).expect_code(0);
    let log = || std::fs::read(tree.beside("store.db-wal")).expect("a log");
    let before = log();
    assert!(!before.is_empty());
    for (mode, stands_for) in [("--dry-run", "would reload: "), ("--verify", "verified: ")] {
        let (run, _) = on_read_only(&tree, &["reload", mode]);
        assert_eq!(run.end, End::Code(0), "{mode}: {}", run.stderr);
        assert!(run.stderr.contains(stands_for), "{}", run.stderr);
        assert!(run.stderr.contains("(0 added, 0 changed, 0 removed)"), "{mode}: {}", run.stderr);
        assert!(log() == before, "{mode} has changed the log");
    }
}
