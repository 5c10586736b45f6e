//! The rules for editors in `docs/editors.md` read what darkc writes, and `docs/ci.md` names what there is.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use regex::Regex;
use serde_json::Value;

use crate::common::{Tree, darkc, darkc_in};

fn document(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name)).expect("a document")
}

/// The block of a language in `docs/editors.md`.
fn block(language: &str) -> String {
    let document = document("editors.md");
    let (_, rest) = document.split_once(&format!("```{language}\n")).expect("the block");
    rest.split_once("```").expect("its end").0.to_owned()
}

/// (file, line, column, level) of a finding.
type Found = (String, u32, u32, &'static str);

/// A tree with an error, a warning and a stale sidecar, and what `--format short` says of each.
fn findings() -> (Tree, String, Vec<Found>) {
    let tree = Tree::empty();
    tree.write("garden/bed.dark", b"module Garden.Bed\n\nlet dig (depth: Int64) : Int64 =\n  (depth\n");
    let broken = darkc_in(tree.root(), &["check", "--format", "short"], &[]).expect_code(1).stdout;
    tree.write(
        "garden/bed.dark",
        "module Garden.Bed\n\n// é\nlet dig (d: Int64) : Int64 =\n  dgi d\n".as_bytes(),
    );
    tree.darkc("build", &[]).expect_code(0);
    tree.write("garden/path.dark", b"module Garden.Path\n\nlet walk (d: Int64) : Int64 =\n  Bed.dgi d\n");
    let warned = darkc_in(tree.root(), &["check", "--format", "short"], &[]).expect_code(0).stdout;
    let built = ["build", "--check", "--format", "short"];
    let built = darkc_in(tree.root(), &built, &[]).expect_code(1).stdout;
    let text = format!("{broken}{warned}{built}");
    let found = |file: &str, line, column, level| (format!("packages/garden/{file}"), line, column, level);
    let expected = vec![
        found("bed.dark", 5, 1, "error"),
        found("bed.dark", 5, 3, "warning"),
        found("path.dark", 4, 3, "warning"),
        found("path.dark", 4, 3, "warning"),
        found("path.dark", 1, 1, "error"),
    ];
    assert_eq!(text.lines().count(), expected.len(), "{text}");
    (tree, text, expected)
}

fn level(text: &str) -> &'static str {
    if text == "error" { "error" } else { "warning" }
}

#[test]
fn the_rule_for_visual_studio_code_reads_every_finding() {
    let task: Value = serde_json::from_str(&block("json")).expect("JSON");
    let pattern = &task["tasks"][0]["problemMatcher"]["pattern"];
    let rule = Regex::new(pattern["regexp"].as_str().expect("a rule")).expect("a regular expression");
    let (_, text, expected) = findings();
    let read = |line: &str| -> Found {
        let found = rule.captures(line).unwrap_or_else(|| panic!("not read: {line}"));
        let part = |name: &str| {
            let group = pattern[name].as_u64().unwrap_or_else(|| panic!("no {name}"));
            found.get(group as usize).map_or("", |part| part.as_str())
        };
        assert!(!part("code").is_empty() && !part("message").is_empty(), "{line}");
        let number = |name| part(name).parse().expect("a number");
        (part("file").to_owned(), number("line"), number("column"), level(part("severity")))
    };
    assert_eq!(text.lines().map(read).collect::<Vec<_>>(), expected);
    let unread = rule.captures("packages/a.dark:1:1: error: it cannot be read").expect("a match");
    assert_eq!(&unread[6], "it cannot be read");
    let command = task["tasks"][0]["command"].as_str().expect("a command");
    let words: Vec<&str> = command.split(' ').skip(1).chain(["--help"]).collect();
    darkc(&words, &[]).expect_code(0);
}

/// A regular expression of Emacs's in the usual spelling: there, brackets and bars mean something with a backslash.
fn of_emacs(rule: &str) -> String {
    let mut usual = String::new();
    let mut characters = rule.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some(special @ ('(' | ')' | '|' | '{' | '}')) => usual.push(special),
                Some(other) => usual.extend(['\\', other]),
                None => {}
            },
            '(' | ')' | '|' | '{' | '}' => usual.extend(['\\', character]),
            other => usual.push(other),
        }
    }
    usual
}

#[test]
fn the_rule_for_emacs_reads_every_finding() {
    let lisp = block("elisp");
    let rule = lisp.split('"').nth(1).expect("a string").replace("\\\\", "\\");
    let groups = lisp.lines().find(|line| line.trim_start().starts_with("1 2 3")).expect("the groups");
    // File, line, column, and the group that makes it a warning.
    assert_eq!(groups.trim(), "1 2 3 (4)))");
    let rule = Regex::new(&of_emacs(&rule)).expect("a regular expression");
    let (_, text, expected) = findings();
    let read = |line: &str| -> Found {
        let found = rule.captures(line).unwrap_or_else(|| panic!("not read: {line}"));
        let number = |group: usize| found[group].parse().expect("a number");
        let level = if found.get(4).is_some() { "warning" } else { "error" };
        (found[1].to_owned(), number(2), number(3), level)
    };
    assert_eq!(text.lines().map(read).collect::<Vec<_>>(), expected);
}

#[test]
fn the_rule_for_vim_reads_every_finding() {
    if Command::new("vim").arg("--version").output().is_err() {
        // Straight to standard error: what a passing test prints with a macro is captured and never seen.
        let _ = writeln!(std::io::stderr(), "SKIPPED: the_rule_for_vim_reads_every_finding: no vim");
        return;
    }
    let (tree, text, expected) = findings();
    let write = |name: &str, text: &str| fs::write(tree.root().join(name), text).expect("a file");
    write("rule.vim", &block("vim"));
    write("findings", &text);
    let script = "source rule.vim\ncgetfile findings\n\
         call writefile(map(getqflist(), {_, f -> join([bufname(f.bufnr), f.lnum, f.col, f.type, f.text], '|')}), 'read')\n\
         call writefile([&makeprg], 'command')\nqall!\n";
    write("script.vim", script);
    let output = Command::new("vim")
        .args(["-e", "-s", "-N", "-u", "NONE", "-i", "NONE", "-S", "script.vim"])
        .current_dir(tree.root())
        .env("TERM", "dumb")
        .output()
        .expect("vim runs");
    let read = fs::read_to_string(tree.root().join("read"));
    let read = read.unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stdout)));
    let found = read.lines().map(|line| {
        let parts: Vec<&str> = line.splitn(5, '|').collect();
        let level = if parts[3].eq_ignore_ascii_case("e") { "error" } else { "warning" };
        assert!(!parts[4].is_empty(), "{line}");
        (parts[0].to_owned(), parts[1].parse().expect("a line"), parts[2].parse().expect("a column"), level)
    });
    assert_eq!(found.collect::<Vec<Found>>(), expected, "{read}");
    let command = fs::read_to_string(tree.root().join("command")).expect("the command");
    assert_eq!(command.trim(), "darkc check --format short");
}

/// Each `darkc` of the documents is one that the program takes.
#[test]
fn the_commands_of_the_documents_are_taken() {
    let mut seen = 0;
    for text in [document("ci.md"), document("editors.md")] {
        let lines = text.lines().map(|line| line.trim().trim_start_matches("run: "));
        for line in lines.filter(|line| line.starts_with("darkc ")) {
            let words: Vec<&str> = line.split('#').next().unwrap_or_default().split_whitespace().collect();
            darkc(&[&words[1..], &["--help"]].concat(), &[]).expect_code(0);
            seen += 1;
        }
    }
    assert!(seen >= 5, "only {seen}");
}
