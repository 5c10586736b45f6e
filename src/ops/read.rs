//! Reads the head of a stored package op: what the op does, without the content that it adds.

use super::payload::SET_NAME;
use crate::base::hash::ContentHash;
use crate::base::location::{ItemKind, Location};
use crate::binary::reader::Reader;
use crate::binary::tags;
use crate::binary::writer::BLOB_HEADER_LENGTH;

const KINDS: [ItemKind; 3] = [ItemKind::Type, ItemKind::Value, ItemKind::Fn];

/// What a package op does, without the content that it adds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpHead {
    Add(ItemKind, ContentHash),
    SetName(Location, ItemKind, ContentHash),
}

impl OpHead {
    /// Returns the content hash that the op adds or binds.
    pub fn hash(&self) -> ContentHash {
        let (OpHead::Add(_, hash) | OpHead::SetName(_, _, hash)) = self;
        *hash
    }
}

/// Returns the head of an op from its `op_blob`; `None` where the bytes are not those of an op that adds or names
/// an item ([`super::payload`] has the form).
pub fn read_head(blob: &[u8]) -> Option<OpHead> {
    let mut reader = Reader::new(blob.get(BLOB_HEADER_LENGTH..)?);
    let tag = reader.byte().ok()?;
    if tag == SET_NAME {
        let mut parts = vec![reader.text().ok()?];
        for _ in 0..reader.varint().ok()? {
            parts.push(reader.text().ok()?);
        }
        parts.push(reader.text().ok()?);
        let kind = kind_of(reader.byte().ok()?)?;
        let hash = ContentHash::from_hex(reader.text().ok()?)?;
        return Some(OpHead::SetName(Location::new(parts.join(".")), kind, hash));
    }
    Some(OpHead::Add(kind_of(tag)?, ContentHash::from_hex(reader.text().ok()?)?))
}

fn kind_of(tag: u8) -> Option<ItemKind> {
    KINDS.into_iter().find(|kind| tags::reference(*kind) == tag)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::Op;

    #[test]
    fn the_head_of_an_op_that_binds_a_name_is_read_back() {
        for dotted in ["Owner.f", "Owner.A.B.f"] {
            let (location, hash) = (Location::new(dotted), ContentHash([7; 32]));
            let op = Op::set_name(&location, ItemKind::Value, hash);
            assert_eq!(read_head(&op.blob), Some(OpHead::SetName(location, ItemKind::Value, hash)));
        }
    }

    #[test]
    fn the_head_of_a_cut_op_is_none() {
        let op = Op::set_name(&Location::new("Owner.A.f"), ItemKind::Fn, ContentHash([7; 32]));
        for length in 0..op.blob.len() {
            assert_eq!(read_head(&op.blob[..length]), None, "cut at {length}");
        }
    }
}
