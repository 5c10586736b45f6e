//! First reloads on stores that Darklang's loader made: what differs in node ids alone is taken as it is.

use super::{Home, number, texts, work};
use crate::common;

/// The row counter of `--stats`.
fn rows_written(run: &common::Run) -> u64 {
    common::counters(&run.stderr)["rows written"]
}

const KEPT: &str = "SELECT hash || hex(rt_dval) || hex(value_type) FROM package_values ORDER BY hash";
const NODES: &str = "SELECT hash || hex(pt_def) || hex(rt_instrs) FROM package_functions ORDER BY hash";

/// Returns the rows that the first reload wrote.
fn check(oracle: &std::path::Path, store: &str) -> u64 {
    let home = Home::of(oracle, store);
    let items = common::read_items(&oracle.join("items.tsv"));
    let (values, nodes) = (texts(&home.store(), KEPT), texts(&home.store(), NODES));
    let first = home.reload(&["--stats"]);
    let summary = common::summary(&first.stderr);
    assert_eq!((summary.added, summary.changed, summary.removed), (0, 0, 0), "{store}: {}", first.stderr);
    home.check(&items, "the first reload");
    let evaluated = "SELECT count(*) FROM package_values WHERE rt_dval IS NULL";
    assert_eq!(number(&home.store(), evaluated), 0, "{store}: results of values are kept");
    // What is left of the rows is as it was, but for content that no op adds any more.
    let left = |before: Vec<String>, now: Vec<String>| {
        let before: std::collections::BTreeSet<_> = before.into_iter().collect();
        now.iter().filter(|row| !before.contains(*row)).count()
    };
    assert_eq!(left(values, texts(&home.store(), KEPT)), 0);
    assert!(left(nodes, texts(&home.store(), NODES)) <= 5, "{store}: rows of functions are not adopted");

    let verified = home.reload(&["--verify"]);
    assert!(verified.stderr.contains("no difference"), "{store}: {}", verified.stderr);
    let full = home.reload(&["--full", "--stats"]);
    assert_eq!(rows_written(&full), 0, "{store}: {}", full.stderr);
    let summary = common::summary(&full.stderr);
    assert_eq!((summary.added, summary.changed, summary.removed), (0, 0, 0), "{store}: {}", full.stderr);

    // From then on one edit costs one edit.
    home.edit("darklang/stdlib/int64.dark", "Builtin.int64Multiply a b", "Builtin.int64Multiply b a");
    let edited = home.reload(&["--stats"]);
    assert_eq!(common::summary(&edited.stderr).changed, 1);
    assert!(rows_written(&edited) <= 12, "{store}: {}", edited.stderr);
    // A description alone replaces op and row of what was adopted.
    home.edit("darklang/stdlib/int64.dark", "/// Divides two integers", "/// Divides one integer by another");
    let described = home.reload(&["--stats"]);
    assert!(common::summary(&described.stderr).changed >= 1, "{}", described.stderr);
    assert!(rows_written(&described) <= 12, "{store}: {}", described.stderr);
    let verified = home.reload(&["--verify"]);
    assert!(verified.stderr.contains("no difference"), "{store}: {}", verified.stderr);
    assert_eq!(common::fold::check(&home.store()), None, "{store}");
    rows_written(&first)
}

#[test]
fn what_darklang_loaded_is_adopted() {
    let Some(oracle) = common::oracle() else { return };
    for store in ["lived-in.db", "lived-in-2.db", "loaded.db"] {
        let rows = check(&oracle, store);
        println!("at home: the first reload on {store} writes {rows} rows");
        assert!(rows <= 100, "{store}: {rows} rows");
    }
}

/// As after Darklang's own reload over a store that darkc knew: one commit with other node ids.
#[test]
fn a_reload_of_darklangs_own_in_between_is_adopted() {
    let Some(oracle) = common::oracle() else { return };
    let home = Home::of(&oracle, "loaded.db");
    home.reload(&[]);
    let store = home.store();
    let other = Home::of(&oracle, "lived-in-2.db");
    store
        .execute("ATTACH ?1 AS other", [other.database.to_str().expect("UTF-8")])
        .expect("a store of Darklang's");
    let mut script = String::from("PRAGMA foreign_keys = OFF; BEGIN; DELETE FROM deprecations;");
    for table in [
        "locations",
        "package_types",
        "package_values",
        "package_functions",
        "package_ops",
        "package_dependencies",
        "commits",
        "branch_ops",
    ] {
        script += &format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM other.{table};");
    }
    script += "COMMIT; DETACH other;";
    store.execute_batch(&script).expect("another load");
    work::move_out(&store);
    store
        .execute_batch(
            "DELETE FROM package_ops WHERE commit_hash NOT IN (SELECT hash FROM commits WHERE message GLOB 'Init*');
             DELETE FROM locations WHERE commit_hash NOT IN (SELECT hash FROM commits WHERE message GLOB 'Init*');
             DELETE FROM commits WHERE message NOT GLOB 'Init*'",
        )
        .expect("only the load is left");
    drop(store);
    let again = home.reload(&["--stats"]);
    // What was Feriel's goes, content and all.
    assert!(rows_written(&again) <= 100, "{}", again.stderr);
    home.check(&common::read_items(&oracle.join("items.tsv")), "a reload of Darklang's own");
}

/// Ids of zero are for comparing two stores: whoever asks for them gets them, and whoever stops gets others.
#[test]
fn ids_of_zero_are_exact() {
    let Some(oracle) = common::oracle() else { return };
    let home = Home::of(&oracle, "lived-in-2.db");
    home.reload(&["--node-ids", "zero"]);
    let zero = Home::of(&oracle, "loaded.db");
    let same = "SELECT count(*) FROM package_functions f JOIN other.package_functions o USING (hash) \
         WHERE f.rt_instrs = o.rt_instrs AND f.pt_def = o.pt_def";
    let same = || {
        let store = home.store();
        store.execute("ATTACH ?1 AS other", [zero.database.to_str().expect("UTF-8")]).expect("a store");
        number(&store, same)
    };
    let functions = number(&zero.store(), "SELECT count(*) FROM package_functions");
    assert!(same() + 10 > functions, "{} of {functions}", same());
    home.reload(&[]);
    assert!(same() < functions / 10, "{} of {functions} still have ids of zero", same());
    home.check(&common::read_items(&oracle.join("items.tsv")), "going back to derived ids");
}
