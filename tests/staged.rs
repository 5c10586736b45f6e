//! What the next commit will hold is judged, and not the work tree; the hook runs that before each commit.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use snapbox::{assert_data_eq, str};
use tempfile::TempDir;

use crate::common::darkc_in;
use crate::common::git::{Repository, git_command};

const BED: &str = "module Garden.Bed\n\nlet dig (depth: Int64) : Int64 =\n  depth\n";
const PATH: &str = "module Garden.Path\n\nlet walk (bed: Int64) : Int64 =\n  Garden.Bed.dig bed\n";
const BED_FILE: &str = "packages/garden/bed.dark";
const PATH_FILE: &str = "packages/garden/path.dark";

/// A repository with two sources and, if `sidecars`, theirs, all committed.
fn repository(root: &TempDir, sidecars: bool) -> Repository {
    let repository = Repository::init(root.path().join("origin"));
    repository.write(BED_FILE, BED);
    repository.write(PATH_FILE, PATH);
    if sidecars {
        repository.darkc("build", &[]).expect_code(0);
    } else {
        repository.write(".gitignore", "*.darkc\n");
    }
    repository.commit("first");
    repository
}

fn staged(repository: &Repository, arguments: &[&str]) -> crate::common::Run {
    darkc_in(&repository.0, &[&["build", "--check", "--staged"], arguments].concat(), &[])
}

#[test]
fn the_index_is_judged_and_not_the_work_tree() {
    let root = TempDir::new().expect("a folder");
    let repository = repository(&root, false);
    let run = staged(&repository, &[]).expect_code(0);
    assert_data_eq!(
        run.stderr,
        str![[r#"
checked: 2 sources, 0 failed, [..] ms; git has no sidecars to compare

"#]]
    );
    // An error that is not staged is none, and one that is staged is not hidden by an edit that mends it.
    repository.edit(BED_FILE, "  depth\n", "  (depth\n");
    staged(&repository, &[]).expect_code(0);
    repository.git(&["add", "-A"]);
    repository.write(BED_FILE, BED);
    let run = staged(&repository, &["--format", "short"]).expect_code(1);
    assert!(
        run.stdout.starts_with("packages/garden/bed.dark:5:1: error[PARSE-UNCLOSED]: "),
        "{}",
        run.stdout
    );
    assert!(
        run.stderr.ends_with(
            "to mend: mend the errors and git add the files; `git commit --no-verify` skips this check\n"
        ),
        "{}",
        run.stderr
    );
    repository.git(&["add", "-A"]);
    staged(&repository, &[]).expect_code(0);
}

#[test]
fn names_are_said_in_full_where_the_commit_changes_the_file() {
    let root = TempDir::new().expect("a folder");
    let repository = repository(&root, false);
    repository.write(PATH_FILE, &PATH.replace("Garden.Bed.dig", "Garden.Bed.digg"));
    repository.commit("a name that means nothing");
    let run = staged(&repository, &["--format", "short"]).expect_code(0);
    assert_eq!(run.stdout, "");
    assert!(run.stderr.starts_with("warning: 1 name elsewhere resolves to nothing"), "{}", run.stderr);
    repository.write(PATH_FILE, &PATH.replace("Garden.Bed.dig", "Garden.Bed.diggg"));
    repository.git(&["add", "-A"]);
    let run = staged(&repository, &["--format", "short"]).expect_code(0);
    assert!(run.stdout.starts_with("packages/garden/path.dark:4:3: warning[NAME-"), "{}", run.stdout);
    assert!(!run.stderr.contains("elsewhere"), "{}", run.stderr);
}

#[test]
fn sidecars_are_compared_where_they_are_committed() {
    let root = TempDir::new().expect("a folder");
    let repository = repository(&root, true);
    staged(&repository, &[]).expect_code(0);
    repository.edit(BED_FILE, "  depth\n", "  depth + 1L\n");
    repository.write("packages/garden/new.dark", "module Garden.New\n\nlet n (x: Int64) : Int64 =\n  x\n");
    fs::remove_file(repository.0.join(PATH_FILE)).expect("a source");
    repository.git(&["add", "-A"]);
    let run = staged(&repository, &[]).expect_code(1);
    assert_data_eq!(
        run.stdout,
        str![[r#"
stale  garden/bed.dark: the source has changed
missing  garden/new.dark: there is no sidecar
orphan  garden/path.darkc: its source is gone

"#]]
    );
    assert!(
        run.stderr.ends_with("to mend: `darkc build --staged` makes and stages the sidecars\n"),
        "{}",
        run.stderr
    );
    let run = staged(&repository, &["--format", "github"]).expect_code(1);
    let first =
        "::error file=packages/garden/bed.dark,line=1,col=1,endLine=1,endColumn=1,title=SIDECAR-STALE::";
    assert!(run.stdout.starts_with(first), "{}", run.stdout);
    assert_eq!(run.stdout.lines().count(), 3);

    let run = darkc_in(&repository.0, &["build", "--staged"], &[]).expect_code(0);
    assert_data_eq!(
        run.stderr,
        str![[r#"
built: 2 sidecars (0 fresh, 2 written), 0 failed, [..] ms

"#]]
    );
    staged(&repository, &[]).expect_code(0);
    assert!(!repository.0.join("packages/garden/path.darkc").exists());
    repository.git(&["commit", "-q", "-m", "second"]);
    assert!(repository.is_clean(), "the sidecars beside the sources are those that were staged");
    repository.darkc("build", &["--check"]).expect_code(0);
}

#[test]
fn a_source_that_is_staged_in_part_gets_the_sidecar_of_that_part() {
    let root = TempDir::new().expect("a folder");
    let repository = repository(&root, true);
    repository.edit(BED_FILE, "  depth\n", "  depth + 1L\n");
    repository.git(&["add", "-A"]);
    repository.edit(BED_FILE, "1L", "2L");
    let source = repository.read(BED_FILE);
    let beside = repository.read("packages/garden/bed.darkc");
    darkc_in(&repository.0, &["build", "--staged"], &[]).expect_code(0);
    staged(&repository, &[]).expect_code(0);
    assert_eq!(repository.read(BED_FILE), source);
    assert_eq!(repository.read("packages/garden/bed.darkc"), beside, "it is not of the staged source");
    let clone = Repository(root.path().join("clone"));
    repository.git(&["commit", "-q", "-m", "part"]);
    let (from, to) = (repository.0.to_str().expect("UTF-8"), clone.0.to_str().expect("UTF-8"));
    repository.git(&["clone", "-q", from, to]);
    clone.darkc("build", &["--check"]).expect_code(0);
}

#[test]
fn nothing_is_staged_where_it_cannot_be_kept() {
    let root = TempDir::new().expect("a folder");
    let repository = repository(&root, false);
    let run = darkc_in(&repository.0, &["build", "--staged"], &[]).expect_code(2);
    assert!(run.stderr.starts_with("error: git ignores *.darkc here"), "{}", run.stderr);
    repository.edit(BED_FILE, "  depth\n", "  (depth\n");
    repository.git(&["add", "-A"]);
    let run = darkc_in(&repository.0, &["build", "--staged"], &[]).expect_code(1);
    assert!(run.stderr.contains("not built: "), "{}", run.stderr);
    assert!(!repository.git(&["ls-files"]).contains(".darkc"));
    let outside = TempDir::new().expect("a folder");
    fs::create_dir(outside.path().join("packages")).expect("a folder");
    for arguments in [&["build", "--check", "--staged"][..], &["build", "--staged"], &["hook", "install"]] {
        let run = darkc_in(outside.path(), arguments, &[]).expect_code(2);
        assert_eq!(run.stderr, "error: packages is in no git work tree; run this in one\n");
    }
    darkc_in(&repository.0, &["build", "--format", "short"], &[]).expect_code(2);
}

/// A commit of what is staged; whether it was made, and what was said.
fn try_commit(repository: &Repository, arguments: &[&str]) -> (bool, String) {
    repository.try_git(&[&["commit", "-q", "-m", "next"], arguments].concat())
}

fn hook(repository: &Repository, arguments: &[&str]) -> String {
    darkc_in(&repository.0, &[&["hook"], arguments].concat(), &[]).expect_code(0).stderr
}

#[test]
fn the_hook_keeps_a_bad_commit_from_being_made() {
    let root = TempDir::new().expect("a folder");
    let repository = repository(&root, false);
    let said = hook(&repository, &["install"]);
    assert_data_eq!(
        said,
        str![[r#"
installed: [..]/.git/hooks/pre-commit

"#]]
    );
    repository.edit(BED_FILE, "  depth\n", "  (depth\n");
    repository.git(&["add", "-A"]);
    let (done, said) = try_commit(&repository, &[]);
    assert!(!done && said.contains("error[") && said.contains("to mend: "), "{said}");
    let source = repository.read(BED_FILE);
    assert!(try_commit(&repository, &["--no-verify"]).0);
    assert_eq!(repository.read(BED_FILE), source, "a hook writes no source");
    // `git commit -a` and `git commit PATH` have indexes of their own.
    repository.write(BED_FILE, BED);
    assert!(try_commit(&repository, &["-a"]).0);
    repository.edit(BED_FILE, "  depth\n", "  (depth\n");
    let (done, said) = try_commit(&repository, &["--", BED_FILE]);
    assert!(!done && said.contains("bed.dark"), "{said}");
    repository.write(BED_FILE, BED);

    assert_data_eq!(
        hook(&repository, &["uninstall"]),
        str![[r#"
uninstalled: [..]/.git/hooks/pre-commit

"#]]
    );
    assert!(!repository.0.join(".git/hooks/pre-commit").exists());
    assert_data_eq!(
        hook(&repository, &["uninstall"]),
        str![[r#"
nothing to uninstall: [..]/.git/hooks/pre-commit is not a hook of darkc's

"#]]
    );
}

#[test]
fn the_hook_that_builds_stages_the_sidecars() {
    let root = TempDir::new().expect("a folder");
    let repository = repository(&root, true);
    hook(&repository, &["install", "--build"]);
    repository.edit(BED_FILE, "  depth\n", "  depth + 1L\n");
    repository.git(&["add", BED_FILE]);
    let (done, said) = try_commit(&repository, &[]);
    assert!(done, "{said}");
    assert!(repository.is_clean());
    let changed = repository.git(&["show", "--name-only", "--format="]);
    assert_eq!(changed, "packages/garden/bed.dark\npackages/garden/bed.darkc\n");
    repository.darkc("build", &["--check"]).expect_code(0);

    repository.edit(BED_FILE, "1L", "2L");
    let (done, said) = try_commit(&repository, &["--", BED_FILE]);
    assert!(!done && said.contains("git commit PATH takes the named files alone"), "{said}");
}

fn write_hook(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
    fs::write(path, format!("#!/bin/sh\n{text}\n")).expect("a hook");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("permissions");
}

#[test]
fn a_hook_that_was_there_runs_first_and_comes_back() {
    let root = TempDir::new().expect("a folder");
    let repository = repository(&root, false);
    let file = repository.0.join("team hooks/pre-commit");
    repository.git(&["config", "core.hooksPath", "team hooks"]);
    write_hook(&file, "echo mine >> \"$PWD/ran\"; [ ! -e stop ]");
    let before = fs::read(&file).expect("a hook");
    let said = hook(&repository, &["install"]);
    assert!(said.ends_with("pre-commit; the hook that was there runs first\n"), "{said}");
    hook(&repository, &["install"]);
    repository.edit(BED_FILE, "  depth\n", "  depth + 1L\n");
    repository.git(&["add", BED_FILE]);
    let (done, said) = try_commit(&repository, &[]);
    assert!(done, "{said}");
    assert_eq!(repository.read("ran"), b"mine\n");
    repository.write("stop", "");
    repository.edit(BED_FILE, "1L", "2L");
    repository.git(&["add", BED_FILE]);
    let (done, said) = try_commit(&repository, &[]);
    assert!(!done && !said.contains("checked: "), "{said}");
    hook(&repository, &["uninstall"]);
    assert_eq!(fs::read(&file).expect("a hook"), before);
    assert!(!file.with_file_name("pre-commit.before-darkc").exists());
}

#[test]
fn every_work_tree_and_every_branch_can_commit() {
    let root = TempDir::new().expect("a folder");
    let repository = repository(&root, false);
    hook(&repository, &["install"]);
    let other = Repository(root.path().join("other tree"));
    repository.git(&["worktree", "add", "-q", "-b", "other", other.0.to_str().expect("UTF-8")]);
    other.edit(BED_FILE, "  depth\n", "  (depth\n");
    other.git(&["add", "-A"]);
    let (done, said) = try_commit(&other, &[]);
    assert!(!done && said.contains("bed.dark:5:"), "{said}");
    // The first tree's index is another one.
    assert!(try_commit(&repository, &["--allow-empty"]).0);
    other.git(&["rm", "-q", "-r", "-f", "packages"]);
    let (done, said) = try_commit(&other, &[]);
    assert!(done, "without packages there is nothing to check: {said}");
}

#[test]
fn a_hook_folder_that_cannot_be_written_is_said() {
    let root = TempDir::new().expect("a folder");
    let repository = repository(&root, false);
    // A file where the folder is to be stops everybody, root included.
    repository.write("taken", "");
    repository.git(&["config", "core.hooksPath", "taken/hooks"]);
    let run = darkc_in(&repository.0, &["hook", "install"], &[]).expect_code(2);
    assert_data_eq!(
        run.stderr,
        str![[r#"
error: [..]/taken/hooks/pre-commit cannot be written: [..]

"#]]
    );
    repository.git(&["config", "core.hooksPath", root.path().join("shared").to_str().expect("UTF-8")]);
    let run = darkc_in(&repository.0, &["hook", "install"], &[]).expect_code(0);
    assert!(run.stderr.contains("so other repositories run it too"), "{}", run.stderr);
}

#[test]
fn a_hook_without_darkc_says_so() {
    let root = TempDir::new().expect("a folder");
    let repository = repository(&root, false);
    hook(&repository, &["install"]);
    let file = repository.0.join(".git/hooks/pre-commit");
    let text = fs::read_to_string(&file).expect("a hook");
    let program = env!("CARGO_BIN_EXE_darkc");
    assert!(text.contains(program), "{text}");
    fs::write(&file, text.replace(program, "/nowhere/darkc")).expect("a hook");
    let output = git_command(&repository.0)
        .args(["commit", "-q", "--allow-empty", "-m", "x"])
        .env("PATH", "/usr/bin:/bin")
        .output()
        .expect("git");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.starts_with("darkc is not found"), "{said}");
}

/// What pre-commit needs of the file: the same command, and no names of files behind it.
#[test]
fn the_hook_for_pre_commit_runs_the_same_command() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(".pre-commit-hooks.yaml");
    let text = fs::read_to_string(file).expect("the file");
    let field = |name: &str| {
        let line = text.lines().find_map(|line| line.trim_start_matches("- ").trim().strip_prefix(name));
        line.unwrap_or_else(|| panic!("no {name} in {text}")).trim()
    };
    assert_eq!(field("pass_filenames:"), "false");
    let words: Vec<&str> = field("entry:").split(' ').collect();
    assert_eq!(words[0], "darkc");
    let root = TempDir::new().expect("a folder");
    let repository = repository(&root, false);
    darkc_in(&repository.0, &words[1..], &[]).expect_code(0);
}
