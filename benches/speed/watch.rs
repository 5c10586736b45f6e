//! A watch: from the save of a file to the end of its reload, beside whole processes that do the same.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Stdio};
use std::time::{Duration, Instant};

use super::edits::LEAF;
use crate::common::clock::{Times, compete, ratio, timed};
use crate::common::process::{self, run};
use crate::common::table::Table;
use crate::common::tree::{Edit, Tree};

const LEAF_MS: f64 = 5.0;
const WORST_TIMES: f64 = 1.0;
const MEMORY_MB: f64 = 150.0;
const WORST: [&str; 3] =
    ["darklang/stdlib/result.dark", "  | Error of 'Err\n", "  | Error of 'Err\n  | Neither\n"];

/// `darkc reload --watch`, which says each reload as an object.
struct Watch {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Watch {
    fn start(tree: &Tree) -> Watch {
        let mut command = process::reload(&tree.packages(), &tree.database());
        command.args(["--watch", "--format", "json"]).stdin(Stdio::null()).stderr(Stdio::null());
        let mut child = command.stdout(Stdio::piped()).spawn().expect("darkc starts");
        let lines = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut watch = Watch { child, lines };
        watch.reloaded();
        watch
    }

    /// Waits for the next reload; returns what it says it took since the first event.
    fn reloaded(&mut self) -> Duration {
        let mut line = String::new();
        self.lines.read_line(&mut line).expect("a line");
        let object: serde_json::Value = serde_json::from_str(&line).expect("an object");
        assert_eq!(object["result"], "reloaded", "{line}");
        Duration::from_secs_f64(object["ms"].as_f64().expect("a time") / 1000.0)
    }

    fn memory_mb(&self) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("0 kB");
        line.trim().trim_end_matches(" kB").parse::<f64>().unwrap_or(0.0) / 1024.0
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn watch(packages: &Path, rounds: usize, table: &mut Table) {
    // One tree is watched, the other is reloaded by a process each time.
    let (watched, reloaded) = (Tree::new(packages, 1), Tree::new(packages, 1));
    watched.reload();
    reloaded.reload();
    let mut watch = Watch::start(&watched);
    let (times, since_event, process) = edits(&watched, &reloaded, &mut watch, LEAF, rounds);
    table.at_most(
        "watch: edit of a leaf's body, from event to commit",
        LEAF_MS,
        " ms",
        since_event.millis(),
        format!(
            "{:.2} ms (from before the save to the line {:.2} ms; a process {:.2} ms)",
            since_event.millis(),
            times.millis(),
            process.millis()
        ),
    );
    let (times, since_event, process) = edits(&watched, &reloaded, &mut watch, WORST, rounds.div_ceil(4));
    table.at_most(
        "watch: edit of `Stdlib.Result.Result`",
        WORST_TIMES,
        " × a process",
        ratio(&since_event, &process),
        format!(
            "{:.0} ms (to the line {:.0} ms; a process {:.0} ms)",
            since_event.millis(),
            times.millis(),
            process.millis()
        ),
    );
    let memory = watch.memory_mb();
    table.at_most("watch: memory", MEMORY_MB, " MB", memory, format!("{memory:.0} MB"));
}

/// The times of an edit under the watch, from before the save to the line and from event to commit, and those of a process.
fn edits(
    watched: &Tree,
    reloaded: &Tree,
    watch: &mut Watch,
    [path, old, new]: [&'static str; 3],
    rounds: usize,
) -> (Times, Times, Times) {
    let (edit, other) = (Edit::new(watched, path, old, new), Edit::new(reloaded, path, old, new));
    let mut since_event = Times::default();
    let [times, process] = compete(
        rounds,
        [
            &mut |round| {
                let started = Instant::now();
                edit.write(round + 1);
                let took = watch.reloaded();
                if round > 0 {
                    since_event.push(took);
                }
                started.elapsed()
            },
            &mut |round| {
                other.write(round + 1);
                timed(|| run(&mut process::reload(&reloaded.packages(), &reloaded.database())))
            },
        ],
    );
    (times, since_event, process)
}
