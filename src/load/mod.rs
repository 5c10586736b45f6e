//! A file's unlinked items, from its sidecar when that is valid and from its source otherwise.

mod one;
#[cfg(test)]
mod tests;

use std::io;
use std::path::Path;
use std::sync::OnceLock;

use darkc_cache_format::model::UnlinkedFile;
use darkc_cache_format::{MissReason, Room, SourceHash, ToolDigest};

use crate::base::diagnostic::Diagnostic;
use crate::base::parallel;
use crate::discover::SourceFile;

/// The format and front end of this build; computed from their sources by `build.rs`.
pub const TOOL_DIGEST: ToolDigest = include!(concat!(env!("OUT_DIR"), "/tool_digest.rs"));

/// A file to load, and the memory that its items borrow from. It can be loaded once.
pub struct Slot {
    source: SourceFile,
    room: Room,
    /// The decoded source text, where the file was parsed and refused: what diagnostics point into.
    text: OnceLock<String>,
}

impl Slot {
    pub fn new(source: SourceFile) -> Self {
        Slot { source, room: Room::default(), text: OnceLock::new() }
    }

    pub fn source(&self) -> &SourceFile {
        &self.source
    }

    /// The decoded source text, where the file was parsed and refused: what diagnostics point into.
    pub fn text(&self) -> Option<&str> {
        self.text.get().map(String::as_str)
    }
}

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

/// What became of one slot.
#[derive(Debug)]
pub struct LoadedFile<'a> {
    /// Of the bytes that were used, which are newer than the slot's where the file was changed in between.
    pub hash: SourceHash,
    pub origin: Origin,
    pub sidecar: SidecarState,
    pub content: Result<Content<'a>, Failure>,
}

#[derive(Clone, Copy, Debug)]
pub struct Content<'a> {
    pub file: UnlinkedFile<'a>,
    /// One an item: what its code is, whatever its place and comments
    /// ([`CodeBytes::fingerprint`](darkc_cache_format::CodeBytes::fingerprint)).
    pub code_fingerprints: &'a [u128],
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
    /// The parser's complaints.
    Diagnostics(Vec<Diagnostic>),
    /// It parses, but a package file may not hold this.
    Package(Vec<Diagnostic>),
}

/// Loads the given slots, in their order whatever the number of threads. One file's failure is no other's.
///
/// The calling thread does its share and needs a stack of [`STACK_BYTES`](crate::base::limits::STACK_BYTES).
pub fn load<'a>(root: &Path, slots: &[&'a Slot], options: Options) -> Vec<LoadedFile<'a>> {
    parallel::map(options.threads, 1, slots, |slot| one::load(root, slot, options))
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
    pub fn of<'l, 's: 'l>(files: impl IntoIterator<Item = &'l LoadedFile<'s>>) -> Self {
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
