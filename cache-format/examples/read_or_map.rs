//! Reads, then maps all files below a folder, and prints the time that each way takes: the figures behind the
//! choice in `store.rs`. Run with `cargo run --release -p darkc-cache-format --example read_or_map FOLDER`.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unreachable,
    clippy::unwrap_used,
    reason = "an example prints, and stops where it cannot go on"
)]

use std::fs::{self, File};
use std::hint::black_box;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use memmap2::Mmap;
use xxhash_rust::xxh3::xxh3_128;

const ROUNDS: usize = 101;

fn main() -> io::Result<()> {
    let folder = std::env::args_os().nth(1).ok_or_else(|| io::Error::other("name a folder"))?;
    let mut paths = Vec::new();
    collect(Path::new(&folder), &mut paths)?;
    println!("{} files, median of {ROUNDS} rounds", paths.len());
    println!("read and hash: {:?}", median(&paths, |path| Ok(xxh3_128(&fs::read(path)?)))?);
    println!("map and hash:  {:?}", median(&paths, mapped)?);
    Ok(())
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), paths)?;
        } else {
            paths.push(entry.path());
        }
    }
    Ok(())
}

#[expect(unsafe_code, reason = "to map a file is what is measured")]
fn mapped(path: &Path) -> io::Result<u128> {
    let file = File::open(path)?;
    // SAFETY: nothing changes the files of the folder while this program measures.
    let map = unsafe { Mmap::map(&file)? };
    Ok(xxh3_128(&map))
}

fn median(paths: &[PathBuf], hash: impl Fn(&Path) -> io::Result<u128>) -> io::Result<Duration> {
    let mut times = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let start = Instant::now();
        for path in paths {
            black_box(hash(path)?);
        }
        times.push(start.elapsed());
    }
    times.sort_unstable();
    Ok(times[ROUNDS / 2])
}
