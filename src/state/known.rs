//! What a reload finds out about an item, and how it is remembered: as bytes, read where they lie.
//!
//! Of most items a later reload needs a field or two, so nothing is copied out of the row that it was read from.
//! Integers are little-endian:
//!
//! | offset | size | what |
//! |---|---|---|
//! | 0 | 6 × 16 | fingerprints: code, description, links, group, row, signature |
//! | 96 | 32 | content hash |
//! | 128 | 16 | id of the Add op |
//! | 144 | 4 | how many uses of names mean nothing |
//! | 148 | 4 | how many findings its body has; all ones where it was not checked |
//! | 152 | 4, 8 × n | count of dependencies, their item keys |
//! | | 4, 4 × n | count of candidates, their candidate keys |

use super::keys::{CandidateKey, ItemKey};
use crate::base::hash::{ContentHash, Fingerprint};

const CODE: usize = 0;
const DESCRIPTION: usize = 16;
const LINKS: usize = 32;
const GROUP: usize = 48;
const ROW: usize = 64;
const SIGNATURE: usize = 80;
const HASH: usize = 96;
const ADD_OP: usize = 128;
const UNRESOLVED: usize = 144;
const FINDINGS: usize = 148;
const FIXED: usize = 152;

/// Stands for the number of findings of a body that was not checked.
const NOT_CHECKED: u32 = u32::MAX;

type DependencyBytes = [u8; 8];
type CandidateBytes = [u8; 4];

/// What is to be remembered about an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts<'a> {
    /// Of the unlinked code: equal means that the code as written is the same.
    pub code: Fingerprint,
    pub description: Fingerprint,
    /// Of what each site resolved to.
    pub links: Fingerprint,
    /// Of the members of its SCC group; zero for an item in no cycle.
    pub group: Fingerprint,
    /// Of everything that reaches the item's row and its dependency rows.
    pub row: Fingerprint,
    /// Of a function's parameter and result types; zero for other items.
    pub signature: Fingerprint,
    pub hash: ContentHash,
    /// The first half of the SHA-256 of the item's Add op.
    pub add_op: [u8; 16],
    /// How many uses of names in it mean nothing.
    pub unresolved: u32,
    /// How many findings the check of its body has; `None` where it was not checked as it is now.
    pub findings: Option<u32>,
    /// The [`ItemKey`]s of the items that it refers to.
    pub dependencies: &'a [DependencyBytes],
    /// The [`CandidateKey`]s of all names that its sites tried.
    pub candidates: &'a [CandidateBytes],
}

impl Facts<'_> {
    pub fn encode(&self, bytes: &mut Vec<u8>) {
        for fingerprint in [self.code, self.description, self.links, self.group, self.row, self.signature] {
            bytes.extend_from_slice(&fingerprint.0.to_le_bytes());
        }
        bytes.extend_from_slice(&self.hash.0);
        bytes.extend_from_slice(&self.add_op);
        bytes.extend_from_slice(&self.unresolved.to_le_bytes());
        bytes.extend_from_slice(&self.findings.unwrap_or(NOT_CHECKED).to_le_bytes());
        bytes.extend_from_slice(&(self.dependencies.len() as u32).to_le_bytes());
        bytes.extend_from_slice(self.dependencies.as_flattened());
        bytes.extend_from_slice(&(self.candidates.len() as u32).to_le_bytes());
        bytes.extend_from_slice(self.candidates.as_flattened());
    }
}

/// What the last reload found out about an item.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Known<'a> {
    fixed: &'a [u8; FIXED],
    dependencies: &'a [DependencyBytes],
    candidates: &'a [CandidateBytes],
}

impl<'a> Known<'a> {
    /// Takes what [`Facts::encode`] made from the start of `bytes`; `None` where it is not all there.
    pub fn split_from(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (fixed, rest) = bytes.split_first_chunk()?;
        let (dependencies, rest) = split_list(rest)?;
        let (candidates, rest) = split_list(rest)?;
        Some((Known { fixed, dependencies, candidates }, rest))
    }

    pub fn code(&self) -> Fingerprint {
        self.fingerprint::<CODE>()
    }

    pub fn description(&self) -> Fingerprint {
        self.fingerprint::<DESCRIPTION>()
    }

    pub fn links(&self) -> Fingerprint {
        self.fingerprint::<LINKS>()
    }

    pub fn group(&self) -> Fingerprint {
        self.fingerprint::<GROUP>()
    }

    pub fn row(&self) -> Fingerprint {
        self.fingerprint::<ROW>()
    }

    pub fn signature(&self) -> Fingerprint {
        self.fingerprint::<SIGNATURE>()
    }

    pub fn hash(&self) -> ContentHash {
        ContentHash(self.field::<HASH, 32>())
    }

    pub fn add_op(&self) -> [u8; 16] {
        self.field::<ADD_OP, 16>()
    }

    pub fn unresolved(&self) -> u32 {
        u32::from_le_bytes(self.field::<UNRESOLVED, 4>())
    }

    pub fn findings(&self) -> Option<u32> {
        let count = u32::from_le_bytes(self.field::<FINDINGS, 4>());
        (count != NOT_CHECKED).then_some(count)
    }

    pub fn dependencies(&self) -> impl Iterator<Item = ItemKey> + use<'a> {
        self.dependencies.iter().map(|key| ItemKey(u64::from_le_bytes(*key)))
    }

    pub fn candidates(&self) -> impl Iterator<Item = CandidateKey> + use<'a> {
        self.candidates.iter().map(|key| CandidateKey(u32::from_le_bytes(*key)))
    }

    pub fn facts(&self) -> Facts<'a> {
        Facts {
            code: self.code(),
            description: self.description(),
            links: self.links(),
            group: self.group(),
            row: self.row(),
            signature: self.signature(),
            hash: self.hash(),
            add_op: self.add_op(),
            unresolved: self.unresolved(),
            findings: self.findings(),
            dependencies: self.dependencies,
            candidates: self.candidates,
        }
    }

    fn fingerprint<const AT: usize>(&self) -> Fingerprint {
        Fingerprint(u128::from_le_bytes(self.field::<AT, 16>()))
    }

    fn field<const AT: usize, const N: usize>(&self) -> [u8; N] {
        const { assert!(AT + N <= FIXED) };
        let mut field = [0; N];
        field.copy_from_slice(&self.fixed[AT..AT + N]);
        field
    }
}

impl std::fmt::Debug for Known<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.facts().fmt(f)
    }
}

fn split_list<const N: usize>(bytes: &[u8]) -> Option<(&[[u8; N]], &[u8])> {
    let (count, rest) = bytes.split_first_chunk()?;
    let length = (u32::from_le_bytes(*count) as usize).checked_mul(N)?;
    let (list, rest) = rest.split_at_checked(length)?;
    Some((list.as_chunks().0, rest))
}
