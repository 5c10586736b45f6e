//! Package ops and branch ops, the log that every table follows from: their hashes and ids, and those of commits.
//!
//! An op's hash is the SHA-256 of its payload. A package op's id is the first 16 bytes of it, read as a .NET
//! Guid and kept as text; a branch op's id and a commit's hash are the whole digest.
//! (`darklang/dark LibDB/Inserts.fs`, `LibSerialization/Hashing/Hashing.fs`)

pub mod payload;
pub mod read;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use uuid::{Uuid, uuid};

use crate::base::hash::ContentHash;
use crate::base::location::{ItemKind, Location};
use crate::binary::writer::Writer;
use crate::hash::content;

/// The branch that packages are loaded into (`darklang/dark LibExecution/ProgramTypes.fs`, `mainBranchId`).
pub const MAIN_BRANCH: Uuid = uuid!("89282547-e4e6-4986-bcb6-db74bc6a8c0f");

const GUID_LENGTH: usize = 16;

/// The id of a package op: the first half of the op's SHA-256, written as .NET writes a Guid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OpId(pub [u8; GUID_LENGTH]);

impl OpId {
    pub fn of(hash: ContentHash) -> Self {
        let mut bytes = [0; GUID_LENGTH];
        bytes.copy_from_slice(&hash.0[..GUID_LENGTH]);
        OpId(bytes)
    }

    /// As the database spells it.
    pub fn to_text(self) -> String {
        Uuid::from_bytes_le(self.0).hyphenated().to_string()
    }
}

/// A package op as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Op {
    pub id: OpId,
    /// The whole SHA-256 of the op, which a commit's hash is made from.
    pub hash: ContentHash,
    /// Shared, because a plan is made of copies: that of a first load would else hold each op twice.
    pub blob: Arc<[u8]>,
}

impl Op {
    pub fn of(payload: &[u8]) -> Self {
        let hash = op_hash(payload);
        let mut blob = Writer::new();
        payload::package_op_blob(&mut blob, payload);
        Op { id: OpId::of(hash), hash, blob: blob.into_bytes().into() }
    }

    /// The op that binds a name.
    pub fn set_name(location: &Location, kind: ItemKind, hash: ContentHash) -> Self {
        let mut payload = Writer::new();
        payload::set_name(&mut payload, location, kind, hash);
        Op::of(payload.bytes())
    }
}

/// The hash of a package op or a branch op, from its payload.
pub fn op_hash(payload: &[u8]) -> ContentHash {
    content::of_bytes(payload)
}

/// The hash of a commit: account, branch, optional hash of the parent, then the hashes of its ops as a sorted
/// list of texts.
pub fn commit_hash(
    account: Uuid,
    branch: Uuid,
    parent: Option<ContentHash>,
    ops: &[ContentHash],
) -> ContentHash {
    // The order of hashes is the order of their texts: hex digits ascend as their values do.
    let mut sorted = ops.to_vec();
    sorted.sort_unstable();
    let mut out = Writer::new();
    out.guid(account);
    out.guid(branch);
    out.option(parent, Writer::hash);
    out.list(&sorted, |out, op| out.hash(*op));
    content::of_bytes(out.bytes())
}
