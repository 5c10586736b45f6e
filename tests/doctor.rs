//! `darkc doctor`: each precondition, and what to do where it does not hold.

use std::fs;
use std::process::{Command, Stdio};

use serde_json::Value;
use snapbox::{assert_data_eq, str};
use tempfile::TempDir;

use crate::common::git::Repository;
use crate::common::{Run, darkc_in};

const BED: &str = "module Garden.Bed\n\nlet dig (depth: Int64) : Int64 =\n  depth\n";
const UTF8: [(&str, &str); 2] = [("LC_ALL", "C.UTF-8"), ("TERM", "xterm")];

/// A repository whose packages are loaded and whose sidecars are ignored.
fn home(root: &TempDir) -> Repository {
    let home = Repository::init(root.path().join("home"));
    home.write("packages/garden/bed.dark", BED);
    home.write(".gitignore", "*.darkc\nrundir\n");
    home.commit("first");
    darkc_in(&home.0, &["reload"], &[]).expect_code(0);
    home
}

fn doctor(home: &Repository) -> Run {
    darkc_in(&home.0, &["doctor"], &UTF8)
}

/// The line about a precondition, and the fix below it.
#[track_caller]
fn line_of<'r>(run: &'r Run, name: &str) -> (&'r str, Option<&'r str>) {
    let mut lines = run.stdout.lines();
    let line = lines.find(|line| line[line.find(' ').unwrap_or(0)..].starts_with(&format!(" {name}: ")));
    let line = line.unwrap_or_else(|| panic!("nothing about {name}:\n{}", run.stdout));
    (line, lines.next().and_then(|line| line.strip_prefix("    fix: ")))
}

#[test]
fn where_all_is_well_nothing_is_to_be_done() {
    let root = TempDir::new().expect("a folder");
    let home = home(&root);
    let run = doctor(&home).expect_code(0);
    assert_data_eq!(
        run.stdout,
        str![[r#"
✓ packages: packages (1 source in 1 folder)
✓ store: [..]/rundir/data.db can be written
✓ Release: Release 4, schema 4F45E582, which this darkc is made for
✓ file system: the store is on a disk of this machine
✓ SQLite: 3.[..]
✓ sidecars: git ignores them
– hook: none of darkc's is installed; `darkc hook install` does that
– refs file: there is none: the packages are in no checkout of Darklang
✓ clock: [..] UTC
– built-ins: the packages are in no checkout of Darklang; the compiled list counts
✓ disk space: [..] GB are free beside the store

"#]]
    );
    darkc_in(&home.0, &["hook", "install"], &[]).expect_code(0);
    let run = doctor(&home).expect_code(0);
    assert!(line_of(&run, "hook").0.starts_with("✓ hook: "), "{}", run.stdout);
    assert!(home.is_clean(), "nothing is left behind");
}

#[test]
fn what_does_not_hold_comes_with_its_fix() {
    let root = TempDir::new().expect("a folder");
    let home = home(&root);
    fs::remove_file(home.0.join(".gitignore")).expect("a file");
    let run = doctor(&home).expect_code(1);
    let (line, fix) = line_of(&run, "sidecars");
    assert_eq!(line, "✗ sidecars: they are neither ignored nor committed");
    assert!(fix.is_some_and(|fix| fix.starts_with("echo '*.darkc' >> .gitignore")), "{fix:?}");

    home.git(&["add", "-f", "packages/garden/bed.darkc"]);
    assert_eq!(line_of(&doctor(&home), "sidecars").0, "✓ sidecars: 1 are committed, one for each source");
    home.write("packages/garden/new.dark", "module Garden.New\n\nlet n (x: Int64) : Int64 =\n  x\n");
    home.git(&["add", "packages/garden/new.dark"]);
    let run = doctor(&home).expect_code(1);
    let found = "✗ sidecars: 1 are committed, 1 are missing and 0 have no source";
    assert_eq!(line_of(&run, "sidecars"), (found, Some("darkc build --staged")));

    darkc_in(&home.0, &["hook", "install"], &[]).expect_code(0);
    let hook = home.0.join(".git/hooks/pre-commit");
    fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o644)).expect("permissions");
    let run = doctor(&home).expect_code(1);
    let (line, fix) = line_of(&run, "hook");
    assert!(line.starts_with("✗ hook: ") && fix.is_some_and(|fix| fix.starts_with("chmod +x ")), "{line}");

    fs::write(home.0.join("rundir/data.db"), "no database at all, and longer than a header is")
        .expect("a file");
    let run = doctor(&home).expect_code(1);
    let (line, fix) = line_of(&run, "Release");
    assert!(line.contains("is no Darklang package store"), "{line}");
    assert!(fix.is_some_and(|fix| fix.starts_with("give another --db")), "{fix:?}");
}

#[test]
fn a_file_of_references_that_is_behind_is_named() {
    let root = TempDir::new().expect("a folder");
    let home = home(&root);
    home.write("backend/src/LibExecution/PackageRefs.fs", "");
    let run = doctor(&home).expect_code(1);
    let (line, fix) = line_of(&run, "refs file");
    assert!(line.ends_with("package-ref-hashes.txt is missing"), "{line}");
    assert_eq!(fix, Some("darkc reload"));
    darkc_in(&home.0, &["reload"], &[]).expect_code(0);
    let run = doctor(&home);
    assert!(line_of(&run, "refs file").0.ends_with("is in step with the store"), "{}", run.stdout);
}

#[test]
fn a_store_of_the_future_is_the_clocks_fault() {
    let root = TempDir::new().expect("a folder");
    let home = home(&root);
    let store = rusqlite::Connection::open(home.0.join("rundir/data.db")).expect("a store");
    let future = "UPDATE package_ops SET origin_ts = '2999-01-01T00:00:00.000Z'";
    assert!(store.execute(future, []).expect("valid SQL") > 0);
    drop(store);
    let run = doctor(&home).expect_code(1);
    let (line, fix) = line_of(&run, "clock");
    assert!(line.contains("the newest op of the store is of 2999-01-01 00:00:00 UTC"), "{line}");
    assert!(fix.is_some_and(|fix| fix.starts_with("set the clock")), "{fix:?}");
}

#[test]
fn a_terminal_without_unicode_gets_words() {
    let root = TempDir::new().expect("a folder");
    let home = home(&root);
    for environment in [[("LC_ALL", "C"), ("TERM", "xterm")], [("LC_ALL", "C.UTF-8"), ("TERM", "dumb")]] {
        let run = darkc_in(&home.0, &["doctor"], &environment).expect_code(0);
        assert!(run.stdout.is_ascii() && run.stdout.starts_with("ok   packages: "), "{}", run.stdout);
        assert!(run.stdout.contains("\n-    hook: "), "{}", run.stdout);
    }
}

#[test]
fn a_bug_report_has_one_object() {
    let root = TempDir::new().expect("a folder");
    let home = home(&root);
    let json = |arguments: &[&str]| -> Value {
        let run = darkc_in(&home.0, arguments, &[]).expect_code(0);
        assert_eq!(run.stderr, "");
        serde_json::from_str(&run.stdout).expect("JSON")
    };
    let mut one = json(&["doctor", "--json"]);
    let mut other = json(&["doctor", "--format", "json"]);
    for found in [&mut one, &mut other] {
        // The time, and the room on the disk, are of the moment.
        for check in found["checks"].as_array_mut().expect("checks") {
            check["found"].take();
        }
    }
    assert_eq!(one, other);
    assert_eq!((&one["version"], &one["healthy"]), (&1.into(), &true.into()));
    let names: Vec<&str> =
        one["checks"].as_array().expect("checks").iter().filter_map(|check| check["name"].as_str()).collect();
    assert_eq!(
        names,
        [
            "packages",
            "store",
            "Release",
            "file system",
            "SQLite",
            "sidecars",
            "hook",
            "refs file",
            "clock",
            "built-ins",
            "disk space"
        ]
    );
}

#[test]
fn without_packages_the_rest_is_told() {
    let folder = TempDir::new().expect("a folder");
    let run = darkc_in(folder.path(), &["doctor"], &UTF8).expect_code(1);
    let (line, fix) = line_of(&run, "packages");
    assert!(line.starts_with("✗ packages: there is no folder `packages` in "), "{line}");
    assert_eq!(fix, Some("give one with --packages DIR"));
    assert!(line_of(&run, "SQLite").0.starts_with("✓ SQLite: 3."), "{}", run.stdout);
}

/// A terminal of twenty columns changes the help alone, and a reader that has gone away is no error.
#[test]
fn narrow_terminals_and_closed_pipes_change_nothing() {
    let root = TempDir::new().expect("a folder");
    let home = home(&root);
    for command in ["status", "doctor"] {
        let narrow = darkc_in(&home.0, &[command], &[("COLUMNS", "20")]).expect_code(0);
        assert!(narrow.stdout.lines().any(|line| line.len() > 20), "{}", narrow.stdout);
        let mut run = Command::new(env!("CARGO_BIN_EXE_darkc"))
            .arg(command)
            .current_dir(&home.0)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("darkc starts");
        drop(run.stdout.take());
        let output = run.wait_with_output().expect("an end");
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(output.stderr.is_empty());
    }
}
