//! What is known of an item, and what each code means.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use darkc::commands::{CodeExplanation, explanations};
use serde_json::Value;
use snapbox::{IntoData, assert_data_eq, str};

use super::{STORE, said, shop};
use crate::common::{Tree, darkc, files_below};

/// The codes of all diagnostics of a package set of one file.
fn codes_of(source: &str) -> Vec<String> {
    let tree = Tree::in_memory();
    tree.write("docs.dark", source.as_bytes());
    let run = tree.darkc("check", &["--format", "short"]);
    let all = run.stdout.lines().chain(run.stderr.lines());
    let code = |line: &str| {
        let (_, rest) = line.split_once("error[").or_else(|| line.split_once("warning["))?;
        Some(rest.split_once(']')?.0.to_owned())
    };
    all.filter_map(code).collect()
}

#[test]
fn every_example_gives_its_code_and_the_right_one_nothing() {
    for CodeExplanation { code, text, examples } in explanations() {
        assert!(text.ends_with('.'), "{code}: {text}");
        let Some(examples) = examples else { continue };
        assert_eq!(codes_of(examples.wrong), [code], "{}", examples.wrong);
        assert_eq!(codes_of(examples.right), [""; 0], "{}", examples.right);
    }
}

/// Nothing prints a code that nothing explains.
#[test]
fn every_code_of_the_source_is_explained() {
    let families = ["LEX", "PARSE", "VALIDATION", "NAME", "TYPE", "FIELD", "CASE", "ARGUMENTS"];
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut used = BTreeSet::new();
    for path in files_below(&root).iter().filter(|path| path.ends_with(".rs") && !path.contains("tests")) {
        if path.starts_with("commands/explain/") {
            continue;
        }
        let text = fs::read_to_string(root.join(path)).expect("a source");
        let is_code = |word: &&str| {
            let is_part = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_uppercase());
            let family = word.split('-').next().unwrap_or_default();
            families.contains(&family)
                && word.split('-').all(is_part)
                && (word.contains('-') || *word == "LEX")
        };
        used.extend(text.split('"').filter(is_code).map(str::to_owned));
    }
    let explained: BTreeSet<String> = explanations().iter().map(|found| found.code.to_owned()).collect();
    assert_eq!(used, explained);
    assert_eq!(explained.len(), explanations().len(), "no code is explained twice");
}

fn explain(tree: &Tree, arguments: &[&str], code: i32) -> (String, String) {
    let store = tree.beside(STORE);
    let store = ["--db", store.to_str().expect("a UTF-8 path")];
    said(tree, &tree.darkc("explain", &[&store, arguments].concat()).expect_code(code))
}

#[test]
fn a_function_is_explained_with_what_it_refers_to_and_what_refers_to_it() {
    let tree = shop();
    let (text, errors) = explain(&tree, &["cost"], 0);
    assert_data_eq!(
        text,
        str![[r#"
fn Shop.Till.cost
  let cost (item: Item.Item) : Int64
  TREE/packages/shop/till.dark:4
  hash 986b06fa12e9121a03c244f1f5a28220d96c6dcd83d4b95870106a187f0b9ae7
refers to 1 name
  Item.Item = type Shop.Item.Item  (tried before: Shop.Till.Item.Item)
1 item refers to it; 1 depends on it
  fn Shop.Till.total  TREE/packages/shop/till.dark:6
store: there is none at TREE/store.db
last reload: nothing is remembered of it: there is no store

"#]]
    );
    assert_eq!(errors, "");
    tree.reload(STORE, &[]).expect_code(0);
    let (text, _) = explain(&tree, &["Shop.Item.bread"], 0);
    assert_data_eq!(
        text,
        str![[r#"
value Shop.Item.bread
  val bread : Item
  TREE/packages/shop/item.dark:7
  hash 537f5bdf930e451765b40c795a2fdbb6872acafe3379eb2d7a4a6a1f076992c6
refers to 1 name
  Item = type Shop.Item.Item
1 item refers to it; 1 depends on it
  fn Shop.Till.total  TREE/packages/shop/till.dark:6
store: the same hash
last reload: nothing has changed since; why that one looked at it is not remembered

"#]]
    );
    let (object, _) = explain(&tree, &["cost", "--format", "json"], 0);
    assert_data_eq!(
        object,
        str![[r#"
{"version":1,"kind":"fn","name":"Shop.Till.cost","path":"TREE/packages/shop/till.dark","line":4,"signature":"let cost (item: Item.Item) : Int64","hash":"986b06fa12e9121a03c244f1f5a28220d96c6dcd83d4b95870106a187f0b9ae7","references":[{"written":"Item.Item","kind":"type","name":"Shop.Item.Item","tried":["Shop.Till.Item.Item"]}],"unresolved":[],"referred_by":[{"kind":"fn","name":"Shop.Till.total","path":"TREE/packages/shop/till.dark","line":6}],"dependents":1,"cycle":[],"store":{"state":"same","hash":null,"error":null},"since":{"state":"unchanged","changed":[],"reason":null}}

"#]]
    );
    let (text, _) = explain(&tree, &["Leaf"], 0);
    assert_data_eq!(
        text,
        str![[r#"
type Shop.Tree.Leaf
  type Leaf = | Leaf of Branch
  TREE/packages/shop/tree.dark:3
  hash 363a382ba6eb08cd198f85ff7540be55627ce926aedd62df03d71ef016c5ed98
  in a cycle with Shop.Tree.Branch
refers to 1 name
  Branch = type Shop.Tree.Branch
1 item refers to it; 1 depends on it
  type Shop.Tree.Branch  TREE/packages/shop/tree.dark:5
store: the same hash
last reload: nothing has changed since; why that one looked at it is not remembered

"#]]
    );
}

#[test]
fn what_changed_since_the_last_reload_is_said() {
    let tree = shop();
    tree.reload(STORE, &[]).expect_code(0);
    let last = |name: &str| {
        let (text, _) = explain(&tree, &[name], 0);
        text.lines().skip_while(|line| !line.starts_with("store: ")).collect::<Vec<_>>().join("\n")
    };
    let source = String::from_utf8(tree.read("shop/item.dark").expect("a source")).expect("UTF-8");
    tree.write("shop/item.dark", source.replace("price", "cents").as_bytes());
    let till = String::from_utf8(tree.read("shop/till.dark").expect("a source")).expect("UTF-8");
    let till = till.replace("What an item costs", "Its price").replace("item.price", "item.cents");
    tree.write("shop/till.dark", (till + "\nlet new (n: Int64) : Int64 = n\n").as_bytes());
    assert_data_eq!(
        last("Shop.Item.Item"),
        str![[r#"
store: another hash, f7a6a03b60573ad36812e743f7e06b96b8fd072eb5305933a8d89e93a79cd820
last reload: its code has changed since, so the next one looks at it
"#]]
    );
    assert_data_eq!(
        last("cost"),
        str![[r#"
store: another hash, 986b06fa12e9121a03c244f1f5a28220d96c6dcd83d4b95870106a187f0b9ae7
last reload: its code and its description have changed since, so the next one looks at it
"#]]
    );
    assert_data_eq!(
        last("total"),
        str![[r#"
store: another hash, 931c3369a02ddf6ccfe9e0c9eb34399413a82c9294126678aa7a4ffb5bff1151
last reload: an item that it depends on has changed since, so the next one looks at it
"#]]
    );
    assert_data_eq!(
        last("new"),
        str![[r#"
store: it has no item of this name
last reload: it did not have this item
"#]]
    );
    assert_data_eq!(
        last("spare"),
        str![[r#"
store: the same hash
last reload: nothing has changed since; why that one looked at it is not remembered
"#]]
    );
    let (object, _) = explain(&tree, &["cost", "--format", "json"], 0);
    let object: Value = serde_json::from_str(&object).expect("JSON");
    assert_eq!(object["since"]["changed"], serde_json::json!(["its code", "its description"]));
    assert_eq!(object["store"]["state"], "other");
}

#[test]
fn an_item_of_the_examples_is_explained() {
    let (text, _) = explain(&Tree::examples(), &["Garden.Bed.sow"], 0);
    assert_data_eq!(
        text,
        str![[r#"
fn Garden.Bed.sow
  let sow (bed: Bed) (plant: Plant.Plant) : Stdlib.Result.Result<Bed, String>
  TREE/packages/garden/bed.dark:15
  hash 0dd9106ce9951cd13713d8d8185fe544a5d997c44f74f61e321cf0ed63560cf0
refers to 6 names
  Bed = type Garden.Bed.Bed
  Plant.Plant = type Garden.Plant.Plant  (tried before: Garden.Bed.Plant.Plant)
  Stdlib.Result.Result = type Darklang.Stdlib.Result.Result  (tried before: Garden.Bed.Stdlib.Result.Result, Garden.Stdlib.Result.Result, Stdlib.Result.Result)
  Plant.thrives = fn Garden.Plant.thrives  (tried before: Garden.Bed.Plant.thrives)
  Stdlib.List.append = fn Darklang.Stdlib.List.append  (tried before: Garden.Bed.Stdlib.List.append, Garden.Stdlib.List.append, Stdlib.List.append)
  Plant.describeLight = fn Garden.Plant.describeLight  (tried before: Garden.Bed.Plant.describeLight)
1 item refers to it; 2 depend on it
  fn Garden.Season.sowAll  TREE/packages/garden/season.dark:11
store: there is none at TREE/store.db
last reload: nothing is remembered of it: there is no store

"#]]
    );
}

#[test]
fn names_that_mean_nothing_are_said_with_the_item() {
    let tree = Tree::empty();
    tree.write("a.dark", b"module Docs\n\nlet double (number: Int64) : Int64 = nubmer * 2L\n");
    let (text, _) = explain(&tree, &["double"], 0);
    assert!(
        text.contains("  no variable, value or function is called `nubmer`; did you mean `number`?\n"),
        "{text}"
    );
}

#[test]
fn a_code_is_explained_without_any_packages() {
    let folder = tempfile::tempdir().expect("a folder");
    let in_folder = |what: &str| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_darkc"))
            .args(["explain", what])
            .current_dir(folder.path())
            .output()
            .expect("darkc starts");
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    assert_data_eq!(
        in_folder("parse-escape"),
        str![[r#"
PARSE-ESCAPE

A backslash in a string or a character is followed by something that is no escape. A backslash
itself is written `\\`.

Wrong:

  module Docs

  val path = "C:\data"

Right:

  module Docs

  val path = "C:\\data"

"#]]
        .raw()
    );
    assert_data_eq!(
        in_folder("VALIDATION-MATCH"),
        str![[r#"
VALIDATION-MATCH

Darklang checks for this once more after it has parsed a file. What breaks the rule is refused
before, with PARSE-EXPECTED, so that no package file gives this code.

"#]]
    );
    let json = darkc(&["explain", "TYPE-RESULT", "--format", "json"], &[]).expect_code(0).stdout;
    assert_data_eq!(json, str![[r#"
{"version":1,"code":"TYPE-RESULT","text":"A function's body is not of the type that the function declares. The finding is at the branch that gives the value.","wrong":"module Docs\n\nlet name (n: Int64) : String = n\n","right":"module Docs\n\nlet name (n: Int64) : Int64 = n\n"}

"#]].raw());
}

#[test]
fn what_is_neither_is_told_what_it_may_have_meant() {
    let (_, error) = explain(&shop(), &["PARSE-EXPECTD"], 2);
    assert_data_eq!(
        error,
        str![[r#"
error: no item and no module is called `PARSE-EXPECTD`; did you mean `PARSE-EXPECTED` or `PARSE-UNEXPECTED`?

"#]]
    );
    let (_, error) = explain(&shop(), &["Shop.Till.totl"], 2);
    assert_data_eq!(
        error,
        str![[r#"
error: no item and no module is called `Shop.Till.totl`; did you mean `Shop.Till.total`?

"#]]
    );
    let (_, error) = explain(&shop(), &["Shop.Till"], 2);
    assert_data_eq!(
        error,
        str![[r#"
error: `Shop.Till` is a module; name one of its items: `Shop.Till.cost`, `Shop.Till.spare`, `Shop.Till.total`

"#]]
    );
    // A store that is none is said, and the rest all the same.
    let tree = shop();
    fs::write(tree.beside(STORE), "no database").expect("a file");
    let (text, _) = explain(&tree, &["cost"], 0);
    assert!(text.contains("\nstore: "), "{text}");
    assert!(text.ends_with("last reload: nothing is remembered of it: the store cannot be read\n"), "{text}");
    assert_eq!(fs::read(tree.beside(STORE)).expect("the file"), b"no database");
}
