//! Values and types, read back from their stored forms.

use std::rc::Rc;

use super::code::TypeReference;
use super::integer::Integer;
use super::reader::Reader;
use super::refusal::{Refusal, Result, unsupported};
use super::value::{Enum, FnName, NamedFn, Record, Value};
use super::value_types::{TypeSymbols, ValueType};
use super::written::{dval, value_type};
use crate::binary::tags::names;
use crate::compile::constants::float_tag;
use crate::compile::types::{primitive_of, tag as type_tag};
use crate::program::tree::Primitive;

/// Reads the column `rt_dval`.
///
/// # Errors
/// Where it holds a lambda, whose code is not stored with it, or something that darkc does not evaluate.
pub fn stored_value(bytes: &[u8]) -> Result<Value> {
    let mut reader = Reader::of_blob(bytes)?;
    reader.hash()?;
    reader.value()
}

impl Reader<'_> {
    pub fn types(&mut self) -> Result<Vec<TypeReference>> {
        self.list(Self::type_reference)
    }

    pub fn type_reference(&mut self) -> Result<TypeReference> {
        self.nested(|reader| {
            let tag = reader.byte()?;
            if let Some(primitive) = primitive_of(tag) {
                return Ok(TypeReference::Primitive(primitive));
            }
            Ok(match tag {
                type_tag::TUPLE => TypeReference::Tuple(reader.two_or_more(Self::type_reference)?),
                type_tag::LIST => TypeReference::List(reader.type_reference()?.into()),
                type_tag::DICT => TypeReference::Dict(reader.type_reference()?.into()),
                type_tag::FN => TypeReference::Fn(
                    reader.non_empty(Self::type_reference)?,
                    reader.type_reference()?.into(),
                ),
                type_tag::CUSTOM => {
                    let written: Rc<[_]> = reader.list(Self::string)?.into();
                    if reader.byte()? == names::RESOLVED {
                        TypeReference::Custom { written, hash: reader.hash()?, args: reader.types()? }
                    } else {
                        reader.byte()?;
                        reader.types()?;
                        TypeReference::Unresolved
                    }
                }
                type_tag::VARIABLE => TypeReference::Variable(reader.key()?),
                type_tag::DB | type_tag::STREAM => {
                    reader.type_reference()?;
                    TypeReference::Unsupported
                }
                _ => return Err(Refusal::Damaged("a type of an unknown kind")),
            })
        })
    }

    fn value_type(&mut self) -> Result<ValueType> {
        self.nested(|reader| {
            if reader.byte()? == value_type::UNKNOWN {
                return Ok(ValueType::Unknown);
            }
            let tag = reader.byte()?;
            if let Some(primitive) = value_type::primitive_of(tag) {
                return Ok(ValueType::Primitive(primitive));
            }
            Ok(match tag {
                value_type::LIST => ValueType::List(reader.value_type()?.into()),
                value_type::DICT => ValueType::Dict(reader.value_type()?.into()),
                value_type::TUPLE => ValueType::Tuple(reader.two_or_more(Self::value_type)?.into()),
                value_type::FN => {
                    ValueType::Fn(reader.non_empty(Self::value_type)?.into(), reader.value_type()?.into())
                }
                value_type::CUSTOM => {
                    ValueType::Custom(reader.hash()?, reader.list(Self::value_type)?.into())
                }
                _ => return unsupported("a database or a stream"),
            })
        })
    }

    fn symbols(&mut self) -> Result<TypeSymbols> {
        Ok(self.named(Self::value_type)?.into_iter().collect())
    }

    pub fn fn_name(&mut self) -> Result<FnName> {
        Ok(match self.byte()? {
            names::TERM_BUILTIN => FnName::Builtin(self.string()?, self.i32()? as u32),
            _ => FnName::Package(self.hash()?),
        })
    }

    /// An integer behind its tag.
    pub fn integer(&mut self, primitive: Primitive) -> Result<Integer> {
        Ok(match primitive {
            Primitive::Int8 => Integer::Int8(i8::from_le_bytes(self.array()?)),
            Primitive::UInt8 => Integer::UInt8(u8::from_le_bytes(self.array()?)),
            Primitive::Int16 => Integer::Int16(i16::from_le_bytes(self.array()?)),
            Primitive::UInt16 => Integer::UInt16(u16::from_le_bytes(self.array()?)),
            Primitive::Int32 => Integer::Int32(i32::from_le_bytes(self.array()?)),
            Primitive::UInt32 => Integer::UInt32(u32::from_le_bytes(self.array()?)),
            Primitive::Int64 => Integer::Int64(i64::from_le_bytes(self.array()?)),
            Primitive::UInt64 => Integer::UInt64(u64::from_le_bytes(self.array()?)),
            _ => {
                let damaged = Refusal::Damaged("an integer that is none");
                return Integer::parse(primitive, self.str()?).ok_or(damaged);
            }
        })
    }

    /// A float behind its tag.
    pub fn float(&mut self) -> Result<f64> {
        Ok(match self.byte()? {
            float_tag::NAN => f64::NAN,
            float_tag::INFINITY => f64::INFINITY,
            float_tag::NEGATIVE_INFINITY => f64::NEG_INFINITY,
            _ => f64::from_le_bytes(self.array()?),
        })
    }

    /// A constant of instructions, or a part of a result.
    pub fn value(&mut self) -> Result<Value> {
        self.nested(|reader| {
            let tag = reader.byte()?;
            if let Some(primitive) = dval::integer_of(tag) {
                return reader.integer(primitive).map(Value::Integer);
            }
            Ok(match tag {
                dval::UNIT => Value::Unit,
                dval::BOOL => Value::Bool(reader.byte()? != 0),
                dval::FLOAT => Value::Float(reader.float()?),
                dval::CHAR => Value::Char(reader.string()?),
                dval::STRING => Value::String(reader.string()?),
                dval::UUID => Value::Uuid(reader.array()?),
                dval::DATE_TIME => Value::DateTime(i64::from_le_bytes(reader.array()?)),
                dval::LIST => Value::List(reader.value_type()?, reader.values()?.into()),
                dval::TUPLE => Value::Tuple(reader.two_or_more(Self::value)?.into()),
                dval::DICT => Value::Dict(
                    reader.value_type()?,
                    Rc::new(reader.named(Self::value)?.into_iter().collect()),
                ),
                dval::RECORD => Value::Record(Rc::new(Record {
                    source: reader.hash()?,
                    typ: reader.hash()?,
                    type_args: reader.list(Self::value_type)?.into(),
                    fields: reader.named(Self::value)?.into_iter().collect(),
                })),
                dval::ENUM => Value::Enum(Rc::new(Enum {
                    source: reader.hash()?,
                    typ: reader.hash()?,
                    type_args: reader.list(Self::value_type)?.into(),
                    case: reader.string()?,
                    fields: reader.values()?,
                })),
                dval::APPLICABLE if reader.byte()? == dval::LAMBDA => {
                    return unsupported("a stored lambda, whose code is not stored with it");
                }
                dval::APPLICABLE => Value::NamedFn(Rc::new(NamedFn {
                    name: reader.fn_name()?,
                    symbols: reader.symbols()?,
                    type_args: reader.types()?.into(),
                    args: reader.values()?,
                })),
                dval::BLOB => Value::Blob(reader.string()?, i64::from_le_bytes(reader.array()?)),
                dval::DB => return unsupported("a database"),
                _ => return Err(Refusal::Damaged("a value of an unknown kind")),
            })
        })
    }

    fn values(&mut self) -> Result<Vec<Value>> {
        self.list(Self::value)
    }
}
