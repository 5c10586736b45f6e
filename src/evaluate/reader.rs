//! Reads stored instructions and values: primitives, lists, and how deep they may nest.

use std::rc::Rc;

use super::refusal::{Refusal, Result};
use super::value::Key;
use crate::base::hash::ContentHash;
use crate::binary::reader::{self as binary, ReadError};
use crate::binary::writer::{BLOB_HEADER_LENGTH, BLOB_VERSION};

/// How deep values, types, patterns and lambdas may be nested. Nothing that Darklang's parser takes comes near.
const MAX_NESTING: u32 = 50_000;

const ENDS_EARLY: Refusal = Refusal::Damaged("bytes that end too early");

impl From<ReadError> for Refusal {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::EndsEarly => ENDS_EARLY,
            ReadError::NumberTooLong => Refusal::Damaged("a number that is too long"),
            ReadError::NotUtf8 => Refusal::Damaged("text that is not UTF-8"),
        }
    }
}

pub struct Reader<'b> {
    bytes: binary::Reader<'b>,
    nesting: u32,
}

impl<'b> Reader<'b> {
    /// Reads a blob behind its header.
    ///
    /// # Errors
    /// Where the header is of another version, or says another length.
    pub fn of_blob(bytes: &'b [u8]) -> Result<Self> {
        let (header, payload) = bytes.split_at_checked(BLOB_HEADER_LENGTH).ok_or(ENDS_EARLY)?;
        let (version, length) = header.split_at(BLOB_HEADER_LENGTH / 2);
        if version != BLOB_VERSION.to_le_bytes() {
            return Err(Refusal::Damaged("a blob of another version"));
        }
        if length != (payload.len() as u32).to_le_bytes() {
            return Err(Refusal::Damaged("a blob of another length than it says"));
        }
        Ok(Reader::new(payload))
    }

    pub fn new(bytes: &'b [u8]) -> Self {
        Reader { bytes: binary::Reader::new(bytes), nesting: 0 }
    }

    /// Reads a part that may hold parts of its own kind.
    pub fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.nesting >= MAX_NESTING {
            return Err(Refusal::Damaged("bytes that are nested too deeply"));
        }
        self.nesting += 1;
        let result = read(self);
        self.nesting -= 1;
        result
    }

    pub fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        Ok(self.bytes.array()?)
    }

    pub fn byte(&mut self) -> Result<u8> {
        Ok(self.bytes.byte()?)
    }

    pub fn i32(&mut self) -> Result<i32> {
        self.array().map(i32::from_le_bytes)
    }

    pub fn u64(&mut self) -> Result<u64> {
        self.array().map(u64::from_le_bytes)
    }

    pub fn varint(&mut self) -> Result<usize> {
        Ok(self.bytes.varint()?)
    }

    pub fn str(&mut self) -> Result<&'b str> {
        Ok(self.bytes.text()?)
    }

    pub fn string(&mut self) -> Result<Rc<str>> {
        self.str().map(Rc::from)
    }

    pub fn key(&mut self) -> Result<Key> {
        self.str().map(Key::from)
    }

    pub fn hash(&mut self) -> Result<ContentHash> {
        ContentHash::from_hex(self.str()?).ok_or(Refusal::Damaged("a hash that is none"))
    }

    pub fn list<T>(&mut self, mut one: impl FnMut(&mut Self) -> Result<T>) -> Result<Vec<T>> {
        let count = self.varint()?;
        // A count that lies must not reserve memory: each element takes at least one byte.
        let mut all = Vec::with_capacity(count.min(self.bytes.left()));
        for _ in 0..count {
            all.push(one(self)?);
        }
        Ok(all)
    }

    /// A list behind its first elements, of which there are `first`.
    pub fn list_after<T>(
        &mut self,
        first: usize,
        mut one: impl FnMut(&mut Self) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut all = Vec::new();
        for _ in 0..first {
            all.push(one(self)?);
        }
        all.extend(self.list(one)?);
        Ok(all)
    }

    pub fn non_empty<T>(&mut self, one: impl FnMut(&mut Self) -> Result<T>) -> Result<Vec<T>> {
        self.list_after(1, one)
    }

    pub fn two_or_more<T>(&mut self, one: impl FnMut(&mut Self) -> Result<T>) -> Result<Vec<T>> {
        self.list_after(2, one)
    }

    pub fn named<T>(&mut self, mut one: impl FnMut(&mut Self) -> Result<T>) -> Result<Vec<(Key, T)>> {
        self.list(|reader| Ok((reader.key()?, one(reader)?)))
    }
}
