//! All that each command prints, word for word: a line that changes is seen in review.
//!
//! `SNAPSHOTS=overwrite cargo test --test tests outputs` writes what the commands print now into this file. Read the
//! difference before you keep it.

use std::fs;

use snapbox::data::Inline;
use snapbox::{assert_data_eq, str};

use crate::common::{Tree, darkc_in};

const BED: &str = "\
module Garden.Bed

/// Litres a week
let water (beds: Int64) : Int64 =
  Stdlib.Int64.multiply beds 7L

let isEven (n: Int64) : Bool =
  if n == 0L then true else isOdd n

let isOdd (n: Int64) : Bool =
  if n == 0L then false else isEven n
";
const PATH: &str = "\
module Garden.Path

let width : Int64 = 3L

let walk (beds: Int64) : Int64 =
  Bed.water beds
";
const BROKEN: &str = "module Garden.Path\n\nlet walk (beds: Int64) : Int64 =\n  Bed.water (beds\n";
const ILL_TYPED: &str = "module Garden.Path\n\nlet walk (beds: Int64) : Int64 =\n  Bed.water true\n";

fn garden() -> Tree {
    let tree = Tree::empty();
    tree.write("garden/bed.dark", BED.as_bytes());
    tree.write("garden/path.dark", PATH.as_bytes());
    tree
}

fn loaded() -> Tree {
    let tree = garden();
    darkc_in(tree.root(), &["reload"], &[]).expect_code(0);
    tree
}

/// Runs `darkc` beside the packages and compares its exit code and all that it prints.
#[track_caller]
fn prints(tree: &Tree, arguments: &[&str], code: i32, expected: Inline) {
    let run = darkc_in(tree.root(), arguments, &[]);
    let mut all = format!("exit code {}\n", run.code);
    for (name, text) in [("stdout", &run.stdout), ("stderr", &run.stderr)] {
        if !text.is_empty() {
            all += &format!("--- {name}\n{text}");
        }
    }
    assert_data_eq!(redacted(&all), expected);
    assert_eq!(run.code, code, "{arguments:?}");
}

/// The text without what differs from run to run: the time that a run took.
fn redacted(text: &str) -> String {
    let line = |line: &str| match line.rsplit_once(", ") {
        Some((rest, time)) if time.ends_with(" ms") || time.ends_with(" s") => format!("{rest}, TIME"),
        _ => line.to_owned(),
    };
    text.lines().map(|text| line(text) + "\n").collect()
}

#[test]
fn build_says_what_it_did() {
    let tree = garden();
    prints(&tree, &["build", "--check"], 1, str![]);
    prints(&tree, &["build"], 0, str![]);
    prints(&tree, &["build"], 0, str![]);
    prints(&tree, &["build", "--check"], 0, str![]);
    tree.write("garden/path.dark", BROKEN.as_bytes());
    tree.remove("garden/bed.dark");
    prints(&tree, &["build", "--check"], 1, str![]);
    prints(&tree, &["build"], 1, str![]);
}

#[test]
fn a_reload_says_what_it_did() {
    let tree = garden();
    prints(&tree, &["reload"], 0, str![]);
    prints(&tree, &["reload"], 0, str![]);
    tree.write("garden/bed.dark", BED.replace("7L", "8L").as_bytes());
    prints(&tree, &["reload", "--dry-run"], 0, str![]);
    prints(&tree, &["reload", "--verify"], 1, str![]);
    prints(&tree, &["reload", "--explain"], 0, str![]);
    prints(&tree, &["reload", "--verify"], 0, str![]);
}

#[test]
fn a_reload_says_what_is_wrong_with_the_sources() {
    let tree = loaded();
    tree.write("garden/path.dark", BROKEN.as_bytes());
    prints(&tree, &["reload"], 1, str![]);
    tree.write("garden/path.dark", ILL_TYPED.as_bytes());
    prints(&tree, &["reload"], 0, str![]);
    tree.remove("garden/path.dark");
    tree.remove("garden/bed.dark");
    prints(&tree, &["reload"], 2, str![]);
}

#[test]
fn clean_lists_what_it_removes() {
    let tree = loaded();
    fs::write(tree.packages().join("garden/notes.darkc"), "my own").expect("a file");
    prints(&tree, &["clean", "--dry-run"], 0, str![]);
    prints(&tree, &["clean"], 0, str![]);
    prints(&tree, &["clean"], 0, str![]);
}

#[test]
fn items_lists_each_item_with_its_hash() {
    let tree = garden();
    prints(&tree, &["items"], 0, str![]);
    prints(&tree, &["items", "--format", "json"], 0, str![]);
    tree.write("garden/path.dark", BROKEN.as_bytes());
    prints(&tree, &["items"], 1, str![]);
}

#[test]
fn inspect_shows_files_and_sidecars() {
    let tree = garden();
    prints(&tree, &["inspect", "packages/garden/bed.dark"], 0, str![]);
    prints(&tree, &["inspect", "--format", "json", "packages/garden/path.dark"], 0, str![]);
    tree.write("garden/path.dark", BROKEN.as_bytes());
    prints(&tree, &["inspect", "packages/garden/path.dark"], 1, str![]);
    prints(&tree, &["inspect", "packages/garden/path.darkc", "packages/none.dark"], 2, str![]);
}

/// A file is taken alone; an item that is named is linked with the whole package set.
#[test]
fn canonical_forms_of_files_and_of_named_items() {
    let tree = garden();
    prints(&tree, &["inspect", "--canonical", "packages/garden/path.dark"], 0, str![]);
    prints(&tree, &["inspect", "--canonical", "Path.walk"], 0, str![]);
    // Two functions that call each other are one group: a mention inside it is hashed by name.
    prints(&tree, &["inspect", "--canonical", "Garden.Bed.isOdd"], 0, str![]);
    prints(&tree, &["inspect", "--canonical", "Garden.Pth"], 2, str![]);
    prints(&tree, &["inspect", "Garden.Path"], 2, str![]);
}

#[test]
fn check_reports_what_is_wrong() {
    let tree = garden();
    prints(&tree, &["check"], 0, str![]);
    tree.write("garden/path.dark", ILL_TYPED.as_bytes());
    prints(&tree, &["check", "--deny", "CHECK-ARGUMENT-TYPE"], 1, str![]);
    prints(&tree, &["check", "--format", "short"], 0, str![]);
    prints(&tree, &["check", "--format", "json"], 0, str![]);
    prints(&tree, &["check", "--format", "github"], 0, str![]);
    prints(&tree, &["check", "--deny", "NONE"], 2, str![]);
    prints(&tree, &["check", "Garden.Pth"], 2, str![]);
}

#[test]
fn what_is_typed_wrong_is_answered_with_usage() {
    let tree = Tree::empty();
    prints(&tree, &["relaod"], 2, str![]);
    prints(&tree, &["reload", "--dryrun"], 2, str![]);
    prints(&tree, &["inspect"], 2, str![]);
    prints(&tree, &["items", "--packages", "nowhere"], 2, str![]);
}

#[test]
fn help_lists_the_options() {
    let tree = Tree::empty();
    prints(&tree, &["build", "--help"], 0, str![]);
    prints(&tree, &["reload", "--help"], 0, str![]);
    prints(&tree, &["clean", "--help"], 0, str![]);
    prints(&tree, &["check", "--help"], 0, str![]);
    prints(&tree, &["items", "--help"], 0, str![]);
    prints(&tree, &["inspect", "--help"], 0, str![]);
}
