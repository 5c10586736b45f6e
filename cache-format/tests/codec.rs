//! What is written is read back, and nothing else is.

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

mod common;

use std::path::Path;

use bumpalo::Bump;
use common::Models;
use darkc_cache_format::model::*;
use darkc_cache_format::{CodeBytes, MAX_NESTING, MissReason, SidecarBytes, SourceHash, ToolDigest, encode};

const TOOL: ToolDigest = ToolDigest(*b"golden file tool");
const STACK_BYTES: usize = 512 << 20;

fn source() -> SourceHash {
    SourceHash::of(b"module Darklang.Golden\n")
}

fn matching(bytes: &[u8]) -> Result<SidecarBytes<'_>, MissReason> {
    SidecarBytes::matching(bytes, TOOL, source())
}

fn on_large_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, work).unwrap();
        thread.join().unwrap()
    })
}

#[test]
fn random_files_come_back_equal() {
    for seed in 0..2_000 {
        let file = Models::new(seed).file();
        let encoded = encode(&file, TOOL, source());
        assert!(!encoded.too_deep);
        let sidecar = matching(&encoded.bytes).unwrap();
        let arena = Bump::new();
        let decoded = sidecar.decode(&arena).unwrap();
        assert_eq!(decoded.file, file, "seed {seed}");
        assert_eq!(decoded.code_fingerprints, encoded.code_fingerprints, "seed {seed}");
        let again = encode(&decoded.file, TOOL, source());
        assert_eq!(again.bytes, encoded.bytes, "seed {seed}");
    }
}

#[test]
fn decoded_text_is_borrowed() {
    let file = Models::new(3).item();
    let encoded = encode(&UnlinkedFile { items: &[file] }, TOOL, source());
    let sidecar = matching(&encoded.bytes).unwrap();
    let arena = Bump::new();
    let decoded = sidecar.decode(&arena).unwrap();
    let item = &decoded.file.items[0];
    let texts = item.code.sites.iter().flat_map(|site| site.written).chain([&item.location]);
    let sidecar = encoded.bytes.as_ptr_range();
    for text in texts.filter(|text| !text.is_empty()) {
        assert!(sidecar.contains(&text.as_ptr()), "{text}");
    }
}

#[test]
fn fingerprints_follow_the_code_alone() {
    let mut models = Models::new(11);
    let item = models.item();
    let mut moved = item;
    moved.location = "Elsewhere.Entirely.x";
    moved.description = "another comment";
    moved.position = models.position();
    let positions: Vec<_> =
        item.site_positions.iter().map(|at| SourcePosition { row: at.row ^ 1, ..*at }).collect();
    moved.site_positions = &positions;
    let mut changed = item;
    let mut sites = item.code.sites.to_vec();
    let written = [sites[0].written, &["more"]].concat();
    sites[0].written = &written;
    changed.code.sites = &sites;
    let fingerprint =
        |item: &Item<'_>| encode(&UnlinkedFile { items: &[*item] }, TOOL, source()).code_fingerprints;
    assert_eq!(fingerprint(&item), fingerprint(&moved));
    assert_ne!(fingerprint(&item), fingerprint(&changed));
}

#[test]
fn one_item_can_be_read_alone() {
    let file = UnlinkedFile { items: &(0..20).map(|seed| Models::new(seed).item()).collect::<Vec<_>>() };
    let encoded = encode(&file, TOOL, source());
    let sidecar = matching(&encoded.bytes).unwrap();
    let arena = Bump::new();
    let directory = sidecar.directory(&arena).unwrap();
    assert_eq!(directory.len(), file.items.len());
    for ((entry, item), fingerprint) in directory.iter().zip(file.items).zip(&encoded.code_fingerprints) {
        assert_eq!(entry.location, item.location);
        assert_eq!(entry.code.decode(&arena).as_ref(), Ok(&item.code));
        assert_eq!(entry.code.fingerprint(), *fingerprint);
    }
}

#[test]
fn another_tool_source_or_version_is_named() {
    let bytes = encode(&Models::new(1).file(), TOOL, source()).bytes;
    let miss = |tool, source| SidecarBytes::matching(&bytes, tool, source).map(|_| ()).unwrap_err();
    assert_eq!(miss(ToolDigest([0; 16]), source()), MissReason::OtherTool);
    assert_eq!(miss(TOOL, SourceHash::of(b"")), MissReason::SourceChanged);
    let mut later = bytes.clone();
    later[8] += 1;
    assert_eq!(matching(&later).unwrap_err(), MissReason::OtherVersion);
    assert_eq!(matching(b"not a sidecar").unwrap_err(), MissReason::NotASidecar);
    let mut longer = bytes.clone();
    longer.push(0);
    assert_eq!(matching(&longer).unwrap_err(), MissReason::Truncated);
}

/// Every variant that the generator makes in a few items; a fixed seed keeps it small and whole.
fn golden_model() -> UnlinkedFile<'static> {
    let mut models = Models::new(2026);
    UnlinkedFile { items: (0..4).map(|_| models.item()).collect::<Vec<_>>().leak() }
}

#[test]
fn the_golden_file_is_written_as_before() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/sidecar.bin");
    let bytes = encode(&golden_model(), TOOL, source()).bytes;
    if std::env::var_os("DARKC_WRITE_GOLDEN").is_some() {
        std::fs::write(&path, &bytes).unwrap();
    }
    let golden = std::fs::read(&path).unwrap();
    assert!(
        bytes == golden,
        "the byte form has changed: raise FORMAT_VERSION and write the file anew with DARKC_WRITE_GOLDEN=1"
    );
    assert_eq!(matching(&golden).unwrap().decode(&Bump::new()).unwrap().file, golden_model());
}

#[test]
fn every_truncation_and_every_flipped_bit_is_a_miss() {
    let bytes = encode(&golden_model(), TOOL, source()).bytes;
    for length in 0..bytes.len() {
        assert!(matching(&bytes[..length]).is_err(), "cut to {length}");
    }
    let mut damaged = bytes.clone();
    for bit in 0..bytes.len() * 8 {
        damaged[bit / 8] ^= 1 << (bit % 8);
        assert!(matching(&damaged).is_err(), "bit {bit}");
        damaged[bit / 8] ^= 1 << (bit % 8);
    }
}

/// Bytes with a checksum that holds: what is left is to decode to something or to miss, in bounded memory.
#[test]
fn forged_content_never_panics() {
    on_large_stack(|| {
        let mut models = Models::new(5);
        let bytes = encode(&golden_model(), TOOL, source()).bytes;
        let content = bytes.len() - 16;
        let mut hits = 0;
        for _ in 0..20_000 {
            let mut forged = bytes[..content].to_vec();
            for _ in 0..=models.below(3) {
                let at = 56 + models.below(content as u64 - 56) as usize;
                forged[at] = [models.next() as u8, 0xFF, 0xFD, 0][models.below(4) as usize];
            }
            let checksum = xxhash_rust::xxh3::xxh3_128(&forged);
            forged.extend_from_slice(&checksum.to_le_bytes());
            hits += matching(&forged).is_ok_and(|sidecar| sidecar.decode(&Bump::new()).is_ok()) as u32;
        }
        assert!(hits > 0);
    });
}

fn nested(depth: u32) -> Item<'static> {
    let mut expr = Expr(&ExprKind::Unit);
    for _ in 1..depth {
        expr = Expr(Box::leak(Box::new(ExprKind::List(vec![expr].leak()))));
    }
    let mut item = Models::new(7).item();
    item.kind = ItemKind::Value;
    // The definition is one level itself.
    item.code.definition = Definition::Value(expr);
    item
}

#[test]
fn nesting_ends_at_the_limit() {
    on_large_stack(|| {
        let file = UnlinkedFile { items: &[nested(MAX_NESTING - 1)] };
        let deepest = encode(&file, TOOL, source());
        assert!(!deepest.too_deep);
        assert!(matching(&deepest.bytes).unwrap().decode(&Bump::new()).unwrap().file == file);
        let deeper = encode(&UnlinkedFile { items: &[nested(MAX_NESTING)] }, TOOL, source());
        assert!(deeper.too_deep);
        assert_eq!(
            matching(&deeper.bytes).unwrap().decode(&Bump::new()).unwrap_err(),
            MissReason::Undecodable
        );
    });
}

#[test]
fn a_huge_length_asks_for_no_memory() {
    let decode = |structure: &[u8]| {
        let arena = Bump::new();
        let code = CodeBytes::new(structure, structure.len()).unwrap();
        assert_eq!(code.decode(&arena).unwrap_err(), MissReason::Undecodable);
        arena.allocated_bytes()
    };
    // No site, a value, a list: of 2^62 elements, and of lists that each ask for all that is left.
    let huge = [0, 1, 18, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40];
    assert!(decode(&huge) < 4096);
    let mut greedy = vec![0, 1];
    for _ in 0..1_000 {
        greedy.extend_from_slice(&[18, 0xD0, 0x0F]);
    }
    assert!(decode(&greedy) < 64 * greedy.len());
}

#[test]
fn an_integer_that_is_too_long_is_damage() {
    let arena = Bump::new();
    // No site, a value, an argument position: in ten bytes more than 64 bits hold, and in eleven.
    for position in [[0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02, 0], [0x80; 11]] {
        let structure = [&[0, 1, 7], &position[..]].concat();
        let code = CodeBytes::new(&structure, structure.len()).unwrap();
        assert_eq!(code.decode(&arena).unwrap_err(), MissReason::Undecodable);
    }
}
