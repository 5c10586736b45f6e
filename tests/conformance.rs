//! What Darklang's loader made of the package files in `conformance/`, of which every clone has the records.

use std::collections::BTreeMap;

use crate::common::edits::{Edit, Expect};
use crate::common::ground_truth::{self, PackageSet};
use crate::common::loader::InProcess;
use crate::common::{self, Tree, compare, fold, verdicts};
use crate::incremental::check_edits;

/// How many differing lines are shown.
const SHOWN: usize = 10;

#[test]
fn single_files_get_darklangs_verdict() {
    verdicts::check(&ground_truth::conformance().join("alone"), "single files", |_| "alone".to_owned());
}

/// Darklang's parser throws on these; darkc says what is wrong, where.
#[test]
fn a_text_that_cannot_be_normalized_is_an_error_with_its_place() {
    let folder = ground_truth::conformance().join("alone/crash");
    let files = common::files_below(&folder);
    assert_eq!(files.len(), 4);
    for file in files {
        let path = folder.join(&file);
        let text = std::fs::read_to_string(&path).expect("UTF-8");
        let path = path.to_str().expect("UTF-8");
        let run = common::darkc(&["inspect", "--format", "json", path], &[]).expect_code(1);
        let found: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
        assert_eq!(found["verdict"], "error", "{file}");
        let all = found["diagnostics"].as_array().expect("a list");
        assert_eq!(all.len(), 1, "{file}: {all:?}");
        assert_eq!(all[0]["code"], "LEX-NONCHARACTER", "{file}");
        let at =
            |end: usize| usize::try_from(all[0]["bytes"][end].as_u64().expect("a number")).expect("a place");
        let place = &text[at(0)..at(1)];
        assert!(place.contains('\u{fffe}') || place.to_lowercase().contains("\\ufffe"), "{file}: {place}");
    }
}

#[test]
fn every_item_of_a_set_has_darklangs_hash() {
    for set in ground_truth::package_sets() {
        let tree = Tree::copy_of(&set.packages);
        let expected = common::read_items(&set.items);
        let found = common::item_lines(&tree.darkc("items", &[]).expect_code(0).stdout);
        println!("{}: {} of {} items", set.name, expected.intersection(&found).count(), expected.len());
        assert_eq!(common::items_differ(&expected, &found, SHOWN), None, "{}", set.name);
    }
}

#[test]
fn a_fresh_load_of_a_set_equals_darklangs() {
    for set in ground_truth::package_sets() {
        let tree = Tree::copy_of(&set.packages);
        let run = tree.reload("new.db", &["--node-ids", "zero"]).expect_code(0);
        let items = common::read_items(&set.items).len() as u64;
        let summary = common::summary(&run.stderr);
        assert_eq!((summary.items, summary.failed), (items, 0), "{}", set.name);
        let expected = compare::open_immutable(&set.store);
        let found = compare::open(&tree.beside("new.db"));
        let difference = compare::compare(&expected, &found, compare::Profile::Oracle);
        assert_eq!(difference.map(|difference| difference.to_string()), None, "{}", set.name);
        assert_eq!(fold::check(&found), None, "{}", set.name);
    }
}

#[test]
fn every_edit_of_a_set_gives_darklangs_items() {
    for set in ground_truth::package_sets() {
        let before = common::read_items(&set.items);
        let edits = Edit::all(&set.edits);
        let failures = in_halves(&set, &edits, |tree, edits| {
            let mut failures = Vec::new();
            for edit in edits {
                let undo = edit.apply(&tree);
                failures.extend(edit.check_items(&tree, &before));
                undo.undo(&tree);
            }
            failures
        });
        println!("{}: {} of {} edits", set.name, edits.len() - failures.len(), edits.len());
        assert!(failures.is_empty(), "{}: {}", set.name, failures.join("\n"));
    }
}

#[test]
fn every_edit_of_a_set_in_place_equals_a_fresh_reload() {
    for set in ground_truth::package_sets() {
        let edits = Edit::all(&set.edits);
        let refused = edits.iter().filter(|edit| matches!(edit.expect, Expect::Error(_))).count();
        assert!(0 < refused && refused < edits.len(), "{}: edits of both kinds", set.name);
        let failures = in_halves(&set, &edits, |tree, edits| check_edits(&InProcess, tree, edits, false));
        println!("{}: {} of {} edits in place", set.name, edits.len() - failures.len(), edits.len());
        assert!(failures.is_empty(), "{}: {}", set.name, failures.join("\n"));
    }
}

/// Does the work on two trees side by side, each with half of the edits.
fn in_halves(
    set: &PackageSet,
    edits: &[Edit],
    work: impl Fn(Tree, &[Edit]) -> Vec<String> + Sync,
) -> Vec<String> {
    let halves: Vec<&[Edit]> = edits.chunks(edits.len().div_ceil(2).max(1)).collect();
    common::in_parallel(&halves, |edits| work(Tree::copy_of(&set.packages), edits)).concat()
}

/// The text of a canonical form says all that the hash covers and nothing else: over all single files, equal hashes
/// have equal texts, and different ones different texts.
#[test]
fn canonical_forms_are_equal_where_hashes_are() {
    let cases = ground_truth::conformance().join("alone/cases");
    let paths: Vec<String> =
        common::files_below(&cases).iter().map(|path| format!("{}/{path}", cases.display())).collect();
    let mut arguments = vec!["inspect", "--canonical"];
    arguments.extend(paths.iter().map(String::as_str));
    let run = common::darkc(&arguments, &[]).expect_code(1);
    let mut by_hash: BTreeMap<&str, String> = BTreeMap::new();
    let mut by_text: BTreeMap<String, &str> = BTreeMap::new();
    let mut seen = 0;
    let is_head = |line: &&str| ["type ", "value ", "fn "].iter().any(|kind| line.starts_with(kind));
    let mut lines = run.stdout.lines().peekable();
    while let Some(line) = lines.next() {
        if !is_head(&line) {
            continue;
        }
        let hash = line.rsplit(' ').next().expect("a hash");
        let is_node = |line: &&str| {
            line.starts_with(' ') && line.trim_start().starts_with(|c: char| c.is_ascii_digit())
        };
        let text: String = std::iter::from_fn(|| lines.next_if(is_node)).collect::<Vec<_>>().join("\n");
        assert!(text.starts_with("     0  "), "{line}:\n{text}");
        seen += 1;
        let other = by_hash.entry(hash).or_insert_with(|| text.clone());
        assert_eq!(*other, text, "{line}");
        let other = by_text.entry(text).or_insert(hash);
        assert_eq!(*other, hash, "{line}");
    }
    println!("{seen} items, {} canonical forms", by_text.len());
    assert!(seen > 150 && by_text.len() < seen);
}
