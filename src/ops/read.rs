//! Reads the head of a stored package op: as much of it as tells what the op is about.

use super::payload::SET_NAME;
use crate::base::hash::ContentHash;
use crate::base::location::{ItemKind, Location};
use crate::binary::tags;

const KINDS: [ItemKind; 3] = [ItemKind::Type, ItemKind::Value, ItemKind::Fn];

/// The header of a blob, which says nothing about the op.
const HEADER_LENGTH: usize = 8;

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
    let mut reader = Reader { bytes: blob.get(HEADER_LENGTH..)? };
    let tag = reader.byte()?;
    if tag == SET_NAME {
        let mut parts = vec![reader.text()?];
        for _ in 0..reader.varint()? {
            parts.push(reader.text()?);
        }
        parts.push(reader.text()?);
        let kind = reader.kind()?;
        let hash = ContentHash::from_hex(reader.text()?)?;
        return Some(OpHead::SetName(Location::new(parts.join(".")), kind, hash));
    }
    Some(OpHead::Add(kind_of(tag)?, ContentHash::from_hex(reader.text()?)?))
}

fn kind_of(tag: u8) -> Option<ItemKind> {
    KINDS.into_iter().find(|kind| tags::reference(*kind) == tag)
}

/// The few primitives that the head of an op needs ([`crate::binary::writer`]).
struct Reader<'b> {
    bytes: &'b [u8],
}

impl<'b> Reader<'b> {
    fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(*byte)
    }

    fn kind(&mut self) -> Option<ItemKind> {
        kind_of(self.byte()?)
    }

    fn varint(&mut self) -> Option<usize> {
        const BITS: u32 = 7;
        let mut value = 0;
        for shift in (0..u32::BITS).step_by(BITS as usize) {
            let byte = self.byte()?;
            value |= usize::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn text(&mut self) -> Option<&'b str> {
        let length = self.varint()?;
        let (text, rest) = self.bytes.split_at_checked(length)?;
        self.bytes = rest;
        std::str::from_utf8(text).ok()
    }
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
