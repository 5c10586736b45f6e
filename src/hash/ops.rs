//! The ids of package ops, branch ops and commits.
//!
//! An op's hash is the SHA-256 of its payload. A package op's id is the first 16 bytes of it, read as a .NET
//! Guid and kept as text; a branch op's id and a commit's hash are the whole digest.
//! (`darklang/dark LibDB/Inserts.fs`, `LibSerialization/Hashing/Hashing.fs`)

use uuid::Uuid;

use super::content;
use crate::base::hash::ContentHash;
use crate::binary::writer::Writer;

const GUID_LENGTH: usize = 16;

/// The hash of a package op or a branch op, from its payload.
pub fn op_hash(payload: &[u8]) -> ContentHash {
    content::of_bytes(payload)
}

/// `package_ops.id`, once it is written in hyphenated lower case.
pub fn package_op_id(hash: ContentHash) -> Uuid {
    let mut bytes = [0; GUID_LENGTH];
    bytes.copy_from_slice(&hash.0[..GUID_LENGTH]);
    Uuid::from_bytes_le(bytes)
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
