//! Every recorded edit and every step of the history, loaded whole.

use crate::common::edits::{Edit, Expect};
use crate::common::{self, Tree};

fn report(what: &str, failures: &[String], all: usize) {
    println!("{} of {all} {what}", all - failures.len());
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_edit_gives_darklangs_items() {
    let Some(oracle) = common::oracle() else { return };
    let edits = Edit::all(&oracle.join("edits"));
    let before = common::read_items(&oracle.join("items.tsv"));
    // Each worker has a tree of its own and takes its edits back.
    let halves: Vec<&[Edit]> = edits.chunks(edits.len().div_ceil(2).max(1)).collect();
    let failures = common::in_parallel(&halves, |edits| {
        let tree = Tree::copy_of(&oracle.join("packages"));
        let mut failures = Vec::new();
        for edit in *edits {
            let undo = edit.apply(&tree);
            failures.extend(edit.check_items(&tree, &before));
            undo.undo(&tree);
        }
        failures
    });
    report("edits", &failures.concat(), edits.len());
}

#[test]
fn every_step_of_the_history_gives_darklangs_items() {
    let Some(oracle) = common::oracle() else { return };
    let history = oracle.join("history");
    let tree = Tree::copy_of(&history.join("start"));
    let mut items = common::read_items(&history.join("start.tsv"));
    let start = Edit {
        name: "start".to_owned(),
        delete: Vec::new(),
        write: Vec::new(),
        expect: Expect::Items { vanish: Vec::new(), appear: Vec::new() },
    };
    let mut failures: Vec<String> = start.check_items(&tree, &items).into_iter().collect();
    let steps = Edit::all(&history);
    for step in &steps {
        step.apply(&tree);
        failures.extend(step.check_items(&tree, &items));
        items = step.expected_items(&items).unwrap_or(items);
    }
    report("steps of the history", &failures, steps.len() + 1);
}

#[test]
fn the_recorded_edits_fit_the_recorded_trees() {
    let Some(oracle) = common::oracle() else { return };
    let before = common::read_items(&oracle.join("items.tsv"));
    let tree = Tree::copy_of(&oracle.join("packages"));
    let files = common::files_below(&tree.packages());
    for edit in Edit::all(&oracle.join("edits")) {
        edit.expected_items(&before);
        edit.apply(&tree).undo(&tree);
        assert_eq!(common::files_below(&tree.packages()), files, "{}", edit.name);
    }
    let mut items = common::read_items(&oracle.join("history/start.tsv"));
    let tree = Tree::copy_of(&oracle.join("history/start"));
    for step in Edit::all(&oracle.join("history")) {
        step.apply(&tree);
        items = step.expected_items(&items).expect("no commit of the history fails");
    }
}
