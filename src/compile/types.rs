//! Types and names in runtime forms, which know hashes but no locations.
//!
//! | tag | type | then |
//! |---|---|---|
//! | 0–16 | Unit Bool Int8 UInt8 Int16 UInt16 Int32 UInt32 Int64 UInt64 Int128 UInt128 Float Char String Uuid DateTime | |
//! | 17 | tuple | first, second, list of the others |
//! | 18, 19 | list, dict | element |
//! | 20 | function | non-empty list of arguments, result |
//! | 21 | custom | name, list of type arguments |
//! | 22 | variable | string |
//! | 23 | database | element |
//! | 24 | Blob | |
//! | 25 | stream | element |
//! | 26 | Int | |
//!
//! The name of a type: the list of its written parts, then tag 0 and its hash or tag 1 and the error (0 not
//! found, 1 invalid). The name of a function or value: tag 0, string and `i32` version of a built-in, or tag 1
//! and the hash of a package item.

use crate::base::hash::ContentHash;
use crate::binary::stored;
use crate::binary::tags::names;
use crate::binary::writer::Writer;
use crate::program::lookup::ItemLookup;
use crate::program::tree::{NameError, NameRef, Primitive, Target, TypeRef};

pub mod tag {
    pub const TUPLE: u8 = 17;
    pub const LIST: u8 = 18;
    pub const DICT: u8 = 19;
    pub const FN: u8 = 20;
    pub const CUSTOM: u8 = 21;
    pub const VARIABLE: u8 = 22;
    pub const DB: u8 = 23;
    pub const STREAM: u8 = 25;
}

pub fn primitive_tag(primitive: Primitive) -> u8 {
    match primitive {
        Primitive::Unit => 0,
        Primitive::Bool => 1,
        Primitive::Int8 => 2,
        Primitive::UInt8 => 3,
        Primitive::Int16 => 4,
        Primitive::UInt16 => 5,
        Primitive::Int32 => 6,
        Primitive::UInt32 => 7,
        Primitive::Int64 => 8,
        Primitive::UInt64 => 9,
        Primitive::Int128 => 10,
        Primitive::UInt128 => 11,
        Primitive::Float => 12,
        Primitive::Char => 13,
        Primitive::String => 14,
        Primitive::Uuid => 15,
        Primitive::DateTime => 16,
        Primitive::Blob => 24,
        Primitive::Int => 26,
    }
}

/// The inverse of [`primitive_tag`].
pub fn primitive_of(tag: u8) -> Option<Primitive> {
    PRIMITIVES.into_iter().find(|primitive| primitive_tag(*primitive) == tag)
}

const PRIMITIVES: [Primitive; 19] = [
    Primitive::Unit,
    Primitive::Bool,
    Primitive::Int8,
    Primitive::UInt8,
    Primitive::Int16,
    Primitive::UInt16,
    Primitive::Int32,
    Primitive::UInt32,
    Primitive::Int64,
    Primitive::UInt64,
    Primitive::Int128,
    Primitive::UInt128,
    Primitive::Float,
    Primitive::Char,
    Primitive::String,
    Primitive::Uuid,
    Primitive::DateTime,
    Primitive::Blob,
    Primitive::Int,
];

/// The hash behind the name of a type. No type is built in, so only an item can be meant.
pub fn type_hash(lookup: &impl ItemLookup, name: &NameRef<'_>) -> Result<ContentHash, NameError> {
    match name.resolved? {
        Target::Item(item) => Ok(lookup.hash(item)),
        Target::Builtin { .. } => Err(NameError::InvalidName),
    }
}

/// A function or a value that instructions refer to.
#[derive(Clone, Copy, Debug)]
pub enum Callable<'a> {
    Builtin { name: &'a str, version: u32 },
    Package(ContentHash),
}

impl<'a> Callable<'a> {
    pub fn of(lookup: &impl ItemLookup, target: Target<'a>) -> Self {
        match target {
            Target::Builtin { name, version } => Callable::Builtin { name, version },
            Target::Item(item) => Callable::Package(lookup.hash(item)),
        }
    }
}

pub fn write_callable(out: &mut Writer, callable: Callable<'_>) {
    match callable {
        Callable::Builtin { name, version } => stored::builtin(out, name, version),
        Callable::Package(hash) => {
            out.byte(names::TERM_PACKAGE);
            out.hash(hash);
        }
    }
}

pub fn write_types(out: &mut Writer, lookup: &impl ItemLookup, types: &[TypeRef<'_>]) {
    out.list(types, |out, typ| write_type(out, lookup, typ));
}

pub fn write_type(out: &mut Writer, lookup: &impl ItemLookup, typ: &TypeRef<'_>) {
    let mut wrapped = |tag, inner| {
        out.byte(tag);
        write_type(out, lookup, inner);
    };
    match typ {
        TypeRef::Primitive(primitive) => out.byte(primitive_tag(*primitive)),
        TypeRef::Stream(inner) => wrapped(tag::STREAM, inner),
        TypeRef::List(inner) => wrapped(tag::LIST, inner),
        TypeRef::Dict(inner) => wrapped(tag::DICT, inner),
        TypeRef::Db(inner) => wrapped(tag::DB, inner),
        TypeRef::Tuple(parts) => {
            out.byte(tag::TUPLE);
            let (two, rest) = parts.split_at(parts.len().min(2));
            two.iter().for_each(|part| write_type(out, lookup, part));
            write_types(out, lookup, rest);
        }
        TypeRef::Fn(args, result) => {
            out.byte(tag::FN);
            out.non_empty_list(args, |out, arg| write_type(out, lookup, arg));
            write_type(out, lookup, result);
        }
        TypeRef::Variable(name) => {
            out.byte(tag::VARIABLE);
            out.string(name);
        }
        TypeRef::Custom(name, type_args) => {
            out.byte(tag::CUSTOM);
            out.list(name.written, |out, part| out.string(part));
            match type_hash(lookup, name) {
                Ok(hash) => {
                    out.byte(names::RESOLVED);
                    out.hash(hash);
                }
                Err(error) => stored::unresolved(out, error),
            }
            write_types(out, lookup, type_args);
        }
    }
}
