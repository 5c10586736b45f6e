//! The ordinary edit: every commit of a run of Darklang's own history, reloaded one after the other.

use std::fs;
use std::path::Path;

use crate::common;
use crate::common::clock::{Times, ratio};
use crate::common::table::Table;
use crate::common::tree::Tree;

const ORDINARY: f64 = 5.0;

/// Each commit is one sample, so `rounds` is not looked at.
pub fn history(_packages: &Path, _rounds: usize, table: &mut Table) {
    let Some(history) = common::oracle().map(|oracle| oracle.join("history")) else { return };
    let tree = Tree::new(&history.join("start"), 1);
    tree.reload();
    let mut steps: Vec<_> = fs::read_dir(&history)
        .expect("a folder of steps")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.join("edit.json").is_file())
        .collect();
    steps.sort();
    let (mut idle, mut edited) = (Times::default(), Times::default());
    for step in &steps {
        let text = fs::read(step.join("edit.json")).expect("a description of the step");
        let said: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
        let paths = |key: &str| -> Vec<String> { serde_json::from_value(said[key].clone()).expect("paths") };
        paths("delete").iter().for_each(|path| tree.remove(path));
        for path in paths("write") {
            tree.put(&path, &fs::read(step.join("files").join(&path)).expect("the new content"));
        }
        edited.push(tree.reload().time);
        idle.push(tree.reload().time);
    }
    let times = ratio(&edited, &idle);
    table.at_most(
        format!("ordinary edit: the median of {} commits of the history", steps.len()),
        ORDINARY,
        " × nothing changed since",
        times,
        format!(
            "{times:.1} × ({:.1} ms, {:.2} ms; best {:.1} ms)",
            edited.millis(),
            idle.millis(),
            edited.best().as_secs_f64() * 1000.0
        ),
    );
}
