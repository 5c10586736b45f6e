//! Reads and writes plain values; every bound that keeps damaged bytes harmless is here.
//!
//! A value is written to two runs of bytes: its structure, and the characters of all its texts one after the
//! other. So the text is checked as UTF-8 once, and a single text in it costs a look at its last byte.

use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;

use crate::model::{SiteId, Text};

/// How deep values may nest. Four times the depth that a source may have, because lowering a node makes a few
/// nested ones. One level takes less than 4 KiB of stack, unoptimised.
pub const MAX_NESTING: u32 = 40_000;

/// The bytes do not hold what they should; where and why does not matter, the source is parsed again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Damaged;

pub type Result<T> = std::result::Result<T, Damaged>;

/// A value with a byte form that takes at least one byte of structure.
pub trait Wire<'a>: Sized {
    fn put(&self, out: &mut Writer);
    fn take(input: &mut Reader<'a>) -> Result<Self>;
}

/// Integers are LEB128: seven bits a byte, the lowest first, the top bit set on all bytes but the last.
const BITS: u32 = 7;
const MORE: u8 = 1 << BITS;

#[derive(Default)]
pub struct Writer {
    pub structure: Vec<u8>,
    /// UTF-8, behind whatever else the buffer holds already.
    pub text: Vec<u8>,
    depth: u32,
    deepest: u32,
}

impl Writer {
    pub fn tag(&mut self, tag: u8) {
        self.structure.push(tag);
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

    fn integer(&mut self, mut value: u64) {
        while value >= u64::from(MORE) {
            self.structure.push(value as u8 | MORE);
            value >>= BITS;
        }
        self.structure.push(value as u8);
    }
}

/// What is left of a value's bytes, and what it may still ask for.
pub struct Reader<'a> {
    structure: &'a [u8],
    text: &'a str,
    arena: &'a Bump,
    /// Every element takes a byte at least, so all containers together hold no more elements than there were
    /// bytes; this bounds the memory that a value can claim by a small multiple of its length.
    elements_left: usize,
    depth: u32,
    sites: usize,
    params: usize,
}

impl<'a> Reader<'a> {
    /// Reads a value whose nodes and lists go to the arena.
    pub fn new(structure: &'a [u8], text: &'a [u8], arena: &'a Bump) -> Result<Self> {
        let text = str::from_utf8(text).map_err(|_| Damaged)?;
        Ok(Reader { structure, text, arena, elements_left: structure.len(), depth: 0, sites: 0, params: 0 })
    }

    pub fn finish(self) -> Result<()> {
        if self.structure.is_empty() && self.text.is_empty() { Ok(()) } else { Err(Damaged) }
    }

    #[inline]
    pub fn tag(&mut self) -> Result<u8> {
        let (tag, rest) = self.structure.split_first().ok_or(Damaged)?;
        self.structure = rest;
        Ok(*tag)
    }

    fn tags<const N: usize>(&mut self) -> Result<[u8; N]> {
        let (tags, rest) = self.structure.split_first_chunk().ok_or(Damaged)?;
        self.structure = rest;
        Ok(*tags)
    }

    #[inline]
    pub fn enter(&mut self) -> Result<()> {
        self.depth += 1;
        if self.depth > MAX_NESTING { Err(Damaged) } else { Ok(()) }
    }

    #[inline]
    pub fn leave(&mut self) {
        self.depth -= 1;
    }

    #[inline]
    fn integer(&mut self) -> Result<u64> {
        let first = self.tag()?;
        if first < MORE { Ok(first.into()) } else { self.long_integer(first) }
    }

    fn long_integer(&mut self, first: u8) -> Result<u64> {
        let mut value = u64::from(first - MORE);
        for shift in (BITS..u64::BITS).step_by(BITS as usize) {
            let byte = self.tag()?;
            let bits = u64::from(byte & !MORE);
            if bits << shift >> shift != bits {
                return Err(Damaged);
            }
            value |= bits << shift;
            if byte < MORE {
                return Ok(value);
            }
        }
        Err(Damaged)
    }

    #[inline]
    fn length(&mut self) -> Result<usize> {
        usize::try_from(self.integer()?).map_err(|_| Damaged)
    }

    #[inline]
    fn text(&mut self) -> Result<Text<'a>> {
        let length = self.length()?;
        let (text, rest) = self.text.split_at_checked(length).ok_or(Damaged)?;
        self.text = rest;
        Ok(text)
    }

    #[inline]
    fn list<T: Wire<'a>>(&mut self, at_least: usize) -> Result<&'a [T]> {
        let length = self.length()?;
        if length < at_least {
            return Err(Damaged);
        }
        if length == 0 {
            return Ok(&[]);
        }
        self.elements_left = self.elements_left.checked_sub(length).ok_or(Damaged)?;
        let mut list = ArenaVec::with_capacity_in(length, self.arena);
        for _ in 0..length {
            list.push(T::take(self)?);
        }
        Ok(list.into_bump_slice())
    }

    /// A list of one element or more.
    pub fn some<T: Wire<'a>>(&mut self) -> Result<&'a [T]> {
        self.list(1)
    }

    /// A list of two elements or more.
    pub fn several<T: Wire<'a>>(&mut self) -> Result<&'a [T]> {
        self.list(2)
    }

    /// The table that the [`SiteId`]s after it point into.
    pub fn site_table<T: Wire<'a>>(&mut self) -> Result<&'a [T]> {
        let sites = self.list(0)?;
        self.sites = sites.len();
        Ok(sites)
    }

    pub fn site(&mut self) -> Result<SiteId> {
        let site = SiteId::take(self)?;
        if (site as usize) < self.sites { Ok(site) } else { Err(Damaged) }
    }

    pub fn optional_site(&mut self) -> Result<Option<SiteId>> {
        if bool::take(self)? { self.site().map(Some) } else { Ok(None) }
    }

    /// The parameters that the argument positions after them point into.
    pub fn parameters<T: Wire<'a>>(&mut self) -> Result<&'a [T]> {
        let params = self.list(1)?;
        self.params = params.len();
        Ok(params)
    }

    pub fn argument(&mut self) -> Result<u32> {
        let index = u32::take(self)?;
        if (index as usize) < self.params { Ok(index) } else { Err(Damaged) }
    }

    /// Decimal digits, possibly with a minus sign.
    pub fn decimal(&mut self) -> Result<Text<'a>> {
        let text = self.text()?;
        let digits = text.strip_prefix('-').unwrap_or(text);
        let is_integer = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        if is_integer { Ok(text) } else { Err(Damaged) }
    }
}

macro_rules! integers {
    ($($unsigned:ty, $signed:ty;)*) => {
        $(impl<'a> Wire<'a> for $unsigned {
            fn put(&self, out: &mut Writer) {
                out.integer(u64::from(*self));
            }

            #[inline]
            fn take(input: &mut Reader<'a>) -> Result<Self> {
                Self::try_from(input.integer()?).map_err(|_| Damaged)
            }
        }

        impl<'a> Wire<'a> for $signed {
            /// The sign goes to the lowest bit: 0, -1, 1, -2 are 0, 1, 2, 3.
            fn put(&self, out: &mut Writer) {
                let bits = (*self as $unsigned) << 1;
                (if *self < 0 { !bits } else { bits }).put(out);
            }

            fn take(input: &mut Reader<'a>) -> Result<Self> {
                let bits = <$unsigned>::take(input)?;
                Ok((if bits & 1 == 1 { !(bits >> 1) } else { bits >> 1 }) as $signed)
            }
        })*
    };
}

integers! {
    u16, i16;
    u32, i32;
    u64, i64;
}

/// Little-endian, all bytes.
macro_rules! fixed {
    ($($leaf:ty),*) => {
        $(impl<'a> Wire<'a> for $leaf {
            fn put(&self, out: &mut Writer) {
                out.structure.extend_from_slice(&self.to_le_bytes());
            }

            fn take(input: &mut Reader<'a>) -> Result<Self> {
                input.tags().map(Self::from_le_bytes)
            }
        })*
    };
}

fixed!(u8, i8, u128, i128);

impl<'a> Wire<'a> for bool {
    fn put(&self, out: &mut Writer) {
        out.tag(u8::from(*self));
    }

    #[inline]
    fn take(input: &mut Reader<'a>) -> Result<Self> {
        match input.tag()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Damaged),
        }
    }
}

impl<'a> Wire<'a> for Text<'a> {
    fn put(&self, out: &mut Writer) {
        out.integer(self.len() as u64);
        out.text.extend_from_slice(self.as_bytes());
    }

    #[inline]
    fn take(input: &mut Reader<'a>) -> Result<Self> {
        input.text()
    }
}

impl<'a, T: Wire<'a>> Wire<'a> for &'a [T] {
    fn put(&self, out: &mut Writer) {
        out.integer(self.len() as u64);
        for element in *self {
            element.put(out);
        }
    }

    #[inline]
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

impl<'a, T: Wire<'a>> Wire<'a> for &'a T {
    fn put(&self, out: &mut Writer) {
        T::put(self, out);
    }

    fn take(input: &mut Reader<'a>) -> Result<Self> {
        let value = T::take(input)?;
        Ok(input.arena.alloc(value))
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
