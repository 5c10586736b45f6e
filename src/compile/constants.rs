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

use crate::binary::walk;
use crate::binary::writer::Writer;
use crate::program::tree::{FloatLiteral, IntLiteral};

use super::types::{Callable, write_callable};

pub mod tag {
    pub const UNIT: u8 = 0;
    pub const BOOL: u8 = 1;
    pub const FLOAT: u8 = 12;
    pub const CHAR: u8 = 13;
    pub const STRING: u8 = 14;
    pub const APPLICABLE: u8 = 22;
    pub const INT: u8 = 25;
}

pub const NAMED_FN: u8 = 1;
const EMPTY_LISTS: [u8; 3] = [0; 3];

pub mod float_tag {
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
            Constant::Unit => out.byte(tag::UNIT),
            Constant::Bool(value) => {
                out.byte(tag::BOOL);
                out.bool(value);
            }
            Constant::Int(literal) => int(out, literal, tag::INT),
            Constant::Float(literal) => {
                out.byte(tag::FLOAT);
                float(out, literal);
            }
            Constant::Char(text) => {
                out.byte(tag::CHAR);
                out.string(text);
            }
            Constant::String(text) => {
                out.byte(tag::STRING);
                out.string(text);
            }
            Constant::Function(callable) => {
                out.byte(tag::APPLICABLE);
                out.byte(NAMED_FN);
                write_callable(out, callable);
                out.raw(&EMPTY_LISTS);
            }
        }
    }
}

/// An integer with its tag; `unbounded` is the tag of an `Int`.
pub fn int(out: &mut Writer, literal: &IntLiteral<'_>, unbounded: u8) {
    out.byte(match literal {
        IntLiteral::Int8(_) => 2,
        IntLiteral::UInt8(_) => 3,
        IntLiteral::Int16(_) => 4,
        IntLiteral::UInt16(_) => 5,
        IntLiteral::Int32(_) => 6,
        IntLiteral::UInt32(_) => 7,
        IntLiteral::Int64(_) => 8,
        IntLiteral::UInt64(_) => 9,
        IntLiteral::Int128(_) => 10,
        IntLiteral::UInt128(_) => 11,
        IntLiteral::Int(_) => unbounded,
    });
    walk::int(out, literal);
}

/// A float without its tag as a literal. Its digits are read as .NET reads them: rounded to the nearest, and
/// infinite when too large.
pub fn float(out: &mut Writer, literal: &FloatLiteral<'_>) {
    let sign = if literal.negative { "-" } else { "" };
    let spelled = format!("{sign}{}.{}", or_zero(literal.whole), or_zero(literal.fraction));
    // Digits around a point always parse, so there is no other way to NaN.
    float_value(out, spelled.parse().unwrap_or(f64::NAN));
}

/// A float without its tag as a value.
pub fn float_value(out: &mut Writer, value: f64) {
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
