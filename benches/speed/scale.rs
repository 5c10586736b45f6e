//! Package sets of several sizes: what grows with them should be no more than reading and hashing the sources.

use std::path::Path;

use darkc::base::parallel::Threads;
use darkc::discover;
use rusqlite::Connection;

use super::edits::LEAF;
use crate::common::clock::{compete, ratio, timed};
use crate::common::process::{self, run};
use crate::common::table::Table;
use crate::common::tree::{Edit, Tree};

const MEGABYTE: f64 = 1_000_000.0;
const DEFAULT_SETS: &str = "1,10";
/// A set of a hundred copies takes a second and more to look through.
const MEGABYTES_PER_ROUND: f64 = 200.0;

pub fn sets(packages: &Path, rounds: usize, table: &mut Table) {
    let asked = std::env::var("DARKC_BENCH_SETS").unwrap_or(DEFAULT_SETS.to_owned());
    let mut first = None;
    for copies in asked.split(',').map(|text| text.trim().parse().expect("a number of copies")) {
        let grown = set(packages, copies, rounds, table);
        let (idle, edit) = *first.get_or_insert(grown);
        if grown != (idle, edit) {
            let times = (grown.0 / idle).max(grown.1 / edit);
            table.at_most(
                format!("growth to {copies} sets, relative to reading and hashing"),
                1.0,
                " × of one set",
                times,
                format!("nothing changed {:.2} ×, leaf {:.2} ×", grown.0 / idle, grown.1 / edit),
            );
        }
    }
}

/// How nothing changed and the edit of a leaf compare with reading and hashing all sources.
fn set(packages: &Path, copies: usize, rounds: usize, table: &mut Table) -> (f64, f64) {
    let tree = Tree::new(packages, copies);
    let root = tree.packages();
    let megabytes = tree.source_bytes() as f64 / MEGABYTE;
    let cold = tree.reload();
    let items = live_items(&tree.database());
    let [path, old, new] = LEAF;
    let leaf = Edit::new(&tree, path, old, new);
    let rounds =
        rounds.min(rounds.div_ceil(4).max((rounds as f64 * MEGABYTES_PER_ROUND / megabytes) as usize));
    let reload = || run(&mut process::reload(&root, &tree.database())).time;
    let [read, idle, edit] = compete(
        rounds,
        [
            &mut |_| timed(|| discover::sources(&root, Threads::OnePerProcessor).expect("sources")),
            &mut |_| reload(),
            &mut |round| {
                leaf.write(round + 1);
                reload()
            },
        ],
    );
    table.note(
        format!("{copies} sets: {megabytes:.1} MB, {items} items"),
        format!(
            "cold {:.2} s, {:.0} MB at peak; reading and hashing {:.2} ms; nothing changed {:.2} ms ({:.2} ×); leaf {:.2} ms ({:.2} ×)",
            cold.time.as_secs_f64(),
            cold.peak_mb,
            read.millis(),
            idle.millis(),
            ratio(&idle, &read),
            edit.millis(),
            ratio(&edit, &read)
        ),
    );
    (ratio(&idle, &read), ratio(&edit, &read))
}

fn live_items(database: &Path) -> i64 {
    let store = Connection::open(database).expect("a store");
    let sql = "SELECT count(*) FROM locations WHERE unlisted_at IS NULL";
    store.query_row(sql, [], |row| row.get(0)).expect("a count")
}
