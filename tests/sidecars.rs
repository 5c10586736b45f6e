//! Darklang's whole package set through its sidecars: same bytes whatever the order and the threads, and no
//! work the second time.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use darkc::internals::base::parallel::{self, Threads};
use darkc::internals::discover::{self, SourceFile};
use darkc::internals::load::{self, LoadedFile, Options, Origin, Sidecars, TOOL_DIGEST, Tally};
use darkc_cache_format::{MissReason, SidecarBytes, store};

use crate::common::{self, Tree};

const FILES: usize = 449;
const ITEMS: usize = 5_817;

/// A copy of the package set that may be written to; `None`, said loudly, where the ground truth is missing.
fn package_set() -> Option<Tree> {
    Some(Tree::copy_of(&common::oracle()?.join("packages")))
}

fn on_large_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    parallel::on_large_stack(work).unwrap()
}

fn sources(root: &Path) -> Vec<SourceFile> {
    discover::sources(root, Threads::OnePerProcessor).unwrap()
}

fn load(root: &Path, sources: &[SourceFile], options: Options) -> Vec<LoadedFile> {
    load::load(root, &sources.iter().collect::<Vec<_>>(), options)
}

fn update(threads: usize) -> Options {
    Options { sidecars: Sidecars::Update, threads, tool: TOOL_DIGEST }
}

fn sidecars(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let sources = discover::sources(root, Threads::OnePerProcessor).unwrap();
    let read = |path: &str| fs::read(store::path_for(&root.join(path))).unwrap();
    sources.into_iter().map(|source| (source.path.clone(), read(&source.path))).collect()
}

fn items(files: &[LoadedFile]) -> usize {
    files.iter().map(|file| file.content.as_ref().map_or(0, |content| content.file().items.len())).sum()
}

#[test]
fn sidecars_depend_on_sources_alone_and_end_the_work() {
    let (Some(left), Some(right)) = (package_set(), package_set()) else { return };
    let (left, right) = (&*left.packages(), &*right.packages());
    on_large_stack(|| {
        let parsed = sources(left);
        let parsed = load(left, &parsed, update(1));
        assert_eq!(Tally::of(&parsed), Tally { parsed: FILES, written: FILES, ..Tally::default() });
        assert_eq!(items(&parsed), ITEMS);

        let mut backwards = sources(right);
        backwards.reverse();
        load(right, &backwards, update(8));
        assert!(sidecars(left) == sidecars(right), "order or threads show in the bytes");

        let hit = sources(left);
        let hit = load(left, &hit, update(2));
        assert_eq!(Tally::of(&hit), Tally { hits: FILES, ..Tally::default() });
        for ((source, parsed), hit) in sources(left).iter().zip(&parsed).zip(&hit) {
            let (parsed, hit) = (parsed.content.as_ref().unwrap(), hit.content.as_ref().unwrap());
            assert!(parsed.file() == hit.file(), "{}", source.path);
            assert_eq!(parsed.code_fingerprints(), hit.code_fingerprints(), "{}", source.path);
        }
        let cleaned = discover::clean(left, false).unwrap();
        assert_eq!(cleaned.sidecars.len(), FILES);
    });
}

#[test]
fn a_comment_keeps_every_code_fingerprint() {
    let Some(root) = package_set() else { return };
    let root = &*root.packages();
    on_large_stack(|| {
        let before = sources(root);
        let before = load(root, &before, update(2));
        let path = discover::sources(root, Threads::OnePerProcessor).unwrap()[0].path.clone();
        let text = fs::read_to_string(root.join(&path)).unwrap();
        fs::write(root.join(&path), format!("// a comment\n\n{text}")).unwrap();
        let after = sources(root);
        let after = load(root, &after, update(2));
        assert_eq!(after[0].origin, Origin::Source(MissReason::SourceChanged));
        assert_eq!(Tally::of(&after).hits, FILES - 1);
        let (before, after) = (before[0].content.as_ref().unwrap(), after[0].content.as_ref().unwrap());
        assert_ne!(before.file(), after.file(), "positions move");
        assert_eq!(before.code_fingerprints(), after.code_fingerprints());
    });
}

/// One cut and one flipped bit in each real sidecar, at places that differ from file to file.
#[test]
fn damage_to_real_sidecars_is_a_miss() {
    let Some(root) = package_set() else { return };
    let root = &*root.packages();
    on_large_stack(|| {
        let sources = sources(root);
        load(root, &sources, update(2));
        for (index, source) in sources.iter().enumerate() {
            let hash = source.hash;
            let bytes = fs::read(store::path_for(&root.join(&source.path))).unwrap();
            for step in 0..50 {
                let place = (index * 7919 + step * 104_729) % bytes.len();
                let cut = &bytes[..place];
                assert!(SidecarBytes::matching(cut, TOOL_DIGEST, hash).is_err());
                let mut flipped = bytes.clone();
                flipped[place] ^= 1 << (step % 8);
                assert!(SidecarBytes::matching(&flipped, TOOL_DIGEST, hash).is_err());
            }
        }
    });
}
