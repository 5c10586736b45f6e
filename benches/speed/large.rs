//! One file of many items: time and memory for each grow no faster than their number.

use std::path::Path;

use super::common::process::{self, run};
use super::common::table::Table;

/// `DARKC_BENCH_ITEMS=1000000` takes a minute and some gigabytes.
const DEFAULT_ITEMS: &str = "10000,100000";
/// How much dearer an item may be than one of the smallest file: a larger store has deeper indexes.
const SLACK: f64 = 1.5;

/// The source of as many functions, each with a description, a `let` and an `if`, and a call of the one before.
fn source(items: usize) -> String {
    let item = |at: usize| {
        let before = at.saturating_sub(1);
        format!(
            "/// Adds some numbers, number {at}\nlet f{at} (x: Int64) (y: Int64) : Int64 =\n  let z = x + {at}L * y\n  \
             if z > 100L then\n    f{before} z (y - 1L)\n  else\n    z * 2L\n\n"
        )
    };
    let items: String = (0..items).map(item).collect();
    format!("module Large.File\n\n{items}")
}

pub fn large(_: &Path, _: usize, table: &mut Table) {
    let asked = std::env::var("DARKC_BENCH_ITEMS").unwrap_or(DEFAULT_ITEMS.to_owned());
    let mut first = None;
    for items in asked.split(',').map(|text| text.trim().parse::<usize>().expect("a number of items")) {
        let folder = tempfile::tempdir().expect("a folder");
        let packages = folder.path().join("packages");
        std::fs::create_dir(&packages).expect("a folder");
        let source = source(items);
        let megabytes = source.len() as f64 / 1_000_000.0;
        std::fs::write(packages.join("large.dark"), source).expect("a source");
        let ran = run(&mut process::reload(&packages, &folder.path().join("store.db")));
        let each = ran.time.as_secs_f64() * 1e6 / items as f64;
        let note = format!(
            "{each:.1} µs and {:.1} KB an item; {:.0} MB at peak, {:.1} × the source of {megabytes:.1} MB",
            ran.peak_mb * 1024.0 / items as f64,
            ran.peak_mb,
            ran.peak_mb / megabytes
        );
        match first {
            None => {
                first = Some(each);
                table.note(format!("one file of {items} items"), note);
            }
            Some(first) => {
                table.at_most(format!("one file of {items} items"), SLACK, " × of each", each / first, note)
            }
        }
    }
}
