//! Every recorded edit and every step of the history, loaded whole.

use std::collections::BTreeSet;

use crate::common::edits::{Edit, Expect};
use crate::common::{self, Tree};

/// How many differing lines of a step are shown.
const SHOWN: usize = 6;

/// Loads the tree and says how it differs from what Darklang made of it.
fn check(tree: &Tree, edit: &Edit, before: &BTreeSet<String>) -> Option<String> {
    let run = tree.darkc("items", &[]);
    match (&edit.expect, edit.expected_items(before)) {
        (Expect::Error(message), _) => (run.code != 1).then(|| {
            format!("{}: exit code {} where Darklang says {message}\n{}", edit.name, run.code, run.stderr)
        }),
        (_, None) => None,
        (_, Some(_)) if run.code != 0 => {
            Some(format!("{}: exit code {}\n{}", edit.name, run.code, run.stderr))
        }
        (_, Some(expected)) => {
            let found = common::item_lines(&run.stdout);
            common::items_differ(&expected, &found, SHOWN).map(|lines| format!("{}: {lines}", edit.name))
        }
    }
}

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
            failures.extend(check(&tree, edit, &before));
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
    let mut failures: Vec<String> = check(&tree, &start, &items).into_iter().collect();
    let steps = Edit::all(&history);
    for step in &steps {
        step.apply(&tree);
        failures.extend(check(&tree, step, &items));
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
