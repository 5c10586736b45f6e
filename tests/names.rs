//! Names that mean nothing are reported, each with its place and what may have been meant.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;
use snapbox::{assert_data_eq, str};

use crate::common::edits::{Edit, Expect};
use crate::common::{self, Run, Tree, counters};

const STORE: &str = "store.db";

/// The diagnostics of `darkc check --format json` about names that mean nothing.
fn checked(tree: &Tree) -> Vec<Value> {
    let run = tree.darkc("check", &["--format", "json", "--allow", "NAME-DUPLICATE"]);
    let all = run.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON"));
    all.filter(|found: &Value| field(found, "code").starts_with("NAME-")).collect()
}

fn field<'v>(diagnostic: &'v Value, name: &str) -> &'v str {
    diagnostic[name].as_str().unwrap_or_else(|| panic!("a text {name} in {diagnostic}"))
}

/// The source at the place of a diagnostic: by its bytes, and by its lines and columns.
fn text_at(diagnostic: &Value) -> (String, String) {
    let text = fs::read_to_string(field(diagnostic, "path")).expect("a source");
    let number = |value: &Value| usize::try_from(value.as_u64().expect("a number")).expect("a place");
    let bytes = number(&diagnostic["bytes"][0])..number(&diagnostic["bytes"][1]);
    let line = text.lines().nth(number(&diagnostic["start"][0]) - 1).expect("the line");
    let (from, to) = (number(&diagnostic["start"][1]) - 1, number(&diagnostic["end"][1]) - 1);
    (text[bytes].to_owned(), line.chars().skip(from).take(to - from).collect())
}

/// (item, name as written) and how often it was reported.
fn tally(diagnostics: &[Value]) -> BTreeMap<(String, String), usize> {
    let mut tally = BTreeMap::new();
    for diagnostic in diagnostics {
        let (name, by_columns) = text_at(diagnostic);
        assert_eq!(name, by_columns, "bytes and columns agree: {diagnostic}");
        assert!(field(diagnostic, "message").contains(&format!("`{name}`")), "{diagnostic}");
        *tally.entry((field(diagnostic, "item").to_owned(), name)).or_insert(0) += 1;
    }
    tally
}

#[test]
fn the_unresolved_names_of_the_real_set_are_darklangs_name_errors() {
    let Some(oracle) = common::oracle() else { return };
    let tree = Tree::copy_of(&oracle.join("packages"));
    let diagnostics = checked(&tree);
    let text = fs::read_to_string(oracle.join("unresolved.tsv")).expect("unresolved.tsv");
    let line = |line: &str| {
        let fields: Vec<&str> = line.split('\t').collect();
        ((fields[0].to_owned(), fields[1].to_owned()), fields[2].parse().expect("a number"))
    };
    let expected: BTreeMap<(String, String), usize> = text.lines().map(line).collect();
    assert_eq!(tally(&diagnostics), expected);
    assert_eq!(diagnostics.len(), 44);
    assert!(diagnostics.iter().all(|found| field(found, "code") == "NAME-UNRESOLVED"));
    let cyan = diagnostics.iter().find(|found| field(found, "message").contains("`Cli.Colors.cyan`"));
    assert_eq!(cyan.expect("a finding")["suggestions"][0], "Darklang.Stdlib.Cli.UI.Colors.cyan");
}

#[test]
fn an_edit_that_leaves_a_reference_dangling_names_it() {
    let Some(oracle) = common::oracle() else { return };
    let tree = Tree::copy_of(&oracle.join("packages"));
    tree.darkc("build", &[]).expect_code(0);
    let before = tally(&checked(&tree));
    let items = common::read_items(&oracle.join("items.tsv"));
    let mut dangling = Vec::new();
    for edit in Edit::all(&oracle.join("edits")) {
        if matches!(edit.expect, Expect::Error(_)) {
            continue;
        }
        let name = |line: &String| line.split('\t').nth(1).expect("a name").to_owned();
        let after = edit.expected_items(&items).expect("the items after it");
        let after: std::collections::BTreeSet<String> = after.iter().map(name).collect();
        let gone: Vec<String> = items.iter().map(name).filter(|name| !after.contains(name)).collect();
        let undo = edit.apply(&tree);
        let mut found = tally(&checked(&tree));
        undo.undo(&tree);
        found.retain(|name, count| before.get(name) != Some(count));
        for (item, written) in found.keys() {
            let last = written.rsplit('.').next().expect("a part");
            let is_gone = gone.iter().any(|gone| gone.ends_with(&format!(".{last}")));
            assert!(is_gone, "{}: {item} uses {written}, which is not gone", edit.name);
        }
        if !found.is_empty() {
            dangling.push((edit.name.clone(), found.values().sum::<usize>()));
        }
    }
    let expected =
        [("delete-file-00", 25), ("delete-file-04", 18), ("delete-file-06", 26), ("underscore-path", 3)];
    assert_eq!(dangling, expected.map(|(name, count)| (name.to_owned(), count)));
}

#[test]
fn the_examples_have_no_finding() {
    let tree = Tree::copy_of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/packages"));
    let run = tree.darkc("check", &["--format", "short"]).expect_code(0);
    assert_eq!(run.stdout, "");
    assert!(run.stderr.contains(", 0 findings, "), "{}", run.stderr);
}

const SHELF: &str = "module Shop.Shelf

type Item = | Box of Int | Empty

let first (n: Int) : Int = n

let second (n: Int) : Int = n
";

const TILL: &str = "module Shop.Till

let total (amount: Int) : Int =
  // \u{1F600}
  let sum = Shelf.frist amount
  \"\u{1F600}é\" |> Shelf.third
  amuont + sum + (Shelf.frist 1) + Builtin.int64Ad 1L 2L |> secnd
";

fn shop() -> Tree {
    let tree = Tree::empty();
    tree.write("shop/shelf.dark", SHELF.as_bytes());
    tree.write("shop/till.dark", TILL.as_bytes());
    tree
}

/// The output with the folder of the tree as `TREE`.
fn shown(tree: &Tree, text: &str) -> String {
    text.replace(tree.packages().to_str().expect("UTF-8"), "TREE")
}

fn check(tree: &Tree, arguments: &[&str]) -> (Run, String) {
    let run = tree.darkc("check", arguments);
    let out = shown(tree, &run.stdout);
    (run, out)
}

#[test]
fn every_use_of_a_name_is_reported_with_its_place() {
    let tree = shop();
    let run = tree.darkc("check", &[]).expect_code(0);
    assert_data_eq!(
        shown(&tree, &run.stdout),
        str![[r#"
warning[NAME-UNRESOLVED]: no function or value is called `Shelf.frist`
 --> TREE/shop/till.dark:5:13
  |
5 |   let sum = Shelf.frist amount
  |             ^^^^^^^^^^^
  |
  = help: did you mean `Shop.Shelf.first`?

warning[NAME-UNRESOLVED]: no function or value is called `Shelf.third`
 --> TREE/shop/till.dark:6:11
  |
6 |   "😀é" |> Shelf.third
  |            ^^^^^^^^^^^

warning[NAME-UNBOUND]: no variable, value or function is called `amuont`
 --> TREE/shop/till.dark:7:3
  |
7 |   amuont + sum + (Shelf.frist 1) + Builtin.int64Ad 1L 2L |> secnd
  |   ^^^^^^
  |
  = help: did you mean `amount`?

warning[NAME-UNRESOLVED]: no function or value is called `Shelf.frist`
 --> TREE/shop/till.dark:7:19
  |
7 |   amuont + sum + (Shelf.frist 1) + Builtin.int64Ad 1L 2L |> secnd
  |                   ^^^^^^^^^^^
  |
  = help: did you mean `Shop.Shelf.first`?

warning[NAME-BUILTIN]: there is no built-in `Builtin.int64Ad`
 --> TREE/shop/till.dark:7:36
  |
7 |   amuont + sum + (Shelf.frist 1) + Builtin.int64Ad 1L 2L |> secnd
  |                                    ^^^^^^^^^^^^^^^
  |
  = help: did you mean `Builtin.int64Add`, [..]?

warning[NAME-UNBOUND]: no variable, value or function is called `secnd`
 --> TREE/shop/till.dark:7:61
  |
7 |   amuont + sum + (Shelf.frist 1) + Builtin.int64Ad 1L 2L |> secnd
  |                                                             ^^^^^
  |
  = help: did you mean `Shop.Shelf.second`?


"#]]
    );
}

#[test]
fn each_format_shows_the_same_places() {
    let tree = shop();
    let (run, short) = check(&tree, &["--format", "short", "--allow", "NAME-UNRESOLVED"]);
    assert_eq!(run.code, 0);
    assert_data_eq!(
        short,
        str![[r#"
TREE/shop/till.dark:7:3: warning[NAME-UNBOUND]: no variable, value or function is called `amuont`
TREE/shop/till.dark:7:36: warning[NAME-BUILTIN]: there is no built-in `Builtin.int64Ad`
TREE/shop/till.dark:7:61: warning[NAME-UNBOUND]: no variable, value or function is called `secnd`

"#]]
    );
    let only_third = ["--allow", "NAME-UNBOUND", "--allow", "NAME-BUILTIN"];
    let (_, json) = check(&tree, &[&["--format", "json"][..], &only_third].concat());
    let third = json.lines().nth(1).expect("a line");
    assert_data_eq!(
        third,
        str![[
            r#"{"path":"TREE/shop/till.dark","code":"NAME-UNRESOLVED","level":"warning","message":"no function or value is called `Shelf.third`","start":[6,11],"end":[6,22],"bytes":[105,116],"utf16":[12,23],"item":"Shop.Till.total","suggestions":[]}"#
        ]]
    );
    let (_, github) = check(&tree, &[&["--format", "github"][..], &only_third].concat());
    assert_data_eq!(
        github,
        str![[r#"
::warning file=TREE/shop/till.dark,line=5,col=13,endLine=5,endColumn=24,title=NAME-UNRESOLVED::no function or value is called `Shelf.frist`%0Adid you mean `Shop.Shelf.first`?
::warning file=TREE/shop/till.dark,line=6,col=11,endLine=6,endColumn=22,title=NAME-UNRESOLVED::no function or value is called `Shelf.third`
::warning file=TREE/shop/till.dark,line=7,col=19,endLine=7,endColumn=30,title=NAME-UNRESOLVED::no function or value is called `Shelf.frist`%0Adid you mean `Shop.Shelf.first`?

"#]]
    );
}

#[test]
fn warnings_fail_where_they_are_denied() {
    let tree = shop();
    for arguments in [
        &["--deny", "warnings"][..],
        &["--deny", "unresolved"],
        &["--deny", "NAME-BUILTIN"],
        &["--deny", "warnings", "--allow", "NAME-UNBOUND"],
    ] {
        tree.darkc("check", arguments).expect_code(1);
    }
    tree.darkc("check", &["--allow", "NAME-UNBOUND"]).expect_code(0);
    let run = tree.darkc("check", &["--deny", "NAME-UNKNOWN"]).expect_code(2);
    assert!(run.stderr.contains("`NAME-UNKNOWN`"), "{}", run.stderr);
}

#[test]
fn a_missing_type_is_an_error_with_suggestions() {
    let tree = shop();
    tree.write("shop/bill.dark", b"module Shop.Bill\n\nlet due (item: Shelf.Itme) : Int = 1\n");
    let run = tree.darkc("check", &[]).expect_code(1);
    let place = "error[NAME-UNRESOLVED]: no type is called `Shelf.Itme`\n --> TREE/shop/bill.dark:3:16\n";
    assert!(shown(&tree, &run.stderr).contains(place), "{}", run.stderr);
    let run = tree.reload(STORE, &[]).expect_code(1);
    assert!(run.stderr.contains("= help: did you mean `Shop.Shelf.Item`?"), "{}", run.stderr);
}

#[test]
fn what_is_declared_twice_shows_both_places() {
    let tree = shop();
    tree.write("shop/zoo.dark", b"module Shop.Shelf\n\nlet first (n: Int) : Int = 2\n");
    let run = tree.darkc("check", &["--allow", "NAME-UNRESOLVED", "--allow", "NAME-UNBOUND"]);
    let (duplicate, _) = run.stdout.split_once("\n\n").expect("a finding");
    assert_data_eq!(
        shown(&tree, duplicate),
        str![[r#"
warning[NAME-DUPLICATE]: Shop.Shelf.first is declared again; the last declaration counts
 --> TREE/shop/shelf.dark:5:5
  |
5 | let first (n: Int) : Int = n
  |     ^^^^^
  |
 ::: TREE/shop/zoo.dark:3:5
  |
3 | let first (n: Int) : Int = 2
  |     ----- this one counts
"#]]
    );
}

/// How many names a run shows in full, and the line about the others.
fn said(run: &Run) -> (usize, Option<&str>) {
    let full = run.stderr.lines().filter(|line| line.starts_with("warning[NAME-")).count();
    (full, run.stderr.lines().find(|line| line.contains("elsewhere")))
}

#[test]
fn a_reload_says_in_full_what_the_edit_touched() {
    let tree = shop();
    let six = Some("warning: 6 names elsewhere resolve to nothing: darkc check lists them");
    assert_eq!(said(&tree.reload(STORE, &[]).expect_code(0)), (6, None));
    let again = tree.reload(STORE, &["--stats"]).expect_code(0);
    assert_eq!(said(&again), (0, six));
    let work = counters(&again.stderr);
    assert_eq!((work["sidecars read"], work["items linked"], work["rows written"]), (0, 0, 0));

    // Another file is edited: the names are elsewhere.
    tree.write("shop/shelf.dark", SHELF.replace("= n", "= n + 1").as_bytes());
    assert_eq!(said(&tree.reload(STORE, &[]).expect_code(0)), (0, six));
    // A comment in their file: its names are said in full, although nothing in it has changed.
    tree.write("shop/till.dark", format!("{TILL}// the end\n").as_bytes());
    assert_eq!(said(&tree.reload(STORE, &[]).expect_code(0)), (6, None));
    // One name begins to mean something, and one in an unchanged file ceases to.
    tree.write("shop/shelf.dark", SHELF.replace("first", "frist").as_bytes());
    let four = Some("warning: 4 names elsewhere resolve to nothing: darkc check lists them");
    let run = tree.reload(STORE, &[]).expect_code(0);
    assert_eq!(said(&run), (4, None), "the item was linked anew: {}", run.stderr);
    tree.write("shop/shelf.dark", SHELF.replace("first", "frist").replace("= n", "= n + 2").as_bytes());
    assert_eq!(said(&tree.reload(STORE, &[]).expect_code(0)), (0, four));
    // The seal keeps the number too.
    let run = tree.reload(STORE, &[]).expect_code(0);
    assert_eq!(said(&run), (0, four));
}

#[test]
fn a_build_check_and_a_listing_say_them_too() {
    let tree = shop();
    let run = tree.darkc("build", &["--check"]).expect_code(1);
    assert_eq!(said(&run), (6, None), "files without a valid sidecar are shown in full");
    assert_eq!(said(&tree.darkc("items", &[]).expect_code(0)), (6, None));
    tree.darkc("build", &[]).expect_code(0);
    let six = Some("warning: 6 names elsewhere resolve to nothing: darkc check lists them");
    assert_eq!(said(&tree.darkc("build", &["--check"]).expect_code(0)), (0, six));
    assert_eq!(said(&tree.darkc("items", &[]).expect_code(0)), (0, six));
}
