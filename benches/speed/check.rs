//! The check of types: of a whole package set, and after the edit of a leaf.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::edits::LEAF;
use crate::common::clock::{Times, compete, ratio};
use crate::common::process::{self, run};
use crate::common::table::Table;
use crate::common::tree::{Edit, Tree};

const WHOLE_MS: f64 = 60.0;
const LEAF_MS: f64 = 1.0;

pub fn check(packages: &Path, rounds: usize, table: &mut Table) {
    let tree = Tree::new(packages, 1);
    tree.reload();
    let check = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_darkc"));
        command.args(["check", "--timings", "--packages"]).arg(tree.packages());
        command
    };
    let mut stage = Times::default();
    let [whole] = compete(
        rounds,
        [&mut |round| {
            let (took, output) = output(&mut check());
            if round > 0 {
                stage.push(stage_of(&output, "check"));
            }
            took
        }],
    );
    table.at_most(
        "check of all bodies, on all threads",
        WHOLE_MS,
        " ms",
        stage.millis(),
        format!(
            "{:.1} ms (best {:.1}; the whole process {:.1} ms)",
            stage.millis(),
            stage.best().as_secs_f64() * 1e3,
            whole.millis()
        ),
    );

    let [path, old, new] = LEAF;
    let leaf = Edit::new(&tree, path, old, new);
    let reload =
        |arguments: &[&str]| run(process::reload(&tree.packages(), &tree.database()).args(arguments)).time;
    let [with, without] = compete(
        rounds,
        [
            &mut |round| {
                leaf.write(2 * round + 1);
                reload(&[])
            },
            &mut |round| {
                leaf.write(2 * round + 2);
                // The body that is left unchecked is the one that the next round edits.
                reload(&["--no-check"])
            },
        ],
    );
    let more = (with.millis() - without.millis()).max(0.0);
    table.at_most(
        "edit of a leaf's body: more for its check",
        LEAF_MS,
        " ms",
        more,
        format!(
            "{more:.2} ms ({:.2} ms with, {:.2} ms without, {:.2} ×)",
            with.millis(),
            without.millis(),
            ratio(&with, &without)
        ),
    );
}

fn output(command: &mut Command) -> (Duration, String) {
    let started = std::time::Instant::now();
    let output = command.output().expect("the program starts");
    let took = started.elapsed();
    assert!(output.status.success());
    (took, String::from_utf8_lossy(&output.stderr).into_owned())
}

/// What a stage took, by the table of `--timings`.
fn stage_of(table: &str, stage: &str) -> Duration {
    let line =
        table.lines().find_map(|line| line.strip_prefix(stage)?.trim().split(' ').next()?.parse().ok());
    let millis: f64 = line.unwrap_or_else(|| panic!("no stage '{stage}' in\n{table}"));
    Duration::from_secs_f64(millis / 1e3)
}
