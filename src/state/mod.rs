//! What darkc remembers of the last reload: which sources it saw and what each item came out as.

pub mod codec;

use crate::base::hash::{ContentHash, Fingerprint};
use crate::base::location::ItemKind;

/// One file's part of the state, as stored: a row of `darkc_files`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFile {
    /// Relative to the packages folder, with `/`.
    pub path: String,
    /// The encoded [`StoredItem`]s ([`codec`]).
    pub items: Vec<u8>,
}

/// The source of one file at the last reload, as listed in the manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManifestEntry<'a> {
    pub path: &'a str,
    pub source: Fingerprint,
}

/// What one declaration came out as at the last reload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredItem<'a> {
    pub kind: ItemKind,
    pub location: &'a str,
    /// Of the unlinked code: equal means that the same was written.
    pub code: Fingerprint,
    /// Of the description.
    pub description: Fingerprint,
    /// Of what each site resolved to.
    pub links: Fingerprint,
    /// Of the SCC group's members; zero for an item in no cycle.
    pub group: Fingerprint,
    pub hash: ContentHash,
    /// Of everything that reaches the item's row and its dependency rows.
    pub row: Fingerprint,
    /// The id of the item's Add op.
    pub add_op: OpId,
    /// The live items that this one refers to.
    pub dependencies: Vec<ItemKey>,
    /// Every name that a site would have bound to, had it existed: the candidates tried.
    pub candidates: Vec<CandidateKey>,
}

/// Identity of a (kind, location) across runs; a fast hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemKey(pub u64);

/// A fast hash of a fully qualified name, shortened: two names that meet cost a needless look, never an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CandidateKey(pub u32);

/// The id of a package op: the first half of the op's SHA-256, written as .NET writes a Guid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OpId(pub [u8; 16]);

impl OpId {
    /// As the database spells it.
    pub fn to_text(self) -> String {
        uuid::Uuid::from_bytes_le(self.0).hyphenated().to_string()
    }
}

/// The state that a database stands at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stamp {
    /// Of the tool that left it.
    pub tool: Fingerprint,
    /// Of all (path, source) pairs; equal means that no source has changed since.
    pub sources: Fingerprint,
    /// Whether what darkc owns is as darkc left it.
    pub untouched: bool,
    /// Whether node ids were written as zero.
    pub zero_ids: bool,
}
