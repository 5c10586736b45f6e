//! What each command and option does, as scripts see it: exit codes, lines, and what is left on disk.

use std::fs;

use darkc::internals::load::TOOL_DIGEST;
use darkc_cache_format::{SourceHash, encode, model::UnlinkedFile};

use crate::common::{Run, Tree, compare, files_below, summary};

const BED: &str = "garden/bed.dark";
const PATH: &str = "garden/path.dark";
const STORE: &str = "store.db";

/// The examples, loaded.
fn loaded() -> Tree {
    let tree = Tree::examples();
    tree.reload(STORE, &[]).expect_code(0);
    tree
}

fn edit(tree: &Tree, path: &str, old: &str, new: &str) {
    let text = String::from_utf8(tree.read(path).expect("a file")).expect("UTF-8");
    assert!(text.contains(old), "{old} is in {path}");
    tree.write(path, text.replace(old, new).as_bytes());
}

fn execute(tree: &Tree, sql: &str) {
    let store = rusqlite::Connection::open(tree.beside(STORE)).expect("a store");
    assert_eq!(store.execute(sql, []).expect("valid SQL"), 1, "one row: {sql}");
}

#[track_caller]
fn says(text: &str, line: &str) {
    assert!(text.lines().any(|found| found.starts_with(line)), "no line starts with '{line}' in:\n{text}");
}

fn lines(run: &Run) -> Vec<&str> {
    run.stdout.lines().collect()
}

#[test]
fn a_dry_run_lists_everything_and_makes_nothing() {
    let tree = Tree::examples();
    let before = files_below(&tree.packages());
    let run = tree.reload(STORE, &["--dry-run"]).expect_code(0);
    assert_eq!(run.stdout.lines().count(), 46);
    assert!(run.stdout.lines().all(|line| line.starts_with("+ ")), "{}", run.stdout);
    says(&run.stderr, "would reload: 9 files (0 hit, 9 parsed, 0 failed), 46 items (46 added, ");
    assert_eq!(files_below(&tree.packages()), before, "no sidecar is written");
    assert!(!tree.beside(STORE).exists());
}

#[test]
fn a_dry_run_tells_the_four_kinds_of_change() {
    let tree = loaded();
    edit(&tree, BED, "/// Litres a week for the whole bed", "/// Litres a week");
    edit(&tree, BED, "let ripe (", "let ready (");
    edit(&tree, BED, "plants = [] }", "plants = [ Plant.fern ] }");
    let store = fs::read(tree.beside(STORE)).expect("a store");
    let run = tree.reload(STORE, &["--dry-run"]).expect_code(0);
    let expected = [
        "~ fn Garden.Bed.dig",
        "+ fn Garden.Bed.ready",
        "- fn Garden.Bed.ripe",
        ". fn Garden.Bed.water",
        // These mention `dig`, so their hashes follow its.
        "~ fn Garden.Season.demo",
        "~ fn Garden.Season.report",
    ];
    assert_eq!(lines(&run), expected);
    says(
        &run.stderr,
        "would reload: 9 files (8 hit, 1 parsed, 0 failed), 46 items (1 added, 4 changed, 1 re",
    );
    assert!(fs::read(tree.beside(STORE)).expect("a store") == store, "nothing is written");
    let run = tree.reload(STORE, &[]).expect_code(0);
    let done = summary(&run.stderr);
    assert_eq!((done.added, done.changed, done.removed), (1, 4, 1), "what was said is what is done");
}

#[test]
fn a_sound_store_is_verified() {
    let tree = loaded();
    let run = tree.reload(STORE, &["--verify"]).expect_code(0);
    says(
        &run.stderr,
        "verified: 9 files (0 hit, 9 parsed, 0 failed), 46 items (0 added, 0 changed, 0 removed), ",
    );
    assert!(run.stderr.trim_end().ends_with("no difference"), "{}", run.stderr);
}

/// Damages one row, and expects it to be named by `--verify`, left by it, and mended by a reload.
#[track_caller]
fn is_found_and_mended(sql: &str, difference: &str) {
    let (tree, sound) = (loaded(), loaded());
    execute(&tree, sql);
    for _ in 0..2 {
        let run = tree.reload(STORE, &["--verify"]).expect_code(1);
        says(&run.stderr, &format!("difference: {difference}"));
        says(&run.stderr, "not verified: ");
    }
    tree.reload(STORE, &[]).expect_code(0);
    tree.reload(STORE, &["--verify"]).expect_code(0);
    let (mended, sound) = (compare::open(&tree.beside(STORE)), compare::open(&sound.beside(STORE)));
    assert_eq!(
        compare::compare(&mended, &sound, compare::Profile::Fresh).map(|found| found.to_string()),
        None
    );
}

#[test]
fn a_changed_row_is_named() {
    let one = "hash = (SELECT item_hash FROM locations WHERE modules = 'Bed' AND name = 'water')";
    is_found_and_mended(
        &format!("UPDATE package_functions SET rt_instrs = x'00' WHERE {one}"),
        "package_functions, ",
    );
}

#[test]
fn a_missing_name_is_named() {
    is_found_and_mended(
        "DELETE FROM locations WHERE owner = 'Garden' AND modules = 'Bed' AND name = 'water'",
        "locations, Garden.Bed.water",
    );
}

#[test]
fn a_sidecar_that_says_something_else_is_named() {
    let tree = loaded();
    let source = SourceHash::of(&tree.read(BED).expect("a source"));
    let empty = UnlinkedFile { items: &[] };
    tree.write("garden/bed.darkc", &encode(&empty, TOOL_DIGEST, source).bytes);
    let run = tree.reload(STORE, &["--verify"]).expect_code(1);
    assert!(run.stderr.contains("difference: the sidecar of "), "{}", run.stderr);
    assert!(run.stderr.contains("bed.dark differs from byte 12 on"), "{}", run.stderr);
}

#[test]
fn there_is_nothing_to_verify_without_a_store() {
    let tree = Tree::examples();
    let run = tree.reload(STORE, &["--verify"]).expect_code(1);
    says(&run.stderr, "difference: ");
    assert!(!tree.beside(STORE).exists());
}

#[test]
fn explain_names_every_reason() {
    let tree = Tree::examples();
    let run = tree.reload(STORE, &["--explain"]).expect_code(0);
    says(&run.stderr, &format!("parsed  {BED}: missing: "));
    let run = tree.reload(STORE, &["--explain"]).expect_code(0);
    says(&run.stderr, "unchanged  9 files");

    edit(&tree, BED, "module Garden.Bed", "// A comment.\nmodule Garden.Bed");
    let run = tree.reload(STORE, &["--explain"]).expect_code(0);
    says(&run.stderr, &format!("parsed  {BED}: stale: "));
    says(&run.stderr, "unchanged  8 files");
    assert!(!run.stderr.contains(PATH), "nothing is said of a file that nothing happened to: {}", run.stderr);
    assert_eq!(lines(&run), [""; 0], "a comment changes no item");

    edit(&tree, BED, "/// Litres a week for the whole bed", "/// Litres a week");
    edit(&tree, BED, "plants = [] }", "plants = [ Plant.fern ] }");
    let run = tree.reload(STORE, &["--explain"]).expect_code(0);
    says(&run.stderr, "edited  fn Garden.Bed.dig");
    says(&run.stderr, "described  fn Garden.Bed.water: only its description is another");
    says(&run.stderr, "follows  fn Garden.Season.demo: fn Garden.Bed.dig changed");

    // Into a new store every sidecar is read: this one is cut short, that one is of another tool.
    let mut sidecar = tree.read("garden/bed.darkc").expect("a sidecar");
    sidecar.pop();
    tree.write("garden/bed.darkc", &sidecar);
    let mut sidecar = tree.read("garden/path.darkc").expect("a sidecar");
    sidecar[16] ^= 1;
    tree.write("garden/path.darkc", &sidecar);
    let run = tree.reload("other.db", &["--explain"]).expect_code(0);
    says(&run.stderr, &format!("parsed  {BED}: damaged: "));
    says(&run.stderr, &format!("parsed  {PATH}: tool: "));
    says(&run.stderr, "hit  garden/plant.dark");

    // A name that starts to exist is what an unchanged file's name now means.
    tree.write("garden/captured.dark", b"module Garden.Path.Bed\n\ntype Bed = Int64\n");
    let run = tree.reload(STORE, &["--explain"]).expect_code(0);
    says(&run.stderr, "relinked  type Garden.Path.Fork: Garden.Path.Bed.Bed");
    says(&run.stderr, "added  type Garden.Path.Bed.Bed");
    let why = "a name in it means something else, since Garden.Path.Bed.Bed came or went";
    says(&run.stderr, &format!("changed  type Garden.Path.Fork: {why}"));
    assert!(lines(&run).contains(&"+ type Garden.Path.Bed.Bed"), "{}", run.stdout);
    tree.remove("garden/captured.dark");
    let run = tree.reload(STORE, &["--explain"]).expect_code(0);
    says(&run.stderr, "removed  garden/captured.dark");
}

#[test]
fn a_trace_is_json_and_nothing_else() {
    let tree = Tree::examples();
    let run = tree.reload(STORE, &["--timings=trace"]).expect_code(0);
    let trace: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    let events = trace["traceEvents"].as_array().expect("a list of events");
    for stage in ["discover", "load", "link", "hash", "compile", "apply"] {
        let event = events.iter().find(|event| event["name"] == stage);
        let event = event.unwrap_or_else(|| panic!("no event of {stage}: {trace}"));
        assert!(event["ph"] == "X" && event["ts"].is_number() && event["dur"].is_number(), "{event}");
    }
    let run = tree.reload(STORE, &["--timings"]).expect_code(0);
    assert_eq!(run.stdout, "");
    says(&run.stderr, "discover ");
    says(&run.stderr, "total ");
}

#[test]
fn a_check_of_sidecars_finds_all_that_is_amiss() {
    let tree = Tree::examples();
    let run = tree.darkc("build", &["--check"]).expect_code(1);
    assert_eq!(run.stdout.lines().count(), 9);
    says(&run.stdout, &format!("missing  {BED}: "));
    says(&run.stderr, "checked: 9 sidecars (0 fresh, 9 missing, 0 stale, 0 orphaned), 0 failed, ");
    assert!(tree.sidecars().is_empty(), "a check writes nothing");

    tree.darkc("build", &[]).expect_code(0);
    assert_eq!(tree.sidecars().len(), 9);
    let run = tree.darkc("build", &["--check"]).expect_code(0);
    assert_eq!(run.stdout, "");
    let written = tree.sidecars();
    tree.darkc("build", &[]).expect_code(0);
    assert!(tree.sidecars() == written, "what is fresh is not written again");

    edit(&tree, BED, "module Garden.Bed", "// A comment.\nmodule Garden.Bed");
    fs::remove_file(tree.packages().join("garden/path.darkc")).expect("a sidecar");
    tree.remove("garden/season.dark");
    let run = tree.darkc("build", &["--check"]).expect_code(1);
    assert_eq!(run.stdout.lines().count(), 3, "{}", run.stdout);
    says(&run.stdout, &format!("stale  {BED}: "));
    says(&run.stdout, &format!("missing  {PATH}: "));
    says(&run.stderr, "checked: 8 sidecars (6 fresh, 1 missing, 1 stale, 1 orphaned), 0 failed, ");
    says(&run.stdout, "orphan  garden/season.darkc: ");
}

#[test]
fn clean_takes_what_is_its_own() {
    let tree = loaded();
    tree.write("garden/foreign.darkc", b"not a sidecar");
    tree.write("garden/.bed.darkc.a1B2c3.tmp", b"half a sidecar");
    let before = files_below(&tree.packages());
    let dry = tree.darkc("clean", &["--dry-run"]).expect_code(0);
    assert_eq!(files_below(&tree.packages()), before, "a dry run removes nothing");
    let run = tree.darkc("clean", &["-v"]).expect_code(0);
    assert_eq!(run.stdout, dry.stdout, "what was said is what is done");
    assert_eq!(run.stdout.lines().count(), 10);
    says(&run.stderr, "left alone: garden/foreign.darkc ");
    says(&run.stderr, "cleaned: 10 files removed, 1 left alone");
    let left = files_below(&tree.packages());
    assert_eq!(left.iter().filter(|path| path.ends_with(".dark")).count(), 9);
    assert_eq!(left.len(), 10, "the sources and the foreign file: {left:?}");
    let again = tree.darkc("clean", &[]).expect_code(0);
    assert_eq!(again.stdout, "");
}

#[test]
fn an_error_applies_nothing_and_every_bad_file_is_reported() {
    let tree = loaded();
    edit(&tree, BED, "plants = [] }", "plants = [ }");
    edit(&tree, PATH, "bed: Bed.Bed", "bed: Bed.Bad");
    let store = fs::read(tree.beside(STORE)).expect("a store");
    let run = tree.reload(STORE, &[]).expect_code(1);
    assert!(run.stderr.contains("bed.dark"), "{}", run.stderr);
    says(&run.stderr, "not reloaded: 9 files (7 hit, 1 parsed, 1 failed), ");
    edit(&tree, BED, "plants = [ }", "plants = [] }");
    let run = tree.reload(STORE, &[]).expect_code(1);
    assert!(run.stderr.contains("no type is called `Bed.Bad`"), "{}", run.stderr);
    assert!(fs::read(tree.beside(STORE)).expect("a store") == store, "nothing is applied");
    let run = tree.darkc("reload", &["--no-such-option"]).expect_code(2);
    assert_eq!(run.stdout, "");
}
