//! Package sets of several sizes: what grows with them should be no more than reading and hashing the sources.

use std::path::Path;

use darkc::internals::base::parallel::Threads;
use darkc::internals::discover;
use rusqlite::Connection;

use super::edits::LEAF;
use crate::common::clock::{compete, ratio, timed};
use crate::common::process::{self, Ran, run};
use crate::common::table::Table;
use crate::common::tree::{Edit, Tree};

const MEGABYTE: f64 = 1_000_000.0;
const DEFAULT_SETS: &str = "1,10";
/// A set of a hundred copies takes a second and more to look through.
const MEGABYTES_PER_ROUND: f64 = 200.0;

/// The sizes for which something is to be reached.
const MIDDLE: usize = 10;
const LARGE: usize = 100;
const LARGE_LEAF: f64 = 1.3;
const LARGE_COLD: f64 = 12.0;
const LARGE_PEAK_MB: f64 = 2048.0;

/// What was measured of a set of one size.
struct Size {
    copies: usize,
    cold: Ran,
    /// As ratios to reading and hashing all sources.
    idle: f64,
    leaf: f64,
}

pub fn sets(packages: &Path, rounds: usize, table: &mut Table) {
    let asked = std::env::var("DARKC_BENCH_SETS").unwrap_or(DEFAULT_SETS.to_owned());
    let mut sizes: Vec<Size> = Vec::new();
    for copies in asked.split(',').map(|text| text.trim().parse().expect("a number of copies")) {
        let size = measure(packages, copies, rounds, table);
        if let Some(first) = sizes.first() {
            growth(first, &size, table);
        }
        if copies == LARGE {
            reach(sizes.iter().find(|size| size.copies == MIDDLE), &size, table);
        }
        sizes.push(size);
    }
}

fn growth(first: &Size, size: &Size, table: &mut Table) {
    let copies = size.copies;
    let (idle, leaf) = (size.idle / first.idle, size.leaf / first.leaf);
    table.at_most(
        format!("growth to {copies} sets, relative to reading and hashing"),
        1.0,
        " × of one set",
        idle.max(leaf),
        format!("nothing changed {idle:.2} ×, leaf {leaf:.2} ×"),
    );
    let times = copies as f64 / first.copies as f64;
    let cold = size.cold.time.as_secs_f64() / first.cold.time.as_secs_f64();
    table.note(
        format!("cold load of {copies} sets, against {} of them", first.copies),
        format!("{cold:.1} × ({:.2} × linear)", cold / times),
    );
}

fn reach(middle: Option<&Size>, large: &Size, table: &mut Table) {
    let (leaf, peak) = (large.leaf, large.cold.peak_mb);
    let what = |what: &str| format!("{LARGE} sets: {what}");
    table.at_most(what("leaf"), LARGE_LEAF, " × reading and hashing", leaf, format!("{leaf:.2} ×"));
    table.at_most(what("peak memory, cold"), LARGE_PEAK_MB, " MB", peak, format!("{peak:.0} MB"));
    if let Some(middle) = middle {
        let times = large.cold.time.as_secs_f64() / middle.cold.time.as_secs_f64();
        table.at_most(what("cold"), LARGE_COLD, " × ten sets", times, format!("{times:.1} ×"));
    }
}

/// How nothing changed and the edit of a leaf compare with reading and hashing all sources.
fn measure(packages: &Path, copies: usize, rounds: usize, table: &mut Table) -> Size {
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
    Size { copies, cold, idle: ratio(&idle, &read), leaf: ratio(&edit, &read) }
}

fn live_items(database: &Path) -> i64 {
    let store = Connection::open(database).expect("a store");
    let sql = "SELECT count(*) FROM locations WHERE unlisted_at IS NULL";
    store.query_row(sql, [], |row| row.get(0)).expect("a count")
}
