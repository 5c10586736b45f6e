//! Loading through sidecars, on handmade sources and on Darklang's own where they are at hand.

use std::fs;
use std::path::Path;

use darkc_cache_format::model::UnlinkedFile;
use darkc_cache_format::{encode, store};
use tempfile::TempDir;

use super::*;
use crate::base::parallel::Threads;
use crate::discover;

const FILES: usize = 20;

fn every(sources: &[SourceFile]) -> Vec<&SourceFile> {
    sources.iter().collect()
}

fn package(name: usize) -> String {
    format!("module Darklang.Load.M{name}\n\n/// Doc\nlet f{name} (x: Int64) : Int64 = x + {name}L\n")
}

fn tree() -> TempDir {
    let root = tempfile::tempdir().unwrap();
    for index in 0..FILES {
        fs::write(root.path().join(format!("m{index:02}.dark")), package(index)).unwrap();
    }
    root
}

fn sources(root: &Path) -> Vec<SourceFile> {
    discover::sources(root, Threads::OnePerProcessor).unwrap()
}

fn options(sidecars: Sidecars) -> Options {
    Options { sidecars, threads: 2, tool: TOOL_DIGEST }
}

fn on_large_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    parallel::on_large_stack(work).unwrap()
}

fn run(root: &Path, options: Options) -> Tally {
    on_large_stack(|| Tally::of(&load(root, &every(&sources(root)), options)))
}

#[test]
fn the_second_run_parses_and_writes_nothing() {
    let root = tree();
    let first = run(root.path(), options(Sidecars::Update));
    assert_eq!(first, Tally { parsed: FILES, written: FILES, ..Tally::default() });
    let second = run(root.path(), options(Sidecars::Update));
    assert_eq!(second, Tally { hits: FILES, ..Tally::default() });
}

#[test]
fn a_hit_is_what_parsing_gives() {
    let root = tree();
    on_large_stack(|| {
        let (parsed, hit) = (sources(root.path()), sources(root.path()));
        let parsed = load(root.path(), &every(&parsed), options(Sidecars::Update));
        let hit = load(root.path(), &every(&hit), options(Sidecars::Update));
        for (parsed, hit) in parsed.iter().zip(&hit) {
            assert_eq!(parsed.origin, Origin::Source(MissReason::Absent));
            assert_eq!(hit.origin, Origin::Sidecar);
            let (parsed, hit) = (parsed.content.as_ref().unwrap(), hit.content.as_ref().unwrap());
            assert_eq!(parsed.file(), hit.file());
            assert_eq!(parsed.code_fingerprints(), hit.code_fingerprints());
        }
    });
}

#[test]
fn bytes_and_order_do_not_depend_on_threads() {
    let (left, right) = (tree(), tree());
    run(left.path(), Options { threads: 1, ..options(Sidecars::Update) });
    run(right.path(), Options { threads: 8, ..options(Sidecars::Update) });
    for index in 0..FILES {
        let name = format!("m{index:02}.darkc");
        assert_eq!(fs::read(left.path().join(&name)).unwrap(), fs::read(right.path().join(&name)).unwrap());
    }
    on_large_stack(|| {
        let sources = sources(left.path());
        let loaded = load(left.path(), &every(&sources), Options { threads: 8, ..options(Sidecars::Update) });
        let hashes: Vec<_> = loaded.iter().map(|file| file.hash).collect();
        let expected: Vec<_> = sources.iter().map(|source| source.hash).collect();
        assert_eq!(hashes, expected);
    });
}

#[test]
fn only_content_decides() {
    let root = tree();
    run(root.path(), options(Sidecars::Update));
    let source = root.path().join("m03.dark");
    // The same length and the same time, another content.
    let modified = fs::metadata(&source).unwrap().modified().unwrap();
    let text = fs::read_to_string(&source).unwrap().replace("Doc", "Cod");
    fs::write(&source, text).unwrap();
    fs::File::options().write(true).open(&source).unwrap().set_modified(modified).unwrap();
    let after = run(root.path(), options(Sidecars::Update));
    assert_eq!(after, Tally { hits: FILES - 1, parsed: 1, written: 1, ..Tally::default() });
    // Another time, the same content.
    let touched = fs::File::options().write(true).open(&source).unwrap();
    touched.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
    assert_eq!(run(root.path(), options(Sidecars::Update)).hits, FILES);
}

#[test]
fn damage_is_a_miss_that_heals() {
    let root = tree();
    run(root.path(), options(Sidecars::Update));
    let sidecar = |index: usize| root.path().join(format!("m{index:02}.darkc"));
    let whole = fs::read(sidecar(0)).unwrap();
    fs::write(sidecar(0), &whole[..whole.len() / 2]).unwrap();
    let mut flipped = fs::read(sidecar(1)).unwrap();
    *flipped.last_mut().unwrap() ^= 1;
    fs::write(sidecar(1), flipped).unwrap();
    fs::write(sidecar(2), "<<<<<<< ours\n").unwrap();
    fs::copy(sidecar(4), sidecar(3)).unwrap();
    fs::remove_file(sidecar(5)).unwrap();
    let reasons = on_large_stack(|| {
        let sources = sources(root.path());
        let loaded = load(root.path(), &every(&sources), options(Sidecars::Update));
        loaded.iter().map(|file| file.origin).take(6).collect::<Vec<_>>()
    });
    let expected =
        [MissReason::Truncated, MissReason::BadChecksum, MissReason::NotASidecar, MissReason::SourceChanged];
    assert_eq!(reasons[..4], expected.map(Origin::Source));
    assert_eq!(reasons[4..], [Origin::Sidecar, Origin::Source(MissReason::Absent)]);
    assert_eq!(run(root.path(), options(Sidecars::Update)).hits, FILES);
}

#[test]
fn another_tool_is_a_miss() {
    let root = tree();
    run(root.path(), options(Sidecars::Update));
    let other = Options { tool: ToolDigest([1; 16]), ..options(Sidecars::Update) };
    assert_eq!(run(root.path(), other).written, FILES);
}

#[test]
fn reading_only_writes_nothing() {
    let root = tree();
    assert_eq!(run(root.path(), options(Sidecars::ReadOnly)), Tally { parsed: FILES, ..Tally::default() });
    assert!(!store::path_for(&root.path().join("m00.dark")).exists());
}

#[test]
fn verifying_trusts_no_sidecar() {
    let root = tree();
    run(root.path(), options(Sidecars::Update));
    let source = SourceHash::of(&fs::read(root.path().join("m01.dark")).unwrap());
    let wrong = encode(&UnlinkedFile::default(), options(Sidecars::Verify).tool, source).bytes;
    fs::write(root.path().join("m01.darkc"), &wrong).unwrap();
    fs::remove_file(root.path().join("m02.darkc")).unwrap();
    fs::write(root.path().join("m03.darkc"), "x").unwrap();
    on_large_stack(|| {
        let sources = sources(root.path());
        let loaded = load(root.path(), &every(&sources), options(Sidecars::Verify));
        assert!(loaded.iter().all(|file| file.origin == Origin::Source(MissReason::NotTried)));
        assert!(matches!(loaded[0].sidecar, SidecarState::Equal));
        assert!(matches!(loaded[1].sidecar, SidecarState::Differs(_)));
        assert!(matches!(loaded[2].sidecar, SidecarState::Missing(MissReason::Absent)));
        assert!(matches!(loaded[3].sidecar, SidecarState::Missing(MissReason::NotASidecar)));
    });
    assert_eq!(fs::read(root.path().join("m01.darkc")).unwrap(), wrong);
}

#[test]
fn a_sidecar_that_cannot_be_written_is_only_counted() {
    let root = tree();
    // A folder in the sidecar's place: it can be neither read nor replaced.
    fs::create_dir(root.path().join("m00.darkc")).unwrap();
    let tally = run(root.path(), options(Sidecars::Update));
    assert_eq!(tally, Tally { parsed: FILES, written: FILES - 1, not_written: 1, ..Tally::default() });
}

#[test]
fn a_file_changed_after_discovery_is_loaded_as_it_is_now() {
    let root = tree();
    on_large_stack(|| {
        let sources = sources(root.path());
        fs::write(root.path().join("m00.dark"), package(77)).unwrap();
        fs::remove_file(root.path().join("m01.dark")).unwrap();
        let loaded = load(root.path(), &every(&sources), options(Sidecars::Update));
        assert_eq!(loaded[0].hash, SourceHash::of(package(77).as_bytes()));
        assert_eq!(loaded[0].content.as_ref().unwrap().file().items[0].location, "Darklang.Load.M77.f77");
        assert!(matches!(loaded[1].content, Err(Failure::Unreadable(_))));
    });
    fs::write(root.path().join("m01.dark"), package(1)).unwrap();
    assert_eq!(run(root.path(), options(Sidecars::Update)).hits, FILES - 1);
}

#[test]
fn the_text_is_kept_where_something_has_to_be_shown_of_it() {
    let root = tree();
    let broken = "module Darklang.Load.M1\n\nlet f (x: Int64) : Int64 = (x\n";
    fs::write(root.path().join("m01.dark"), broken).unwrap();
    on_large_stack(|| {
        let sources = sources(root.path());
        let loaded = load(root.path(), &every(&sources), options(Sidecars::Update));
        assert!(matches!(loaded[1].content, Err(Failure::Diagnostics(_))));
        assert_eq!(
            (loaded[0].refused_text.as_deref(), loaded[1].refused_text.as_deref()),
            (None, Some(broken))
        );
    });
}
