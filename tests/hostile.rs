//! Hostile bytes: no input makes darkc panic, hang or answer wrongly.
//!
//! Each target runs for `DARKC_FUZZ_SECONDS`, 2 by default. `fuzz/` has the same targets for a fuzzer that is guided
//! by coverage.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use bumpalo::Bump;
use darkc::commands::{self, Settings};
use darkc::internals::base::parallel;
use darkc::internals::load::{self, Options, Sidecars};
use darkc::internals::{checkout, discover, lower, state, syntax};
use darkc_cache_format::ToolDigest;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use xxhash_rust::xxh3::xxh3_128;

use crate::common::{self, Tree, files_below};

const SECONDS: usize = 2;
/// So many inputs are tried between two looks at the clock.
const BATCH: u32 = 64;

/// Real files, to be damaged.
fn seeds(ending: &str) -> Vec<(String, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance");
    let files = files_below(&root).into_iter().filter(|path| path.ends_with(ending));
    files.map(|path| (path.clone(), fs::read(root.join(path)).expect("a seed"))).collect()
}

/// One damage to some bytes; places are in 65,536ths of the length.
#[derive(Clone, Debug)]
enum Damage {
    Set(u16, u8),
    Flip(u16, u8),
    Cut(u16, u16),
    Repeat(u16, u16, u8),
    Move(u16, u16, u16),
    Insert(u16, Vec<u8>),
}

/// What the grammar and the formats give a meaning to.
const TOKENS: [&[u8]; 24] = [
    b"(",
    b")",
    b"[",
    b"{",
    b"|",
    b"->",
    b"let ",
    b"in ",
    b"match ",
    b"with ",
    b"fun ",
    b"$\"",
    b"{x}",
    b"\"\"\"",
    b"\n",
    b"    ",
    b"\t",
    b"//",
    b"///",
    b"0x",
    b"1.5e9",
    b"''",
    b"\xEF\xBB\xBF",
    b"\xFF",
];

fn damage() -> impl Strategy<Value = Damage> {
    let token = prop::sample::select(&TOKENS[..]).prop_map(<[u8]>::to_vec);
    let inserted = prop_oneof![token, prop::collection::vec(any::<u8>(), 1..9)];
    prop_oneof![
        any::<(u16, u8)>().prop_map(|(at, byte)| Damage::Set(at, byte)),
        any::<(u16, u8)>().prop_map(|(at, bit)| Damage::Flip(at, bit % 8)),
        any::<(u16, u16)>().prop_map(|(at, length)| Damage::Cut(at, length / 64)),
        any::<(u16, u16, u8)>().prop_map(|(at, length, times)| Damage::Repeat(at, length / 64, times)),
        any::<(u16, u16, u16)>().prop_map(|(from, length, to)| Damage::Move(from, length / 16, to)),
        (any::<u16>(), inserted).prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
    ]
}

impl Damage {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let place = |at: u16| usize::from(at) * bytes.len() / 65_536;
        let range = |at: u16, length: u16| {
            let start = place(at);
            start..(start + usize::from(length)).min(bytes.len())
        };
        match *self {
            Damage::Set(at, byte) => {
                let at = place(at);
                bytes.get_mut(at).into_iter().for_each(|place| *place = byte);
            }
            Damage::Flip(at, bit) => {
                let at = place(at);
                bytes.get_mut(at).into_iter().for_each(|place| *place ^= 1 << bit);
            }
            Damage::Cut(at, length) => drop(bytes.drain(range(at, length))),
            Damage::Repeat(at, length, times) => {
                let range = range(at, length);
                let part = bytes[range.clone()].repeat(usize::from(times));
                bytes.splice(range.end..range.end, part);
            }
            Damage::Move(from, length, to) => {
                let part: Vec<u8> = bytes.drain(range(from, length)).collect();
                let to = usize::from(to) * bytes.len() / 65_536;
                bytes.splice(to..to, part);
            }
            Damage::Insert(at, ref inserted) => {
                let at = place(at);
                bytes.splice(at..at, inserted.iter().copied());
            }
        }
    }
}

/// Any bytes, and damaged seeds.
fn hostile(seeds: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let damaged = (prop::sample::select(seeds), prop::collection::vec(damage(), 0..6));
    let damaged = damaged.prop_map(|(mut bytes, damages)| {
        damages.iter().for_each(|damage| damage.apply(&mut bytes));
        bytes
    });
    prop_oneof![1 => prop::collection::vec(any::<u8>(), 0..300), 9 => damaged]
}

/// Runs a check on new inputs until the time is over, on a stack for deep trees.
fn fuzz(name: &str, strategy: impl Strategy<Value = Vec<u8>> + Sync, check: impl Fn(&[u8]) + Sync) {
    let seconds = common::number_from_env("DARKC_FUZZ_SECONDS", SECONDS) as u64;
    let seed = common::number_from_env("DARKC_SEED", 0);
    let tried = parallel::on_large_stack(|| {
        let until = Instant::now() + Duration::from_secs(seconds);
        let mut tried = 0;
        while Instant::now() < until {
            // The same inputs at every run, unless the environment asks for others.
            let mut random = [0; 32];
            random[..8].copy_from_slice(&(seed as u64).to_le_bytes());
            random[8..16].copy_from_slice(&(tried as u64).to_le_bytes());
            let random = TestRng::from_seed(RngAlgorithm::ChaCha, &random);
            let config = Config { cases: BATCH, failure_persistence: None, ..Config::default() };
            let ran = TestRunner::new_with_rng(config, random).run(&strategy, |bytes| {
                check(&bytes);
                Ok(())
            });
            ran.unwrap_or_else(|failed| panic!("{name}: {failed}"));
            tried += BATCH;
        }
        tried
    });
    println!("{name}: {} inputs", tried.expect("a thread"));
}

#[test]
fn no_source_makes_the_front_end_panic() {
    let seeds = seeds(".dark").into_iter().map(|(_, bytes)| bytes).collect();
    fuzz("lexer and parser", hostile(seeds), |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let arena = Bump::new();
        let parsed = syntax::parse(&text, &arena);
        let rows = text.matches('\n').count();
        for diagnostic in &parsed.diagnostics {
            assert!(diagnostic.start <= diagnostic.end, "{diagnostic:?}");
            assert!(diagnostic.start.row as usize <= rows, "{diagnostic:?} in {rows} rows");
        }
        if parsed.diagnostics.is_empty() {
            let _ = lower::file(&text, &parsed.file, &arena);
        }
    });
}

/// A tree of one file with its sidecar.
fn one_file() -> (Tree, Vec<u8>) {
    let tree = Tree::in_memory();
    let source =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/set/packages/harbor/ship.dark");
    tree.write("harbor/ship.dark", &fs::read(source).expect("a source"));
    assert_eq!(build(&tree), (1, 1));
    let sidecar = tree.read("harbor/ship.darkc").expect("a sidecar");
    (tree, sidecar)
}

fn settings(tree: &Tree) -> Settings {
    Settings::new(tree.packages(), tree.beside("store.db"))
}

/// How many files a build parsed, and how many sidecars it wrote.
fn build(tree: &Tree) -> (usize, usize) {
    let outcome = commands::build(&settings(tree), false).expect("a build");
    assert!(outcome.failures.is_empty(), "{:?}", outcome.failures);
    (outcome.counts.files_parsed, outcome.counts.sidecars_written)
}

/// The checksum guards against accidents; whoever makes it right is heard by the decoder.
#[test]
fn no_sidecar_with_a_right_checksum_makes_the_decoder_panic() {
    let (tree, sidecar) = one_file();
    let checksum_at = sidecar.len() - 16;
    // The header stays, so that the sidecar is not refused before it is decoded.
    let (header, content) = sidecar[..checksum_at].split_at(56);
    let hostile = hostile(vec![content.to_vec()]);
    fuzz("sidecar decoder", hostile, |content| {
        let mut bytes = [header, content].concat();
        bytes.extend_from_slice(&xxh3_128(&bytes).to_le_bytes());
        tree.write("harbor/ship.darkc", &bytes);
        let _ = commands::inspect_sidecar(&tree.packages().join("harbor/ship.darkc"));
        let _ = commands::items(&settings(&tree));
    });
}

#[test]
fn no_rows_of_its_own_make_darkc_panic() {
    let tree = Tree::copy_of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/set/packages"));
    tree.reload("store.db", &[]).expect_code(0);
    let store = rusqlite::Connection::open(tree.beside("store.db")).expect("a store");
    let blob = |sql: &str| store.query_row(sql, [], |row| row.get::<_, Vec<u8>>(0)).expect("a row");
    let seeds = vec![blob("SELECT items FROM darkc_files"), blob("SELECT manifest FROM darkc_state")];
    fuzz("own rows", hostile(seeds), |bytes| {
        for item in state::codec::decode_items(bytes).unwrap_or_default() {
            if let Some(known) = item.known {
                let _ = (known.facts(), known.dependencies().count());
            }
        }
        let _ = state::codec::decode_manifest(bytes);
    });
}

#[test]
fn no_checkout_makes_the_scanners_panic() {
    let seeds = vec![
        br#"let fns () = [ { name = fn "listMap" 0; typeParams = [ "a" ]; returnType = TList(TVariable "a") } ]"#.to_vec(),
        br#"let p = PackageRefs.Fn.Stdlib.List.map () (* a (* nested *) comment *) @"verbatim ""x""" "#.to_vec(),
        b"fn/Stdlib.List.map|0123456789abcdef\ntype/Stdlib.Option.Option|00\n".to_vec(),
    ];
    fuzz("scanners of a checkout", hostile(seeds), |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let _ = checkout::builtins::of_source(&text, &|_| None);
        let _ = checkout::builtins::of_table(&text);
        let _ = checkout::package_refs::registered(&text);
        let _ = text.lines().filter_map(checkout::refs_file::item_name).count();
    });
}

/// Three sources of different kinds: functions, types with descriptions, values with text that is not ASCII.
const THREE: [(&str, &str); 3] = [
    (
        "acme/calls",
        "module Acme.Calls\n\nlet f (x: Int64) : Int64 =\n  if x > 3L then Acme.Calls.f (x - 1L) else x\n",
    ),
    (
        "acme/kinds",
        "module Acme.Kinds\n\n/// A bed\ntype Bed = { width: Int64; trees: List<Tree> }\n\ntype Tree =\n  | Oak\n  | Elm of Int64\n",
    ),
    (
        "acme/words",
        "module Acme.Words\n\nval hello = \"gr\u{FC}\u{DF} dich \u{1F333}\"\n\nval many = [ 1L; 2L; -3L ]\n",
    ),
];

/// A tree of three files and their sidecars.
fn three_files() -> (Tree, [Vec<u8>; 3]) {
    let tree = Tree::in_memory();
    THREE.iter().for_each(|(name, source)| tree.write(&format!("{name}.dark"), source.as_bytes()));
    assert_eq!(build(&tree), (3, 3));
    let sidecars = THREE.map(|(name, _)| tree.read(&format!("{name}.darkc")).expect("a sidecar"));
    (tree, sidecars)
}

/// Puts something in the place of each sidecar; a build parses all three files and mends all three.
#[track_caller]
fn each_is_a_miss(tree: &Tree, sound: &[Vec<u8>; 3], damaged: [&[u8]; 3], what: &str) {
    let path = |name: &str| tree.packages().join(format!("{name}.darkc"));
    for ((name, _), damaged) in THREE.iter().zip(damaged) {
        fs::write(path(name), damaged).expect("a damaged sidecar");
    }
    assert_eq!(build(tree), (3, 3), "{what}: three files are parsed, three sidecars written");
    for ((name, _), sound) in THREE.iter().zip(sound) {
        assert!(fs::read(path(name)).expect("a sidecar") == *sound, "{what}: {name} is mended");
    }
}

#[test]
fn every_flipped_bit_and_every_cut_of_a_sidecar_is_a_miss() {
    let (tree, sound) = three_files();
    let longest = sound.iter().map(Vec::len).max().unwrap_or_default();
    for bit in 0..longest * 8 {
        // A shorter sidecar is damaged again from its start on.
        let damaged = sound.each_ref().map(|sound| {
            let (mut damaged, bit) = (sound.clone(), bit % (sound.len() * 8));
            damaged[bit / 8] ^= 1 << (bit % 8);
            damaged
        });
        each_is_a_miss(&tree, &sound, damaged.each_ref().map(Vec::as_slice), &format!("bit {bit}"));
    }
    for length in 0..longest {
        let cut = sound.each_ref().map(|sound| &sound[..length % sound.len()]);
        each_is_a_miss(&tree, &sound, cut, &format!("cut at {length}"));
    }
    let longer = sound.each_ref().map(|sound| [&sound[..], b"x"].concat());
    each_is_a_miss(&tree, &sound, longer.each_ref().map(Vec::as_slice), "one byte more");
    assert_eq!(build(&tree), (0, 0), "then all are hits");
}

#[test]
fn a_sidecar_of_another_file_or_of_another_build_is_a_miss() {
    let (tree, sound) = three_files();
    let [calls, kinds, words] = sound.each_ref().map(Vec::as_slice);
    each_is_a_miss(&tree, &sound, [kinds, words, calls], "each has the next one's");
    each_is_a_miss(&tree, &sound, [words, calls, kinds], "each has the one's before");
    each_is_a_miss(&tree, &sound, [kinds, calls, b""], "two are swapped, one is empty");

    let older = Tree::in_memory();
    THREE.iter().for_each(|(name, source)| older.write(&format!("{name}.dark"), source.as_bytes()));
    let found = discover::sources(&older.packages(), parallel::Threads::OnePerProcessor).expect("sources");
    let tool = ToolDigest(load::TOOL_DIGEST.0.map(|byte| !byte));
    let options = Options { sidecars: Sidecars::Update, threads: 1, tool };
    parallel::on_large_stack(|| load::load(&older.packages(), &found.iter().collect::<Vec<_>>(), options))
        .expect("a thread");
    let others = THREE.map(|(name, _)| older.read(&format!("{name}.darkc")).expect("a sidecar"));
    assert!(others.iter().zip(&sound).all(|(other, sound)| other.len() == sound.len() && other != sound));
    each_is_a_miss(&tree, &sound, others.each_ref().map(Vec::as_slice), "all are of another build");
    assert_eq!(build(&tree), (0, 0), "then all are hits");
}
