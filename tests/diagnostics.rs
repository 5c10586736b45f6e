//! What is said of sources: each place once, with the same place in every format, and what was most likely meant.

use std::collections::BTreeSet;

use serde_json::Value;
use snapbox::{assert_data_eq, str};

use crate::common::{Run, Tree, darkc_in};

const GOOD: &str = "module Garden.Bed\n\nlet dig (depth: Int64) : Int64 =\n  depth\n";

fn check(tree: &Tree, format: &str) -> Run {
    darkc_in(tree.root(), &["check", "--format", format], &[])
}

/// (file, line, column) of each finding, in text, as lines, in JSON and as annotations.
fn places(tree: &Tree) -> [Vec<(String, u64, u64)>; 4] {
    let place = |text: &str| {
        let mut parts = text.rsplitn(3, ':');
        let (column, line) = (parts.next().expect("a column"), parts.next().expect("a line"));
        let file = parts.next().expect("a file").to_owned();
        (file, line.parse().expect("a line"), column.parse().expect("a column"))
    };
    let run = check(tree, "text");
    let text = format!("{}{}", run.stderr, run.stdout);
    let text = text.lines().filter_map(|line| Some(place(line.trim_start().strip_prefix("--> ")?))).collect();
    let short = check(tree, "short").stdout;
    let short = short.lines().map(|line| {
        let end = line.match_indices(": ").next().expect("a place").0;
        place(&line[..end])
    });
    let json = check(tree, "json").stdout;
    let json = json.lines().map(|line| {
        let found: Value = serde_json::from_str(line).expect("JSON");
        let number = |at: usize| found["start"][at].as_u64().expect("a number");
        (found["path"].as_str().expect("a path").to_owned(), number(0), number(1))
    });
    let github = check(tree, "github").stdout;
    let github = github.lines().map(|line| {
        let property = |name: &str| {
            let (_, rest) = line.split_once(&format!("{name}=")).expect("a property");
            rest.split(',').next().expect("its value").to_owned()
        };
        (
            property("file"),
            property("line").parse().expect("a line"),
            property("col").parse().expect("a column"),
        )
    });
    [text, short.collect(), json.collect(), github.collect()]
}

/// Columns count characters, whatever stands before: letters of two bytes, of two UTF-16 units, tabs, marks.
#[test]
fn every_format_names_the_same_place() {
    let sources = [
        (
            "warning.dark",
            "module Garden.A\r\n\r\nlet f (x: String) : String =\r\n  \"é🌱\" ++ (nothing \"e\u{301}\") ++ gone x\r\n",
        ),
        ("error.dark", "module Garden.B\n\nlet s () : String =\n  \"é🌱\" ++ )\n"),
    ];
    for (name, text) in sources {
        let tree = Tree::empty();
        tree.write(name, text.as_bytes());
        let [text, short, json, github] = places(&tree);
        assert!(!json.is_empty(), "{name}");
        assert_eq!((&text, &short, &github), (&json, &json, &json), "{name}");
        assert!(json.iter().all(|(_, line, _)| *line == 4), "{json:?}");
    }
    let tree = Tree::empty();
    tree.write(sources[0].0, sources[0].1.as_bytes());
    let [text, ..] = places(&tree);
    let columns: Vec<u64> = text.iter().map(|(.., column)| *column).collect();
    assert_eq!(columns, [12, 29]);
}

/// Nothing is said twice, by any command that loads sources.
#[test]
fn no_command_says_an_error_twice() {
    let tree = Tree::empty();
    tree.write(
        "garden/bed.dark",
        b"module Garden.Bed\n\nlet dig (depth: Int64) : Int64 =\n  (depth +\n\nlet x = [\n",
    );
    let database = tree.beside("store.db");
    let database = database.to_str().expect("a UTF-8 path");
    let status = ["status", "--db", database];
    let commands: [&[&str]; 6] = [
        &["check"],
        &["build"],
        &["build", "--check"],
        &["items"],
        &["reload", "--db", database],
        &["reload", "--dry-run", "--db", database],
    ];
    for command in commands {
        let run = darkc_in(tree.root(), command, &[]).expect_code(1);
        let places: Vec<&str> =
            run.stderr.lines().filter_map(|line| line.trim_start().strip_prefix("--> ")).collect();
        let once: BTreeSet<&str> = places.iter().copied().collect();
        assert!(!places.is_empty(), "{command:?}: {}", run.stderr);
        assert_eq!(places.len(), once.len(), "{command:?}: {}", run.stderr);
    }
    darkc_in(tree.root(), &status, &[]).expect_code(0);
}

#[test]
fn two_definitions_of_one_name_show_both_places() {
    let tree = Tree::empty();
    tree.write("garden/bed.dark", GOOD.as_bytes());
    tree.write("garden/other.dark", GOOD.as_bytes());
    let run = check(&tree, "text").expect_code(0);
    assert_data_eq!(
        run.stdout,
        str![[r#"
warning[NAME-DUPLICATE]: Garden.Bed.dig is declared again; the last declaration counts
 --> packages/garden/bed.dark:3:5
  |
3 | let dig (depth: Int64) : Int64 =
  |     ^^^
  |
 ::: packages/garden/other.dark:3:5
  |
3 | let dig (depth: Int64) : Int64 =
  |     --- this one counts


"#]]
    );
}

#[test]
fn what_was_most_likely_meant_is_said() {
    let tree = Tree::empty();
    tree.write("garden/bed.dark", GOOD.replace("let dig", "lett dig").as_bytes());
    let run = check(&tree, "text").expect_code(1);
    assert!(run.stderr.contains("`lett` is no keyword; did you mean `let`?"), "{}", run.stderr);
    tree.write("garden/bed.dark", b"module Garden.Bed\n\nval name = \"abc\n\nval other = 1L\n");
    let run = check(&tree, "short").expect_code(1);
    assert!(
        run.stdout.starts_with("packages/garden/bed.dark:3:12: error[LEX]: unterminated"),
        "{}",
        run.stdout
    );
}

/// The summary counts the files that are left out because of their names.
#[test]
fn files_that_are_left_out_are_counted() {
    let tree = Tree::empty();
    tree.write("garden/bed.dark", GOOD.as_bytes());
    tree.write("garden/_draft.dark", b"(");
    tree.write("garden/old_bed.dark", b"(");
    tree.write("old_garden/bed.dark", b"(");
    tree.write("garden/_notes.md", b"no package file anyway");
    let database = tree.beside("store.db");
    let database = database.to_str().expect("a UTF-8 path");
    let words = "2 files and 1 folder with `_` in their names are left out";
    for command in [&["build"][..], &["build", "--check"], &["reload", "--db", database]] {
        let run = darkc_in(tree.root(), command, &[]).expect_code(0);
        assert!(run.stderr.contains(&format!("note: {words}\n")), "{command:?}: {}", run.stderr);
    }
    let run = darkc_in(tree.root(), &["status", "--db", database], &[]).expect_code(0);
    assert!(run.stdout.starts_with(&format!("packages:  packages (1 source; {words})\n")), "{}", run.stdout);
}
