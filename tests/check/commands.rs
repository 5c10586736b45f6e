//! `darkc check` as scripts see it, and what a reload says of an edit.

use serde_json::Value;

use crate::common::{Run, Tree};

const SHOP: &str = "module Test.Shop

type Item = { name: String; price: Int64 }

let add (left: Int64) (right: Int64) : Int64 = left + right

let label (item: Item) : String = item.name
";

const USES: &str = "module Test.Uses

let wrong (n: Int64) : Int64 = Test.Shop.add n \"1\"

let fine (n: Int64) : Int64 = Test.Shop.add n 1L

let text (item: Test.Shop.Item) : String = item.nmae
";

fn tree() -> Tree {
    let tree = Tree::in_memory();
    tree.write("shop.dark", SHOP.as_bytes());
    tree.write("uses.dark", USES.as_bytes());
    tree
}

/// The findings of `darkc check --format short`, without the folder.
fn short(tree: &Tree, arguments: &[&str], code: i32) -> Vec<String> {
    let run = tree.darkc("check", &[&["--format", "short"], arguments].concat()).expect_code(code);
    let folder = format!("{}/", tree.packages().display());
    run.stdout.lines().map(|line| line.replace(&folder, "")).collect()
}

const ARGUMENT: &str =
    "uses.dark:3:48: warning[TYPE-ARGUMENT]: argument `right` of Shop.add: wanted Int64, found String";
const FIELD: &str = "uses.dark:7:49: warning[FIELD-UNKNOWN]: Shop.Item has no field `nmae`";

#[test]
fn findings_are_warnings_unless_they_are_denied() {
    let tree = tree();
    assert_eq!(short(&tree, &[], 0), [ARGUMENT, FIELD]);
    assert_eq!(short(&tree, &["--deny", "warnings"], 1), [ARGUMENT, FIELD]);
    assert_eq!(short(&tree, &["--deny", "TYPE-ARGUMENT"], 1), [ARGUMENT, FIELD]);
    assert_eq!(short(&tree, &["--deny", "TYPE-RESULT"], 0), [ARGUMENT, FIELD]);
    assert_eq!(short(&tree, &["--allow", "TYPE-ARGUMENT"], 0), [FIELD]);
    assert_eq!(short(&tree, &["--allow", "TYPE-ARGUMENT", "--deny", "TYPE-ARGUMENT"], 0), [FIELD]);
    for option in ["--allow", "--deny"] {
        let run = tree.darkc("check", &[option, "TYPE-NOTHING"]).expect_code(2);
        assert!(run.stderr.contains("`TYPE-NOTHING`"), "{}", run.stderr);
    }
    let run = tree.darkc("check", &[]).expect_code(0);
    assert!(run.stderr.starts_with("checked: 2 files, 5 bodies, 2 findings, "), "{}", run.stderr);
}

#[test]
fn formats() {
    let tree = tree();
    let text = tree.darkc("check", &["--allow", "FIELD-UNKNOWN"]).expect_code(0).stdout;
    let folder = format!("{}/", tree.packages().display());
    assert_eq!(
        text.replace(&folder, ""),
        "warning[TYPE-ARGUMENT]: argument `right` of Shop.add: wanted Int64, found String\n \
         --> uses.dark:3:48\n  |\n3 | let wrong (n: Int64) : Int64 = Test.Shop.add n \"1\"\n  |                                                ^^^\n  \
         |\n ::: shop.dark:5:23\n  |\n5 | let add (left: Int64) (right: Int64) : Int64 = left + right\n  \
         |                       -------------- the parameter is declared here\n\n"
    );
    let json = tree.darkc("check", &["--format", "json"]).expect_code(0).stdout;
    let objects: Vec<Value> = json.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(objects.len(), 2);
    assert_eq!(
        objects[1],
        serde_json::json!({
            "path": tree.packages().join("uses.dark"), "code": "FIELD-UNKNOWN", "level": "warning",
            "message": "Shop.Item has no field `nmae`", "start": [7, 49], "end": [7, 53],
            "bytes": [168, 172], "utf16": [49, 53],
            "item": "Test.Uses.text", "suggestions": ["name"],
        })
    );
    let github =
        tree.darkc("check", &["--format", "github", "--allow", "FIELD-UNKNOWN"]).expect_code(0).stdout;
    assert_eq!(
        github.replace(&folder, ""),
        "::warning file=uses.dark,line=3,col=48,endLine=3,endColumn=51,title=TYPE-ARGUMENT::argument `right` of \
         Shop.add: wanted Int64, found String\n"
    );
}

#[test]
fn only_what_was_asked_for_and_what_mentions_it() {
    let tree = tree();
    assert_eq!(short(&tree, &["Test.Uses.text"], 0), [FIELD]);
    assert_eq!(short(&tree, &["Test.Shop.Item"], 0), [FIELD]);
    assert_eq!(short(&tree, &["Test.Shop.add"], 0), [ARGUMENT]);
    assert_eq!(short(&tree, &["Test.Uses"], 0), [ARGUMENT, FIELD]);
    assert_eq!(short(&tree, &["uses.dark"], 0), [ARGUMENT, FIELD]);
    assert_eq!(short(&tree, &["shop.dark"], 0), [ARGUMENT, FIELD]);
    let path = tree.packages().join("uses.dark");
    assert_eq!(short(&tree, &[path.to_str().expect("UTF-8")], 0), [ARGUMENT, FIELD]);
    let run = tree.darkc("check", &["Test.Sho"]).expect_code(2);
    assert!(run.stderr.contains("is called `Test.Sho`; did you mean `Test.Shop`?"), "{}", run.stderr);
}

#[test]
fn a_baseline_accepts_what_was_there() {
    let tree = tree();
    let file = tree.beside("accepted");
    let baseline = ["--baseline", file.to_str().expect("UTF-8")];
    let run = tree.darkc("check", &baseline).expect_code(0);
    assert_eq!(run.stdout, "");
    assert!(run.stderr.contains("0 findings, 2 accepted from now on"), "{}", run.stderr);
    let text = std::fs::read_to_string(&file).expect("a baseline");
    assert_eq!(
        text,
        "Test.Uses.text\tFIELD-UNKNOWN\tShop.Item has no field `nmae`\n\
         Test.Uses.wrong\tTYPE-ARGUMENT\targument `right` of Shop.add: wanted Int64, found String\n"
    );
    // Lines may move.
    tree.write("uses.dark", format!("\n\n{USES}").as_bytes());
    assert_eq!(short(&tree, &baseline, 0), [""; 0]);
    tree.write("uses.dark", format!("{USES}\nlet more (n: Int64) : String = n\n").as_bytes());
    let new = short(&tree, &baseline, 1);
    assert_eq!(new, ["uses.dark:9:32: warning[TYPE-RESULT]: result of more: wanted String, found Int64"]);
    tree.write("uses.dark", USES.replace("nmae", "name").as_bytes());
    let run = tree.darkc("check", &baseline).expect_code(0);
    assert!(run.stderr.contains("1 of the findings that"), "{}", run.stderr);
}

#[test]
fn sources_with_errors_are_not_checked() {
    let tree = tree();
    tree.write("broken.dark", b"module Test.Broken\n\nlet f (n: Int64) : Int64 = (\n");
    let run = tree.darkc("check", &[]).expect_code(1);
    assert_eq!(run.stdout, "");
    assert!(run.stderr.contains("broken.dark") && run.stderr.contains("not checked"), "{}", run.stderr);
}

/// How many bodies a reload checked, and what it said of types.
fn reloaded(run: Run) -> (u64, Vec<String>) {
    let run = run.expect_code(0);
    let count = run.stderr.lines().find_map(|line| line.strip_prefix("bodies checked: "));
    let lines = run
        .stderr
        .lines()
        .filter(|line| line.contains("warning[") || line.contains("elsewhere"))
        .map(|line| line.split_once("warning").map_or_else(String::new, |(_, line)| line.to_owned()));
    (count.expect("a count").parse().expect("a number"), lines.collect())
}

#[test]
fn a_reload_checks_what_the_edit_can_have_made_wrong() {
    let tree = Tree::in_memory();
    tree.write("shop.dark", SHOP.as_bytes());
    let uses = "module Test.Uses\n\nlet one (n: Int64) : Int64 = Test.Shop.add n 1L\n\n\
                val item = Test.Shop.Item { name = \"bread\"; price = 1L }\n\n\
                let two (n: Int64) : String = Test.Shop.label item\n\n\
                let three (n: Int64) : Int64 = one n\n\nlet made (n: Int64) : Test.Shop.Item = item\n\n\
                let read (n: Int64) : String = (made n).name\n";
    tree.write("uses.dark", uses.as_bytes());
    let reload = |arguments: &[&str]| reloaded(tree.reload("store.db", &[&["--stats"], arguments].concat()));
    assert_eq!(reload(&[]), (8, vec![]), "a first load checks everything");
    assert_eq!(reload(&[]), (0, vec![]), "nothing changed");

    // The body of one function: no other hash that ripples is looked at.
    tree.write("shop.dark", SHOP.replace("left + right", "right + left").as_bytes());
    assert_eq!(reload(&[]), (1, vec![]));

    // Its signature: the function and its caller, but not the caller's caller.
    tree.write("shop.dark", SHOP.replace("(right: Int64)", "(right: String)").as_bytes());
    let operands = "[TYPE-OPERATOR]: `+` takes two operands of one type, found Int64 and String";
    let caller = "[TYPE-ARGUMENT]: argument `right` of Shop.add: wanted String, found Int64";
    assert_eq!(reload(&[]), (2, vec![operands.to_owned(), caller.to_owned()]));
    let elsewhere = |count: &str| vec![format!(": {count} elsewhere: darkc check lists them")];
    assert_eq!(reload(&[]), (0, elsewhere("2 findings")), "nothing changed, and nothing was checked");
    assert_eq!(reload(&["--no-check"]), (0, vec![]));
    tree.write("more.dark", b"module Test.More\n\nlet more (n: Int64) : Int64 = n\n");
    assert_eq!(
        reload(&[]),
        (1, elsewhere("2 findings")),
        "another body, and what is remembered of the others"
    );
    assert_eq!(findings_in_store(&tree), 2);

    // A type: what mentions it, and what mentions a function or a value of that type.
    tree.write("shop.dark", SHOP.replace("name: String;", "title: String;").as_bytes());
    let (bodies, found) = reload(&[]);
    // `add` and `one` again, then `label`, `item`, `two`, `made`, `read`.
    assert_eq!(bodies, 7);
    assert_eq!(
        found,
        [
            "[FIELD-UNKNOWN]: Item has no field `name`",
            "[FIELD-UNKNOWN]: Shop.Item has no field `name`",
            "[FIELD-UNKNOWN]: Shop.Item has no field `name`",
        ]
    );

    // What was not checked is checked by the next reload that checks something.
    tree.write("shop.dark", SHOP.replace("(right: Int64)", "(right: String)").as_bytes());
    assert_eq!(reload(&["--no-check"]), (0, vec![]));
    assert_eq!(reload(&[]), (0, vec![]), "nothing changed");
    tree.write("more.dark", b"module Test.More\n\nlet more (n: Int64) : Int64 = 1L\n");
    // `more`; `add` and `one`; and again the five for which `Item` has its field back.
    assert_eq!(reload(&[]), (8, vec![operands.to_owned(), caller.to_owned()]));
    tree.reload("store.db", &["--verify"]).expect_code(0);
    tree.write("shop.dark", SHOP.as_bytes());
    reload(&["--no-check"]);
    tree.reload("store.db", &["--verify"]).expect_code(0);
}

/// How many findings the state of the store counts.
fn findings_in_store(tree: &Tree) -> i64 {
    let store = rusqlite::Connection::open(tree.beside("store.db")).expect("a store");
    store.query_row("SELECT findings FROM darkc_state", [], |row| row.get(0)).expect("the state")
}

/// No body mentions the type that the result of a built-in is of.
#[test]
fn a_type_that_only_a_built_in_mentions_is_checked_again() {
    let tree = Tree::in_memory();
    let option = "module Darklang.Stdlib.Option\n\ntype Option<'a> =\n  | Some of 'a\n  | None\n";
    tree.write("option.dark", option.as_bytes());
    let uses = "module Test.Uses\n\nlet isLetter (n: Int) : Bool =\n\
                \x20 match Builtin.charFromCodepoint n with\n  | Some _ -> true\n  | None -> false\n";
    tree.write("uses.dark", uses.as_bytes());
    let reload = || reloaded(tree.reload("store.db", &["--stats"]));
    assert_eq!(reload(), (1, vec![]));
    tree.write("option.dark", option.replace("| None", "| Nothing").as_bytes());
    let (bodies, found) = reload();
    assert_eq!((bodies, found.len()), (1, 1), "{found:?}");
    assert!(found[0].contains("[CASE-UNKNOWN]") && found[0].contains("`None`"), "{found:?}");
    tree.write("option.dark", option.as_bytes());
    assert_eq!(reload(), (1, vec![]));
}

#[test]
fn a_reload_says_a_few_lines() {
    let tree = tree();
    tree.reload("store.db", &[]).expect_code(0);
    let many: String = (0..9).map(|at| format!("let f{at} (n: Int64) : String = n\n\n")).collect();
    tree.write("many.dark", format!("module Test.Many\n\n{many}").as_bytes());
    let run = tree.reload("store.db", &[]).expect_code(0);
    assert_eq!(run.stderr.matches("warning[TYPE-RESULT]").count(), 5, "{}", run.stderr);
    assert!(run.stderr.contains("warning: 4 more findings; `darkc check` lists them"), "{}", run.stderr);
}
