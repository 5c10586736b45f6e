//! Loads one file: the only place that decides whether its sidecar will do.

use std::io;
use std::sync::Arc;

use bumpalo::Bump;
use darkc_cache_format::model::UnlinkedFile;
use darkc_cache_format::store::Lookup;
use darkc_cache_format::{Encoded, Memory, MissReason, SourceHash, encode};

use super::{Content, Failure, FileContent, LoadedFile, Options, Origin, SidecarState, Sidecars};
use crate::base::text;
use crate::discover::{Packages, SourceFile};
use crate::{lower, syntax};

/// How many bytes of tree a byte of source is parsed to: an arena with so much room seldom asks for more.
const TREE_PER_BYTE: usize = 4;

/// Of a source that is mostly text, so much room would never be used; the address space may be limited.
const MAX_TREE_AT_ONCE: usize = 16 << 20;

pub fn load(packages: &Packages, source: &SourceFile, options: Options) -> LoadedFile {
    let mut loading = Loading {
        hash: source.hash,
        origin: Origin::Sidecar,
        sidecar: SidecarState::Untouched,
        refused_text: None,
    };
    let content = FileContent::new(|memory| loading.fill(packages, source, memory, options)).map(Arc::new);
    let Loading { hash, origin, sidecar, refused_text } = loading;
    LoadedFile { hash, origin, sidecar, content, refused_text }
}

/// What is found out about a file while its memory is filled.
struct Loading {
    hash: SourceHash,
    origin: Origin,
    sidecar: SidecarState,
    refused_text: Option<String>,
}

impl Loading {
    fn fill<'a>(
        &mut self,
        packages: &Packages,
        source: &SourceFile,
        memory: &'a Memory,
        options: Options,
    ) -> Result<Content<'a>, Failure> {
        match from_sidecar(packages, source, memory, options) {
            Ok(content) => return Ok(content),
            Err(reason) => self.origin = Origin::Source(reason),
        }
        // The hash is taken again from the very bytes that are parsed: the file may have changed since it was found.
        let bytes = packages.read(&source.path).map_err(Failure::Unreadable)?;
        self.hash = SourceHash::of(&bytes);
        let text = decode(bytes);
        let file = match parse(&text, memory.arena()) {
            Ok(file) => file,
            Err(failure) => {
                self.refused_text = Some(text);
                return Err(failure);
            }
        };
        // A large source is large again in the sidecar's bytes.
        drop(text);
        let encoded = encode(&file, options.tool, self.hash);
        self.sidecar = match options.sidecars {
            Sidecars::Update => write(packages, &source.path, &encoded),
            Sidecars::ReadOnly => SidecarState::Untouched,
            Sidecars::Verify => compare(packages, &source.path, &encoded, options, self.hash),
        };
        let code_fingerprints = memory.arena().alloc_slice_copy(&encoded.code_fingerprints);
        Ok(Content { file, code_fingerprints })
    }
}

/// Parses and lowers a source; the items go to the arena.
pub fn parse<'a>(text: &str, arena: &'a Bump) -> Result<UnlinkedFile<'a>, Failure> {
    let tree = Bump::with_capacity((text.len() * TREE_PER_BYTE).min(MAX_TREE_AT_ONCE));
    let parsed = syntax::parse(text, &tree);
    if !parsed.diagnostics.is_empty() {
        return Err(Failure::Diagnostics(parsed.diagnostics));
    }
    lower::file(text, &parsed.file, arena).map_err(Failure::Package)
}

fn from_sidecar<'a>(
    packages: &Packages,
    source: &SourceFile,
    memory: &'a Memory,
    options: Options,
) -> Result<Content<'a>, MissReason> {
    if options.sidecars == Sidecars::Verify {
        return Err(MissReason::NotTried);
    }
    let bytes = match packages.sidecar(&source.path, options.tool, source.hash, memory) {
        Lookup::Hit(bytes) => bytes,
        Lookup::Miss(reason) => return Err(reason),
    };
    let decoded = bytes.decode(memory.arena())?;
    Ok(Content { file: decoded.file, code_fingerprints: decoded.code_fingerprints })
}

/// As [`text::decode`], without a copy in the ordinary case.
fn decode(bytes: Vec<u8>) -> String {
    match String::from_utf8(bytes) {
        Ok(text) if !text.starts_with('\u{FEFF}') => text,
        Ok(text) => text::decode(text.as_bytes()).into_owned(),
        Err(error) => text::decode(error.as_bytes()).into_owned(),
    }
}

fn write(packages: &Packages, source: &str, encoded: &Encoded) -> SidecarState {
    if encoded.too_deep {
        return SidecarState::NotWritten(io::Error::other("the code nests too deep to be read back"));
    }
    match packages.write_sidecar(source, &encoded.bytes) {
        Ok(true) => SidecarState::Written,
        Ok(false) => SidecarState::Untouched,
        Err(error) => SidecarState::NotWritten(error),
    }
}

/// Only a sidecar that would be used can be wrong; another one is a miss, whatever it says.
fn compare(
    packages: &Packages,
    source: &str,
    encoded: &Encoded,
    options: Options,
    hash: SourceHash,
) -> SidecarState {
    match packages.sidecar(source, options.tool, hash, &Memory::default()) {
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
