//! What changed: against the store, against a revision, between revisions.

use serde_json::Value;
use snapbox::{IntoData, assert_data_eq, str};

use super::{STORE, said, shop};
use crate::common::git::Repository;
use crate::common::{self, Run, Tree, files_below};

fn folder(tree: &Tree) -> std::path::PathBuf {
    tree.packages().parent().expect("a folder").to_owned()
}

fn git(tree: &Tree, arguments: &[&str]) {
    Repository(folder(tree)).git(arguments);
}

/// The tree as the first commit of a repository.
pub fn committed(tree: Tree) -> Tree {
    git(&tree, &["init", "-q", "-b", "main"]);
    commit(&tree, "first");
    tree
}

fn commit(tree: &Tree, message: &str) {
    git(tree, &["add", "-A", "packages"]);
    git(tree, &["commit", "-q", "-m", message]);
    git(tree, &["tag", message]);
}

pub fn edit(tree: &Tree, path: &str, changes: &[(&str, &str)]) {
    let mut text = String::from_utf8(tree.read(path).expect("a file")).expect("UTF-8");
    for (old, new) in changes {
        assert!(text.contains(old), "{old} is in {path}");
        text = text.replace(old, new);
    }
    tree.write(path, text.as_bytes());
}

/// One of each kind of change.
fn change(tree: &Tree) {
    edit(
        tree,
        "shop/item.dark",
        &[
            ("    price: Int64 }", "    price: Int64\n    weight: Int64 }"),
            ("price = 3L }", "price = 3L; weight = 2L }"),
        ],
    );
    edit(
        tree,
        "shop/till.dark",
        &[
            ("let spare", "let unused"),
            ("module Shop.Till\n", "module Shop.Till\n\nlet change (n: Int64) : Int64 = n - 1L\n"),
        ],
    );
    let moved = tree.read("shop/tree.dark").expect("a file");
    tree.write("shop/plants.dark", &moved);
    tree.remove("shop/tree.dark");
}

fn run(tree: &Tree, arguments: &[&str]) -> Run {
    let store = tree.beside(STORE);
    let store = ["--db", store.to_str().expect("a UTF-8 path")];
    tree.darkc("diff", &[&store, arguments].concat())
}

fn diff(tree: &Tree, arguments: &[&str], code: i32) -> (String, String) {
    said(tree, &run(tree, arguments).expect_code(code))
}

/// The edited items: name, what changed, and how many follow.
fn edited(tree: &Tree, arguments: &[&str]) -> Vec<(String, String, usize)> {
    let (object, _) = diff(tree, &[&["--format", "json"], arguments].concat(), 0);
    let object: Value = serde_json::from_str(&object).expect("JSON");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let list = |value: &Value| value.as_array().expect("a list").clone();
    let one = |edited: &Value| {
        let changes = list(&edited["changes"]);
        let changes = changes.iter().map(|change| match text(&change["detail"]) {
            detail if detail.is_empty() => text(&change["what"]),
            detail => format!("{}: {detail}", text(&change["what"])),
        });
        (text(&edited["name"]), changes.collect::<Vec<_>>().join("; "), list(&edited["ripple"]).len())
    };
    list(&object["edited"]).iter().map(one).collect()
}

#[test]
fn each_kind_of_change_is_told_apart() {
    let tree = committed(shop());
    change(&tree);
    let before = files_below(&folder(&tree));
    let (text, summary) = diff(&tree, &["HEAD"], 0);
    assert_data_eq!(
        &text,
        str![[r#"
Shop.Item.Item: field added → 1 item ripples
  TREE/packages/shop/item.dark:3
  field added: weight: Int64
  @@ -1,3 +1,4 @@
   type Item =
     { name: String
  -    price: Int64 }
  +    price: Int64
  +    weight: Int64 }

Shop.Item.bread: value changed → 1 item ripples
  TREE/packages/shop/item.dark:8
  @@ -1 +1 @@
  -val bread = Item { name = "bread"; price = 3L }
  +val bread = Item { name = "bread"; price = 3L; weight = 2L }

added
  fn Shop.Till.change  TREE/packages/shop/till.dark:3

renamed
  fn Shop.Till.spare → Shop.Till.unused  TREE/packages/shop/till.dark:11

moved
  type Shop.Tree.Branch  TREE/packages/shop/tree.dark → TREE/packages/shop/plants.dark:5
  type Shop.Tree.Leaf  TREE/packages/shop/tree.dark → TREE/packages/shop/plants.dark:3


"#]]
    );
    assert_data_eq!(
        summary,
        str![[r#"
HEAD to the work tree: 2 edited, 1 added, 1 renamed, 2 moved, 2 items ripple

"#]]
    );
    let (markdown, _) = diff(&tree, &["HEAD", "--format", "markdown"], 0);
    assert_data_eq!(
        markdown,
        str![[r####"
### Package items: 2 edited, 1 added, 1 renamed, 2 moved, 2 items ripple

| item | change | ripple |
|---|---|---:|
| `Shop.Item.Item` | field added | 1 |
| `Shop.Item.bread` | value changed | 1 |

<details><summary><code>Shop.Item.Item</code> TREE/packages/shop/item.dark:3</summary>

```diff
@@ -1,3 +1,4 @@
 type Item =
   { name: String
-    price: Int64 }
+    price: Int64
+    weight: Int64 }
```

</details>

<details><summary><code>Shop.Item.bread</code> TREE/packages/shop/item.dark:8</summary>

```diff
@@ -1 +1 @@
-val bread = Item { name = "bread"; price = 3L }
+val bread = Item { name = "bread"; price = 3L; weight = 2L }
```

</details>

**added**

- fn `Shop.Till.change`

**renamed**

- fn `Shop.Till.spare` → `Shop.Till.unused`

**moved**

- type `Shop.Tree.Branch`: `TREE/packages/shop/tree.dark` → `TREE/packages/shop/plants.dark`
- type `Shop.Tree.Leaf`: `TREE/packages/shop/tree.dark` → `TREE/packages/shop/plants.dark`


"####]]
    );
    let (object, _) = diff(&tree, &["HEAD", "--format", "json"], 0);
    assert_data_eq!(object, str![[r#"
{"version":1,"from":"HEAD","to":"the work tree","edited":[{"kind":"type","name":"Shop.Item.Item","path":"TREE/packages/shop/item.dark","line":3,"changes":[{"what":"field added","detail":"weight: Int64"}],"same_hash":false,"old":"type Item =\n  { name: String\n    price: Int64 }","new":"type Item =\n  { name: String\n    price: Int64\n    weight: Int64 }","ripple":["Shop.Till.cost"]},{"kind":"value","name":"Shop.Item.bread","path":"TREE/packages/shop/item.dark","line":8,"changes":[{"what":"value changed","detail":""}],"same_hash":false,"old":"val bread = Item { name = \"bread\"; price = 3L }","new":"val bread = Item { name = \"bread\"; price = 3L; weight = 2L }","ripple":["Shop.Till.total"]}],"added":[{"kind":"fn","name":"Shop.Till.change","path":"TREE/packages/shop/till.dark","line":3}],"removed":[],"renamed":[{"from":{"kind":"fn","name":"Shop.Till.spare","path":"HEAD:packages/shop/till.dark","line":9},"to":{"kind":"fn","name":"Shop.Till.unused","path":"TREE/packages/shop/till.dark","line":11}}],"moved":[{"kind":"type","name":"Shop.Tree.Branch","path":"TREE/packages/shop/plants.dark","line":5,"from":"TREE/packages/shop/tree.dark"},{"kind":"type","name":"Shop.Tree.Leaf","path":"TREE/packages/shop/plants.dark","line":3,"from":"TREE/packages/shop/tree.dark"}],"unexplained":[]}

"#]].raw());
    assert_eq!(files_below(&folder(&tree)), before, "nothing is checked out and nothing written");

    // Between revisions the same is found, whatever the work tree holds.
    commit(&tree, "second");
    tree.write("shop/item.dark", b"nonsense");
    let (same, summary) = diff(&tree, &["first", "second"], 0);
    assert_eq!(same.replace("second:packages", "TREE/packages"), text);
    assert_data_eq!(
        summary,
        str![[r#"
first to second: 2 edited, 1 added, 1 renamed, 2 moved, 2 items ripple

"#]]
    );
    assert_eq!(diff(&tree, &["first..second"], 0).0, same);
    let (back, _) = diff(&tree, &["second", "first"], 0);
    assert!(back.contains("Shop.Item.Item: field removed → 1 item ripples\n"), "{back}");
    assert!(back.contains("removed\n  fn Shop.Till.change  second:packages/shop/till.dark:3\n"), "{back}");
}

#[test]
fn the_store_is_compared_with_the_work_tree() {
    let tree = committed(shop());
    tree.reload(STORE, &[]).expect_code(0);
    let (text, summary) = diff(&tree, &["--exit-code"], 0);
    assert_eq!((text.as_str(), summary.as_str()), ("", "the store to the work tree: no item differs\n"));
    change(&tree);
    let (with_revision, _) = diff(&tree, &["HEAD"], 0);
    let (text, _) = diff(&tree, &["--exit-code"], 1);
    assert_eq!(text, with_revision, "what was loaded was committed, so that the old sources are known");
    // Once the change is loaded, what was committed is not what the store was loaded from.
    tree.reload(STORE, &[]).expect_code(0);
    git(&tree, &["checkout", "-q", "--", "packages"]);
    tree.remove("shop/plants.dark");
    let (text, summary) = diff(&tree, &[], 0);
    assert_data_eq!(
        text,
        str![[r#"
Shop.Item.Item: edited → 1 item ripples
  TREE/packages/shop/item.dark:3
  edited: the old source is not known

Shop.Item.bread: edited → 1 item ripples
  TREE/packages/shop/item.dark:7
  edited: the old source is not known

removed
  fn Shop.Till.change  TREE/packages/shop/till.dark

renamed
  fn Shop.Till.unused → Shop.Till.spare  TREE/packages/shop/till.dark:9

moved
  type Shop.Tree.Branch  TREE/packages/shop/plants.dark → TREE/packages/shop/tree.dark:5
  type Shop.Tree.Leaf  TREE/packages/shop/plants.dark → TREE/packages/shop/tree.dark:3


"#]]
    );
    assert_data_eq!(
        summary,
        str![[r#"
the store to the work tree: 2 edited, 1 removed, 1 renamed, 2 moved, 2 items ripple

"#]]
    );
    // A store that nothing is remembered of tells hashes alone.
    let (text, _) =
        said(&tree, &tree.darkc("diff", &["--db", tree.beside("new.db").to_str().expect("a path")]));
    assert!(text.starts_with("added\n  type Shop.Item.Item\n"), "{text}");
}

#[test]
fn each_change_of_a_declaration_has_a_name() {
    let tree = Tree::empty();
    tree.write(
        "a.dark",
        b"module Docs\n\ntype Shape = | Dot | Square of Int64 | Gone\n\ntype Item = { a: Int64; b: Int64; c: String }\n\n\
          type Name = String\n\nlet area (shape: Shape) : Int64 = 1L\n\nlet twice (n: Int64) : Int64 = n * 2L\n\nval one = 1L\n\n\
          val text = \"x\"\n\n/// Old\nlet told (n: Int64) : Int64 = twice n\n",
    );
    let tree = committed(tree);
    tree.write(
        "a.dark",
        b"module Docs\n\ntype Shape = | Square of Int64 * Int64 | Dot | Line of Int64 | Star\n\n\
          type Item = { b: Int64; a: String; d: Int64 }\n\ntype Name = Int64\n\n\
          let area (shape: Shape) (scale: Int64) : Int64 = scale\n\nlet twice (number: Int64) : Int64 = number * 2L\n\n\
          let one (n: Int64) : Int64 = n\n\nval text = \"y\"\n\n/// New\nlet told (n: Int64) : Int64 = twice n\n",
    );
    let found = edited(&tree, &["HEAD"]);
    let lines: Vec<String> =
        found.iter().map(|(name, changes, ripple)| format!("{name}: {changes} [{ripple}]")).collect();
    assert_data_eq!(
        lines.join("\n"),
        str![[r#"
Docs.Item: field type changed: a: Int64 → a: String; field added: d: Int64; field removed: c: String; fields reordered [0]
Docs.Name: alias changed: String → Int64 [0]
Docs.Shape: case fields changed: Square of Int64 → Square of Int64 * Int64; case added: Line of Int64; case added: Star; case removed: Gone; cases reordered [0]
Docs.area: signature changed: let area (shape: Shape) : Int64 → let area (shape: Shape) (scale: Int64) : Int64; body changed [0]
Docs.one: kind changed: value → function [0]
Docs.text: value changed [0]
Docs.told: description changed [0]
Docs.twice: signature changed: let twice (n: Int64) : Int64 → let twice (number: Int64) : Int64; body changed [0]
"#]]
    );
    let (text, _) = diff(&tree, &["HEAD"], 0);
    let headlines = text.lines().filter(|line| line.starts_with("Docs."));
    assert_data_eq!(
        headlines.collect::<Vec<_>>().join("\n"),
        str![[r#"
Docs.Item: field type changed, field added, field removed, fields reordered
Docs.Name: alias changed
Docs.Shape: case fields changed, 2 cases added, case removed, cases reordered
Docs.area: signature changed, body changed
Docs.one: kind changed
Docs.text: value changed
Docs.told: description changed (same hash)
Docs.twice: signature changed, body changed (same hash)
"#]]
    );
}

#[test]
fn a_name_that_means_something_else_is_a_change_of_its_own() {
    let tree = committed(Tree::examples());
    tree.write("garden/captured.dark", b"module Garden.Path.Bed\n\ntype Bed = Int64\n");
    let found = edited(&tree, &["HEAD"]);
    let fork = found.iter().find(|(name, _, _)| name == "Garden.Path.Fork").expect("the item");
    assert_eq!(fork.1, "name relinked: `Bed.Bed` means Garden.Path.Bed.Bed, not Garden.Bed.Bed");
}

#[test]
fn an_edit_of_the_examples_is_shown_with_what_it_reaches() {
    let tree = committed(Tree::examples());
    edit(&tree, "darklang/stdlib/option.dark", &[("  | None", "  | None\n  | Maybe")]);
    let (text, _) = diff(&tree, &["HEAD"], 0);
    assert_data_eq!(
        text,
        str![[r#"
Stdlib.Option.Option: case added → 3 items ripple
  TREE/packages/darklang/stdlib/option.dark:5
  case added: Maybe
  @@ -2,3 +2,4 @@
   type Option<'a> =
     | Some of 'a
     | None
  +  | Maybe

Stdlib.Option.toResult: body changed → 3 items ripple
  TREE/packages/darklang/stdlib/option.dark:28
  @@ -2,4 +2,5 @@
   let toResult (option: Option<'a>) (problem: 'e) : Stdlib.Result.Result<'a, 'e> =
     match option with
     | Some thing -> Stdlib.Result.Result.Ok thing
  -  | None -> Stdlib.Result.Result.Error problem
  +  | None
  +  | Maybe -> Stdlib.Result.Result.Error problem

Stdlib.Option.map: body changed
  TREE/packages/darklang/stdlib/option.dark:12
  @@ -2,4 +2,5 @@
   let map (option: Option<'a>) (fn: 'a -> 'b) : Option<'b> =
     match option with
     | Some thing -> Option.Some(fn thing)
  -  | None -> Option.None
  +  | None
  +  | Maybe -> Option.None

Stdlib.Option.withDefault: body changed
  TREE/packages/darklang/stdlib/option.dark:20
  @@ -2,4 +2,5 @@
   let withDefault (option: Option<'a>) (fallback: 'a) : 'a =
     match option with
     | Some thing -> thing
  -  | None -> fallback
  +  | None
  +  | Maybe -> fallback


"#]]
    );
}

#[test]
fn what_cannot_be_compared_is_said() {
    let tree = committed(shop());
    let (_, error) = diff(&tree, &["nowhere"], 2);
    assert_data_eq!(
        error,
        str![[r#"
error: the repository has no revision `nowhere`; git log shows those that it has

"#]]
    );
    diff(&tree, &["HEAD", "HEAD", "HEAD"], 2);
    let outside = shop();
    let (_, error) = diff(&outside, &["HEAD"], 2);
    assert_data_eq!(
        error,
        str![[r#"
error: TREE/packages is in no git work tree; run this in one

"#]]
    );
    let packages = tree.packages();
    let packages = packages.to_str().expect("a UTF-8 path");
    let (_, error) = said(
        &tree,
        &common::darkc(&["diff", "--packages", packages, "HEAD"], &[("PATH", "/nowhere")]).expect_code(2),
    );
    assert!(error.starts_with("error: git cannot be run: "), "{error}");
    // Errors in the old sources are told with the revision that they are in.
    tree.write("shop/broken.dark", b"module Shop.Broken\n\nlet cost\n");
    commit(&tree, "broken");
    tree.remove("shop/broken.dark");
    let (text, errors) = diff(&tree, &["broken"], 1);
    assert_eq!(text, "");
    assert!(errors.contains("broken:packages/shop/broken.dark:3:"), "{errors}");
    let (_, warnings) = diff(&tree, &["first"], 0);
    assert_data_eq!(
        warnings,
        str![[r#"
first to the work tree: no item differs

"#]]
    );
}

/// The worst edit of Darklang's own set, with what it reaches as a number.
#[test]
fn the_worst_edit_of_darklangs_own_set_is_one_line() {
    let Some(oracle) = common::oracle() else { return };
    let tree = committed(Tree::copy_of(&oracle.join("packages")));
    let option = "darklang/stdlib/option.dark";
    let text = String::from_utf8(tree.read(option).expect("the source")).expect("UTF-8");
    tree.write(option, text.replacen("  | None\n", "  | None\n  | Maybe\n", 1).as_bytes());
    let (text, summary) = diff(&tree, &["HEAD"], 0);
    assert!(text.starts_with("Stdlib.Option.Option: case added → 2,939 items ripple\n"), "{text}");
    assert_eq!(summary, "HEAD to the work tree: 1 edited, 2,939 items ripple\n");
}
