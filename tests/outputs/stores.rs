//! All that `build`, `reload` and `clean` print.

use std::fs;

use snapbox::str;

use super::{BED, BROKEN, ILL_TYPED, garden, loaded, prints};

#[test]
fn build_says_what_it_did() {
    let tree = garden();
    prints(
        &tree,
        &["build", "--check"],
        1,
        str![[r#"
exit code 1
--- stdout
missing  garden/bed.dark: there is no sidecar
missing  garden/path.dark: there is no sidecar
--- stderr
checked: 2 sidecars (0 fresh, 2 missing, 0 stale, 0 orphaned), 0 failed, TIME
to mend: `darkc build` brings the sidecars up to date

"#]],
    );
    prints(
        &tree,
        &["build"],
        0,
        str![[r#"
exit code 0
--- stderr
built: 2 sidecars (0 fresh, 2 written), 0 failed, TIME

"#]],
    );
    prints(
        &tree,
        &["build"],
        0,
        str![[r#"
exit code 0
--- stderr
built: 2 sidecars (2 fresh, 0 written), 0 failed, TIME

"#]],
    );
    prints(
        &tree,
        &["build", "--check"],
        0,
        str![[r#"
exit code 0
--- stderr
checked: 2 sidecars (2 fresh, 0 missing, 0 stale, 0 orphaned), 0 failed, TIME

"#]],
    );
    tree.write("garden/path.dark", BROKEN.as_bytes());
    tree.remove("garden/bed.dark");
    prints(
        &tree,
        &["build", "--check"],
        1,
        str![[r#"
exit code 1
--- stdout
orphan  garden/bed.darkc: its source is gone
--- stderr
error[PARSE-UNCLOSED]: expected ')' to close the '(' at line 4:13, found end of file
 --> packages/garden/path.dark:5:1
  |
5 |
  | ^

checked: 1 sidecar (0 fresh, 0 missing, 0 stale, 1 orphaned), 1 failed, TIME
to mend: `darkc build` brings the sidecars up to date

"#]],
    );
    prints(
        &tree,
        &["build"],
        1,
        str![[r#"
exit code 1
--- stderr
error[PARSE-UNCLOSED]: expected ')' to close the '(' at line 4:13, found end of file
 --> packages/garden/path.dark:5:1
  |
5 |
  | ^

not built: 1 sidecar (0 fresh, 0 written), 1 failed, TIME

"#]],
    );
}

#[test]
fn a_reload_says_what_it_did() {
    let tree = garden();
    prints(
        &tree,
        &["reload"],
        0,
        str![[r#"
exit code 0
--- stderr
reloaded: 2 files (0 hit, 2 parsed, 0 failed), 5 items (5 added, 0 changed, 0 removed), TIME

"#]],
    );
    prints(
        &tree,
        &["reload"],
        0,
        str![[r#"
exit code 0
--- stderr
reloaded: 2 files (2 hit, 0 parsed, 0 failed), 5 items (0 added, 0 changed, 0 removed), TIME

"#]],
    );
    tree.write("garden/bed.dark", BED.replace("7L", "8L").as_bytes());
    prints(
        &tree,
        &["reload", "--dry-run"],
        0,
        str![[r#"
exit code 0
--- stdout
~ fn Garden.Bed.water
~ fn Garden.Path.walk
--- stderr
would reload: 2 files (1 hit, 1 parsed, 0 failed), 5 items (0 added, 2 changed, 0 removed), TIME

"#]],
    );
    prints(
        &tree,
        &["reload", "--verify"],
        1,
        str![[r#"
exit code 1
--- stderr
difference: package_functions, 60a68102cc7b7e554fd9f1384f26fcb98b8bfc7d210fe8f74530b6469e42d0b1
not verified: 2 files (0 hit, 2 parsed, 0 failed), 5 items (0 added, 2 changed, 0 removed), TIME

"#]],
    );
    prints(
        &tree,
        &["reload", "--explain"],
        0,
        str![[r#"
exit code 0
--- stdout
~ fn Garden.Bed.water
~ fn Garden.Path.walk
--- stderr
unchanged  1 file
parsed  garden/bed.dark: stale: the source has changed
edited  fn Garden.Bed.water
follows  fn Garden.Path.walk: fn Garden.Bed.water changed
reloaded: 2 files (1 hit, 1 parsed, 0 failed), 5 items (0 added, 2 changed, 0 removed), TIME

"#]],
    );
    prints(
        &tree,
        &["reload", "--verify"],
        0,
        str![[r#"
exit code 0
--- stderr
verified: 2 files (0 hit, 2 parsed, 0 failed), 5 items (0 added, 0 changed, 0 removed), TIME; no difference

"#]],
    );
}

#[test]
fn a_reload_says_what_is_wrong_with_the_sources() {
    let tree = loaded();
    tree.write("garden/path.dark", BROKEN.as_bytes());
    prints(
        &tree,
        &["reload"],
        1,
        str![[r#"
exit code 1
--- stderr
error[PARSE-UNCLOSED]: expected ')' to close the '(' at line 4:13, found end of file
 --> packages/garden/path.dark:5:1
  |
5 |
  | ^

not reloaded: 2 files (1 hit, 0 parsed, 1 failed), 0 items (0 added, 0 changed, 0 removed), TIME; nothing was applied

"#]],
    );
    tree.write("garden/path.dark", ILL_TYPED.as_bytes());
    prints(
        &tree,
        &["reload"],
        0,
        str![[r#"
exit code 0
--- stderr
packages/garden/path.dark:4:13: warning[TYPE-ARGUMENT]: argument `beds` of Bed.water: wanted Int64, found Bool
reloaded: 2 files (1 hit, 1 parsed, 0 failed), 4 items (0 added, 1 changed, 1 removed), TIME

"#]],
    );
    tree.remove("garden/path.dark");
    tree.remove("garden/bed.dark");
    prints(
        &tree,
        &["reload"],
        2,
        str![[r#"
exit code 2
--- stderr
error: this load would remove 4 of the 4 items in the database (3 of Garden.Bed, 1 of Garden.Path); nothing was applied; check --packages, or run again with --allow-removals

"#]],
    );
}

#[test]
fn clean_lists_what_it_removes() {
    let tree = loaded();
    fs::write(tree.packages().join("garden/notes.darkc"), "my own").expect("a file");
    prints(
        &tree,
        &["clean", "--dry-run"],
        0,
        str![[r#"
exit code 0
--- stdout
garden/bed.darkc
garden/path.darkc
--- stderr
left alone: garden/notes.darkc is not a sidecar
would clean: 2 files removed, 1 left alone

"#]],
    );
    prints(
        &tree,
        &["clean"],
        0,
        str![[r#"
exit code 0
--- stderr
left alone: garden/notes.darkc is not a sidecar
cleaned: 2 files removed, 1 left alone

"#]],
    );
    prints(
        &tree,
        &["clean"],
        0,
        str![[r#"
exit code 0
--- stderr
left alone: garden/notes.darkc is not a sidecar
cleaned: 0 files removed, 1 left alone

"#]],
    );
}
