//! Every command takes the options that people know from other tools, and the program describes itself.

use crate::common::Tree;

const BED: &str = "module Acme.Bed\n\nval one = 1L\n";

fn tree() -> Tree {
    let tree = Tree::empty();
    tree.write("acme/bed.dark", BED.as_bytes());
    tree
}

#[test]
fn quiet_runs_print_what_was_asked_for_alone() {
    let tree = tree();
    let run = tree.darkc("build", &["-q"]).expect_code(0);
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", ""));
    let run = tree.darkc("items", &["--quiet"]).expect_code(0);
    assert!(run.stdout.starts_with("value\tAcme.Bed.one\t"), "{}", run.stdout);
    tree.write("acme/bed.dark", b"module Acme.Bed\n\nval one = (1L\n");
    let run = tree.darkc("build", &["-q"]).expect_code(1);
    assert!(run.stderr.starts_with("error[PARSE-UNCLOSED]"), "an error is printed: {}", run.stderr);
    assert!(!run.stderr.contains("not built"), "how it ended is not: {}", run.stderr);
}

#[test]
fn verbose_runs_list_what_they_did() {
    let tree = tree();
    let run = tree.reload("acme.db", &["-v"]).expect_code(0);
    assert_eq!(run.stdout, "+ value Acme.Bed.one\n");
    assert_eq!(tree.reload("acme.db", &["-v"]).expect_code(0).stdout, "");
    let run = tree.darkc("clean", &["--verbose"]).expect_code(0);
    assert_eq!(run.stdout, "acme/bed.darkc\n");
    assert_eq!(run.stderr, "cleaned: 1 file removed, 0 left alone\n");
    let run = tree.darkc("clean", &["-q", "-v"]).expect_code(2);
    assert!(run.stderr.contains("cannot be used with"), "{}", run.stderr);
}

#[test]
fn counts_of_one_are_in_the_singular() {
    let run = tree().reload("acme.db", &[]).expect_code(0);
    let words = "reloaded: 1 file (0 hit, 1 parsed, 0 failed), 1 item (1 added, 0 changed, 0 removed), ";
    assert!(run.stderr.starts_with(words), "{}", run.stderr);
}

#[test]
fn a_command_begins_in_the_directory_that_is_given() {
    let tree = tree();
    let beside = tree.beside("");
    let folder = beside.to_str().expect("a path of text");
    let run = darkc(&["-C", folder, "items", "--packages", "packages"]);
    assert!(run.contains("Acme.Bed.one"), "{run}");
    let run = darkc(&["items", "-C", folder, "--packages", "packages"]);
    assert!(run.contains("Acme.Bed.one"), "the option may follow the command: {run}");
    let run = darkc(&["-C", "/nowhere/at/all", "items"]);
    assert!(run.starts_with("error: -C /nowhere/at/all: "), "{run}");
}

#[test]
fn colours_are_printed_where_they_are_asked_for() {
    let tree = tree();
    tree.write("acme/bed.dark", b"module Acme.Bed\n\nval one = (1L\n");
    let escape = '\u{1b}';
    assert!(!tree.darkc("build", &[]).expect_code(1).stderr.contains(escape), "this is no terminal");
    assert!(tree.darkc("build", &["--color", "always"]).expect_code(1).stderr.contains(escape));
    assert!(!tree.darkc("build", &["--color=never"]).expect_code(1).stderr.contains(escape));
}

#[test]
fn the_version_tells_what_decides_whether_sidecars_and_stores_count() {
    let text = darkc(&["--version", "--verbose"]);
    let names: Vec<&str> = text.lines().skip(1).filter_map(|line| Some(line.split_once(": ")?.0)).collect();
    assert_eq!(names, ["tool digest", "state digest", "Darklang Release", "SQLite", "target"]);
    assert_eq!(darkc(&["--version"]).lines().count(), 1);
}

#[test]
fn each_shell_gets_completions_of_every_command() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = darkc(&["completions", shell]);
        for command in ["reload", "explain", "hook", "--lock-timeout"] {
            let option = command.trim_start_matches('-');
            assert!(script.contains(option), "{shell}: {command}");
        }
    }
    assert!(darkc(&["completions", "csh"]).contains("possible values: bash"), "an unknown shell");
}

#[test]
fn there_is_a_manual_page_for_each_command() {
    assert!(darkc(&["man"]).contains(".TH darkc 1"));
    assert!(darkc(&["man", "reload"]).contains("lock\\-timeout"));
    assert_eq!(
        darkc(&["man", "relaod"]),
        "error: there is no command `relaod`; `darkc --help` lists the commands\n"
    );
}

/// What darkc prints, without any option that a tree would add.
fn darkc(arguments: &[&str]) -> String {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_darkc")).args(arguments).output();
    let output = output.expect("darkc runs");
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
