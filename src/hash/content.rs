//! Content hashes of items, group by group.
//!
//! | what | SHA-256 of |
//! |---|---|
//! | an item alone | its canonical form; a reference is a package tag and the hash as text |
//! | a group | the canonical forms of its members, in order of name; a reference to a member is a group tag and the member's fully qualified name |
//! | a member of a group | the group's hash and the member's fully qualified name, both as text |
//!
//! (`darklang/dark LibSerialization/Hashing/Hashing.fs`, `computeHashesWithSCCs`)

use sha2::{Digest, Sha256};

use super::canonical::{Canonical, Reference};
use super::transcript::Filling;
use crate::base::hash::ContentHash;
use crate::binary::tags;
use crate::binary::writer::Writer;
use crate::program::lookup::{ItemId, ItemLookup};
use crate::program::tree::ItemKind;

/// An item of a group.
#[derive(Clone, Copy, Debug)]
pub struct Member<'c> {
    pub id: ItemId,
    pub canonical: &'c Canonical,
}

/// Hashes an item that is in no cycle. The lookup must know the hashes of all items that it mentions.
pub fn alone(item: &Canonical, lookup: &impl ItemLookup) -> ContentHash {
    let mut sha = Sha256::new();
    feed(&mut sha, item, &[], lookup);
    ContentHash(sha.finalize().into())
}

/// Hashes the members of a cyclic group, given in order of their names; the hashes come in the same order. The
/// lookup must know the hashes of all items that the members mention, except of the members themselves.
pub fn group(members: &[Member<'_>], lookup: &impl ItemLookup) -> Vec<ContentHash> {
    let mut sha = Sha256::new();
    for member in members {
        feed(&mut sha, member.canonical, members, lookup);
    }
    let group = ContentHash(sha.finalize().into());
    let mut text = Writer::new();
    let member_hash = |member: &Member<'_>| {
        text.clear();
        text.hash(group);
        text.string(lookup.location(member.id).as_str());
        of_bytes(text.bytes())
    };
    members.iter().map(member_hash).collect()
}

pub fn of_bytes(bytes: &[u8]) -> ContentHash {
    ContentHash(Sha256::digest(bytes).into())
}

/// Returns what a reference is hashed as, for people.
pub fn filling(reference: &Reference, in_group: bool, lookup: &impl ItemLookup) -> Filling {
    let mut bytes = Writer::new();
    fill(&mut bytes, reference, in_group, lookup);
    let name = lookup.location(reference.item);
    let text = match in_group {
        true => format!("{name} (in this group)"),
        false => format!("{name} {}", lookup.hash(reference.item)),
    };
    Filling { length: bytes.bytes().len(), text }
}

/// Writes what a reference is hashed as.
fn fill(out: &mut Writer, reference: &Reference, in_group: bool, lookup: &impl ItemLookup) {
    if in_group {
        out.byte(match reference.kind {
            ItemKind::Type => tags::names::TYPE_IN_GROUP,
            ItemKind::Value | ItemKind::Fn => tags::names::TERM_IN_GROUP,
        });
        out.string(lookup.location(reference.item).as_str());
    } else {
        out.byte(tags::package_name(reference.kind));
        out.hash(lookup.hash(reference.item));
    }
}

/// Feeds a canonical form with its references filled in: by name where they point into the group. As in Darklang
/// the name decides, so a function is in the group when a value of the same name is.
fn feed(sha: &mut Sha256, canonical: &Canonical, group: &[Member<'_>], lookup: &impl ItemLookup) {
    let mut written = 0;
    let mut reference_bytes = Writer::new();
    for reference in &canonical.references {
        let offset = reference.offset as usize;
        sha.update(&canonical.bytes[written..offset]);
        written = offset;
        reference_bytes.clear();
        let name = lookup.location(reference.item);
        let in_group = group.binary_search_by(|member| lookup.location(member.id).cmp(name)).is_ok();
        fill(&mut reference_bytes, reference, in_group, lookup);
        sha.update(reference_bytes.bytes());
    }
    sha.update(&canonical.bytes[written..]);
}
