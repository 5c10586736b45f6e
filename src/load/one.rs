//! Loads one file: the only place that decides whether its sidecar will do.

use std::io;
use std::path::Path;

use bumpalo::Bump;
use darkc_cache_format::store::{self, Lookup};
use darkc_cache_format::{Encoded, Memory, MissReason, SourceHash, encode};

use super::{Content, Failure, LoadedFile, Options, Origin, SidecarState, Sidecars, Slot};
use crate::base::text;
use crate::{discover, lower, syntax};

/// How many bytes of tree a byte of source is parsed to: an arena with so much room seldom asks for more.
const TREE_PER_BYTE: usize = 4;

pub fn load<'a>(root: &Path, slot: &'a Slot, options: Options) -> LoadedFile<'a> {
    let sidecar = store::path_for(&root.join(&slot.source.path));
    let refuse = |origin, hash, failure| LoadedFile {
        hash,
        origin,
        sidecar: SidecarState::Untouched,
        content: Err(failure),
    };
    let Some(memory) = slot.room.borrow() else {
        let twice = Failure::Unreadable(io::Error::other("a slot can be loaded once"));
        return refuse(Origin::Source(MissReason::NotTried), slot.source.hash, twice);
    };
    let reason = match from_sidecar(&sidecar, slot.source.hash, memory, options) {
        Ok(loaded) => return loaded,
        Err(reason) => reason,
    };
    let origin = Origin::Source(reason);
    let refuse = |hash, failure| refuse(origin, hash, failure);

    let (hash, text) = match text_of(root, slot) {
        Ok(text) => text,
        Err(error) => return refuse(slot.source.hash, Failure::Unreadable(error)),
    };
    let refuse = |text, failure| {
        // The first and only text of this slot: its room has been lent once.
        let _ = slot.text.set(text);
        refuse(hash, failure)
    };
    let tree = Bump::with_capacity(text.len() * TREE_PER_BYTE);
    let parsed = syntax::parse(&text, &tree);
    if !parsed.diagnostics.is_empty() {
        let diagnostics = parsed.diagnostics;
        return refuse(text, Failure::Diagnostics(diagnostics));
    }
    let file = match lower::file(&text, &parsed.file, memory.arena()) {
        Ok(file) => file,
        Err(errors) => return refuse(text, Failure::Package(errors)),
    };
    let encoded = encode(&file, options.tool, hash);
    let sidecar = match options.sidecars {
        Sidecars::Update => write(&sidecar, &encoded),
        Sidecars::ReadOnly => SidecarState::Untouched,
        Sidecars::Verify => compare(&sidecar, &encoded, options, hash),
    };
    let code_fingerprints = memory.arena().alloc_slice_copy(&encoded.code_fingerprints);
    LoadedFile { hash, origin, sidecar, content: Ok(Content { file, code_fingerprints }) }
}

fn from_sidecar<'a>(
    path: &Path,
    hash: SourceHash,
    memory: &'a Memory,
    options: Options,
) -> Result<LoadedFile<'a>, MissReason> {
    if options.sidecars == Sidecars::Verify {
        return Err(MissReason::NotTried);
    }
    let bytes = match store::read(path, options.tool, hash, memory) {
        Lookup::Hit(bytes) => bytes,
        Lookup::Miss(reason) => return Err(reason),
    };
    let decoded = bytes.decode(memory.arena())?;
    let content = Content { file: decoded.file, code_fingerprints: decoded.code_fingerprints };
    Ok(LoadedFile { hash, origin: Origin::Sidecar, sidecar: SidecarState::Untouched, content: Ok(content) })
}

/// The hash is taken again from the very bytes that are parsed: the file may have changed since it was found.
fn text_of(root: &Path, slot: &Slot) -> io::Result<(SourceHash, String)> {
    let bytes = discover::read(root, &slot.source.path)?;
    Ok((SourceHash::of(&bytes), decode(bytes)))
}

/// As [`text::decode`], without a copy in the ordinary case.
fn decode(bytes: Vec<u8>) -> String {
    match String::from_utf8(bytes) {
        Ok(text) if !text.starts_with('\u{FEFF}') => text,
        Ok(text) => text::decode(text.as_bytes()).into_owned(),
        Err(error) => text::decode(error.as_bytes()).into_owned(),
    }
}

fn write(path: &Path, encoded: &Encoded) -> SidecarState {
    if encoded.too_deep {
        return SidecarState::NotWritten(io::Error::other("the code nests too deep to be read back"));
    }
    match store::write(path, &encoded.bytes) {
        Ok(true) => SidecarState::Written,
        Ok(false) => SidecarState::Untouched,
        Err(error) => SidecarState::NotWritten(error),
    }
}

/// Only a sidecar that would be used can be wrong; another one is a miss, whatever it says.
fn compare(path: &Path, encoded: &Encoded, options: Options, hash: SourceHash) -> SidecarState {
    match store::read(path, options.tool, hash, &Memory::default()) {
        Lookup::Hit(found) => match first_difference(found.as_bytes(), &encoded.bytes) {
            None => SidecarState::Equal,
            Some(offset) => SidecarState::Differs(offset),
        },
        Lookup::Miss(reason) => SidecarState::Missing(reason),
    }
}

/// Where two byte strings part; `None` where they are equal.
fn first_difference(one: &[u8], other: &[u8]) -> Option<u64> {
    let common = one.iter().zip(other).take_while(|(one, other)| one == other).count();
    (common < one.len().max(other.len())).then_some(common as u64)
}
