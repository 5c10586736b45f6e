//! The layout of a sidecar: a fixed header, an item directory, the items' code, a checksum (FORMAT.md).

use std::fmt;
use std::io::{self, Read};

use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

use crate::model::{Code, Definition, Item, ItemKind, SourcePosition, Text, UnlinkedFile};
use crate::wire::{Reader, Wire, Writer};

/// The first byte is no text, and the tail breaks under every conversion of line endings.
pub const MAGIC: [u8; 8] = *b"\x89DKC\r\n\x1A\n";

/// Raised when the layout in this file changes; what the payload means is covered by the [`ToolDigest`].
pub const FORMAT_VERSION: u32 = 2;

// | offset | bytes | field                                             |
// |--------|-------|---------------------------------------------------|
// | 0      | 8     | magic                                             |
// | 8      | 4     | format version                                    |
// | 12     | 4     | number of items                                   |
// | 16     | 16    | tool digest                                       |
// | 32     | 8     | length of the source in bytes                     |
// | 40     | 16    | XXH3-128 of the source bytes                      |
// | 56     | 8     | length of the directory's structure in bytes      |
// | 64     | 8     | length of the directory's text in bytes           |
// | 72     | 8     | length of the code section in bytes               |
// | 80     | …     | directory: structure of one entry an item, text   |
// |        | …     | code section: structure and text of each item     |
// | end-16 | 16    | XXH3-128 of all bytes before                      |
//
// Integers are little-endian.
const VERSION_AT: usize = 8;
const COUNT_AT: usize = 12;
const TOOL_AT: usize = 16;
const SOURCE_LENGTH_AT: usize = 32;
const SOURCE_HASH_AT: usize = 40;
const DIRECTORY_LENGTH_AT: usize = 56;
const DIRECTORY_TEXT_AT: usize = 64;
const CODE_LENGTH_AT: usize = 72;
/// How many bytes a header takes.
pub const HEADER_BYTES: usize = 80;
const CHECKSUM_BYTES: usize = 16;

/// Kind, location, description, position (3), number of site positions, code lengths (2): a byte each.
const MIN_ENTRY_BYTES: usize = 9;

/// What a source file held: XXH3-128 and length of its raw bytes. Guards against accidents, not forgers: who
/// can write a sidecar can write the source beside it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceHash {
    pub xxh3: u128,
    pub length: u64,
}

impl SourceHash {
    pub fn of(bytes: &[u8]) -> Self {
        SourceHash { xxh3: xxh3_128(bytes), length: bytes.len() as u64 }
    }

    /// Reads to the end, through the buffer, which must have room for a byte; what fits into it is hashed in one piece.
    ///
    /// # Errors
    /// What the reader reports.
    pub fn of_reader(mut reader: impl Read, buffer: &mut [u8]) -> io::Result<Self> {
        let mut parts: Option<Box<Xxh3>> = None;
        let (mut length, mut filled) = (0, 0);
        loop {
            if filled == buffer.len() {
                parts.get_or_insert_default().update(buffer);
                filled = 0;
            }
            match reader.read(&mut buffer[filled..]) {
                Ok(0) => break,
                Ok(count) => {
                    filled += count;
                    length += count as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        let xxh3 = match parts {
            None => xxh3_128(&buffer[..filled]),
            Some(mut parts) => {
                parts.update(&buffer[..filled]);
                parts.digest128()
            }
        };
        Ok(SourceHash { xxh3, length })
    }
}

/// Which format and front end made a sidecar; another digest may have read the source otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ToolDigest(pub [u8; 16]);

impl fmt::Display for ToolDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

/// Why a sidecar does not count. All of these mean: parse the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissReason {
    /// The caller did not look.
    NotTried,
    Absent,
    Unreadable(std::io::ErrorKind),
    NotASidecar,
    OtherVersion,
    OtherTool,
    SourceChanged,
    /// Shorter or longer than the header says.
    Truncated,
    BadChecksum,
    /// Whole and unharmed, but not made by any encoder.
    Undecodable,
}

impl fmt::Display for MissReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            MissReason::NotTried => "not tried",
            MissReason::Absent => "missing",
            MissReason::Unreadable(kind) => return write!(f, "unreadable ({kind})"),
            MissReason::NotASidecar => "not a sidecar",
            MissReason::OtherVersion => "another format version",
            MissReason::OtherTool => "made by another version of the tool",
            MissReason::SourceChanged => "the source has changed",
            MissReason::Truncated => "damaged (length)",
            MissReason::BadChecksum => "damaged (checksum)",
            MissReason::Undecodable => "damaged (content)",
        })
    }
}

/// The plain facts at the start of a sidecar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    pub tool: ToolDigest,
    pub source: SourceHash,
    pub items: u32,
    directory_length: u64,
    directory_text: u64,
    code_length: u64,
}

impl Header {
    /// Reads the header of a file of this length from its first [`HEADER_BYTES`] bytes.
    ///
    /// # Errors
    /// Where the file is no sidecar of this format version, or of another length than it says.
    pub fn of(bytes: &[u8], length: u64) -> Result<Self, MissReason> {
        let header = Header::take(bytes)?;
        if header.file_length() == Some(length) { Ok(header) } else { Err(MissReason::Truncated) }
    }

    /// Whether the sidecar is one that this tool made from this source.
    ///
    /// # Errors
    /// Why it is not.
    pub fn stands_for(&self, tool: ToolDigest, source: SourceHash) -> Result<(), MissReason> {
        if self.tool != tool {
            return Err(MissReason::OtherTool);
        }
        if self.source != source {
            return Err(MissReason::SourceChanged);
        }
        Ok(())
    }

    /// How long the whole file is; `None` where that is no number.
    pub(crate) fn file_length(&self) -> Option<u64> {
        let lengths = [self.directory_length, self.directory_text, self.code_length, CHECKSUM_BYTES as u64];
        lengths.iter().try_fold(HEADER_BYTES as u64, |sum, part| sum.checked_add(*part))
    }

    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&MAGIC);
        out.extend_from_slice(&FORMAT_VERSION.to_le_bytes());
        out.extend_from_slice(&self.items.to_le_bytes());
        out.extend_from_slice(&self.tool.0);
        out.extend_from_slice(&self.source.length.to_le_bytes());
        out.extend_from_slice(&self.source.xxh3.to_le_bytes());
        out.extend_from_slice(&self.directory_length.to_le_bytes());
        out.extend_from_slice(&self.directory_text.to_le_bytes());
        out.extend_from_slice(&self.code_length.to_le_bytes());
    }

    /// Reads a header of this format version; the lengths in it are not yet to be trusted.
    pub(crate) fn take(bytes: &[u8]) -> Result<Self, MissReason> {
        if !bytes.starts_with(&MAGIC) {
            return Err(MissReason::NotASidecar);
        }
        let version = u32::from_le_bytes(field(bytes, VERSION_AT)?);
        if version != FORMAT_VERSION {
            return Err(MissReason::OtherVersion);
        }
        Ok(Header {
            items: u32::from_le_bytes(field(bytes, COUNT_AT)?),
            tool: ToolDigest(field(bytes, TOOL_AT)?),
            source: SourceHash {
                length: u64::from_le_bytes(field(bytes, SOURCE_LENGTH_AT)?),
                xxh3: u128::from_le_bytes(field(bytes, SOURCE_HASH_AT)?),
            },
            directory_length: u64::from_le_bytes(field(bytes, DIRECTORY_LENGTH_AT)?),
            directory_text: u64::from_le_bytes(field(bytes, DIRECTORY_TEXT_AT)?),
            code_length: u64::from_le_bytes(field(bytes, CODE_LENGTH_AT)?),
        })
    }
}

fn field<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N], MissReason> {
    bytes.get(at..).and_then(|rest| rest.first_chunk()).copied().ok_or(MissReason::Truncated)
}

/// All that a directory tells about an item without decoding its code.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Entry<'a> {
    pub kind: ItemKind,
    pub location: Text<'a>,
    pub description: Text<'a>,
    pub position: SourcePosition,
    pub site_positions: &'a [SourcePosition],
    pub code: CodeBytes<'a>,
}

/// An item's code in its byte form.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CodeBytes<'a> {
    /// Structure, then text.
    bytes: &'a [u8],
    /// Where the text starts.
    text_at: usize,
}

impl<'a> CodeBytes<'a> {
    /// `None` where the text would start past the end.
    pub fn new(bytes: &'a [u8], text_at: usize) -> Option<Self> {
        (text_at <= bytes.len()).then_some(CodeBytes { bytes, text_at })
    }

    /// XXH3-128 of the code. Location, description and positions are not part of it, so an edit of comments or of
    /// other items keeps it.
    pub fn fingerprint(self) -> u128 {
        xxh3_128(self.bytes)
    }

    /// Reads the code; its nodes go to the arena. Recurses as deep as the code nests,
    /// [`MAX_NESTING`](crate::wire::MAX_NESTING) at most: give the thread a stack for that.
    ///
    /// # Errors
    /// [`MissReason::Undecodable`] for bytes that no encoder made.
    pub fn decode(self, arena: &'a Bump) -> Result<Code<'a>, MissReason> {
        let (structure, text) = self.bytes.split_at(self.text_at);
        let code = Reader::new(structure, text, arena).and_then(|mut input| {
            let code = Code::take(&mut input)?;
            input.finish().map(|()| code)
        });
        code.map_err(|_| MissReason::Undecodable)
    }
}

/// A file in its byte form.
#[derive(Clone, Debug)]
pub struct Encoded {
    pub bytes: Vec<u8>,
    /// [`CodeBytes::fingerprint`] of every item, in order.
    pub code_fingerprints: Vec<u128>,
    /// Set where the file nests so deep that no reader would accept the bytes.
    pub too_deep: bool,
}

/// A file out of its byte form, borrowing its text from there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decoded<'a> {
    pub file: UnlinkedFile<'a>,
    /// [`CodeBytes::fingerprint`] of every item, in order.
    pub code_fingerprints: &'a [u128],
}

/// The bytes of a sidecar; a function of its arguments alone.
///
/// The text of the code is written to the bytes that are returned, so that at no time they are held twice.
pub fn encode(file: &UnlinkedFile<'_>, tool: ToolDigest, source: SourceHash) -> Encoded {
    let mut directory = Writer::default();
    let mut code = Writer::default();
    code.text.resize(HEADER_BYTES, 0);
    let mut code_fingerprints = Vec::with_capacity(file.items.len());
    for item in file.items {
        let start = code.text.len();
        item.code.put(&mut code);
        item.kind.put(&mut directory);
        item.location.put(&mut directory);
        item.description.put(&mut directory);
        item.position.put(&mut directory);
        item.site_positions.put(&mut directory);
        (code.structure.len() as u64).put(&mut directory);
        ((code.text.len() - start) as u64).put(&mut directory);
        put_before(&mut code.text, start, &code.structure);
        code.structure.clear();
        code_fingerprints.push(xxh3_128(&code.text[start..]));
    }

    let too_deep = !code.is_readable();
    let mut bytes = code.text;
    let header = Header {
        tool,
        source,
        items: file.items.len() as u32,
        directory_length: directory.structure.len() as u64,
        directory_text: directory.text.len() as u64,
        code_length: (bytes.len() - HEADER_BYTES) as u64,
    };
    bytes.reserve_exact(directory.structure.len() + directory.text.len() + CHECKSUM_BYTES);
    put_before(&mut bytes, HEADER_BYTES, &directory.text);
    put_before(&mut bytes, HEADER_BYTES, &directory.structure);
    let mut start = Vec::with_capacity(HEADER_BYTES);
    header.put(&mut start);
    bytes[..HEADER_BYTES].copy_from_slice(&start);
    let checksum = xxh3_128(&bytes);
    bytes.extend_from_slice(&checksum.to_le_bytes());
    Encoded { bytes, code_fingerprints, too_deep }
}

/// Moves what stands from `at` on back, and puts other bytes in front of it.
fn put_before(bytes: &mut Vec<u8>, at: usize, inserted: &[u8]) {
    let end = bytes.len();
    bytes.extend_from_slice(inserted);
    bytes.copy_within(at..end, at + inserted.len());
    bytes[at..at + inserted.len()].copy_from_slice(inserted);
}

/// The bytes of a sidecar whose header, length and checksum hold.
#[derive(Clone, Copy, Debug)]
pub struct SidecarBytes<'a> {
    bytes: &'a [u8],
    header: Header,
}

impl<'a> SidecarBytes<'a> {
    /// Accepts any sound sidecar of this format version, whatever tool and source it was made from.
    pub fn new(bytes: &'a [u8]) -> Result<Self, MissReason> {
        let header = Header::take(bytes)?;
        SidecarBytes { bytes, header }.checked()
    }

    /// Accepts only a sound sidecar that this tool made from this source. What fails first names the reason, so
    /// an ordinary stale sidecar costs no checksum.
    pub fn matching(bytes: &'a [u8], tool: ToolDigest, source: SourceHash) -> Result<Self, MissReason> {
        let header = Header::take(bytes)?;
        header.stands_for(tool, source)?;
        SidecarBytes { bytes, header }.checked()
    }

    fn checked(self) -> Result<Self, MissReason> {
        if self.header.file_length() != Some(self.bytes.len() as u64) {
            return Err(MissReason::Truncated);
        }
        let (content, checksum) = self.bytes.split_last_chunk().ok_or(MissReason::Truncated)?;
        if xxh3_128(content) != u128::from_le_bytes(*checksum) {
            return Err(MissReason::BadChecksum);
        }
        Ok(self)
    }

    pub fn header(&self) -> &Header {
        &self.header
    }

    pub fn as_bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Names, places and code ranges of the items; no code is decoded.
    ///
    /// # Errors
    /// [`MissReason::Undecodable`] for bytes that no encoder made.
    pub fn directory(&self, arena: &'a Bump) -> Result<&'a [Entry<'a>], MissReason> {
        self.entries(arena).ok_or(MissReason::Undecodable)
    }

    fn entries(&self, arena: &'a Bump) -> Option<&'a [Entry<'a>]> {
        let content = self.bytes.get(HEADER_BYTES..self.bytes.len() - CHECKSUM_BYTES)?;
        let (structure, content) = content.split_at_checked(self.header.directory_length as usize)?;
        let (text, mut code) = content.split_at_checked(self.header.directory_text as usize)?;
        let items = self.header.items as usize;
        if items > structure.len() / MIN_ENTRY_BYTES {
            return None;
        }
        let mut input = Reader::new(structure, text, arena).ok()?;
        let mut entries = ArenaVec::with_capacity_in(items, arena);
        for _ in 0..items {
            let kind = ItemKind::take(&mut input).ok()?;
            let location = Text::take(&mut input).ok()?;
            let description = Text::take(&mut input).ok()?;
            let position = SourcePosition::take(&mut input).ok()?;
            let site_positions = Wire::take(&mut input).ok()?;
            let text_at = usize::try_from(u64::take(&mut input).ok()?).ok()?;
            let text_length = usize::try_from(u64::take(&mut input).ok()?).ok()?;
            let (bytes, rest) = code.split_at_checked(text_at.checked_add(text_length)?)?;
            code = rest;
            let code = CodeBytes { bytes, text_at };
            entries.push(Entry { kind, location, description, position, site_positions, code });
        }
        input.finish().ok()?;
        code.is_empty().then_some(entries.into_bump_slice())
    }

    /// The whole file; its nodes go to the arena. Recurses as deep as the code nests,
    /// [`MAX_NESTING`](crate::wire::MAX_NESTING) at most: give the thread a stack for that.
    ///
    /// # Errors
    /// [`MissReason::Undecodable`] for bytes that no encoder made.
    pub fn decode(&self, arena: &'a Bump) -> Result<Decoded<'a>, MissReason> {
        let entries = self.directory(arena)?;
        let mut items = ArenaVec::with_capacity_in(entries.len(), arena);
        let mut code_fingerprints = ArenaVec::with_capacity_in(entries.len(), arena);
        for entry in entries {
            let code = entry.code.decode(arena)?;
            if kind_of(&code.definition) != entry.kind || code.sites.len() != entry.site_positions.len() {
                return Err(MissReason::Undecodable);
            }
            code_fingerprints.push(entry.code.fingerprint());
            items.push(Item {
                kind: entry.kind,
                location: entry.location,
                code,
                description: entry.description,
                position: entry.position,
                site_positions: entry.site_positions,
            });
        }
        let file = UnlinkedFile { items: items.into_bump_slice() };
        Ok(Decoded { file, code_fingerprints: code_fingerprints.into_bump_slice() })
    }
}

fn kind_of(definition: &Definition<'_>) -> ItemKind {
    match definition {
        Definition::Type(_) => ItemKind::Type,
        Definition::Value(_) => ItemKind::Value,
        Definition::Fn(_) => ItemKind::Fn,
    }
}
