//! The tag bytes of Darklang's program types (`darklang/dark LibSerialization/Binary/Serializers/PT/*.fs`).
//!
//! The stored form and the canonical form share them, except for what a canonical name has of its own.

use crate::program::tree::{Infix, IntLiteral, ItemKind, NameError, Primitive};

/// Type references.
pub mod types {
    // Integers of 8 to 128 bits are 0 to 9, in the order of `fixed_int`.
    pub const FLOAT: u8 = 10;
    pub const BOOL: u8 = 11;
    pub const UNIT: u8 = 12;
    pub const STRING: u8 = 13;
    pub const LIST: u8 = 14;
    pub const DICT: u8 = 15;
    pub const DB: u8 = 16;
    pub const DATE_TIME: u8 = 17;
    pub const CHAR: u8 = 18;
    pub const UUID: u8 = 19;
    pub const CUSTOM: u8 = 20;
    pub const VARIABLE: u8 = 21;
    pub const FN: u8 = 22;
    pub const TUPLE: u8 = 23;
    pub const BLOB: u8 = 24;
    pub const STREAM: u8 = 25;
    pub const INT: u8 = 26;
}

/// What a type declaration defines.
pub mod definitions {
    pub const ALIAS: u8 = 0;
    pub const RECORD: u8 = 1;
    pub const ENUM: u8 = 2;
}

pub mod let_patterns {
    pub const VARIABLE: u8 = 0;
    pub const UNIT: u8 = 1;
    pub const TUPLE: u8 = 2;
    pub const WILDCARD: u8 = 3;
}

pub mod match_patterns {
    pub const VARIABLE: u8 = 0;
    pub const ENUM: u8 = 1;
    /// The first of the ten fixed-width integers.
    pub const FIXED_INT: u8 = 2;
    pub const BOOL: u8 = 12;
    pub const CHAR: u8 = 13;
    pub const STRING: u8 = 14;
    pub const FLOAT: u8 = 15;
    pub const UNIT: u8 = 16;
    pub const TUPLE: u8 = 17;
    pub const LIST: u8 = 18;
    pub const CONS: u8 = 19;
    pub const OR: u8 = 20;
    pub const INT: u8 = 21;
}

pub mod exprs {
    /// The first of the ten fixed-width integers.
    pub const FIXED_INT: u8 = 0;
    pub const BOOL: u8 = 10;
    pub const STRING: u8 = 11;
    pub const CHAR: u8 = 12;
    pub const FLOAT: u8 = 13;
    pub const UNIT: u8 = 14;
    pub const VALUE_NAME: u8 = 15;
    pub const LET: u8 = 16;
    pub const IF: u8 = 17;
    pub const LAMBDA: u8 = 18;
    pub const FIELD_ACCESS: u8 = 19;
    pub const VARIABLE: u8 = 20;
    pub const APPLY: u8 = 21;
    pub const LIST: u8 = 22;
    pub const RECORD: u8 = 23;
    pub const RECORD_UPDATE: u8 = 24;
    pub const PIPE: u8 = 25;
    pub const ENUM: u8 = 26;
    pub const MATCH: u8 = 27;
    pub const TUPLE: u8 = 28;
    pub const INFIX: u8 = 29;
    pub const DICT: u8 = 30;
    pub const FN_NAME: u8 = 31;
    pub const STATEMENT: u8 = 32;
    pub const SELF_FN: u8 = 33;
    pub const ARG: u8 = 34;
    pub const INT: u8 = 35;
}

pub mod string_segments {
    pub const TEXT: u8 = 0;
    pub const INTERPOLATION: u8 = 1;
}

pub mod pipe_parts {
    pub const VARIABLE: u8 = 0;
    pub const LAMBDA: u8 = 1;
    pub const INFIX: u8 = 2;
    pub const FN_CALL: u8 = 3;
    pub const ENUM: u8 = 4;
}

/// Resolved names. Types are never builtins, so their package tag is another than a term's.
pub mod names {
    pub const RESOLVED: u8 = 0;
    pub const UNRESOLVED: u8 = 1;
    pub const TERM_BUILTIN: u8 = 0;
    pub const TERM_PACKAGE: u8 = 1;
    pub const TYPE_PACKAGE: u8 = 0;
    /// Canonical form only: a member of the same group, by name.
    pub const TERM_IN_GROUP: u8 = 2;
    pub const TYPE_IN_GROUP: u8 = 1;
}

pub fn name_error(error: NameError) -> u8 {
    match error {
        NameError::NotFound => 0,
        NameError::InvalidName => 1,
    }
}

/// The tag of a package name of a kind.
pub fn package_name(kind: ItemKind) -> u8 {
    match kind {
        ItemKind::Type => names::TYPE_PACKAGE,
        ItemKind::Value | ItemKind::Fn => names::TERM_PACKAGE,
    }
}

/// The tag of a reference in an op, and of an op that adds an item.
pub fn reference(kind: ItemKind) -> u8 {
    match kind {
        ItemKind::Type => 0,
        ItemKind::Value => 1,
        ItemKind::Fn => 2,
    }
}

/// The sign of a float.
pub fn sign(negative: bool) -> u8 {
    u8::from(negative)
}

/// Where a fixed-width integer stands among the ten, the same in types, patterns and expressions.
pub fn fixed_int(literal: &IntLiteral<'_>) -> Option<u8> {
    Some(match literal {
        IntLiteral::Int64(_) => 0,
        IntLiteral::UInt64(_) => 1,
        IntLiteral::Int8(_) => 2,
        IntLiteral::UInt8(_) => 3,
        IntLiteral::Int16(_) => 4,
        IntLiteral::UInt16(_) => 5,
        IntLiteral::Int32(_) => 6,
        IntLiteral::UInt32(_) => 7,
        IntLiteral::Int128(_) => 8,
        IntLiteral::UInt128(_) => 9,
        IntLiteral::Int(_) => return None,
    })
}

pub fn primitive(primitive: Primitive) -> u8 {
    match primitive {
        Primitive::Int64 => 0,
        Primitive::UInt64 => 1,
        Primitive::Int8 => 2,
        Primitive::UInt8 => 3,
        Primitive::Int16 => 4,
        Primitive::UInt16 => 5,
        Primitive::Int32 => 6,
        Primitive::UInt32 => 7,
        Primitive::Int128 => 8,
        Primitive::UInt128 => 9,
        Primitive::Float => types::FLOAT,
        Primitive::Bool => types::BOOL,
        Primitive::Unit => types::UNIT,
        Primitive::String => types::STRING,
        Primitive::DateTime => types::DATE_TIME,
        Primitive::Char => types::CHAR,
        Primitive::Uuid => types::UUID,
        Primitive::Blob => types::BLOB,
        Primitive::Int => types::INT,
    }
}

/// An operator's two bytes: its family (0 function, 1 boolean), then itself.
pub fn infix(op: Infix) -> [u8; 2] {
    match op {
        Infix::Plus => [0, 0],
        Infix::Minus => [0, 1],
        Infix::Multiply => [0, 2],
        Infix::Divide => [0, 3],
        Infix::Modulo => [0, 4],
        Infix::Power => [0, 5],
        Infix::GreaterThan => [0, 6],
        Infix::GreaterThanOrEqual => [0, 7],
        Infix::LessThan => [0, 8],
        Infix::LessThanOrEqual => [0, 9],
        Infix::Equals => [0, 10],
        Infix::NotEquals => [0, 11],
        Infix::StringConcat => [0, 12],
        Infix::And => [1, 0],
        Infix::Or => [1, 1],
    }
}
