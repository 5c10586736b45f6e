//! The columns `package_values.rt_dval` and `value_type` (`darklang/dark
//! LibSerialization/Binary/Serializers/RT/{Dval,ValueType}.fs`).
//!
//! `rt_dval` is a blob of the value's hash and the value:
//!
//! | tag | value | then |
//! |---|---|---|
//! | 0–14, 25 | literals, see `compile::constants` | |
//! | 15 | Uuid | 16 bytes in .NET's order |
//! | 16 | DateTime | `i64` |
//! | 17 | list | value type of the elements, list of values |
//! | 18 | tuple | first, second, list of the others |
//! | 19 | dict | value type of the values, list of (string, value) |
//! | 20 | record | hash as named, hash, list of value types, list of (string, value) |
//! | 21 | enum | hash as named, hash, list of value types, string, list of values |
//! | 22 | lambda | tag 0, `u64` id, list of (`i32` register, value), type symbols, list of arguments so far |
//! | 22 | function | tag 1, name, type symbols, list of type arguments, list of arguments so far |
//! | 23 | database | |
//! | 24 | blob | hash, `i64` length |
//!
//! Entries, fields and symbols are in the order of UTF-16 code units. Type symbols are a list of (string, value
//! type). `value_type` has no header:
//!
//! | tag | value type | then |
//! |---|---|---|
//! | 0 | unknown | |
//! | 1 | known | its own tag: |
//! | 0–16 | as types, see `compile::types` | |
//! | 17, 22 | list, dict | element |
//! | 18 | tuple | first, second, list of the others |
//! | 19 | function | non-empty list of arguments, result |
//! | 21 | custom | hash, list of type arguments |
//! | 23, 25 | Blob, Int | |

use super::budget::Budget;
use super::code::TypeReference;
use super::integer::Integer;
use super::refusal::{Result, unsupported};
use super::value::{Entries, FnName, Value};
use super::value_types::{TypeSymbols, ValueType};
use crate::base::hash::ContentHash;
use crate::binary::tags::names;
use crate::binary::writer::Writer;
use crate::compile::constants::float_value;
use crate::compile::types::{Callable, primitive_tag, tag as type_tag, write_callable};
use crate::program::tree::Primitive;

pub(super) mod dval {
    pub use crate::compile::constants::tag::{APPLICABLE, BOOL, CHAR, FLOAT, INT, STRING, UNIT};
    use crate::compile::types::primitive_of;
    use crate::program::tree::Primitive;

    /// The first and last tag of integers of a fixed width, which are those of their types.
    const FIXED_INTEGERS: std::ops::RangeInclusive<u8> = 2..=11;
    pub const UUID: u8 = 15;
    pub const DATE_TIME: u8 = 16;
    pub const LIST: u8 = 17;
    pub const TUPLE: u8 = 18;
    pub const DICT: u8 = 19;
    pub const RECORD: u8 = 20;
    pub const ENUM: u8 = 21;
    pub const DB: u8 = 23;
    pub const BLOB: u8 = 24;

    /// What stands behind [`APPLICABLE`].
    pub const LAMBDA: u8 = 0;
    pub use crate::compile::constants::NAMED_FN;

    pub fn fixed_integer_of(tag: u8) -> Option<Primitive> {
        if FIXED_INTEGERS.contains(&tag) { primitive_of(tag) } else { None }
    }

    pub fn integer_of(tag: u8) -> Option<Primitive> {
        if tag == INT { Some(Primitive::Int) } else { fixed_integer_of(tag) }
    }
}

pub(super) mod value_type {
    use crate::compile::types;
    use crate::program::tree::Primitive;

    pub const UNKNOWN: u8 = 0;
    pub const KNOWN: u8 = 1;
    pub const LIST: u8 = 17;
    pub const TUPLE: u8 = 18;
    pub const FN: u8 = 19;
    pub const CUSTOM: u8 = 21;
    pub const DICT: u8 = 22;
    const BLOB: u8 = 23;
    const INT: u8 = 25;

    pub fn primitive_tag(primitive: Primitive) -> u8 {
        match primitive {
            Primitive::Blob => BLOB,
            Primitive::Int => INT,
            primitive => types::primitive_tag(primitive),
        }
    }

    pub fn primitive_of(tag: u8) -> Option<Primitive> {
        match tag {
            BLOB => Some(Primitive::Blob),
            INT => Some(Primitive::Int),
            tag if tag < LIST => types::primitive_of(tag),
            _ => None,
        }
    }
}

/// Writes the column `rt_dval`, and returns where node ids stand in it.
///
/// # Errors
/// Where the value is too large: one of few parts may have many where it is written out.
pub fn rt_dval(hash: ContentHash, value: &Value, budget: &Budget) -> Result<(Vec<u8>, Vec<u32>)> {
    let mut out = Writer::new();
    let mut written = Ok(());
    out.blob(|out| {
        out.hash(hash);
        written = write_value(out, value, budget);
    });
    let ids = out.id_places().to_vec();
    written.map(|()| (out.into_bytes(), ids))
}

/// Writes the column `value_type`.
pub fn value_type(typ: &ValueType) -> Vec<u8> {
    let mut out = Writer::new();
    write_value_type(&mut out, typ);
    out.into_bytes()
}

fn write_value_type(out: &mut Writer, typ: &ValueType) {
    if *typ == ValueType::Unknown {
        return out.byte(value_type::UNKNOWN);
    }
    out.byte(value_type::KNOWN);
    match typ {
        ValueType::Unknown => {}
        ValueType::Primitive(primitive) => out.byte(value_type::primitive_tag(*primitive)),
        ValueType::List(inner) => {
            out.byte(value_type::LIST);
            write_value_type(out, inner);
        }
        ValueType::Dict(inner) => {
            out.byte(value_type::DICT);
            write_value_type(out, inner);
        }
        ValueType::Tuple(parts) => {
            out.byte(value_type::TUPLE);
            let (two, rest) = parts.split_at(parts.len().min(2));
            two.iter().for_each(|part| write_value_type(out, part));
            write_value_types(out, rest);
        }
        ValueType::Fn(args, result) => {
            out.byte(value_type::FN);
            out.non_empty_list(args, write_value_type);
            write_value_type(out, result);
        }
        ValueType::Custom(hash, args) => {
            out.byte(value_type::CUSTOM);
            out.hash(*hash);
            write_value_types(out, args);
        }
    }
}

fn write_value_types(out: &mut Writer, types: &[ValueType]) {
    out.list(types, write_value_type);
}

fn write_symbols(out: &mut Writer, symbols: &TypeSymbols) {
    out.list(symbols, |out, (name, typ)| {
        out.string(&name.0);
        write_value_type(out, typ);
    });
}

fn write_value(out: &mut Writer, value: &Value, budget: &Budget) -> Result<()> {
    budget.step(1)?;
    budget.holds(out.position())?;
    match value {
        Value::Unit => out.byte(dval::UNIT),
        Value::Bool(value) => {
            out.byte(dval::BOOL);
            out.bool(*value);
        }
        Value::Integer(value) => write_integer(out, value),
        Value::Float(value) => {
            out.byte(dval::FLOAT);
            float_value(out, *value);
        }
        Value::Char(text) => {
            out.byte(dval::CHAR);
            out.string(text);
        }
        Value::String(text) => {
            out.byte(dval::STRING);
            out.string(text);
        }
        Value::Uuid(bytes) => {
            out.byte(dval::UUID);
            out.raw(bytes);
        }
        Value::DateTime(time) => {
            out.byte(dval::DATE_TIME);
            out.raw(&time.to_le_bytes());
        }
        Value::List(typ, items) => {
            out.byte(dval::LIST);
            write_value_type(out, typ);
            write_values(out, items.iter(), budget)?;
        }
        Value::Tuple(parts) => {
            out.byte(dval::TUPLE);
            let (two, rest) = parts.split_at(parts.len().min(2));
            two.iter().try_for_each(|part| write_value(out, part, budget))?;
            write_values(out, rest.iter(), budget)?;
        }
        Value::Dict(typ, entries) => {
            out.byte(dval::DICT);
            write_value_type(out, typ);
            write_entries(out, entries, budget)?;
        }
        Value::Record(record) => {
            out.byte(dval::RECORD);
            out.hash(record.source);
            out.hash(record.typ);
            write_value_types(out, &record.type_args);
            write_entries(out, &record.fields, budget)?;
        }
        Value::Enum(value) => {
            out.byte(dval::ENUM);
            out.hash(value.source);
            out.hash(value.typ);
            write_value_types(out, &value.type_args);
            out.string(&value.case);
            write_values(out, value.fields.iter(), budget)?;
        }
        Value::Closure(closure) => {
            out.byte(dval::APPLICABLE);
            out.byte(dval::LAMBDA);
            out.node_id(closure.id);
            out.varint(closure.captured.len());
            for (register, value) in &closure.captured {
                out.i32(*register as i32);
                write_value(out, value, budget)?;
            }
            write_symbols(out, &closure.symbols);
            write_values(out, closure.args.iter(), budget)?;
        }
        Value::NamedFn(named) => {
            out.byte(dval::APPLICABLE);
            out.byte(dval::NAMED_FN);
            write_callable(out, callable(&named.name));
            write_symbols(out, &named.symbols);
            out.varint(named.type_args.len());
            named.type_args.iter().try_for_each(|typ| write_type_reference(out, typ))?;
            write_values(out, named.args.iter(), budget)?;
        }
        Value::Blob(hash, length) => {
            out.byte(dval::BLOB);
            out.string(hash);
            out.raw(&length.to_le_bytes());
        }
    }
    Ok(())
}

fn callable(name: &FnName) -> Callable<'_> {
    match name {
        FnName::Builtin(name, version) => Callable::Builtin { name, version: *version },
        FnName::Package(hash) => Callable::Package(*hash),
    }
}

fn write_integer(out: &mut Writer, value: &Integer) {
    let primitive = value.primitive();
    out.byte(if primitive == Primitive::Int { dval::INT } else { primitive_tag(primitive) });
    match value {
        Integer::Int8(value) => out.i8(*value),
        Integer::UInt8(value) => out.u8(*value),
        Integer::Int16(value) => out.i16(*value),
        Integer::UInt16(value) => out.u16(*value),
        Integer::Int32(value) => out.i32(*value),
        Integer::UInt32(value) => out.u32(*value),
        Integer::Int64(value) => out.i64(*value),
        Integer::UInt64(value) => out.u64(*value),
        Integer::Int128(_) | Integer::UInt128(_) | Integer::Int(_) => out.string(&value.to_decimal()),
    }
}

fn write_values<'v>(
    out: &mut Writer,
    values: impl ExactSizeIterator<Item = &'v Value>,
    budget: &Budget,
) -> Result<()> {
    out.varint(values.len());
    values.into_iter().try_for_each(|value| write_value(out, value, budget))
}

fn write_entries(out: &mut Writer, entries: &Entries, budget: &Budget) -> Result<()> {
    out.varint(entries.len());
    entries.iter().try_for_each(|(name, value)| {
        out.string(&name.0);
        write_value(out, value, budget)
    })
}

fn write_type_references(out: &mut Writer, types: &[TypeReference]) -> Result<()> {
    out.varint(types.len());
    types.iter().try_for_each(|typ| write_type_reference(out, typ))
}

fn write_type_reference(out: &mut Writer, typ: &TypeReference) -> Result<()> {
    match typ {
        TypeReference::Primitive(primitive) => out.byte(primitive_tag(*primitive)),
        TypeReference::List(inner) => {
            out.byte(type_tag::LIST);
            write_type_reference(out, inner)?;
        }
        TypeReference::Dict(inner) => {
            out.byte(type_tag::DICT);
            write_type_reference(out, inner)?;
        }
        TypeReference::Tuple(parts) => {
            out.byte(type_tag::TUPLE);
            let (two, rest) = parts.split_at(parts.len().min(2));
            two.iter().try_for_each(|part| write_type_reference(out, part))?;
            write_type_references(out, rest)?;
        }
        TypeReference::Fn(args, result) => {
            out.byte(type_tag::FN);
            let (first, rest) = args.split_at(args.len().min(1));
            first.iter().try_for_each(|arg| write_type_reference(out, arg))?;
            write_type_references(out, rest)?;
            write_type_reference(out, result)?;
        }
        TypeReference::Custom { written, hash, args } => {
            out.byte(type_tag::CUSTOM);
            out.list(written.iter(), |out, part| out.string(part));
            out.byte(names::RESOLVED);
            out.hash(*hash);
            write_type_references(out, args)?;
        }
        TypeReference::Variable(name) => {
            out.byte(type_tag::VARIABLE);
            out.string(&name.0);
        }
        TypeReference::Unresolved | TypeReference::Unsupported => {
            return unsupported("a type argument that is a database, a stream or a name that means nothing");
        }
    }
    Ok(())
}
