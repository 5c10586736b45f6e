//! `darkc check` over the whole package set, with sidecars and without.

use std::path::Path;

use crate::common::clock::{compete, ratio};
use crate::common::process::{self, run};
use crate::common::table::Table;
use crate::common::tree::Tree;

pub fn check(packages: &Path, rounds: usize, table: &mut Table) {
    let tree = Tree::new(packages, 1);
    tree.reload();
    let check = || run(&mut process::darkc("check", &tree.packages())).time;
    let [idle, checked] = compete(rounds.div_ceil(4), [&mut |_| tree.reload().time, &mut |_| check()]);
    table.note(
        "check of the whole set, sidecars warm, whole process",
        format!("{:.0} ms ({:.1} × nothing changed)", checked.millis(), ratio(&checked, &idle)),
    );
}
