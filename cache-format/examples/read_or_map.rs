//! Reads and maps files of several lengths, hashes them, and prints the time that each way takes: the figures behind
//! [`darkc_cache_format::MAP_FROM`]. Run with `cargo run --release -p darkc-cache-format --example read_or_map`.

#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "it measures files of its own")]

use std::hint::black_box;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use darkc_cache_format::Memory;
use xxhash_rust::xxh3::xxh3_128;

const FILES: usize = 64;
const ROUNDS: usize = 101;

fn main() -> io::Result<()> {
    println!("{:>9}  {:>9}  {:>9}  (a file, best of {ROUNDS} rounds)", "bytes", "read", "mapped");
    for power in 12..23 {
        let length = 1 << power;
        let folder = tempfile::tempdir()?;
        let paths: Vec<_> = (0..FILES).map(|file| folder.path().join(file.to_string())).collect();
        for path in &paths {
            std::fs::write(path, vec![7; length])?;
        }
        let [mut read, mut mapped] = [Duration::MAX; 2];
        for _ in 0..ROUNDS {
            read = read.min(hash_all(&paths, usize::MAX)?);
            mapped = mapped.min(hash_all(&paths, 0)?);
        }
        println!("{length:>9}  {read:>9.1?}  {mapped:>9.1?}");
    }
    Ok(())
}

fn hash_all(paths: &[impl AsRef<Path>], map_from: usize) -> io::Result<Duration> {
    let started = Instant::now();
    for path in paths {
        let memory = Memory::default();
        black_box(xxh3_128(memory.take_in(path.as_ref(), map_from)?));
    }
    Ok(started.elapsed() / paths.len() as u32)
}
