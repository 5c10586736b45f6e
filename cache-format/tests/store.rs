//! Sidecars on disk.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unreachable,
    clippy::unwrap_used,
    reason = "a test makes files and fails by a panic"
)]

use std::fs;

use darkc_cache_format::model::UnlinkedFile;
use darkc_cache_format::{MAGIC, MissReason, SourceHash, ToolDigest, encode, store};
use store::Lookup;

const TOOL: ToolDigest = ToolDigest([7; 16]);

fn sidecar(source: &[u8]) -> Vec<u8> {
    encode(&UnlinkedFile::default(), TOOL, SourceHash::of(source)).bytes
}

fn miss(lookup: Lookup) -> Option<MissReason> {
    match lookup {
        Lookup::Hit(_) => None,
        Lookup::Miss(reason) => Some(reason),
    }
}

#[test]
fn what_is_written_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = store::path_for(&folder.path().join("List.v1.dark"));
    assert_eq!(path.file_name().unwrap(), "List.v1.darkc");
    let source = SourceHash::of(b"source");
    assert_eq!(miss(store::read(&path, TOOL, source)), Some(MissReason::Absent));
    assert!(store::write(&path, &sidecar(b"source")).unwrap());
    assert!(store::is_sidecar(&path).unwrap());
    assert_eq!(miss(store::read(&path, TOOL, source)), None);
    assert_eq!(miss(store::read(&path, TOOL, SourceHash::of(b"other"))), Some(MissReason::SourceChanged));
    assert_eq!(store::open(&path).unwrap().header().source, source);
    // Only the sidecar is left in the folder.
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn equal_bytes_are_not_written_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.darkc");
    assert!(store::write(&path, &sidecar(b"1")).unwrap());
    assert!(!store::write(&path, &sidecar(b"1")).unwrap());
    assert!(store::write(&path, &sidecar(b"2")).unwrap());
}

#[cfg(unix)]
#[test]
fn a_sidecar_is_replaced_not_changed_and_has_ordinary_rights() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.darkc");
    store::write(&path, &sidecar(b"1")).unwrap();
    let before = fs::metadata(&path).unwrap().ino();
    let kept = fs::File::open(&path).unwrap();
    store::write(&path, &sidecar(b"2")).unwrap();
    assert_ne!(fs::metadata(&path).unwrap().ino(), before);
    assert_eq!(std::io::read_to_string(kept).ok(), None, "the old bytes are no text");
    let ordinary = folder.path().join("ordinary");
    fs::write(&ordinary, "").unwrap();
    let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), mode(&ordinary));
}

#[test]
fn a_failed_write_is_an_error_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    assert!(store::write(&folder.path().join("missing/a.darkc"), b"x").is_err());
    let taken = folder.path().join("a.darkc");
    fs::create_dir(&taken).unwrap();
    assert!(store::write(&taken, b"x").is_err());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_folder_or_a_foreign_file_is_a_miss() {
    let folder = tempfile::tempdir().unwrap();
    let source = SourceHash::default();
    assert!(matches!(miss(store::read(folder.path(), TOOL, source)), Some(MissReason::Unreadable(_))));
    let foreign = folder.path().join("a.darkc");
    fs::write(&foreign, "let x = 1").unwrap();
    assert_eq!(miss(store::read(&foreign, TOOL, source)), Some(MissReason::NotASidecar));
    assert!(!store::is_sidecar(&foreign).unwrap());
    fs::write(&foreign, &MAGIC[..5]).unwrap();
    assert!(!store::is_sidecar(&foreign).unwrap());
}

#[test]
fn temporary_names_are_told_apart() {
    for name in [".List.darkc.a1B2c3.tmp", "..darkc.abcdef.tmp", ".a.darkc.b.darkc.abcdef.tmp"] {
        assert!(store::is_temporary_name(name), "{name}");
    }
    for name in
        ["List.darkc", "List.darkc.a1B2c3.tmp", ".List.darkc.a1B2.tmp", ".List.a1B2c3.tmp", ".tmp", ""]
    {
        assert!(!store::is_temporary_name(name), "{name}");
    }
}
