//! Values while they are computed (`darklang/dark LibExecution/RuntimeTypes.fs`, `Dval`).

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::rc::Rc;

use num_bigint::BigInt;

use super::budget::Budget;
use super::code::{Lambda, TypeReference};
use super::integer::Integer;
use super::list::List;
use super::refusal::{Result, fails};
use super::value_types::{TypeSymbols, ValueType};
use crate::base::hash::ContentHash;
use crate::compile::Register;
use crate::compile::symbols::ordinal;
use crate::program::tree::Primitive;

/// A string that is compared as F#'s maps compare theirs: by UTF-16 code unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key(pub Rc<str>);

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        ordinal(&self.0, &other.0)
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl From<&str> for Key {
    fn from(name: &str) -> Self {
        Key(name.into())
    }
}

pub type Entries = BTreeMap<Key, Value>;

#[derive(Clone, Debug)]
pub enum Value {
    Unit,
    Bool(bool),
    Integer(Integer),
    Float(f64),
    /// One extended grapheme cluster.
    Char(Rc<str>),
    String(Rc<str>),
    /// In .NET's byte order.
    Uuid([u8; 16]),
    /// As it is stored.
    DateTime(i64),
    /// The type of the elements, and these.
    List(ValueType, List),
    /// Two values or more.
    Tuple(Rc<[Value]>),
    Dict(ValueType, Rc<Entries>),
    Record(Rc<Record>),
    Enum(Rc<Enum>),
    Closure(Rc<Closure>),
    NamedFn(Rc<NamedFn>),
    /// One whose bytes are in the store: their hash and length.
    Blob(Rc<str>, i64),
}

#[derive(Clone, Debug)]
pub struct Record {
    /// The type as it was named, which may be an alias.
    pub source: ContentHash,
    pub typ: ContentHash,
    pub type_args: Rc<[ValueType]>,
    pub fields: Entries,
}

#[derive(Clone, Debug)]
pub struct Enum {
    /// The type as it was named, which may be an alias.
    pub source: ContentHash,
    pub typ: ContentHash,
    pub type_args: Rc<[ValueType]>,
    pub case: Rc<str>,
    pub fields: Vec<Value>,
}

/// A lambda, what it captured, and the arguments that it has so far.
#[derive(Clone, Debug)]
pub struct Closure {
    pub id: u64,
    pub code: Rc<Lambda>,
    pub captured: Vec<(Register, Value)>,
    pub symbols: TypeSymbols,
    pub args: Vec<Value>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum FnName {
    Builtin(Rc<str>, u32),
    Package(ContentHash),
}

/// A function by name, and the arguments that it has so far.
#[derive(Clone, Debug)]
pub struct NamedFn {
    pub name: FnName,
    pub symbols: TypeSymbols,
    pub type_args: Rc<[TypeReference]>,
    pub args: Vec<Value>,
}

impl Value {
    /// An `Int`.
    pub fn count(value: usize) -> Value {
        Value::Integer(Integer::Int(BigInt::from(value).into()))
    }

    pub fn string(text: impl Into<Rc<str>>) -> Value {
        Value::String(text.into())
    }

    pub fn type_of(&self, budget: &Budget) -> Result<ValueType> {
        budget.step(1)?;
        Ok(match self {
            Value::Unit => ValueType::UNIT,
            Value::Bool(_) => ValueType::Primitive(Primitive::Bool),
            Value::Integer(value) => ValueType::Primitive(value.primitive()),
            Value::Float(_) => ValueType::Primitive(Primitive::Float),
            Value::Char(_) => ValueType::Primitive(Primitive::Char),
            Value::String(_) => ValueType::STRING,
            Value::Uuid(_) => ValueType::Primitive(Primitive::Uuid),
            Value::DateTime(_) => ValueType::Primitive(Primitive::DateTime),
            Value::Blob(..) => ValueType::Primitive(Primitive::Blob),
            Value::List(typ, _) => ValueType::List(typ.clone().into()),
            Value::Dict(typ, _) => ValueType::Dict(typ.clone().into()),
            Value::Tuple(parts) => {
                ValueType::Tuple(parts.iter().map(|part| part.type_of(budget)).collect::<Result<_>>()?)
            }
            Value::Record(record) => ValueType::Custom(record.typ, record.type_args.clone()),
            Value::Enum(value) => ValueType::Custom(value.typ, value.type_args.clone()),
            // Darklang does not say either.
            Value::Closure(_) | Value::NamedFn(_) => ValueType::Unknown,
        })
    }
}

/// A list of elements that are of type `typ` as well as of one type among themselves.
///
/// # Errors
/// Where they are not, as in Darklang.
pub fn list(typ: ValueType, items: Vec<Value>, budget: &Budget) -> Result<Value> {
    budget.allocate(items.len() * List::BYTES_PER_ELEMENT)?;
    let typ = merge_types(typ, items.iter(), budget)?;
    Ok(Value::List(typ, items.into()))
}

/// # Errors
/// Where the values are of several types.
pub fn merge_types<'v>(
    mut typ: ValueType,
    values: impl IntoIterator<Item = &'v Value>,
    budget: &Budget,
) -> Result<ValueType> {
    for value in values {
        let Some(merged) = typ.merge(&value.type_of(budget)?, budget)? else {
            return fails("a list or dict of several types");
        };
        typ = merged;
    }
    Ok(typ)
}
