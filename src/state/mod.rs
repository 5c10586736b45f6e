//! What darkc remembers of the last reload: the sources, and what it found out about each item.

pub mod around;
pub mod codec;
pub mod keys;
pub mod known;
mod remembered;

use crate::base::hash::Fingerprint;
use crate::base::location::ItemKind;
use keys::ItemKey;
use known::Known;
pub use remembered::{NextFile, NextRow, Remembered, RememberedId};

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

/// One declaration of a stored file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredItem<'a> {
    pub kind: ItemKind,
    pub location: &'a str,
    pub key: ItemKey,
    /// `None` for a declaration whose name another one had.
    pub known: Option<Known<'a>>,
}

/// The state of a database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stamp {
    /// Of the tool that left it.
    pub tool: Fingerprint,
    /// Of all (path, source) pairs; equal means that no source has changed since.
    pub sources: Fingerprint,
    /// Whether what darkc owns is as darkc left it.
    pub untouched: bool,
    /// Whether node ids were written as zero.
    pub zero_ids: bool,
    /// How many live items there are.
    pub items: usize,
    /// How many uses of names in them mean nothing.
    pub unresolved: usize,
    /// How many findings the checks of their bodies have.
    pub findings: usize,
}
