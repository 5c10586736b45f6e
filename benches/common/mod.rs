//! What the benchmarks share: package trees, processes, clocks and the table of results.

pub mod clock;
#[path = "../../tests/common/oracle.rs"]
mod oracle;
pub mod process;
pub mod table;
pub mod tree;

use std::path::PathBuf;

pub use oracle::oracle;

/// A folder of its own, in `DARKC_BENCH_DIR` or where temporary files go.
pub fn scratch() -> tempfile::TempDir {
    let parent = std::env::var_os("DARKC_BENCH_DIR").map_or_else(std::env::temp_dir, PathBuf::from);
    tempfile::Builder::new().prefix("darkc-bench-").tempdir_in(parent).expect("a scratch folder")
}
