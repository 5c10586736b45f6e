//! The payloads of package ops and branch ops, and the blobs that hold them.
//!
//! | op | payload (`darklang/dark LibSerialization/Binary/Serializers/PT/{PackageOp,BranchOp}.fs`) |
//! |---|---|
//! | add type, value, function | tag 0, 1 or 2, then the item's stored payload |
//! | set name | tag 3, location, reference (kind tag 0 type, 1 value, 2 function; hash) |
//! | create branch | tag 0, branch, name, optional parent, optional hash of the base commit |
//! | create commit | tag 1, hash, message, account, branch, list of op hashes |
//!
//! An op's hash is that of its payload. A package op is stored as a blob; a branch op has no header and starts
//! with its id, as text.

use uuid::Uuid;

use crate::base::hash::ContentHash;
use crate::base::location::{ItemKind, Location};
use crate::binary::ids::NodeIds;
use crate::binary::writer::Writer;
use crate::binary::{stored, tags};
use crate::program::lookup::ItemLookup;
use crate::program::tree::{Definition, Item};

/// The tag in front of an added item's stored payload.
pub const ADD_TAG_LENGTH: usize = 1;

pub const SET_NAME: u8 = 3;
const CREATE_BRANCH: u8 = 0;
pub const CREATE_COMMIT: u8 = 1;

/// The payload of the op that adds an item.
pub fn add_item(
    out: &mut Writer,
    item: &Item<'_>,
    hash: ContentHash,
    lookup: &impl ItemLookup,
    ids: &impl NodeIds,
) {
    out.byte(tags::reference(kind(item)));
    stored::payload(out, item, hash, lookup, ids);
}

fn kind(item: &Item<'_>) -> ItemKind {
    match item.definition {
        Definition::Type(_) => ItemKind::Type,
        Definition::Value(_) => ItemKind::Value,
        Definition::Fn(_) => ItemKind::Fn,
    }
}

/// The payload of the op that gives a name to an item.
pub fn set_name(out: &mut Writer, location: &Location, kind: ItemKind, hash: ContentHash) {
    out.byte(SET_NAME);
    stored::location(out, location);
    out.byte(tags::reference(kind));
    out.hash(hash);
}

/// The `op_blob` of a package op, from its payload.
pub fn package_op_blob(out: &mut Writer, payload: &[u8]) {
    out.blob(|out| out.raw(payload));
}

/// An operation on branches and commits.
#[derive(Clone, Debug)]
pub enum BranchOp<'a> {
    CreateBranch {
        branch: Uuid,
        name: &'a str,
        parent: Option<Uuid>,
        base_commit: Option<ContentHash>,
    },
    CreateCommit {
        commit: ContentHash,
        message: &'a str,
        account: Uuid,
        branch: Uuid,
        /// The hashes of the commit's ops, in the order of the ops.
        ops: &'a [ContentHash],
    },
}

/// A branch op's payload.
pub fn branch_op(out: &mut Writer, op: &BranchOp<'_>) {
    match *op {
        BranchOp::CreateBranch { branch, name, parent, base_commit } => {
            out.byte(CREATE_BRANCH);
            out.guid(branch);
            out.string(name);
            out.option(parent, Writer::guid);
            out.option(base_commit, Writer::hash);
        }
        BranchOp::CreateCommit { commit, message, account, branch, ops } => {
            out.byte(CREATE_COMMIT);
            out.hash(commit);
            out.string(message);
            out.guid(account);
            out.guid(branch);
            out.list(ops, |out, op| out.hash(*op));
        }
    }
}

/// The `op_blob` of a branch op, from its hash and its payload.
pub fn branch_op_blob(out: &mut Writer, id: ContentHash, payload: &[u8]) {
    out.hash(id);
    out.raw(payload);
}
