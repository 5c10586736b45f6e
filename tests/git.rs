//! Sidecars in a git repository, committed or ignored, with the lines that `docs/darklang.md` gives.

use std::fs;
use std::path::Path;

use tempfile::TempDir;
use xxhash_rust::xxh3::xxh3_128;

use crate::common;
use crate::common::git::Repository;

const LIST: &str = "module Acme.List\n\nlet first (x: Int64) : Int64 =\n  x\n\n\nlet second (x: Int64) : Int64 =\n  first x\n\n\nlet third (x: Int64) : Int64 =\n  second x\n";
const BASE: &str = "module Acme.Base\n\nlet two (x: Int64) : Int64 =\n  Acme.List.first x\n";

/// The block of this language in the document.
fn lines_of(language: &str) -> String {
    let document = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/darklang.md"))
        .expect("a document");
    let (_, rest) =
        document.split_once(&format!("```{language}\n")).unwrap_or_else(|| panic!("no block of {language}"));
    rest.split_once("```").expect("the end of the block").0.to_owned()
}

/// A repository with two package files, built and committed.
fn committed(root: &TempDir, attributes: bool) -> Repository {
    let repository = Repository::init(root.path().join("origin"));
    repository.write("packages/acme/list.dark", LIST);
    repository.write("packages/acme/base.dark", BASE);
    if attributes {
        repository.write(".gitattributes", &lines_of("gitattributes"));
        configure(&repository);
    } else {
        repository.write(".gitignore", &lines_of("gitignore"));
    }
    repository.darkc("build", &[]).expect_code(0);
    repository.commit("first");
    repository
}

/// What each clone needs, once.
fn configure(repository: &Repository) {
    let command = lines_of("sh");
    let arguments: Vec<&str> = command.split_whitespace().collect();
    assert_eq!(arguments[0], "git");
    repository.git(&arguments[1..]);
}

fn clone(origin: &Repository, root: &TempDir, name: &str, options: &[&str]) -> Repository {
    let clone = Repository(root.path().join(name));
    let (from, to) = (origin.0.to_str().expect("a UTF-8 path"), clone.0.to_str().expect("a UTF-8 path"));
    origin.git(&[&["clone", "-q"], options, &[from, to]].concat());
    clone
}

const LIST_SIDECAR: &str = "packages/acme/list.darkc";
const BASE_SIDECAR: &str = "packages/acme/base.darkc";

#[test]
fn committed_sidecars_are_the_same_in_every_clone() {
    let root = TempDir::new().expect("a folder");
    let origin = committed(&root, true);
    // A clone on a machine that turns line endings into its own.
    for (name, options) in
        [("plain", &[][..]), ("other", &["-c", "core.autocrlf=true", "-c", "core.eol=crlf"])]
    {
        let clone = clone(&origin, &root, name, options);
        clone.darkc("build", &["--check"]).expect_code(0);
        for sidecar in [LIST_SIDECAR, BASE_SIDECAR] {
            assert_eq!(clone.read(sidecar), origin.read(sidecar), "{name}: {sidecar}");
            fs::remove_file(clone.0.join(sidecar)).expect("a sidecar");
        }
        clone.darkc("build", &[]).expect_code(0);
        assert!(clone.is_clean(), "{name}: what is built again is what was committed");
    }
    let clone = clone(&origin, &root, "warm", &[]);
    let store = clone.0.join("store.db");
    let run = clone.darkc("reload", &["--db", store.to_str().expect("a UTF-8 path")]).expect_code(0);
    let summary = common::summary(&run.stderr);
    assert_eq!((summary.hit, summary.parsed), (2, 0), "a fresh clone is warm");
}

#[test]
fn branches_that_edit_different_files_do_not_meet_in_a_sidecar() {
    let root = TempDir::new().expect("a folder");
    let repository = committed(&root, true);
    repository.git(&["checkout", "-q", "-b", "lists"]);
    repository.edit("packages/acme/list.dark", "  first x", "  first 2L");
    repository.darkc("build", &[]).expect_code(0);
    repository.commit("list");
    repository.git(&["checkout", "-q", "main"]);
    repository.edit("packages/acme/base.dark", "first x", "first 3L");
    repository.write("packages/acme/new.dark", "module Acme.New\n\nlet n (x: Int64) : Int64 =\n  x\n");
    repository.darkc("build", &[]).expect_code(0);
    repository.commit("base");
    // Even without the driver.
    repository.git(&["config", "--unset", "merge.darkc.driver"]);
    repository.git(&["merge", "-q", "-m", "both", "lists"]);
    assert!(repository.is_clean());
    repository.darkc("build", &["--check"]).expect_code(0);
}

#[test]
fn branches_that_edit_one_file_merge_with_the_driver() {
    let root = TempDir::new().expect("a folder");
    let repository = committed(&root, true);
    repository.git(&["checkout", "-q", "-b", "third"]);
    repository.edit("packages/acme/list.dark", "  second x", "  second 2L");
    repository.darkc("build", &[]).expect_code(0);
    repository.commit("third");
    repository.git(&["checkout", "-q", "main"]);
    repository.edit("packages/acme/list.dark", "  x\n", "  x + 1L\n");
    repository.darkc("build", &[]).expect_code(0);
    repository.commit("first");

    repository.git(&["config", "--unset", "merge.darkc.driver"]);
    let (merged, text) = repository.try_git(&["merge", "-q", "-m", "both", "third"]);
    assert!(!merged, "{text}");
    assert_eq!(repository.git(&["diff", "--name-only", "--diff-filter=U"]).trim(), LIST_SIDECAR);
    repository.git(&["merge", "--abort"]);

    configure(&repository);
    repository.git(&["merge", "-q", "-m", "both", "third"]);
    let check = repository.darkc("build", &["--check"]).expect_code(1);
    assert!(check.stdout.starts_with("stale  acme/list.dark"), "{}", check.stdout);
    repository.darkc("build", &[]).expect_code(0);
    repository.commit("sidecars");
    repository.darkc("build", &["--check"]).expect_code(0);
}

#[test]
fn a_doctored_sidecar_fails_the_check() {
    const SOURCE: std::ops::Range<usize> = 32..56;
    const CHECKSUM: usize = 16;
    let root = TempDir::new().expect("a folder");
    let repository = committed(&root, true);
    let honest = repository.read(BASE_SIDECAR);
    repository.edit("packages/acme/base.dark", "first x", "first 9L");
    repository.darkc("build", &[]).expect_code(0);
    let mut doctored = repository.read(BASE_SIDECAR);
    repository.git(&["checkout", "-q", "packages/acme/base.dark"]);
    // Code of another source, under this one's hash, with a good checksum.
    doctored[SOURCE].copy_from_slice(&honest[SOURCE]);
    let end = doctored.len() - CHECKSUM;
    let checksum = xxh3_128(&doctored[..end]).to_le_bytes();
    doctored[end..].copy_from_slice(&checksum);
    assert_ne!(doctored, honest);
    fs::write(repository.0.join(BASE_SIDECAR), &doctored).expect("a writable sidecar");
    repository.commit("looks harmless");

    let clone = clone(&repository, &root, "review", &[]);
    let check = clone.darkc("build", &["--check"]).expect_code(1);
    assert!(
        check.stdout.starts_with("differs  acme/base.dark: it is not what its source makes"),
        "{}",
        check.stdout
    );
    assert!(!check.stdout.contains("list"), "{}", check.stdout);
    let mut broken = honest.clone();
    broken[80] ^= 1;
    fs::write(clone.0.join(BASE_SIDECAR), &broken).expect("a writable sidecar");
    let check = clone.darkc("build", &["--check"]).expect_code(1);
    assert!(check.stdout.starts_with("damaged  acme/base.dark"), "{}", check.stdout);
}

#[test]
fn ignored_sidecars_follow_the_branch() {
    let root = TempDir::new().expect("a folder");
    let repository = committed(&root, false);
    assert!(repository.is_clean() && repository.0.join(LIST_SIDECAR).exists());
    assert!(!repository.git(&["ls-files"]).contains(".darkc"));
    let store = root.path().join("store.db");
    let reload = || {
        let run = repository.darkc("reload", &["--db", store.to_str().expect("a UTF-8 path")]).expect_code(0);
        common::summary(&run.stderr)
    };
    assert_eq!(reload().parsed, 0);
    repository.git(&["checkout", "-q", "-b", "other"]);
    repository.edit("packages/acme/base.dark", "first x", "first 9L");
    repository.write("packages/acme/new.dark", "module Acme.New\n\nlet n (x: Int64) : Int64 =\n  x\n");
    repository.commit("other");
    assert_eq!((reload().items, reload().parsed), (5, 0));
    repository.git(&["checkout", "-q", "main"]);
    let back = reload();
    assert_eq!((back.items, back.parsed, back.removed, back.changed), (4, 1, 1, 1));
    assert!(repository.is_clean());
    repository.darkc("build", &["--check"]).expect_code(0);
    assert!(!repository.0.join("packages/acme/new.darkc").exists(), "what the other branch left is gone");
}
