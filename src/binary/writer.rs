//! The primitives of Darklang's binary format (`darklang/dark LibSerialization/Binary/Serializers/Common.fs`).
//!
//! | primitive | bytes |
//! |---|---|
//! | varint    | 7 bits a byte, least significant first, high bit set on all but the last |
//! | string    | varint length in bytes, UTF-8 |
//! | bool, tag | one byte |
//! | integer   | little-endian, its own width; 128 bits as a decimal string |
//! | guid      | 16 bytes in .NET's order (`Uuid::to_bytes_le`) |
//! | option    | tag 0, or tag 1 and the value |
//! | list      | varint count, then the elements |
//! | non-empty list | the first element, then a list of the others |
//! | blob      | header (`u32` version, `u32` payload length), then the payload |

use super::tags::Tag;
use crate::base::hash::ContentHash;

/// The version in the header of every blob (`Binary/BaseFormat.fs`).
pub const BLOB_VERSION: u32 = 1;
pub const BLOB_HEADER_LENGTH: usize = 8;
const BLOB_LENGTH_OFFSET: usize = 4;

/// A growing run of bytes in Darklang's format.
#[derive(Debug, Default)]
pub struct Writer<W = Unwatched> {
    bytes: Vec<u8>,
    watch: W,
    /// Where node ids stand, in no particular order.
    id_places: Vec<u32>,
}

/// Receives each part that is written, with the offset of its first byte.
pub trait Watch {
    fn part(&mut self, _offset: usize, _part: Part<'_>) {}

    /// A node begins; its parts follow, until the matching [`Watch::leave`].
    fn enter(&mut self, _offset: usize, _name: &'static str) {}

    fn leave(&mut self) {}

    /// The bytes from `start` to `middle` changed places with those from `middle` to `end`.
    fn rotate(&mut self, _start: usize, _middle: usize, _end: usize) {}
}

/// A part of a node, as people read it.
#[derive(Clone, Copy)]
pub enum Part<'p> {
    Text(&'p str),
    Count(usize),
    Number(&'p dyn std::fmt::Display),
    /// A byte or two that have a name: a flag, an operator.
    Word(&'p str),
    /// A reference to an item, whose bytes are put in later.
    Reference,
}

/// Watches nothing, at no cost.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unwatched;

impl Watch for Unwatched {}

impl Writer {
    pub fn new() -> Self {
        Writer::default()
    }
}

impl<W: Watch> Writer<W> {
    pub fn watched(watch: W) -> Self {
        Writer { bytes: Vec::new(), watch, id_places: Vec::new() }
    }

    pub fn watch(&self) -> &W {
        &self.watch
    }

    /// Begins a node with its tag.
    pub fn enter(&mut self, Tag(byte, name): Tag) {
        self.watch.enter(self.bytes.len(), name);
        self.bytes.push(byte);
    }

    /// Ends the node that was begun last.
    pub fn leave(&mut self) {
        self.watch.leave();
    }

    /// Marks the place of a reference.
    pub fn reference(&mut self) {
        self.watch.part(self.bytes.len(), Part::Reference);
    }

    /// Writes a byte that has a name.
    pub fn word(&mut self, byte: u8, name: &str) {
        self.words(&[byte], name);
    }

    /// Writes bytes that have a name.
    pub fn words(&mut self, bytes: &[u8], name: &str) {
        self.watch.part(self.bytes.len(), Part::Word(name));
        self.bytes.extend_from_slice(bytes);
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Forgets what was written and keeps the allocation, for use by the next item.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.id_places.clear();
    }

    /// Writes a node id and remembers where it stands.
    pub fn node_id(&mut self, id: u64) {
        self.id_places.push(self.bytes.len() as u32);
        self.u64(id);
    }

    /// Where the node ids stand that were written so far, in no particular order.
    pub fn id_places(&self) -> &[u32] {
        &self.id_places
    }

    pub fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    pub fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    pub fn bool(&mut self, value: bool) {
        self.word(u8::from(value), if value { "true" } else { "false" });
    }

    /// Writes how many there are of something.
    pub fn count(&mut self, value: usize) {
        self.watch.part(self.bytes.len(), Part::Count(value));
        self.varint(value);
    }

    pub fn varint(&mut self, value: usize) {
        let mut rest = value as u32;
        while rest >= 0x80 {
            self.byte(rest as u8 | 0x80);
            rest >>= 7;
        }
        self.byte(rest as u8);
    }

    pub fn string(&mut self, text: &str) {
        self.watch.part(self.bytes.len(), Part::Text(text));
        self.varint(text.len());
        self.raw(text.as_bytes());
    }

    pub fn hash(&mut self, hash: ContentHash) {
        self.string(&hash.to_hex());
    }

    pub fn guid(&mut self, id: uuid::Uuid) {
        self.raw(&id.to_bytes_le());
    }

    pub fn option<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        match value {
            None => self.word(0, "none"),
            Some(value) => {
                self.word(1, "some");
                write(self, value);
            }
        }
    }

    pub fn list<I>(&mut self, items: I, mut write: impl FnMut(&mut Self, I::Item))
    where
        I: IntoIterator<IntoIter: ExactSizeIterator>,
    {
        let items = items.into_iter();
        self.count(items.len());
        items.for_each(|item| write(self, item));
    }

    /// A list that Darklang's types say is never empty; an empty one writes nothing but its count.
    pub fn non_empty_list<'i, T>(&mut self, items: &'i [T], mut write: impl FnMut(&mut Self, &'i T)) {
        if let Some((first, rest)) = items.split_first() {
            write(self, first);
            self.list(rest, write);
        } else {
            self.count(0);
        }
    }

    /// How many bytes there are; a place to come back to with [`Writer::set_i32`] or [`Writer::insert`].
    pub fn position(&self) -> usize {
        self.bytes.len()
    }

    /// Overwrites an integer that was written at `position` before its value was known.
    pub fn set_i32(&mut self, position: usize, value: i32) {
        self.bytes[position..position + size_of::<i32>()].copy_from_slice(&value.to_le_bytes());
    }

    /// Puts what `write` writes before the bytes from `position` on: for lengths that are known last.
    pub fn insert(&mut self, position: usize, write: impl FnOnce(&mut Self)) {
        let end = self.bytes.len();
        write(self);
        self.rotate(position, end);
    }

    /// Swaps what was written from `start` to `middle` with all that came after; returns how far the former has
    /// moved.
    pub fn rotate(&mut self, start: usize, middle: usize) -> usize {
        self.watch.rotate(start, middle, self.bytes.len());
        self.bytes[start..].rotate_left(middle - start);
        let (former, latter) = (middle - start, self.bytes.len() - middle);
        for place in &mut self.id_places {
            match *place as usize {
                at if at >= middle => *place -= former as u32,
                at if at >= start => *place += latter as u32,
                _ => {}
            }
        }
        latter
    }

    /// Writes a blob: the header, then what `payload` writes.
    pub fn blob(&mut self, payload: impl FnOnce(&mut Self)) {
        let start = self.bytes.len();
        self.raw(&BLOB_VERSION.to_le_bytes());
        self.raw(&[0; BLOB_HEADER_LENGTH - BLOB_LENGTH_OFFSET]);
        payload(self);
        let length = (self.bytes.len() - start - BLOB_HEADER_LENGTH) as u32;
        self.bytes[start + BLOB_LENGTH_OFFSET..start + BLOB_HEADER_LENGTH]
            .copy_from_slice(&length.to_le_bytes());
    }
}

/// Fixed-width integers, little-endian.
macro_rules! little_endian {
    ($($name:ident)*) => {
        impl<W: Watch> Writer<W> {
            $(pub fn $name(&mut self, value: $name) {
                self.watch.part(self.bytes.len(), Part::Number(&value));
                self.raw(&value.to_le_bytes());
            })*
        }
    };
}

little_endian!(i8 u8 i16 u16 i32 u32 i64 u64 f64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn varints_take_seven_bits_a_byte() {
        let mut writer = Writer::new();
        for value in [0, 127, 128, 300, 1 << 21] {
            writer.varint(value);
        }
        assert_eq!(writer.bytes(), [0, 127, 0x80, 1, 0xAC, 2, 0x80, 0x80, 0x80, 1]);
    }

    #[test]
    fn what_is_known_late_lands_where_it_belongs() {
        let mut writer = Writer::new();
        writer.i32(0);
        let frame = writer.position();
        writer.raw(b"xyz");
        writer.insert(frame, |w| w.varint(300));
        writer.set_i32(0, -1);
        assert_eq!(writer.bytes(), [0xFF, 0xFF, 0xFF, 0xFF, 0xAC, 2, b'x', b'y', b'z']);
    }

    #[test]
    fn the_places_of_node_ids_follow_what_is_moved() {
        let mut writer = Writer::new();
        writer.node_id(1);
        let frame = writer.position();
        writer.node_id(2);
        writer.byte(9);
        writer.insert(frame, |w| w.varint(300));
        writer.node_id(3);
        let ids = writer.id_places().iter().map(|place| writer.bytes()[*place as usize]);
        assert_eq!(ids.collect::<Vec<u8>>(), [1, 2, 3]);
        writer.rotate(0, frame);
        let ids = writer.id_places().iter().map(|place| writer.bytes()[*place as usize]);
        assert_eq!(ids.collect::<Vec<u8>>(), [1, 2, 3]);
        writer.clear();
        assert_eq!(writer.id_places(), [0u32; 0]);
    }

    #[test]
    fn a_blob_says_how_long_its_payload_is() {
        let mut writer = Writer::new();
        writer.byte(9);
        writer.blob(|w| w.string("abc"));
        assert_eq!(writer.bytes(), [9, 1, 0, 0, 0, 4, 0, 0, 0, 3, b'a', b'b', b'c']);
    }
}
