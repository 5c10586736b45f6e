//! How a watch ends, what it runs, and what it says to programs.

use std::fs;
use std::process::{Command, Stdio};

use rustix::process::Signal;
use serde_json::Value;

use super::process::Watching;
use super::{assert_equals_a_fresh_load, base, garden};

#[test]
fn signals_end_it_cleanly() {
    for signal in [Signal::INT, Signal::TERM] {
        let tree = garden();
        Watching::reload(&tree, &[]).stop(signal);
        assert_equals_a_fresh_load(&tree);
        Watching::start(&tree, "check", &["--watch"]).stop(signal);
    }
}

#[test]
fn a_first_run_that_cannot_be_ends_it() {
    let tree = garden();
    let folder = tree.packages();
    let mut watching =
        Watching::spawn(&tree, "reload", &["--watch", "--db", folder.to_str().expect("a UTF-8 path")]);
    assert_eq!(watching.ended().code(), Some(2), "{:#?}", watching.said);
    assert!(watching.said.iter().any(|line| line.starts_with("error: ")), "{:#?}", watching.said);
    for wrong in [
        &["--poll=100"][..],
        &["--exec", "true"],
        &["--watch", "--dry-run"],
        &["--watch", "--verify"],
        &["--watch", "--poll=1"],
        &["--watch", "--timings=trace"],
    ] {
        tree.reload("store.db", wrong).expect_code(2);
    }
    assert!(!tree.beside("store.db").exists());
}

#[test]
fn sources_with_errors_do_not_keep_it_from_watching() {
    let tree = garden();
    tree.write("base.dark", b"module Garden.Base\n\nlet f (x: Int64) : Int64 =\n  (\n");
    let mut watching = Watching::reload(&tree, &[]);
    tree.write("base.dark", base("x").as_bytes());
    watching.wait_for_reload("2 added, 0 changed, 0 removed");
    watching.stop(Signal::TERM);
    assert_equals_a_fresh_load(&tree);
}

#[test]
fn a_command_follows_each_change_that_was_applied() {
    let tree = garden();
    let log = tree.beside("log");
    let command = format!("echo ran >> {}; exit $(wc -l < {})", log.display(), log.display());
    let mut watching = Watching::reload(&tree, &["--exec", &command]);
    let ran = || fs::read_to_string(&log).map_or(0, |text| text.lines().count());
    watching
        .wait_for(|line| line.starts_with("warning: `echo ran") && line.ends_with("failed: exit status: 1"));
    tree.write("base.dark", b"module Garden.Base\n\nlet f (x: Int64) : Int64 =\n  (\n");
    watching.wait_for(|line| line.starts_with("not reloaded: "));
    assert_eq!(ran(), 1, "nothing was applied");
    tree.write("base.dark", base("x + 1L").as_bytes());
    watching.wait_for(|line| line.ends_with("failed: exit status: 2"));
    tree.write("base.dark", base("x + 2L").as_bytes());
    watching.wait_for(|line| line.ends_with("failed: exit status: 3"));
    assert_eq!(ran(), 3);
    watching.stop(Signal::TERM);
}

#[test]
fn a_command_that_does_not_end_ends_with_the_watch() {
    let tree = garden();
    let mark = tree.beside("mark");
    let command = format!("echo $$ > {}; sleep 1000; true", mark.display());
    let mut watching = Watching::reload(&tree, &["--exec", &command]);
    watching.wait_until(|| fs::read_to_string(&mark).is_ok_and(|text| text.ends_with('\n')));
    // Saved while it runs: nothing overlaps.
    tree.write("base.dark", base("x + 1L").as_bytes());
    let shell = fs::read_to_string(&mark).expect("a process").trim().to_owned();
    let said = watching.stop(Signal::TERM);
    assert_eq!(super::reloads(&said), 1, "{said:#?}");
    let alive = Command::new("kill").args(["-0", &shell]).stderr(Stdio::null()).status().expect("kill");
    let state = fs::read_to_string(format!("/proc/{shell}/stat")).unwrap_or_default();
    assert!(!alive.success() || state.contains(") Z "), "{state}");
}

#[test]
fn each_reload_is_one_object() {
    let tree = garden();
    let store = tree.beside("store.db");
    let arguments =
        ["--watch", "--format", "json", "--exec", "echo words", "--db", store.to_str().expect("text")];
    let mut watching = Watching::spawn(&tree, "reload", &arguments);
    let mut object = || {
        let line = watching.wait_for(|line| line.starts_with('>'));
        serde_json::from_str::<Value>(&line[1..]).unwrap_or_else(|error| panic!("{error}: {line}"))
    };
    let first = object();
    assert_eq!(
        (&first["version"], &first["command"], &first["result"]),
        (&1.into(), &"reload".into(), &"reloaded".into())
    );
    assert_eq!(first["items"], serde_json::json!({"all": 2, "added": 2, "changed": 0, "removed": 0}));
    assert_eq!(first["files"], serde_json::json!({"all": 2, "hit": 0, "parsed": 2, "failed": 0}));
    tree.write("base.dark", b"module Garden.Base\n\nlet f (x: Int64) : Int64 =\n  (\n");
    let broken = object();
    assert_eq!(broken["result"], "not reloaded");
    assert_eq!(broken["errors"][0]["path"], tree.packages().join("base.dark").to_str().expect("text"));
    assert_eq!(broken["errors"][0]["start"], serde_json::json!([5, 1]));
    tree.write("base.dark", base("Garden.Lost.h x").as_bytes());
    let mended = object();
    assert_eq!((&mended["result"], &mended["items"]["changed"]), (&"reloaded".into(), &2.into()));
    assert_eq!(mended["warnings"][0]["code"], "NAME-UNRESOLVED");
    assert!(mended["ms"].as_f64().is_some_and(|ms| ms > 0.0));
    fs::rename(tree.packages(), tree.beside("away")).expect("a rename");
    watching.wait_for(|line| line.contains("packages is gone"));
    watching.stop(Signal::TERM);
}

#[test]
fn it_ends_when_nobody_reads_any_more() {
    let tree = garden();
    let script = format!(
        "{} reload --watch --format json --packages {} --db {} 2> /dev/null | head -1",
        env!("CARGO_BIN_EXE_darkc"),
        tree.packages().display(),
        tree.beside("store.db").display()
    );
    let mut shell = Command::new("sh").args(["-c", &script]).stdout(Stdio::null()).spawn().expect("a shell");
    let until = std::time::Instant::now() + super::process::LONG;
    let mut round = 0;
    while shell.try_wait().expect("a child").is_none() {
        assert!(std::time::Instant::now() < until, "it does not end");
        round += 1;
        tree.write("base.dark", base(&format!("x + {round}L")).as_bytes());
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

#[test]
fn a_check_is_made_again() {
    let tree = garden();
    let mut watching = Watching::start(&tree, "check", &["--watch", "--format", "short"]);
    let user = "module Garden.User\n\nlet g (x: Int64) : Int64 =\n  Garden.Base.f \"x\"\n";
    tree.write("more/user.dark", user.as_bytes());
    watching.wait_for_both(
        |line| line.contains("more/user.dark:4:17: warning[TYPE-ARGUMENT]"),
        |line| line.starts_with("checked: 2 files, 2 bodies, 1 finding, "),
    );
    tree.write("more/user.dark", b"module Garden.User\n\nlet g (x: Int64) : Int64 =\n  (\n");
    // One line is on standard output and the other on standard error, so that either may be read first.
    watching
        .wait_for_both(|line| line.contains("more/user.dark:5:1"), |line| line.starts_with("not checked: "));
    tree.write("more/user.dark", super::USER.as_bytes());
    watching.wait_for(|line| line.starts_with("checked: 2 files, 2 bodies, 0 findings, "));
    fs::rename(tree.packages(), tree.beside("away")).expect("a rename");
    watching.wait_for(|line| line.contains("packages is gone"));
    fs::rename(tree.beside("away"), tree.packages()).expect("a rename");
    watching.wait_for(|line| line.starts_with("checked: 2 files, 2 bodies, 0 findings, "));
    watching.stop(Signal::TERM);
}
