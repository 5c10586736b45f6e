//! Reads and writes plain values; every bound that keeps damaged bytes harmless is here.
//!
//! bincode does the leaves: integers as its variable-length ones, text as a length and UTF-8 that is borrowed
//! from the input. Containers and nesting are counted here, because bincode 2.0.1 allocates what a length
//! asks for and recurses as deep as the bytes say.

use std::borrow::Cow;

use bincode::config::{self, Configuration};
use bincode::error::EncodeError;

use crate::model::{SiteId, Text};

/// Little-endian, variable-length integers; pinned by the golden file.
const LEAVES: Configuration = config::standard();

/// How deep values may nest. Four times the depth that a source may have, because lowering a node makes a few
/// nested ones. One level takes less than 4 KiB of stack, unoptimised.
pub const MAX_NESTING: u32 = 40_000;

/// The bytes do not hold what they should; where and why does not matter, the source is parsed again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Damaged;

pub type Result<T> = std::result::Result<T, Damaged>;

/// A value with a byte form that takes at least one byte.
pub trait Wire<'a>: Sized {
    fn put(&self, out: &mut Writer);
    fn take(input: &mut Reader<'a>) -> Result<Self>;
}

#[derive(Default)]
pub struct Writer {
    pub bytes: Vec<u8>,
    depth: u32,
    deepest: u32,
}

impl Writer {
    pub fn tag(&mut self, tag: u8) {
        self.bytes.push(tag);
    }

    pub fn enter(&mut self) {
        self.depth += 1;
        self.deepest = self.deepest.max(self.depth);
    }

    pub fn leave(&mut self) {
        self.depth -= 1;
    }

    /// Whether a reader would accept the nesting of what was written.
    pub fn is_readable(&self) -> bool {
        self.deepest <= MAX_NESTING
    }

    fn leaf(&mut self, value: impl bincode::Encode) {
        // Neither a leaf nor a growing buffer can fail; a hole would be caught by the golden and property tests.
        let written = bincode::encode_into_writer(value, self, LEAVES);
        debug_assert!(written.is_ok());
    }

    fn length(&mut self, length: usize) {
        self.leaf(length as u64);
    }
}

impl bincode::enc::write::Writer for &mut Writer {
    fn write(&mut self, bytes: &[u8]) -> std::result::Result<(), EncodeError> {
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }
}

/// What is left of a byte range, and what it may still ask for.
pub struct Reader<'a> {
    rest: &'a [u8],
    /// Every element takes a byte at least, so all containers together hold no more elements than there were
    /// bytes; this bounds the memory that a range can claim by a small multiple of its length.
    elements_left: usize,
    depth: u32,
    sites: usize,
    params: usize,
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Reader { rest: bytes, elements_left: bytes.len(), depth: 0, sites: 0, params: 0 }
    }

    pub fn finish(self) -> Result<()> {
        if self.rest.is_empty() { Ok(()) } else { Err(Damaged) }
    }

    pub fn tag(&mut self) -> Result<u8> {
        let (tag, rest) = self.rest.split_first().ok_or(Damaged)?;
        self.rest = rest;
        Ok(*tag)
    }

    pub fn enter(&mut self) -> Result<()> {
        self.depth += 1;
        if self.depth > MAX_NESTING { Err(Damaged) } else { Ok(()) }
    }

    pub fn leave(&mut self) {
        self.depth -= 1;
    }

    fn leaf<T: bincode::BorrowDecode<'a, ()>>(&mut self) -> Result<T> {
        let (value, used) = bincode::borrow_decode_from_slice(self.rest, LEAVES).map_err(|_| Damaged)?;
        self.rest = self.rest.get(used..).ok_or(Damaged)?;
        Ok(value)
    }

    fn list<T: Wire<'a>>(&mut self, at_least: usize) -> Result<Vec<T>> {
        let length = usize::try_from(self.leaf::<u64>()?).map_err(|_| Damaged)?;
        if length < at_least {
            return Err(Damaged);
        }
        self.elements_left = self.elements_left.checked_sub(length).ok_or(Damaged)?;
        let mut list = Vec::with_capacity(length);
        for _ in 0..length {
            list.push(T::take(self)?);
        }
        Ok(list)
    }

    /// A list of one element or more.
    pub fn some<T: Wire<'a>>(&mut self) -> Result<Vec<T>> {
        self.list(1)
    }

    /// A list of two elements or more.
    pub fn several<T: Wire<'a>>(&mut self) -> Result<Vec<T>> {
        self.list(2)
    }

    /// The table that the [`SiteId`]s after it point into.
    pub fn site_table<T: Wire<'a>>(&mut self) -> Result<Vec<T>> {
        let sites = self.list(0)?;
        self.sites = sites.len();
        Ok(sites)
    }

    pub fn site(&mut self) -> Result<SiteId> {
        let site: SiteId = self.leaf()?;
        if (site as usize) < self.sites { Ok(site) } else { Err(Damaged) }
    }

    pub fn optional_site(&mut self) -> Result<Option<SiteId>> {
        if bool::take(self)? { self.site().map(Some) } else { Ok(None) }
    }

    /// The parameters that the argument positions after them point into.
    pub fn parameters<T: Wire<'a>>(&mut self) -> Result<Vec<T>> {
        let params = self.list(1)?;
        self.params = params.len();
        Ok(params)
    }

    pub fn argument(&mut self) -> Result<u32> {
        let index: u32 = self.leaf()?;
        if (index as usize) < self.params { Ok(index) } else { Err(Damaged) }
    }

    /// Decimal digits, with a minus sign or not.
    pub fn integer(&mut self) -> Result<Text<'a>> {
        let text: Text<'a> = self.leaf()?;
        let digits = text.strip_prefix('-').unwrap_or(&text);
        let is_integer = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        if is_integer { Ok(text) } else { Err(Damaged) }
    }
}

macro_rules! leaves {
    ($($leaf:ty),*) => {
        $(impl<'a> Wire<'a> for $leaf {
            fn put(&self, out: &mut Writer) {
                out.leaf(*self);
            }

            fn take(input: &mut Reader<'a>) -> Result<Self> {
                input.leaf()
            }
        })*
    };
}

leaves!(bool, i8, u8, i16, u16, i32, u32, i64, u64, i128, u128);

impl<'a> Wire<'a> for Text<'a> {
    fn put(&self, out: &mut Writer) {
        out.leaf(&**self);
    }

    fn take(input: &mut Reader<'a>) -> Result<Self> {
        input.leaf().map(Cow::Borrowed)
    }
}

impl<'a, T: Wire<'a>> Wire<'a> for Vec<T> {
    fn put(&self, out: &mut Writer) {
        out.length(self.len());
        for element in self {
            element.put(out);
        }
    }

    fn take(input: &mut Reader<'a>) -> Result<Self> {
        input.list(0)
    }
}

impl<'a, T: Wire<'a>> Wire<'a> for Option<T> {
    fn put(&self, out: &mut Writer) {
        self.is_some().put(out);
        if let Some(value) = self {
            value.put(out);
        }
    }

    fn take(input: &mut Reader<'a>) -> Result<Self> {
        if bool::take(input)? { T::take(input).map(Some) } else { Ok(None) }
    }
}

impl<'a, T: Wire<'a>> Wire<'a> for Box<T> {
    fn put(&self, out: &mut Writer) {
        T::put(self, out);
    }

    fn take(input: &mut Reader<'a>) -> Result<Self> {
        T::take(input).map(Box::new)
    }
}

impl<'a, A: Wire<'a>, B: Wire<'a>> Wire<'a> for (A, B) {
    fn put(&self, out: &mut Writer) {
        self.0.put(out);
        self.1.put(out);
    }

    fn take(input: &mut Reader<'a>) -> Result<Self> {
        Ok((A::take(input)?, B::take(input)?))
    }
}
