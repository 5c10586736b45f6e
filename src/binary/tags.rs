//! The tag bytes of Darklang's program types (`darklang/dark LibSerialization/Binary/Serializers/PT/*.fs`).
//!
//! The stored form and the canonical form share them, except for what a canonical name has of its own.

use crate::program::tree::{Infix, IntLiteral, ItemKind, NameError, Primitive};

/// A tag byte, and its name for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag(pub u8, pub &'static str);

/// Type references.
pub mod types {
    use super::Tag;

    // Integers of 8 to 128 bits are 0 to 9, in the order of `fixed_int`.
    pub const FLOAT: Tag = Tag(10, "float");
    pub const BOOL: Tag = Tag(11, "bool");
    pub const UNIT: Tag = Tag(12, "unit");
    pub const STRING: Tag = Tag(13, "string");
    pub const LIST: Tag = Tag(14, "list");
    pub const DICT: Tag = Tag(15, "dict");
    pub const DB: Tag = Tag(16, "db");
    pub const DATE_TIME: Tag = Tag(17, "date time");
    pub const CHAR: Tag = Tag(18, "char");
    pub const UUID: Tag = Tag(19, "uuid");
    pub const CUSTOM: Tag = Tag(20, "custom");
    pub const VARIABLE: Tag = Tag(21, "variable");
    pub const FN: Tag = Tag(22, "fn");
    pub const TUPLE: Tag = Tag(23, "tuple");
    pub const BLOB: Tag = Tag(24, "blob");
    pub const STREAM: Tag = Tag(25, "stream");
    pub const INT: Tag = Tag(26, "int");
}

/// What a type declaration defines.
pub mod definitions {
    use super::Tag;

    pub const ALIAS: Tag = Tag(0, "alias");
    pub const RECORD: Tag = Tag(1, "record");
    pub const ENUM: Tag = Tag(2, "enum");
}

pub mod let_patterns {
    use super::Tag;

    pub const VARIABLE: Tag = Tag(0, "variable");
    pub const UNIT: Tag = Tag(1, "unit");
    pub const TUPLE: Tag = Tag(2, "tuple");
    pub const WILDCARD: Tag = Tag(3, "wildcard");
}

pub mod match_patterns {
    use super::Tag;

    pub const VARIABLE: Tag = Tag(0, "variable");
    pub const ENUM: Tag = Tag(1, "enum");
    /// The first of the ten fixed-width integers.
    pub const FIXED_INT: u8 = 2;
    pub const BOOL: Tag = Tag(12, "bool");
    pub const CHAR: Tag = Tag(13, "char");
    pub const STRING: Tag = Tag(14, "string");
    pub const FLOAT: Tag = Tag(15, "float");
    pub const UNIT: Tag = Tag(16, "unit");
    pub const TUPLE: Tag = Tag(17, "tuple");
    pub const LIST: Tag = Tag(18, "list");
    pub const CONS: Tag = Tag(19, "cons");
    pub const OR: Tag = Tag(20, "or");
    pub const INT: Tag = Tag(21, "int");
}

pub mod exprs {
    use super::Tag;

    /// The first of the ten fixed-width integers.
    pub const FIXED_INT: u8 = 0;
    pub const BOOL: Tag = Tag(10, "bool");
    pub const STRING: Tag = Tag(11, "string");
    pub const CHAR: Tag = Tag(12, "char");
    pub const FLOAT: Tag = Tag(13, "float");
    pub const UNIT: Tag = Tag(14, "unit");
    pub const VALUE_NAME: Tag = Tag(15, "value name");
    pub const LET: Tag = Tag(16, "let");
    pub const IF: Tag = Tag(17, "if");
    pub const LAMBDA: Tag = Tag(18, "lambda");
    pub const FIELD_ACCESS: Tag = Tag(19, "field access");
    pub const VARIABLE: Tag = Tag(20, "variable");
    pub const APPLY: Tag = Tag(21, "apply");
    pub const LIST: Tag = Tag(22, "list");
    pub const RECORD: Tag = Tag(23, "record");
    pub const RECORD_UPDATE: Tag = Tag(24, "record update");
    pub const PIPE: Tag = Tag(25, "pipe");
    pub const ENUM: Tag = Tag(26, "enum");
    pub const MATCH: Tag = Tag(27, "match");
    pub const TUPLE: Tag = Tag(28, "tuple");
    pub const INFIX: Tag = Tag(29, "infix");
    pub const DICT: Tag = Tag(30, "dict");
    pub const FN_NAME: Tag = Tag(31, "fn name");
    pub const STATEMENT: Tag = Tag(32, "statement");
    pub const SELF_FN: Tag = Tag(33, "self fn");
    pub const ARG: Tag = Tag(34, "arg");
    pub const INT: Tag = Tag(35, "int");
}

pub mod string_segments {
    use super::Tag;

    pub const TEXT: Tag = Tag(0, "text");
    pub const INTERPOLATION: Tag = Tag(1, "interpolation");
}

pub mod pipe_parts {
    use super::Tag;

    pub const VARIABLE: Tag = Tag(0, "variable");
    pub const LAMBDA: Tag = Tag(1, "lambda");
    pub const INFIX: Tag = Tag(2, "infix");
    pub const FN_CALL: Tag = Tag(3, "fn call");
    pub const ENUM: Tag = Tag(4, "enum");
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
pub fn sign(negative: bool) -> Tag {
    if negative { Tag(1, "-") } else { Tag(0, "+") }
}

/// The tag of an integer of fixed width, by where the ten of them begin; `None` for one of unbounded width.
pub fn fixed_int(literal: &IntLiteral<'_>, first: u8) -> Option<Tag> {
    if let IntLiteral::Int(_) = literal {
        return None;
    }
    let Tag(order, name) = primitive(literal.primitive());
    Some(Tag(first + order, name))
}

pub fn primitive(primitive: Primitive) -> Tag {
    match primitive {
        Primitive::Int64 => Tag(0, "int64"),
        Primitive::UInt64 => Tag(1, "uint64"),
        Primitive::Int8 => Tag(2, "int8"),
        Primitive::UInt8 => Tag(3, "uint8"),
        Primitive::Int16 => Tag(4, "int16"),
        Primitive::UInt16 => Tag(5, "uint16"),
        Primitive::Int32 => Tag(6, "int32"),
        Primitive::UInt32 => Tag(7, "uint32"),
        Primitive::Int128 => Tag(8, "int128"),
        Primitive::UInt128 => Tag(9, "uint128"),
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

/// An operator's two bytes, its family (0 function, 1 boolean) and itself, and how it is written.
pub fn infix(op: Infix) -> ([u8; 2], &'static str) {
    match op {
        Infix::Plus => ([0, 0], "+"),
        Infix::Minus => ([0, 1], "-"),
        Infix::Multiply => ([0, 2], "*"),
        Infix::Divide => ([0, 3], "/"),
        Infix::Modulo => ([0, 4], "%"),
        Infix::Power => ([0, 5], "^"),
        Infix::GreaterThan => ([0, 6], ">"),
        Infix::GreaterThanOrEqual => ([0, 7], ">="),
        Infix::LessThan => ([0, 8], "<"),
        Infix::LessThanOrEqual => ([0, 9], "<="),
        Infix::Equals => ([0, 10], "=="),
        Infix::NotEquals => ([0, 11], "!="),
        Infix::StringConcat => ([0, 12], "++"),
        Infix::And => ([1, 0], "&&"),
        Infix::Or => ([1, 1], "||"),
    }
}
