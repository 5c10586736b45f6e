//! The values that instructions load: literals and references to functions.
//!
//! | tag | value | then |
//! |---|---|---|
//! | 0 | unit | |
//! | 1 | bool | one byte |
//! | 2–9 | Int8 UInt8 Int16 UInt16 Int32 UInt32 Int64 UInt64 | the integer |
//! | 10, 11, 25 | Int128 UInt128 Int | decimal string |
//! | 12 | float | tag 0 NaN, 1 ∞, 2 -∞, or 3 and the `f64` |
//! | 13, 14 | char, string | string |
//! | 22 | function | tag 1, name, then three empty lists: type symbols, type arguments, arguments so far |
//!
//! Literals in match patterns have the same tags, but for Int.

use crate::binary::writer::Writer;
use crate::program::tree::{FloatLiteral, IntLiteral};

use super::types::{Callable, TypeWriter};

pub mod literal_tag {
    pub const UNIT: u8 = 0;
    pub const BOOL: u8 = 1;
    pub const INT8: u8 = 2;
    pub const UINT8: u8 = 3;
    pub const INT16: u8 = 4;
    pub const UINT16: u8 = 5;
    pub const INT32: u8 = 6;
    pub const UINT32: u8 = 7;
    pub const INT64: u8 = 8;
    pub const UINT64: u8 = 9;
    pub const INT128: u8 = 10;
    pub const UINT128: u8 = 11;
    pub const FLOAT: u8 = 12;
    pub const CHAR: u8 = 13;
    pub const STRING: u8 = 14;
}

const APPLICABLE: u8 = 22;
const NAMED_FN: u8 = 1;
const INT: u8 = 25;

mod float_tag {
    pub const NAN: u8 = 0;
    pub const INFINITY: u8 = 1;
    pub const NEGATIVE_INFINITY: u8 = 2;
    pub const FINITE: u8 = 3;
}

#[derive(Clone, Copy, Debug)]
pub enum Constant<'a> {
    Unit,
    Bool(bool),
    Int(&'a IntLiteral<'a>),
    Float(&'a FloatLiteral<'a>),
    Char(&'a str),
    String(&'a str),
    Function(Callable<'a>),
}

impl Constant<'_> {
    pub fn write(self, out: &mut Writer) {
        match self {
            Constant::Unit => out.byte(literal_tag::UNIT),
            Constant::Bool(value) => {
                out.byte(literal_tag::BOOL);
                out.bool(value);
            }
            Constant::Int(literal) => int(out, literal, INT),
            Constant::Float(literal) => {
                out.byte(literal_tag::FLOAT);
                float(out, literal);
            }
            Constant::Char(text) => {
                out.byte(literal_tag::CHAR);
                out.string(text);
            }
            Constant::String(text) => {
                out.byte(literal_tag::STRING);
                out.string(text);
            }
            Constant::Function(callable) => {
                out.byte(APPLICABLE);
                out.byte(NAMED_FN);
                out.callable(callable);
                const EMPTY_LISTS: [u8; 3] = [0; 3];
                out.raw(&EMPTY_LISTS);
            }
        }
    }
}

/// An integer with its tag; `unbounded` is the tag of an `Int`.
pub fn int(out: &mut Writer, literal: &IntLiteral<'_>, unbounded: u8) {
    macro_rules! fixed {
        ($tag:ident, $write:ident, $value:expr) => {{
            out.byte(literal_tag::$tag);
            out.$write(*$value);
        }};
    }
    match literal {
        IntLiteral::Int8(value) => fixed!(INT8, i8, value),
        IntLiteral::UInt8(value) => fixed!(UINT8, u8, value),
        IntLiteral::Int16(value) => fixed!(INT16, i16, value),
        IntLiteral::UInt16(value) => fixed!(UINT16, u16, value),
        IntLiteral::Int32(value) => fixed!(INT32, i32, value),
        IntLiteral::UInt32(value) => fixed!(UINT32, u32, value),
        IntLiteral::Int64(value) => fixed!(INT64, i64, value),
        IntLiteral::UInt64(value) => fixed!(UINT64, u64, value),
        IntLiteral::Int128(value) => {
            out.byte(literal_tag::INT128);
            out.string(&value.to_string());
        }
        IntLiteral::UInt128(value) => {
            out.byte(literal_tag::UINT128);
            out.string(&value.to_string());
        }
        IntLiteral::Int(decimal) => {
            out.byte(unbounded);
            out.string(decimal);
        }
    }
}

/// A float without its tag as a literal. Its digits are read as .NET reads them: rounded to the nearest, and
/// infinite when too large.
pub fn float(out: &mut Writer, literal: &FloatLiteral<'_>) {
    let sign = if literal.negative { "-" } else { "" };
    let spelled = format!("{sign}{}.{}", or_zero(&literal.whole), or_zero(&literal.fraction));
    // Digits around a point always parse, so there is no other way to NaN.
    let value = spelled.parse().unwrap_or(f64::NAN);
    if value.is_nan() {
        out.byte(float_tag::NAN);
    } else if value == f64::INFINITY {
        out.byte(float_tag::INFINITY);
    } else if value == f64::NEG_INFINITY {
        out.byte(float_tag::NEGATIVE_INFINITY);
    } else {
        out.byte(float_tag::FINITE);
        out.f64(value);
    }
}

fn or_zero(digits: &str) -> &str {
    if digits.is_empty() { "0" } else { digits }
}
