//! Discovery on small trees made for it.

use std::fs;
use std::io::Write as _;
use std::num::NonZero;
use std::path::Path;

use darkc_cache_format::model::UnlinkedFile;
use darkc_cache_format::{ToolDigest, encode, store};
use tempfile::TempDir;

use super::*;

const ALONE: Threads = Threads::Exactly(NonZero::<usize>::MIN);

fn tree(paths: &[&str]) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    for path in paths {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, path.to_str().unwrap()).unwrap();
    }
    root
}

fn paths(root: &Path) -> Vec<String> {
    sources(root, ALONE).unwrap().into_iter().map(|source| source.path).collect()
}

fn write_sidecar(path: &Path) {
    let bytes = encode(&UnlinkedFile::default(), ToolDigest([0; 16]), SourceHash::default()).bytes;
    fs::write(path, bytes).unwrap();
}

#[test]
fn folders_come_before_files_and_both_in_the_order_of_their_bytes() {
    let root = tree(&["b.dark", "a/z.dark", "a.dark", "a-b/c.dark", "Z.dark", "a/b/c.dark", "ä.dark"]);
    let sorted = ["a/b/c.dark", "a/z.dark", "a-b/c.dark", "Z.dark", "a.dark", "b.dark", "ä.dark"];
    assert_eq!(paths(root.path()), sorted);
}

#[test]
fn what_darklang_drops_is_dropped() {
    let root =
        tree(&["a_b.dark", "in_ner/c.dark", "c.dark.txt", "d.darkc", "e.DARK", ".dark", "x.dark/f.dark"]);
    assert_eq!(paths(root.path()), ["x.dark/f.dark", ".dark"]);
}

#[test]
fn the_place_of_the_package_folder_does_not_matter() {
    let outer = tempfile::Builder::new().prefix("under_score_").tempdir().unwrap();
    fs::create_dir(outer.path().join("packages")).unwrap();
    fs::write(outer.path().join("packages/a.dark"), "").unwrap();
    assert_eq!(paths(&outer.path().join("packages")), ["a.dark"]);
    assert_eq!(package_folder(&outer.path().join("packages/deeper")), Some(outer.path().join("packages")));
}

#[test]
fn hashes_are_those_of_the_contents_whatever_the_size() {
    let root = tree(&[]);
    for (index, length) in [0, 1, BUFFER_BYTES - 1, BUFFER_BYTES, 3 * BUFFER_BYTES + 1].iter().enumerate() {
        fs::write(root.path().join(format!("{index}.dark")), vec![index as u8; *length]).unwrap();
    }
    for file in sources(root.path(), ALONE).unwrap() {
        assert_eq!(file.hash, SourceHash::of(&fs::read(root.path().join(&file.path)).unwrap()));
    }
}

#[test]
fn many_files_have_the_same_hashes_on_several_threads() {
    let root = tree(&[]);
    fs::create_dir(root.path().join("inner")).unwrap();
    for index in 0..HASHED_WHEN_FOUND + 2 * BATCH + 1 {
        let folder = ["", "inner/"][index % 2];
        fs::write(root.path().join(format!("{folder}{index}.dark")), index.to_string()).unwrap();
    }
    let found = sources(root.path(), Threads::Exactly(NonZero::new(4).unwrap())).unwrap();
    assert_eq!(found.len(), HASHED_WHEN_FOUND + 2 * BATCH + 1);
    for file in &found {
        assert_eq!(file.hash, SourceHash::of(&fs::read(root.path().join(&file.path)).unwrap()));
    }
    assert_eq!(found, sources(root.path(), ALONE).unwrap());
}

#[cfg(unix)]
mod links {
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_count_as_what_they_lead_to() {
        let outside = tree(&["real.dark"]);
        let root = tree(&["a.dark"]);
        symlink(outside.path(), root.path().join("folder")).unwrap();
        symlink(outside.path().join("real.dark"), root.path().join("b.dark")).unwrap();
        symlink("nowhere", root.path().join(".#a.dark")).unwrap();
        assert_eq!(paths(root.path()), ["folder/real.dark", "a.dark", "b.dark"]);
    }

    #[test]
    fn a_loop_of_links_is_an_error() {
        let root = tree(&["a/x.dark", "b/y.dark"]);
        symlink(root.path(), root.path().join("a/up")).unwrap();
        assert!(matches!(sources(root.path(), ALONE).unwrap_err().problem, Problem::Loop));
        fs::remove_file(root.path().join("a/up")).unwrap();
        symlink("../b", root.path().join("a/b")).unwrap();
        assert_eq!(paths(root.path()), ["a/b/y.dark", "a/x.dark", "b/y.dark"]);
        symlink("../a", root.path().join("b/a")).unwrap();
        assert!(matches!(sources(root.path(), ALONE).unwrap_err().problem, Problem::Loop));
    }

    #[test]
    fn a_name_that_is_not_utf8_is_an_error() {
        let root = tree(&[]);
        fs::write(root.path().join(std::ffi::OsStr::from_bytes(b"\xFF.dark")), "").unwrap();
        assert!(matches!(sources(root.path(), ALONE).unwrap_err().problem, Problem::NameNotUtf8));
    }

    #[test]
    fn clean_follows_no_link() {
        let outside = tree(&[]);
        write_sidecar(&outside.path().join("a.darkc"));
        let root = tree(&[]);
        symlink(outside.path(), root.path().join("folder")).unwrap();
        symlink(outside.path().join("a.darkc"), root.path().join("b.darkc")).unwrap();
        let cleaned = clean(root.path(), false).unwrap();
        assert!(cleaned.sidecars.is_empty() && cleaned.failed.is_empty());
        assert!(root.path().join("b.darkc").symlink_metadata().is_ok());
        assert!(outside.path().join("a.darkc").exists());
    }
}

#[test]
fn clean_removes_only_what_is_ours() {
    let keep = ["a.dark", "foreign.darkc", "x.tmp", ".foreign.tmp", "d_e/c.dark"];
    let root = tree(&keep);
    write_sidecar(&root.path().join("a.darkc"));
    write_sidecar(&root.path().join("d_e/c.darkc"));
    write_sidecar(&root.path().join("named-otherwise"));
    fs::write(root.path().join(".a.darkc.Xy12zZ.tmp"), "half").unwrap();

    let dry = clean(root.path(), true).unwrap();
    let cleaned = clean(root.path(), false).unwrap();
    for list in [&dry, &cleaned] {
        assert_eq!(list.sidecars, ["a.darkc", "d_e/c.darkc"]);
        assert_eq!(list.temporaries, [".a.darkc.Xy12zZ.tmp"]);
        assert!(list.failed.is_empty());
    }
    assert!(keep.iter().all(|path| root.path().join(path).exists()));
    assert!(root.path().join("named-otherwise").exists());
    assert!(!root.path().join("a.darkc").exists());
    assert!(clean(root.path(), false).unwrap().sidecars.is_empty());
}

#[test]
fn orphans_are_real_sidecars_without_a_source() {
    let root = tree(&["a.dark", "sub/b.dark", "foreign.darkc", "d_e/c.dark"]);
    for path in ["a.darkc", "sub/b.darkc", "sub/gone.darkc", "d_e/c.darkc"] {
        write_sidecar(&root.path().join(path));
    }
    let sources = sources(root.path(), ALONE).unwrap();
    assert_eq!(orphans(root.path(), &sources).unwrap(), ["d_e/c.darkc", "sub/gone.darkc"]);
    assert!(store::is_sidecar(&root.path().join("sub/gone.darkc")).unwrap());
}

#[test]
fn a_missing_folder_is_an_error() {
    let error = sources(Path::new("/nowhere/at/all"), ALONE).unwrap_err();
    assert!(matches!(error.problem, Problem::Io(_)));
    assert!(error.to_string().starts_with("/nowhere/at/all: "));
}

#[test]
fn the_real_package_set_has_449_sources() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/darklang/packages");
    if !root.is_dir() {
        // Straight to standard error: what a passing test prints with a macro is captured and never seen.
        let _ = writeln!(std::io::stderr(), "SKIPPED: {} is missing", root.display());
        return;
    }
    assert_eq!(sources(&root, ALONE).unwrap().len(), 449);
}
