//! What refers to what.

use std::fs;

use serde_json::Value;
use snapbox::{assert_data_eq, str};

use super::{said, shop};
use crate::common::{self, Tree};

fn deps(tree: &Tree, arguments: &[&str], code: i32) -> (String, String) {
    said(tree, &tree.darkc("deps", arguments).expect_code(code))
}

#[test]
fn a_tree_goes_to_what_an_item_refers_to() {
    let (tree, summary) = deps(&shop(), &["Shop.Till.total"], 0);
    assert_data_eq!(
        tree,
        str![[r#"
fn Shop.Till.total
├── value Shop.Item.bread
│   └── type Shop.Item.Item
└── fn Shop.Till.cost
    └── type Shop.Item.Item

"#]]
    );
    assert_data_eq!(
        summary,
        str![[r#"
4 items, 4 references

"#]]
    );
    let (module, _) = deps(&shop(), &["Till", "--depth", "1"], 0);
    assert_data_eq!(
        module,
        str![[r#"
fn Shop.Till.cost
└── type Shop.Item.Item
fn Shop.Till.spare
fn Shop.Till.total
├── value Shop.Item.bread
└── fn Shop.Till.cost

"#]]
    );
    let (alone, _) = deps(&shop(), &["total", "--depth", "0"], 0);
    assert_eq!(alone, "fn Shop.Till.total\n");
}

#[test]
fn reversed_it_goes_to_what_an_edit_can_reach() {
    let (tree, _) = deps(&shop(), &["Shop.Item.Item", "--reverse"], 0);
    assert_data_eq!(
        tree,
        str![[r#"
type Shop.Item.Item
├── value Shop.Item.bread
│   └── fn Shop.Till.total
└── fn Shop.Till.cost
    └── fn Shop.Till.total

"#]]
    );
}

#[test]
fn what_is_shown_above_is_marked() {
    let (tree, summary) = deps(&Tree::examples(), &["Garden.Season.report"], 0);
    assert_data_eq!(
        tree,
        str![[r#"
fn Garden.Season.report
├── fn Darklang.Stdlib.Int.toString
├── fn Darklang.Stdlib.List.map
│   ├── fn Darklang.Stdlib.List.append
│   └── fn Darklang.Stdlib.List.fold
├── fn Darklang.Stdlib.String.join
├── value Darklang.Stdlib.String.newline
├── type Garden.Bed.Bed
│   ├── type Garden.Plant.Light
│   └── type Garden.Plant.Plant
│       ├── type Garden.Plant.Light
│       └── type Garden.Plant.Water
└── fn Garden.Bed.ripe
    ├── fn Darklang.Stdlib.List.filter
    │   ├── fn Darklang.Stdlib.List.append
    │   └── fn Darklang.Stdlib.List.fold
    ├── fn Darklang.Stdlib.List.find
    │   └── type Darklang.Stdlib.Option.Option
    ├── type Garden.Bed.Bed (*)
    └── type Garden.Plant.Plant (*)

"#]]
    );
    assert_data_eq!(
        summary,
        str![[r#"
15 items, 19 references; what (*) stands behind is shown above

"#]]
    );
    // A cycle ends where it begins.
    let (cycle, _) = deps(&shop(), &["Leaf", "--reverse"], 0);
    assert_data_eq!(
        cycle,
        str![[r#"
type Shop.Tree.Leaf
└── type Shop.Tree.Branch
    └── type Shop.Tree.Leaf (*)

"#]]
    );
}

#[test]
fn a_graph_and_an_object_say_the_same() {
    let (graph, _) = deps(&shop(), &["cost", "--reverse", "--format", "dot"], 0);
    assert_data_eq!(
        graph,
        str![[r#"
digraph dependencies {
  rankdir=LR;
  "Shop.Till.cost" [shape=box];
  "Shop.Till.total" [shape=box];
  "Shop.Till.total" -> "Shop.Till.cost";
}

"#]]
    );
    let (object, _) = deps(&shop(), &["cost", "--reverse", "--format", "json"], 0);
    assert_data_eq!(
        object,
        str![[r#"
{"version":1,"start":["Shop.Till.cost"],"reverse":true,"items":[{"kind":"fn","name":"Shop.Till.cost","path":"TREE/packages/shop/till.dark","line":4},{"kind":"fn","name":"Shop.Till.total","path":"TREE/packages/shop/till.dark","line":6}],"references":[["Shop.Till.total","Shop.Till.cost"]]}

"#]]
    );
}

#[test]
fn cycles_are_listed() {
    let (cycles, summary) = deps(&shop(), &["--cycles"], 0);
    assert_data_eq!(
        cycles,
        str![[r#"
2 items
  type Shop.Tree.Branch  TREE/packages/shop/tree.dark:5
  type Shop.Tree.Leaf  TREE/packages/shop/tree.dark:3

"#]]
    );
    assert_data_eq!(
        summary,
        str![[r#"
1 cycle of 2 items

"#]]
    );
    let (object, _) = deps(&shop(), &["--cycles", "--format", "json"], 0);
    assert_data_eq!(
        object,
        str![[r#"
{"version":1,"cycles":[["Shop.Tree.Branch","Shop.Tree.Leaf"]],"items":[{"kind":"type","name":"Shop.Tree.Branch","path":"TREE/packages/shop/tree.dark","line":5},{"kind":"type","name":"Shop.Tree.Leaf","path":"TREE/packages/shop/tree.dark","line":3}],"references":[["Shop.Tree.Branch","Shop.Tree.Leaf"],["Shop.Tree.Leaf","Shop.Tree.Branch"]]}

"#]]
    );
    let tree = Tree::empty();
    tree.write("a.dark", b"module Docs\n\nval one = 1L\n");
    let (none, summary) = deps(&tree, &["--cycles"], 0);
    assert_eq!((none.as_str(), summary.as_str()), ("", "0 cycles of 0 items\n"));
}

#[test]
fn functions_that_no_root_reaches_are_unused() {
    let (unused, summary) = deps(&shop(), &["--unused", "--root", "total"], 0);
    assert_data_eq!(
        unused,
        str![[r#"
fn Shop.Till.spare  TREE/packages/shop/till.dark:9

"#]]
    );
    assert_data_eq!(
        summary,
        str![[r#"
1 of 3 functions not reached from 1 root

"#]]
    );
    let (_, summary) = deps(&shop(), &["--unused", "--root", "cost", "Shop.Till"], 0);
    assert_data_eq!(
        summary,
        str![[r#"
0 of 3 functions not reached from 2 roots

"#]]
    );
    let (object, _) = deps(&shop(), &["--unused", "--root", "cost", "--format", "json"], 0);
    assert_data_eq!(
        object,
        str![[r#"
{"version":1,"roots":["Shop.Till.cost"],"functions":3,"items":[{"kind":"fn","name":"Shop.Till.spare","path":"TREE/packages/shop/till.dark","line":9},{"kind":"fn","name":"Shop.Till.total","path":"TREE/packages/shop/till.dark","line":6}],"references":[]}

"#]]
    );
    // F# code refers to the option type of the examples, and to nothing of the shop.
    let (_, summary) = deps(&Tree::examples(), &["--unused"], 0);
    assert_data_eq!(
        summary,
        str![[r#"
32 of 32 functions not reached from 2 roots

"#]]
    );
    let (_, error) = deps(&shop(), &["--unused"], 2);
    assert_data_eq!(
        error,
        str![[r#"
error: no package reference of Darklang's F# code names an item of this package set; give the roots with --root NAME

"#]]
    );
}

/// What the checkout's F# code registers are the roots, and not what a list inside darkc has.
#[test]
fn a_checkout_says_what_its_code_refers_to() {
    let tree = Tree::empty();
    tree.write(
        "a.dark",
        b"module Darklang.Docs\n\nlet inner (n: Int64) : Int64 = n\n\nlet used (n: Int64) : Int64 = inner n\n\n\
          let spare (n: Int64) : Int64 = inner n\n",
    );
    let registry = tree.beside("backend/src/LibExecution/PackageRefs.fs");
    fs::create_dir_all(registry.parent().expect("a folder")).expect("folders");
    let source = "module Refs\nmodule Fn =\n  let private p modules name = fun () -> \"\"\n  \
                  let used = p [ \"Docs\" ] \"used\"\n  let gone = p [ \"Docs\" ] \"gone\"\n";
    fs::write(registry, source).expect("a file");
    let (unused, summary) = deps(&tree, &["--unused"], 0);
    assert_eq!(unused, "fn Darklang.Docs.spare  TREE/packages/a.dark:7\n");
    assert_eq!(summary, "1 of 3 functions not reached from 1 root\n");
}

#[test]
fn a_question_that_means_nothing_is_told_what_it_may_have_meant() {
    let (_, unknown) = deps(&shop(), &["Shop.Til.cots"], 2);
    assert_data_eq!(
        unknown,
        str![[r#"
error: no item and no module is called `Shop.Til.cots`; did you mean `Shop.Till.cost`?

"#]]
    );
    let tree = shop();
    tree.write("shop/more.dark", b"module Shop.More\n\nlet cost (n: Int64) : Int64 = n\n");
    let (_, ambiguous) = deps(&tree, &["cost"], 2);
    assert_data_eq!(
        ambiguous,
        str![[r#"
error: `cost` is the end of 2 names; type more of the one that is meant; did you mean `Shop.More.cost` or `Shop.Till.cost`?

"#]]
    );
    deps(&tree, &[], 2);
    deps(&tree, &["cost", "--cycles"], 2);
    deps(&tree, &["--unused", "--cycles"], 2);
    deps(&tree, &["--root", "cost"], 2);
    deps(&tree, &["--depth", "-1", "cost"], 2);
    tree.write("shop/more.dark", b"module Shop.More\n\nlet cost\n");
    let (data, errors) = deps(&tree, &["cost"], 1);
    assert!(data.is_empty() && errors.contains("error[PARSE-"), "{data}{errors}");
}

/// The type that most of Darklang depends on, and its cycles.
#[test]
fn darklangs_own_set_is_walked_once() {
    let Some(oracle) = common::oracle() else { return };
    let packages = oracle.join("packages");
    let packages = packages.to_str().expect("a UTF-8 path");
    let ask = |arguments: &[&str]| -> Value {
        let all = [&["deps", "--packages", packages, "--format", "json"], arguments].concat();
        serde_json::from_str(&common::darkc(&all, &[]).expect_code(0).stdout).expect("JSON")
    };
    let length = |object: &Value, field: &str| object[field].as_array().expect("a list").len();
    let reverse = ask(&["Stdlib.Option.Option", "--reverse"]);
    assert_eq!(length(&reverse, "items"), 2940);
    let run = common::darkc(&["deps", "--packages", packages, "Stdlib.Option.Option", "--reverse"], &[]);
    // Every reference is a line, and so is the root.
    assert_eq!(run.stdout.lines().count(), length(&reverse, "references") + 1);
    assert_eq!(length(&ask(&["--cycles"]), "cycles"), 56);
    let unused = ask(&["--unused"]);
    assert_eq!(length(&unused, "roots"), 197);
    assert!(length(&unused, "items") < 4392, "something is used");
}
