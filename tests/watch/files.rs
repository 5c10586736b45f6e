//! Files and folders that are saved, renamed, moved, removed and brought back.

use std::fs;

use rustix::process::Signal;

use super::process::Watching;
use super::{BASE, STORE, USER, assert_equals_a_fresh_load, base, garden, names, reloads};
use crate::common::Tree;

#[test]
fn each_save_is_one_line() {
    let tree = garden();
    let mut watching = Watching::reload(&tree, &[]);
    for round in 1..=5 {
        tree.write("base.dark", base(&format!("x + {round}L")).as_bytes());
        let line = watching.wait_for_reload("0 added, 2 changed, 0 removed");
        assert!(line.ends_with(" ms from save to commit"), "{line}");
    }
    // Saved with the same text, and with a comment: the first is not worth a line.
    tree.write("base.dark", base("x + 5L").as_bytes());
    tree.write("base.dark", format!("{}\n// done\n", base("x + 5L")).as_bytes());
    watching.wait_for_reload("0 added, 0 changed, 0 removed");
    tree.write("more/new.dark", b"module Garden.New\n\nlet h (x: Int64) : Int64 =\n  x\n");
    watching.wait_for_reload("1 added, 0 changed, 0 removed");
    tree.remove("more/new.dark");
    watching.wait_for_reload("0 added, 0 changed, 1 removed");
    let said = watching.stop(Signal::INT);
    assert_eq!(reloads(&said), 1 + 5 + 1 + 2, "{said:#?}");
    assert_equals_a_fresh_load(&tree);
}

#[test]
fn errors_are_said_with_their_place_and_the_store_stays_until_they_are_mended() {
    let tree = garden();
    let mut watching = Watching::reload(&tree, &[]);
    let before = names(&tree);
    for _ in 0..2 {
        // Said again when it is saved again.
        tree.write("base.dark", b"module Garden.Base\n\nlet f (x: Int64) : Int64 =\n  (\n");
        watching.wait_for(|line| line.contains("base.dark:5:1"));
        watching.wait_for(|line| line == "not reloaded: errors in 1 file; the database stays as it was");
        assert_eq!(names(&tree), before);
    }
    tree.write("base.dark", base("x + 1L").as_bytes());
    watching.wait_for_reload("0 added, 2 changed, 0 removed");
    // What is mended by taking it back is said too.
    tree.write("base.dark", b"module Garden.Base\n\nlet f (x: Int64) : Lost =\n  x\n");
    watching.wait_for(|line| line.starts_with("not reloaded: "));
    tree.write("base.dark", base("x + 1L").as_bytes());
    watching.wait_for_reload("0 added, 0 changed, 0 removed");
    // Findings and names that mean nothing are warnings: those of the edit, and once how many there are elsewhere.
    tree.write("base.dark", base("Garden.Lost.h x").as_bytes());
    watching.wait_for(|line| line.contains("NAME-UNRESOLVED"));
    watching.wait_for_reload("0 added, 2 changed, 0 removed");
    tree.write("more/user.dark", USER.replace(" : Int64 =", " : String =").as_bytes());
    watching.wait_for(|line| line == "warning: 1 name elsewhere resolves to nothing: darkc check lists it");
    watching.wait_for(|line| line.contains("[TYPE-RESULT]"));
    watching.wait_for_reload("0 added, 1 changed, 0 removed");
    watching.stop(Signal::TERM);
    assert_equals_a_fresh_load(&tree);
}

#[test]
fn editors_save_in_many_ways() {
    let tree = garden();
    let mut watching = Watching::reload(&tree, &[]);
    let path = |name: &str| tree.packages().join(name);
    // A new file takes the name of the old one.
    fs::write(path("base.dark.tmp"), base("x + 1L")).expect("a file");
    fs::rename(path("base.dark.tmp"), path("base.dark")).expect("a rename");
    watching.wait_for_reload("0 added, 2 changed, 0 removed");
    // The old file becomes a backup, and the text goes into a new one; then the backup goes. vim tries with 4913.
    fs::write(path("4913"), "").expect("a file");
    fs::remove_file(path("4913")).expect("a file");
    fs::rename(path("base.dark"), path("base.dark~")).expect("a rename");
    fs::write(path("base.dark"), base("x + 2L")).expect("a file");
    fs::remove_file(path("base.dark~")).expect("a file");
    watching.wait_for_reload("0 added, 2 changed, 0 removed");
    // Emacs links the name of a lock to nowhere.
    std::os::unix::fs::symlink("me@here.1", path(".#base.dark")).expect("a link");
    tree.write("base.dark", base("x + 3L").as_bytes());
    fs::remove_file(path(".#base.dark")).expect("a link");
    watching.wait_for_reload("0 added, 2 changed, 0 removed");
    // A writer that takes its time is waited for: half a text is no text.
    let mut file = fs::File::create(path("base.dark")).expect("a file");
    for part in base("x + 4L").as_bytes().chunks(16) {
        std::io::Write::write_all(&mut file, part).expect("a write");
        std::thread::yield_now();
    }
    drop(file);
    watching.wait_for_reload("0 added, 2 changed, 0 removed");
    let said = watching.stop(Signal::TERM);
    assert!(!said.iter().any(|line| line.starts_with("not reloaded")), "{said:#?}");
    assert_equals_a_fresh_load(&tree);
}

#[test]
fn folders_are_made_moved_and_removed() {
    const FOLDERS: usize = 10;
    let tree = garden();
    // What goes is less than half, which would have to be allowed.
    let rest: String = (0..20).map(|at| format!("\nlet f{at} (x: Int64) : Int64 =\n  x\n")).collect();
    tree.write("rest.dark", format!("module Garden.Rest\n{rest}").as_bytes());
    let mut watching = Watching::reload(&tree, &[]);
    let path = |name: &str| tree.packages().join(name);
    let leaf = |at: usize| format!("module Garden.Leaf{at}\n\nlet leaf (x: Int64) : Int64 =\n  x\n");
    // Folders with files in them at once, faster than they can be watched.
    for at in 0..FOLDERS {
        tree.write(&format!("deep/a{at}/b/leaf.dark"), leaf(at).as_bytes());
    }
    watching.wait_until(|| names(&tree) == 32);
    // What is in such a folder is watched.
    tree.write("deep/a7/b/leaf.dark", leaf(7).replace("\n  x\n", "\n  x + 1L\n").as_bytes());
    watching.wait_for_reload("0 added, 1 changed, 0 removed");
    fs::rename(path("deep"), path("elsewhere")).expect("a rename");
    tree.write("elsewhere/a8/b/leaf.dark", leaf(8).replace("\n  x\n", "\n  x + 1L\n").as_bytes());
    watching.wait_for(|line| line.starts_with("reloaded: 0 added, 1 changed, 0 removed"));
    // Out of the packages and in again.
    fs::rename(path("elsewhere"), tree.beside("outside")).expect("a rename");
    watching.wait_until(|| names(&tree) == 22);
    fs::rename(tree.beside("outside"), path("inside")).expect("a rename");
    watching.wait_until(|| names(&tree) == 32);
    tree.write("inside/a9/b/leaf.dark", leaf(9).replace("\n  x\n", "\n  x + 1L\n").as_bytes());
    watching.wait_for_reload("0 added, 1 changed, 0 removed");
    fs::remove_dir_all(path("inside")).expect("a folder");
    watching.wait_until(|| names(&tree) == 22);
    watching.stop(Signal::TERM);
    assert_equals_a_fresh_load(&tree);
}

#[test]
fn a_burst_of_files_is_a_few_reloads() {
    const FILES: usize = 200;
    let tree = Tree::in_memory();
    let file = |at: usize, version: usize| {
        // Each mentions a type of its neighbour, so that a half of both branches does not load.
        let next = (at + 1) % FILES;
        format!(
            "module Garden.F{at}\n\ntype T{version} = {{ n: Int64 }}\n\nlet f (t: Garden.F{next}.T{version}) : Int64 =\n  t.n\n"
        )
    };
    let check_out = |version: usize| {
        for at in 0..FILES {
            tree.write(&format!("f{at}.dark"), file(at, version).as_bytes());
        }
    };
    check_out(0);
    let mut watching = Watching::reload(&tree, &[]);
    for version in 1..=3 {
        check_out(version);
        watching.wait_for_reload("200 added, 200 changed, 200 removed");
    }
    let said = watching.stop(Signal::TERM);
    assert_eq!(said.iter().filter(|line| line.starts_with("reloaded: 200 added")).count(), 3, "{said:#?}");
    assert!(reloads(&said) <= 1 + 3 * 3, "{said:#?}");
    assert_equals_a_fresh_load(&tree);
}

#[test]
fn the_folder_of_packages_goes_and_comes_back() {
    let tree = garden();
    let mut watching = Watching::reload(&tree, &[]);
    let (packages, away) = (tree.packages(), tree.beside("away"));
    fs::rename(&packages, &away).expect("a rename");
    watching.wait_for(|line| line.ends_with("packages is gone; nothing was changed, and it is waited for"));
    assert_eq!(names(&tree), 2, "the store stays");
    fs::write(away.join("base.dark"), base("x + 1L")).expect("a file");
    fs::rename(&away, &packages).expect("a rename");
    watching.wait_for_reload("0 added, 2 changed, 0 removed");
    tree.write("base.dark", base("x + 2L").as_bytes());
    watching.wait_for_reload("0 added, 2 changed, 0 removed");
    // Another one of that name, filled file by file.
    fs::remove_dir_all(&packages).expect("a folder");
    watching.wait_for(|line| line.contains("packages is gone"));
    assert_eq!(names(&tree), 2, "the store stays");
    tree.write("more/user.dark", USER.as_bytes());
    tree.write("base.dark", BASE.as_bytes());
    watching.wait_for_reload("0 added, 2 changed, 0 removed");
    tree.write("base.dark", base("x + 3L").as_bytes());
    watching.wait_for_reload("0 added, 2 changed, 0 removed");
    watching.stop(Signal::TERM);
    assert_equals_a_fresh_load(&tree);
}

#[test]
fn polling_finds_what_no_event_tells() {
    let tree = garden();
    let mut watching = Watching::reload(&tree, &["--poll=50"]);
    tree.write("base.dark", base("x + 1L").as_bytes());
    watching.wait_for_reload("0 added, 2 changed, 0 removed");
    fs::rename(tree.packages(), tree.beside("away")).expect("a rename");
    watching.wait_for(|line| line.contains("packages is gone"));
    fs::rename(tree.beside("away"), tree.packages()).expect("a rename");
    tree.write("base.dark", base("x + 2L").as_bytes());
    watching.wait_for_reload("0 added, 2 changed, 0 removed");
    watching.stop(Signal::TERM);
    assert_equals_a_fresh_load(&tree);
    assert!(tree.beside(STORE).is_file());
}
