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

use darkc_cache_format::model::{
    Code, Definition, Expr, ExprKind, Item, ItemKind, SourcePosition, UnlinkedFile,
};
use darkc_cache_format::{MAGIC, MAP_FROM, Memory, MissReason, SourceHash, ToolDigest, encode, store};
use store::Lookup;

const TOOL: ToolDigest = ToolDigest([7; 16]);

fn sidecar(source: &[u8]) -> Vec<u8> {
    encode(&UnlinkedFile::default(), TOOL, SourceHash::of(source)).bytes
}

fn miss(lookup: Lookup<'_>) -> Option<MissReason> {
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
    assert_eq!(miss(store::read(&path, TOOL, source, &Memory::default())), Some(MissReason::Absent));
    assert!(store::write(&path, &sidecar(b"source")).unwrap());
    assert!(store::is_sidecar(&path).unwrap());
    assert_eq!(miss(store::read(&path, TOOL, source, &Memory::default())), None);
    assert_eq!(
        miss(store::read(&path, TOOL, SourceHash::of(b"other"), &Memory::default())),
        Some(MissReason::SourceChanged)
    );
    assert_eq!(store::open(&path, &Memory::default()).unwrap().header().source, source);
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
    assert!(matches!(
        miss(store::read(folder.path(), TOOL, source, &Memory::default())),
        Some(MissReason::Unreadable(_))
    ));
    let foreign = folder.path().join("a.darkc");
    fs::write(&foreign, "let x = 1").unwrap();
    assert_eq!(miss(store::read(&foreign, TOOL, source, &Memory::default())), Some(MissReason::NotASidecar));
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

/// A sidecar that is large enough to be mapped.
fn large() -> (Vec<u8>, SourceHash) {
    let source = SourceHash::of(b"large");
    let description = "a long story ".repeat(MAP_FROM / 10);
    let code = Code { sites: &[], definition: Definition::Value(Expr(&ExprKind::Unit)) };
    let position = SourcePosition::default();
    let item = Item {
        kind: ItemKind::Value,
        location: "Darklang.Long.story",
        code,
        description: &description,
        position,
        site_positions: &[],
    };
    (encode(&UnlinkedFile { items: &[item] }, TOOL, source).bytes, source)
}

#[test]
fn a_large_sidecar_is_what_it_was_written_as() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.darkc");
    let (bytes, source) = large();
    assert!(bytes.len() > MAP_FROM);
    store::write(&path, &bytes).unwrap();
    let memory = Memory::default();
    let Lookup::Hit(found) = store::read(&path, TOOL, source, &memory) else { panic!("a sound sidecar") };
    assert_eq!(found.as_bytes(), bytes);
    assert_eq!(found.decode(memory.arena()).unwrap().file.items[0].location, "Darklang.Long.story");
    // To replace it needs no leave of whoever has it open.
    store::write(&path, &sidecar(b"other")).unwrap();
    assert_eq!(found.as_bytes(), bytes);
}

/// Without the lease the first look at the bytes after the cut ends the process.
#[cfg(target_os = "linux")]
#[test]
fn whoever_cuts_a_mapped_sidecar_off_waits() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.darkc");
    let (bytes, source) = large();
    store::write(&path, &bytes).unwrap();
    let memory = Memory::default();
    let Lookup::Hit(found) = store::read(&path, TOOL, source, &memory) else { panic!("a sound sidecar") };
    let mut truncate =
        std::process::Command::new("sh").args(["-c", ": > \"$0\""]).arg(&path).spawn().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(200));
    assert_eq!(truncate.try_wait().unwrap(), None, "the lease holds");
    assert_eq!(found.as_bytes(), bytes);
    drop(memory);
    assert!(truncate.wait().unwrap().success());
    assert_eq!(fs::metadata(&path).unwrap().len(), 0);
    assert_eq!(miss(store::read(&path, TOOL, source, &Memory::default())), Some(MissReason::NotASidecar));
}

/// A file that somebody is about to write to is read, so that what is loaded is not what they write.
#[cfg(target_os = "linux")]
#[test]
fn a_sidecar_that_somebody_has_open_for_writing_is_not_mapped() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.darkc");
    let (bytes, source) = large();
    store::write(&path, &bytes).unwrap();
    let writer = fs::OpenOptions::new().write(true).open(&path).unwrap();
    let memory = Memory::default();
    let Lookup::Hit(found) = store::read(&path, TOOL, source, &memory) else { panic!("a sound sidecar") };
    writer.set_len(0).unwrap();
    assert_eq!(found.as_bytes(), bytes);
}
