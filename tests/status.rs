//! `darkc status`: how everything stands, on one screen, without a trace left on the disk.

use std::fs;
use std::path::Path;

use serde_json::Value;
use snapbox::{assert_data_eq, str};

use crate::common::{Run, Tree, darkc_in, files_below};

const BED: &str = "module Garden.Bed\n\nlet dig (depth: Int64) : Int64 =\n  depth\n";
const PATH: &str = "module Garden.Path\n\nlet walk (bed: Int64) : Int64 =\n  Bed.dig bed\n";

/// A folder with packages in it, and room for the database that goes with them.
struct Home(Tree);

impl Home {
    fn new() -> Self {
        let tree = Tree::empty();
        tree.write("garden/bed.dark", BED.as_bytes());
        tree.write("garden/path.dark", PATH.as_bytes());
        Home(tree)
    }

    fn loaded() -> Self {
        let home = Home::new();
        home.run(&["reload"]).expect_code(0);
        home
    }

    fn root(&self) -> &Path {
        self.0.root()
    }

    fn run(&self, arguments: &[&str]) -> Run {
        darkc_in(self.root(), arguments, &[])
    }

    fn json(&self) -> Value {
        let run = self.run(&["status", "--format", "json"]).expect_code(0);
        assert_eq!(run.stderr, "");
        serde_json::from_str(&run.stdout).expect("JSON")
    }

    fn execute(&self, sql: &str) {
        let store = rusqlite::Connection::open(self.root().join("rundir/data.db")).expect("a store");
        store.execute_batch(sql).expect("valid SQL");
    }
}

#[test]
fn before_the_first_load_there_is_work() {
    let home = Home::new();
    let run = home.run(&["status"]).expect_code(0);
    assert_data_eq!(
        run.stdout,
        str![[r#"
packages:  packages (2 sources)
sidecars:  0 fresh, 0 stale, 2 missing, 0 orphaned; `darkc build` brings them up to date
store:     [..]/rundir/data.db, which does not exist yet
next:      a reload loads and compares everything: darkc has not loaded this store yet

"#]]
    );
    home.run(&["status", "--check"]).expect_code(1);
    home.run(&["reload", "--dry-run"]).expect_code(0);
    assert_eq!(files_below(home.root()).len(), 2, "nothing is made");
}

#[test]
fn after_a_load_there_is_none() {
    let home = Home::loaded();
    let before = files_below(home.root());
    let run = home.run(&["status", "--check"]).expect_code(0);
    assert_data_eq!(
        run.stdout,
        str![[r#"
packages:  packages (2 sources)
sidecars:  2 fresh, 0 stale, 0 missing, 0 orphaned
store:     [..]/rundir/data.db ([..])
Darklang:  Release 4, schema 4F45E582, which this darkc is made for
items:     2; last loaded [..] UTC (Init: packages loaded from disk)
written:   nothing by others since then
bound:     nothing by users on main
kept:      nothing for others' work
names:     all mean something
next:      a reload has nothing to do

"#]]
    );
    assert_eq!(run.stderr, "");
    assert_eq!(files_below(home.root()), before, "no log and no lock is left");
}

#[test]
fn the_next_reload_is_foretold() {
    let home = Home::loaded();
    home.0.write("garden/bed.dark", BED.replace("depth\n", "depth + 1L\n").as_bytes());
    home.0.write("garden/new.dark", b"module Garden.New\n\nlet x (y: Int64) : Int64 =\n  (y\n");
    home.0.remove("garden/path.dark");
    home.0.write("garden/_left.dark", b"no source");
    let run = home.run(&["status"]).expect_code(0);
    assert_data_eq!(
        run.stdout.lines().filter(|line| !line.starts_with("items")).collect::<Vec<_>>().join("\n"),
        str![[r#"
packages:  packages (2 sources; 1 file with `_` in its name is left out)
sidecars:  0 fresh, 1 stale, 1 missing, 1 orphaned; `darkc build` brings them up to date
store:     [..]/rundir/data.db ([..])
Darklang:  Release 4, schema 4F45E582, which this darkc is made for
written:   nothing by others since then
bound:     nothing by users on main
kept:      nothing for others' work
names:     all mean something
error:     packages/garden/new.dark:5: expected ')' to close the '(' at line 4:3, found end of file
next:      a reload loads 1 file changed (garden/bed.dark), 1 file added (garden/new.dark), 1 file removed (garden/path.dark); it is kept from that by the errors above
"#]]
    );
    let json = home.json();
    assert_eq!(json["next"]["reload"], "load");
    assert_eq!(json["next"]["removed"][0], "garden/path.dark");
    assert_eq!(json["errors"][0]["path"], "packages/garden/new.dark");
    assert_eq!(json["left_out"]["files"], 1);
    assert_eq!(json["work"], true);
}

#[test]
fn names_that_mean_nothing_are_counted() {
    let home = Home::new();
    home.0.write("garden/path.dark", PATH.replace("Bed.dig", "Bed.digg").as_bytes());
    home.run(&["reload"]).expect_code(0);
    let run = home.run(&["status", "--check"]).expect_code(0);
    let words = "names:     1 use of a name means nothing; `darkc check` shows it\n";
    assert!(run.stdout.contains(words), "{}", run.stdout);
    assert_eq!(home.json()["store"]["unresolved"], 1);
}

#[test]
fn whoever_wrote_since_is_named() {
    const MAIN: &str = "89282547-e4e6-4986-bcb6-db74bc6a8c0f";
    const PAUL: &str = "00000000-0000-0000-0000-000000000003";
    let home = Home::loaded();
    home.execute(&format!(
        "INSERT INTO branches (id, name) VALUES ('b', 'feature');
         INSERT INTO commits (hash, message, branch_id, account_id) VALUES ('c1', 'mine', '{MAIN}', '{PAUL}');
         INSERT INTO commits (hash, message, branch_id, account_id) VALUES ('c2', 'more', '{MAIN}', '{PAUL}');
         INSERT INTO package_ops (id, op_blob, branch_id) VALUES ('o', x'00', 'b');
         INSERT INTO locations (location_id, item_hash, owner, modules, name, item_type, branch_id, commit_hash)
           VALUES ('l', 'h', 'Garden', 'Bed', 'mine', 'fn', '{MAIN}', 'c1');"
    ));
    let json = home.json();
    let store = &json["store"];
    assert_eq!(store["commits_since"].to_string(), r#"[{"account":"Paul","branch":"main","commits":2}]"#);
    assert_eq!(store["uncommitted"].to_string(), r#"[{"branch":"feature","ops":1}]"#);
    assert_eq!(store["bound_by_users"].to_string(), r#"["Garden.Bed.mine"]"#);
    assert_eq!(json["next"]["reload"], "compare-all");
    let run = home.run(&["status"]).expect_code(0);
    assert!(
        run.stdout.contains("Paul (2 commits on main), 1 op without a commit on feature"),
        "{}",
        run.stdout
    );
    assert!(run.stdout.contains("bound:     1 name by users on main: Garden.Bed.mine"), "{}", run.stdout);
}

#[test]
fn a_store_that_cannot_be_used_does_not_hide_the_rest() {
    let home = Home::loaded();
    fs::write(home.root().join("rundir/data.db"), "no database at all, and longer than a header is")
        .expect("a file");
    let run = home.run(&["status"]).expect_code(0);
    assert!(run.stdout.contains("is no Darklang package store"), "{}", run.stdout);
    assert!(run.stdout.contains("sidecars:  2 fresh"), "{}", run.stdout);
    home.run(&["status", "--check"]).expect_code(1);
    assert_eq!(home.json()["store"]["state"], "unusable");
    let run = home.run(&["status", "--packages", "nowhere"]).expect_code(2);
    assert_eq!(run.stderr, "error: nowhere is not a folder; give the folder of packages\n");
}

#[test]
fn a_store_that_is_its_own_source_has_no_work() {
    let home = Home::loaded();
    home.0.write("garden/bed.dark", BED.replace("depth\n", "depth + 1L\n").as_bytes());
    let seed = &[("DARK_CONFIG_PACKAGES_SOURCE", "seed")];
    let run = darkc_in(home.root(), &["status"], seed).expect_code(0);
    assert!(
        run.stdout.contains("next:      nothing: DARK_CONFIG_PACKAGES_SOURCE is `seed`"),
        "{}",
        run.stdout
    );
}
