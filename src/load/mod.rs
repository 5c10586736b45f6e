//! A file's unlinked items, from its sidecar when that is valid and from its source otherwise.

mod content;
mod one;
#[cfg(test)]
mod tests;

use std::io;
use std::path::Path;
use std::sync::Arc;

use darkc_cache_format::{MissReason, SourceHash, ToolDigest};

use crate::base::diagnostic::Diagnostic;
use crate::base::parallel;
use crate::discover::{Packages, SourceFile};
pub use content::{Content, FileContent};
pub use one::parse;

/// The format and front end of this build; computed from their sources by `build.rs`.
pub const TOOL_DIGEST: ToolDigest = include!(concat!(env!("OUT_DIR"), "/tool_digest.rs"));

/// What is done with sidecars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sidecars {
    /// Valid ones are used, others are written.
    Update,
    /// Valid ones are used, nothing is written.
    ReadOnly,
    /// All sources are parsed, and what their sidecars should be is compared with what they are.
    Verify,
}

#[derive(Clone, Copy, Debug)]
pub struct Options {
    pub sidecars: Sidecars,
    /// How many threads work, the calling one included; at least one does.
    pub threads: usize,
    /// Which tool's sidecars count and are written: [`TOOL_DIGEST`], except in tests.
    pub tool: ToolDigest,
}

/// What became of one file.
#[derive(Debug)]
pub struct LoadedFile {
    /// The hash of the bytes that were used, which are newer than discovery's where the file was changed in between.
    pub hash: SourceHash,
    pub origin: Origin,
    pub sidecar: SidecarState,
    pub content: Result<Arc<FileContent>, Failure>,
    /// The decoded text of a source that was parsed and refused: what diagnostics point into.
    pub refused_text: Option<String>,
}

/// Where a file's content came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    Sidecar,
    /// The source, because the sidecar would not do.
    Source(MissReason),
}

/// What is known about a sidecar afterwards.
#[derive(Debug)]
pub enum SidecarState {
    /// It was not looked at or not written.
    Untouched,
    Written,
    /// A write that was due failed: a warning at most, because the content is there.
    NotWritten(io::Error),
    /// Verified: byte for byte what it should be.
    Equal,
    /// Verified: the bytes differ from this offset on.
    Differs(u64),
    /// Verified: there is none that could be read.
    Missing(MissReason),
}

/// Why a file has no content.
#[derive(Debug)]
pub enum Failure {
    Unreadable(io::Error),
    /// The parser's diagnostics.
    Diagnostics(Vec<Diagnostic>),
    /// It parses, but a package file may not hold this.
    Package(Vec<Diagnostic>),
}

/// Loads the given files, in their order whatever the number of threads. One file's failure is no other's.
///
/// The calling thread does its share and needs a stack of [`STACK_BYTES`](crate::base::limits::STACK_BYTES).
pub fn load(root: &Path, sources: &[&SourceFile], options: Options) -> Vec<LoadedFile> {
    load_from(&Packages::Folder(root.to_owned()), sources, options)
}

/// As [`load`], from wherever the files are.
pub fn load_from(packages: &Packages, sources: &[&SourceFile], options: Options) -> Vec<LoadedFile> {
    parallel::map(options.threads, 1, sources, |source| one::load(packages, source, options))
}

/// How many files went which way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub hits: usize,
    pub parsed: usize,
    pub failed: usize,
    pub written: usize,
    pub not_written: usize,
}

impl Tally {
    pub fn of<'l>(files: impl IntoIterator<Item = &'l LoadedFile>) -> Self {
        let mut tally = Tally::default();
        for file in files {
            match (&file.content, file.origin) {
                (Err(_), _) => tally.failed += 1,
                (Ok(_), Origin::Sidecar) => tally.hits += 1,
                (Ok(_), Origin::Source(_)) => tally.parsed += 1,
            }
            match file.sidecar {
                SidecarState::Written => tally.written += 1,
                SidecarState::NotWritten(_) => tally.not_written += 1,
                _ => {}
            }
        }
        tally
    }
}
