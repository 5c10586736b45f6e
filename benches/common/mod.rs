//! What the benchmarks share: package trees, processes, clocks and the table of results.

pub mod clock;
pub mod process;
pub mod table;
pub mod tree;

use std::path::{Path, PathBuf};

/// Where Darklang's own package set and store are, or `None` after saying loudly that it is skipped.
pub fn oracle() -> Option<PathBuf> {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/darklang");
    let path = std::env::var_os("DARKC_ORACLE").map_or(default, PathBuf::from);
    if path.join("packages").is_dir() {
        return Some(path);
    }
    eprintln!("SKIPPED: no package set at {} (set DARKC_ORACLE); nothing was measured", path.display());
    None
}

/// A folder of its own, in `DARKC_BENCH_DIR` or where temporary files go.
pub fn scratch() -> tempfile::TempDir {
    let parent = std::env::var_os("DARKC_BENCH_DIR").map_or_else(std::env::temp_dir, PathBuf::from);
    tempfile::Builder::new().prefix("darkc-bench-").tempdir_in(parent).expect("a scratch folder")
}
