//! How fast darkc is, as ratios to something else in the same run.
//!
//! `cargo bench --bench speed [-- SECTION…]`. `DARKC_BENCH_ROUNDS` says how often everything is done,
//! `DARKC_BENCH_SETS` how many times over the package set is taken (`1,10,100`), `DARKC_BENCH_DIR` where the
//! trees and databases are put, `DARKC_ORACLE` where Darklang's package set is.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unreachable,
    clippy::unwrap_used,
    reason = "a benchmark makes files, prints figures and stops where it cannot go on"
)]

#[path = "../common/mod.rs"]
mod common;

mod check;
mod edits;
mod first;
mod history;
mod index;
mod large;
mod parts;
mod scale;
mod watch;

use std::path::Path;

use common::table::Table;

type Section = (&'static str, fn(&Path, usize, &mut Table));

/// `cold` comes first: it measures memory, for which the benchmark itself must still be small.
const SECTIONS: [Section; 11] = [
    ("cold", first::cold),
    ("edits", edits::edits),
    ("history", history::history),
    ("warm", first::warm),
    ("adopted", first::adopted),
    ("check", check::check),
    ("watch", watch::watch),
    ("parts", parts::parts),
    ("index", index::index),
    ("sets", scale::sets),
    ("large", large::large),
];

fn main() {
    let Some(oracle) = common::oracle() else { return };
    let rounds = std::env::var("DARKC_BENCH_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(40);
    let asked: Vec<String> = std::env::args().skip(1).filter(|text| !text.starts_with('-')).collect();
    let mut table = Table::default();
    for (name, section) in SECTIONS {
        if asked.is_empty() || asked.iter().any(|asked| asked == name) {
            section(&oracle.join("packages"), rounds, &mut table);
        }
    }
    table.print();
}
