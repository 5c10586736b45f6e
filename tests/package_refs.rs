//! `package-ref-hashes.txt` says after every reload what the store says.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::common::edits::Edit;
use crate::common::loader::{InProcess, Loader, ReloadOptions};
use crate::common::{self, Run, Tree};

const FOLDER: &str = "backend/src/LibExecution";
const STORE: &str = "store.db";

const REGISTRY: &str = r#"module Garden.PackageRefs
module Type =
  let private p modules name = fun () -> ""
  module Garden =
    let private p addl = p ("Garden" :: addl)
    let bed = p [] "Bed"
    let tool = p [ "Shed" ] "Tool"
module Fn =
  let private p modules name = fun () -> ""
  module Garden =
    let water = p [ "Garden" ] "water"
"#;
const BED: &str = "module Darklang.Garden\n\ntype Bed =\n  { length: Int64 }\n";
const WATER: &str = "module Darklang.Garden\n\nlet water (x: Int64) : Int64 =\n  x\n";

fn path(tree: &Tree, name: &str) -> PathBuf {
    tree.beside(FOLDER).join(name)
}

fn refs(tree: &Tree) -> Option<String> {
    fs::read_to_string(path(tree, "package-ref-hashes.txt")).ok()
}

fn write_refs(tree: &Tree, bytes: impl AsRef<[u8]>) {
    fs::write(path(tree, "package-ref-hashes.txt"), bytes).expect("a writable folder");
}

fn write_registry(tree: &Tree, text: &str) {
    fs::write(path(tree, "PackageRefs.fs"), text).expect("a writable folder");
}

fn checkout() -> Tree {
    let tree = Tree::empty();
    fs::create_dir_all(tree.beside(FOLDER)).expect("folders");
    write_registry(&tree, REGISTRY);
    tree.write("darklang/bed.dark", BED.as_bytes());
    tree.write("darklang/water.dark", WATER.as_bytes());
    tree
}

fn reload(tree: &Tree, arguments: &[&str]) -> Run {
    tree.reload(STORE, &[&["--stats"], arguments].concat()).expect_code(0)
}

fn items(tree: &Tree) -> BTreeSet<String> {
    common::item_lines(&tree.darkc("items", &[]).expect_code(0).stdout)
}

/// The file as Darklang's rule makes it, from lines of `kind TAB name TAB hash`, the keys and the file before.
fn generate(items: &BTreeSet<String>, keys: &BTreeSet<String>, before: &str) -> String {
    let mut live = BTreeMap::new();
    for line in items {
        let fields: Vec<&str> = line.split('\t').collect();
        if let Some(name) = fields[1].strip_prefix("Darklang.") {
            let space = if fields[0] == "type" { "type" } else { "fn" };
            live.insert(format!("{space}/{name}"), fields[2].to_owned());
        }
    }
    let old: BTreeMap<&str, &str> = before.lines().filter_map(|line| line.split_once('|')).collect();
    let keys: BTreeSet<&str> = keys.iter().map(String::as_str).chain(old.keys().copied()).collect();
    let line = |key: &str| {
        let hash = live.get(key).map(String::as_str).or_else(|| old.get(key).copied())?;
        Some(format!("{key}|{hash}\n"))
    };
    keys.into_iter().filter_map(line).collect()
}

fn garden_keys() -> BTreeSet<String> {
    ["type/Garden.Bed", "type/Garden.Shed.Tool", "fn/Garden.water"].map(str::to_owned).into()
}

#[test]
fn the_file_follows_the_store() {
    let tree = checkout();
    let run = reload(&tree, &[]);
    let first = refs(&tree).expect("a file");
    assert_eq!(first, generate(&items(&tree), &garden_keys(), ""));
    assert_eq!(first.lines().count(), 2);
    assert!(run.stderr.contains("package refs changed: 2\n"), "{}", run.stderr);
    let missing = "warning: 1 package references of F# name no item: type/Garden.Shed.Tool\n";
    assert!(run.stderr.contains(missing), "{}", run.stderr);

    // A name that another file starts to hold, one that changes, and one that goes, which keeps its hash.
    tree.write("darklang/tool.dark", b"module Darklang.Garden.Shed\n\ntype Tool =\n  | Rake\n");
    tree.write("darklang/water.dark", WATER.replace("  x\n", "  x + 1L\n").as_bytes());
    let run = reload(&tree, &[]);
    let second = refs(&tree).expect("a file");
    assert_eq!(second, generate(&items(&tree), &garden_keys(), &first));
    assert!(run.stderr.contains("package refs changed: 2\n"), "{}", run.stderr);
    tree.remove("darklang/bed.dark");
    reload(&tree, &[]);
    assert_eq!(refs(&tree).expect("a file"), second);

    // What changes no such item leaves the file alone.
    let written = || {
        fs::metadata(path(&tree, "package-ref-hashes.txt")).and_then(|file| file.modified()).expect("a time")
    };
    let before = written();
    tree.write("darklang/other.dark", b"module Darklang.Other\n\nlet f (x: Int64) : Int64 =\n  x\n");
    assert!(reload(&tree, &[]).stderr.contains("package refs changed: 0\n"));
    assert_eq!(written(), before);
}

#[test]
fn a_file_that_is_not_in_step_is_mended_by_a_reload_with_nothing_to_do() {
    let tree = checkout();
    reload(&tree, &[]);
    let good = refs(&tree).expect("a file");
    let stale = good.replacen(|digit: char| digit.is_ascii_digit(), "x", 1);
    let damages: [&dyn Fn(); 4] = [
        &|| fs::remove_file(path(&tree, "package-ref-hashes.txt")).expect("a file"),
        &|| write_refs(&tree, &stale),
        &|| write_refs(&tree, ""),
        // As it is left by a crash between the commit of the store and the writing of the file.
        &|| write_refs(&tree, good.lines().next().expect("a line")),
    ];
    for (index, damage) in damages.iter().enumerate() {
        damage();
        assert!(tree.reload(STORE, &["--verify"]).expect_code(1).stderr.contains("package-ref-hashes.txt, "));
        reload(&tree, &["--dry-run"]);
        assert_ne!(refs(&tree).as_ref(), Some(&good), "a dry run writes nothing ({index})");
        let run = reload(&tree, &[]);
        assert_eq!(refs(&tree).as_ref(), Some(&good), "damage {index}");
        assert!(run.stderr.contains("\nrows written: 0\n"), "{}", run.stderr);
        tree.reload(STORE, &["--verify"]).expect_code(0);
    }

    // A key that F# starts to register needs no change of a package.
    write_registry(&tree, &REGISTRY.replace("\"Tool\"", "\"Tool\"\n    let again = p [] \"water\""));
    let run = reload(&tree, &[]);
    assert!(
        run.stderr.contains("name no item: type/Garden.Shed.Tool, type/Garden.water\n"),
        "{}",
        run.stderr
    );
    tree.write("darklang/shed.dark", b"module Darklang.Garden.Shed\n\ntype Tool =\n  | Rake\n");
    reload(&tree, &[]);
    assert_eq!(refs(&tree).expect("a file").lines().count(), 3);
}

#[test]
fn a_sealed_store_still_notices() {
    let tree = checkout();
    let opened = || {
        let run = tree.reload(STORE, &["--timings"]).expect_code(0);
        run.stderr.lines().any(|line| line.starts_with("open "))
    };
    opened();
    for what in ["this one moves the log into the store", "this one leaves the seal"] {
        std::thread::sleep(std::time::Duration::from_millis(3_100));
        assert!(opened(), "{what}");
    }
    assert!(!opened(), "the seal holds");
    let good = refs(&tree).expect("a file");
    write_refs(&tree, good.replace("Bed", "Bad"));
    assert!(opened());
    assert!(refs(&tree).expect("a file").contains(good.lines().nth(1).expect("a line")));
    write_registry(&tree, &REGISTRY.replace("\"water\"", "\"wator\""));
    assert!(opened());
}

#[test]
fn the_file_is_where_the_user_says() {
    let tree = checkout();
    reload(&tree, &["--refs", "none"]);
    assert_eq!(refs(&tree), None);
    fs::create_dir(tree.beside("other")).expect("a folder");
    let elsewhere = tree.beside("other/refs.txt");
    fs::copy(path(&tree, "PackageRefs.fs"), tree.beside("other/PackageRefs.fs")).expect("a copy");
    let option = ["--refs", elsewhere.to_str().expect("a UTF-8 path")];
    fs::write(&elsewhere, "type/Garden.Bed|1\nfn/Old.one|2\n").expect("a file");
    reload(&tree, &option);
    let expected = generate(&items(&tree), &garden_keys(), "fn/Old.one|2");
    assert_eq!(fs::read_to_string(&elsewhere).expect("a file"), expected);
    assert!(expected.starts_with("fn/Garden.water|") && expected.contains("fn/Old.one|2\n"), "{expected}");
    reload(&tree, &[]);
    let good = refs(&tree).expect("a file");

    // While the other file is kept in step, this one is not, and the next reload without the option mends it.
    tree.write("darklang/water.dark", WATER.replace("  x\n", "  x + 1L\n").as_bytes());
    reload(&tree, &option);
    assert_eq!(refs(&tree).as_ref(), Some(&good));
    reload(&tree, &[]);
    assert_eq!(refs(&tree).expect("a file"), generate(&items(&tree), &garden_keys(), &good));
}

#[test]
fn no_checkout_has_no_file() {
    let tree = Tree::empty();
    tree.write("darklang/bed.dark", BED.as_bytes());
    reload(&tree, &[]);
    assert!(!tree.beside("backend").exists());
}

/// A part of the warning, and what makes the file.
type Damage<'d> = (&'static str, &'d dyn Fn(&Path));

#[test]
fn bad_files_are_a_warning_and_stay() {
    let huge =
        |path: &Path| fs::File::create(path).and_then(|file| file.set_len(1 << 30)).expect("a sparse file");
    let nonsense = b"# Garden\n\nAll about beds.\n";
    let files: [Damage<'_>; 4] = [
        ("is no list of package references", &|path| fs::write(path, nonsense).expect("a file")),
        ("is no list of package references", &|path| fs::write(path, b"\xff\xfe|\x00").expect("a file")),
        ("cannot be read and was left as it is", &|path| fs::create_dir(path).expect("a folder")),
        ("larger than 16 MB", &huge),
    ];
    for (warning, make) in files {
        let tree = checkout();
        let file = path(&tree, "package-ref-hashes.txt");
        make(&file);
        let length = fs::metadata(&file).expect("a file").len();
        for _ in 0..2 {
            let run = reload(&tree, &[]);
            assert!(run.stderr.contains(warning), "{warning} is not in {}", run.stderr);
            assert_eq!(fs::metadata(&file).expect("a file").len(), length);
        }
    }
    let registries: [Damage<'_>; 4] = [
        ("registers no package references", &|path| fs::write(path, b"let x = \"\xff").expect("a file")),
        ("registers no package references", &|path| fs::write(path, nonsense).expect("a file")),
        ("cannot be read", &|path| fs::create_dir(path).expect("a folder")),
        ("larger than 16 MB", &huge),
    ];
    for (warning, make) in registries {
        let tree = checkout();
        let registry = path(&tree, "PackageRefs.fs");
        fs::remove_file(&registry).expect("a file");
        make(&registry);
        let run = reload(&tree, &[]);
        assert!(run.stderr.contains(warning), "{warning} is not in {}", run.stderr);
        assert!(run.stderr.contains("197 package references of F# name no item: "), "{}", run.stderr);
        // Without a list of keys, those of the file are kept in step.
        write_refs(&tree, "type/Garden.Bed|0\ntype/Garden.Bed\n");
        let run = reload(&tree, &[]);
        assert!(
            run.stderr.contains("lines that are no `KEY|HASH` are left out (1 of them)"),
            "{}",
            run.stderr
        );
        assert_eq!(
            refs(&tree).expect("a file"),
            generate(&items(&tree), &BTreeSet::new(), "type/Garden.Bed|0")
        );
    }
}

#[test]
fn a_file_that_cannot_be_written_is_a_warning() {
    let tree = checkout();
    let option = tree.beside("no/such/refs.txt");
    let run = reload(&tree, &["--refs", option.to_str().expect("a UTF-8 path")]);
    assert!(
        run.stderr.contains("cannot be written, so Darklang looks items up by old hashes"),
        "{}",
        run.stderr
    );
}

/// Reloads, and compares the file with what the rule makes of the items that Darklang has after the edit.
fn follow(
    tree: &Tree,
    keys: &BTreeSet<String>,
    name: &str,
    items: &BTreeSet<String>,
    failures: &mut Vec<String>,
) {
    let before = refs(tree).unwrap_or_default();
    InProcess.reload(&tree.packages(), &tree.beside(STORE), ReloadOptions::default());
    let (found, expected) = (refs(tree).unwrap_or_default(), generate(items, keys, &before));
    if found != expected {
        let differs = found.lines().zip(expected.lines()).find(|(found, expected)| found != expected);
        failures.push(format!("{name}: {differs:?}"));
    }
}

/// The keys of Darklang, and a folder for the file. No source registers them here, so that darkc's own list counts.
fn real_keys(oracle: &Path, tree: &Tree) -> BTreeSet<String> {
    fs::create_dir_all(tree.beside(FOLDER)).expect("folders");
    let text = fs::read_to_string(oracle.join("package-ref-hashes.txt")).expect("the recorded file");
    text.lines().map(|line| line.split('|').next().expect("a key").to_owned()).collect()
}

#[test]
fn every_edit_leaves_darklangs_file() {
    let Some(oracle) = common::oracle() else { return };
    let items = common::read_items(&oracle.join("items.tsv"));
    let edits = Edit::all(&oracle.join("edits"));
    let halves: Vec<&[Edit]> = edits.chunks(edits.len().div_ceil(2).max(1)).collect();
    let failures = common::in_parallel(&halves, |edits| {
        let tree = Tree::copy_of(&oracle.join("packages"));
        let keys = real_keys(&oracle, &tree);
        let mut failures = Vec::new();
        follow(&tree, &keys, "the real set", &items, &mut failures);
        let recorded = fs::read_to_string(oracle.join("package-ref-hashes.txt")).expect("the recorded file");
        assert_eq!(refs(&tree), Some(recorded), "all 197 keys, byte for byte");
        for edit in *edits {
            let undo = edit.apply(&tree);
            // Where the load fails, nothing is written.
            let after = edit.expected_items(&items).unwrap_or_else(|| items.clone());
            follow(&tree, &keys, &edit.name, &after, &mut failures);
            undo.undo(&tree);
            follow(&tree, &keys, &format!("{} taken back", edit.name), &items, &mut failures);
        }
        failures
    });
    let failures = failures.concat();
    println!("{} of {} edits", edits.len() - failures.len().min(edits.len()), edits.len());
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_step_of_the_history_leaves_darklangs_file() {
    let Some(oracle) = common::oracle() else { return };
    let history = oracle.join("history");
    let tree = Tree::copy_of(&history.join("start"));
    let keys = real_keys(&oracle, &tree);
    let mut items = common::read_items(&history.join("start.tsv"));
    let mut failures = Vec::new();
    follow(&tree, &keys, "start", &items, &mut failures);
    let steps = Edit::all(&history);
    for step in &steps {
        step.apply(&tree);
        items = step.expected_items(&items).unwrap_or(items);
        follow(&tree, &keys, &step.name, &items, &mut failures);
    }
    println!("{} of {} steps of the history", steps.len() - failures.len().min(steps.len()), steps.len());
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
