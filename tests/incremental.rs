//! Every recorded edit and every commit of the history, applied in place, leaves the store of a fresh reload.
//!
//! `DARKC_EVERY=n` takes only each n-th recorded edit and starts the history so much later, for a quick look.

use darkc::commands::{self, Reason, Remembered, Settings};

use crate::common::edits::{Edit, Expect};
use crate::common::invariants::{Edited, Fresh};
use crate::common::loader::{CommandLine, InProcess, Loader};
use crate::common::{self, Tree};

/// Applies the edits one after the other or, each taken back, one by one; returns what differs from fresh reloads.
pub fn check_edits(loader: &dyn Loader, tree: Tree, edits: &[Edit], keep: bool) -> Vec<String> {
    let mut edited = Edited::new(loader, tree);
    let mut failures = Vec::new();
    let mut note = |name: &str, result: Result<bool, String>| {
        if let Err(what) = result {
            failures.push(format!("{name}: {what}"));
        }
    };
    let start = Fresh::of(loader, &edited.tree);
    note("start", edited.check(&start));
    if keep {
        let mut undos = Vec::new();
        for edit in edits {
            undos.push((edit, edit.apply(&edited.tree)));
            note(&edit.name, edited.check(&Fresh::of(loader, &edited.tree)));
        }
        while let Some((edit, undo)) = undos.pop() {
            undo.undo(&edited.tree);
            // Only the stores at every tenth step back are compared, as all these trees were compared before.
            if undos.len() % 10 == 0 {
                let name = format!("{} taken back", edit.name);
                note(&name, edited.check(&Fresh::of(loader, &edited.tree)));
            } else if edited.reload().0.code != 0 {
                note(&edit.name, Err("taken back, it does not load".to_owned()));
            }
        }
    } else {
        for edit in edits {
            let undo = edit.apply(&edited.tree);
            let result = edited.check(&Fresh::of(loader, &edited.tree));
            if let (Ok(loaded), Expect::Error(_)) = (&result, &edit.expect) {
                assert!(!loaded, "{} loads, where Darklang refuses", edit.name);
            }
            note(&edit.name, result);
            undo.undo(&edited.tree);
            note(&format!("{} taken back", edit.name), edited.check(&start));
        }
    }
    failures
}

#[test]
fn every_edit_in_place_equals_a_fresh_reload() {
    let Some(oracle) = common::oracle() else { return };
    let every = common::number_from_env("DARKC_EVERY", 1);
    let edits: Vec<Edit> = Edit::all(&oracle.join("edits")).into_iter().step_by(every).collect();
    let halves: Vec<&[Edit]> = edits.chunks(edits.len().div_ceil(2).max(1)).collect();
    let failures = common::in_parallel(&halves, |edits| {
        check_edits(&CommandLine, Tree::copy_of(&oracle.join("packages")), edits, false)
    });
    assert!(failures.concat().is_empty(), "{}", failures.concat().join("\n"));
}

#[test]
fn the_history_in_place_equals_fresh_reloads() {
    let Some(oracle) = common::oracle() else { return };
    let mut steps = Edit::all(&oracle.join("history"));
    let tree = Tree::copy_of(&oracle.join("history/start"));
    // The last steps are the ones nearest to the grammar of today; those before them are written, not loaded.
    let taken = steps.len().div_ceil(common::number_from_env("DARKC_EVERY", 1));
    let late = steps.split_off(steps.len() - taken);
    steps.iter().for_each(|step| drop(step.apply(&tree)));
    let failures = check_edits(&CommandLine, tree, &late, true);
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Names with one content hash share a row, which is that of the last of them in load order; so their order counts
/// even where nothing else about them is new.
#[test]
fn names_that_share_a_row_change_places() {
    const ONE: &str = "/// Said of one\nlet one (x: Int64) : Int64 =\n  x\n\n";
    const TWO: &str = "let two (x: Int64) : Int64 =\n  x\n\n";
    let tree = Tree::in_memory();
    let mut edited = Edited::new(&InProcess, tree);
    for items in [[ONE, TWO], [TWO, ONE], [ONE, TWO]] {
        edited.tree.write("acme/same.dark", format!("module Acme\n\n{}", items.concat()).as_bytes());
        let fresh = Fresh::of(&InProcess, &edited.tree);
        assert_eq!(edited.check(&fresh), Ok(true), "{items:?}");
    }
}

/// What a process keeps from one reload to the next is all that the next one needs, as long as it is of the store's
/// state.
#[test]
fn a_process_that_keeps_what_it_knows_reads_nothing_but_the_stamp() {
    let tree = Tree::in_memory();
    let write = |module: &str, body: &str| {
        let name = module.to_lowercase();
        let text = format!("module Acme.{module}\n\nlet {name} (x: Int64) : Int64 =\n  {body}\n");
        tree.write(&format!("acme/{name}.dark"), text.as_bytes());
    };
    let settings = Settings::new(tree.packages(), tree.beside("kept.db"));
    let reload = |remembered| {
        let (outcome, remembered) = commands::reload(&settings, remembered).expect("a reload");
        let reads_rows = outcome.timings.spans.iter().any(|span| span.name == "state");
        ((outcome, reads_rows), remembered)
    };
    write("F", "x");
    write("G", "x + 1L");
    let ((first, _), kept) = reload(Remembered::default());
    assert_eq!((first.untrusted, first.counts.items_added), (Some(Reason::NoStamp), 2));

    write("F", "x + 2L");
    let ((edited, reads_rows), kept) = reload(kept);
    let counts = edited.counts;
    assert_eq!((edited.untrusted, reads_rows), (None, false));
    assert_eq!((counts.files_parsed, counts.items_hashed, counts.items_changed), (1, 1, 1));
    assert_eq!(counts.own_rows_written, 2, "the file's and the state's");

    write("F", "x +");
    let ((broken, reads_rows), kept) = reload(kept);
    assert_eq!((broken.failures.len(), reads_rows), (1, false));
    let ((unchanged, _), kept) = {
        write("F", "x + 2L");
        reload(kept)
    };
    assert_eq!((unchanged.counts.files_hit, unchanged.counts.rows_written), (2, 0));

    write("G", "Acme.F.f x");
    let ((edited, reads_rows), kept) = reload(kept);
    assert_eq!((edited.counts.items_changed, reads_rows), (1, false));

    // Somebody else reloads, and the value is of another state than the store.
    write("F", "x + 3L");
    let ((other, reads_rows), _) = reload(Remembered::default());
    assert_eq!((other.untrusted, other.counts.items_changed, reads_rows), (None, 2, true));
    write("F", "x + 4L");
    let ((edited, reads_rows), _) = reload(kept);
    assert_eq!((edited.untrusted, edited.counts.items_changed, reads_rows), (None, 2, true));
}
