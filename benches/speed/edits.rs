//! Reloads of a tree that was loaded before: nothing changed, a leaf, and what most depends on.

use std::path::Path;

use crate::common::clock::{compete, ratio};
use crate::common::process::{self, counter, run};
use crate::common::table::Table;
use crate::common::tree::{Edit, Tree};

/// Nothing depends on `Darklang.Stdlib.Bool.xor`.
pub const LEAF: [&str; 3] =
    ["darklang/stdlib/bool.dark", "if a then Stdlib.Bool.not b else b", "if b then Stdlib.Bool.not a else a"];

/// The items with the most dependents, direct and indirect, each with an edit that changes its hash.
const WORST: [(&str, [&str; 3]); 3] = [
    (
        "`Stdlib.Option.Option`",
        [
            "darklang/stdlib/option.dark",
            "  | None\n\n\n/// If <param option> is {{Some <var value>}}, returns {{fn <var value>}}. The",
            "  | None\n  | Neither\n\n\n/// If <param option> is {{Some <var value>}}, returns {{fn <var value>}}. The",
        ],
    ),
    (
        "`Stdlib.Result.Result`",
        ["darklang/stdlib/result.dark", "  | Error of 'Err\n", "  | Error of 'Err\n  | Neither\n"],
    ),
    (
        "`Stdlib.List.push`",
        [
            "darklang/stdlib/list.dark",
            "let push (list: List<'a>) (value: 'a) : List<'a> =\n",
            "let push (list: List<'a>) (value: 'a) : List<'a> =\n  let same = list\n",
        ],
    ),
];

const LEAF_TIMES: f64 = 2.0;
const WORST_MS: f64 = 200.0;
const WORST_TIMES: f64 = 50.0;

pub fn edits(packages: &Path, rounds: usize, table: &mut Table) {
    let tree = Tree::new(packages, 1);
    tree.reload();
    tree.commit();
    let reload = || run(&mut process::reload(&tree.packages(), &tree.database())).time;
    let stats = |name| counter(&mut process::reload(&tree.packages(), &tree.database()), name);

    tree.settle();
    let git = || run(&mut tree.git(&["status"])).time;
    let [idle, status] = compete(rounds, [&mut |_| reload(), &mut |_| git()]);
    let times = ratio(&idle, &status);
    table.at_most(
        "nothing changed, whole process",
        1.0,
        " × `git status`",
        times,
        format!("{times:.2} × ({:.2} ms, {:.2} ms)", idle.millis(), status.millis()),
    );

    let [path, old, new] = LEAF;
    let leaf = Edit::new(&tree, path, old, new);
    leaf.write(1);
    assert_eq!(stats("items hashed"), 1, "the leaf is one");
    leaf.write(0);
    reload();
    let [idle, edited] = compete(
        rounds,
        [&mut |_| reload(), &mut |round| {
            leaf.write(round + 1);
            reload()
        }],
    );
    let times = ratio(&edited, &idle);
    table.at_most(
        "edit of a leaf's body, whole process",
        LEAF_TIMES,
        " × nothing changed since the last edit",
        times,
        format!("{times:.2} × ({:.2} ms, {:.2} ms)", edited.millis(), idle.millis()),
    );
    leaf.write(0);
    reload();
    tree.settle();
    let [quiet] = compete(rounds, [&mut |_| reload()]);
    let times = ratio(&edited, &quiet);
    table.note(
        "the same, against nothing changed for a while",
        format!("{times:.2} × ({:.2} ms, {:.2} ms)", edited.millis(), quiet.millis()),
    );

    for (name, [path, old, new]) in WORST {
        let edit = Edit::new(&tree, path, old, new);
        edit.write(1);
        let hashed = stats("items hashed");
        edit.write(0);
        reload();
        let [idle, edited] = compete(
            rounds.div_ceil(4),
            [&mut |_| reload(), &mut |round| {
                edit.write(round + 1);
                reload()
            }],
        );
        let what = format!("edit of {name}, {hashed} items hashed");
        let (ms, best) = (edited.millis(), edited.best().as_secs_f64() * 1000.0);
        table.at_most(&what, WORST_MS, " ms", ms, format!("{ms:.0} ms (best {best:.0} ms)"));
        let times = ratio(&edited, &idle);
        table.at_most(what, WORST_TIMES, " × nothing changed", times, format!("{times:.0} ×"));
        edit.write(0);
        reload();
    }
}
