//! The types of values, as far as a value tells its own (`darklang/dark LibExecution/ValueType.fs`).

use std::collections::BTreeMap;
use std::rc::Rc;

use super::budget::Budget;
use super::refusal::Result;
use super::value::Key;
use crate::base::hash::ContentHash;
use crate::program::tree::Primitive;

/// What is known of a type. An empty list has elements of unknown type.
#[derive(Clone, Debug, PartialEq)]
pub enum ValueType {
    Unknown,
    Primitive(Primitive),
    List(Rc<ValueType>),
    Dict(Rc<ValueType>),
    /// Two types or more.
    Tuple(Rc<[ValueType]>),
    /// At least one argument.
    Fn(Rc<[ValueType]>, Rc<ValueType>),
    /// A record or an enum, never an alias, with its type arguments.
    Custom(ContentHash, Rc<[ValueType]>),
}

/// Type variables and their types (Darklang's `TypeSymbolTable`).
pub type TypeSymbols = BTreeMap<Key, ValueType>;

impl ValueType {
    pub const UNIT: ValueType = ValueType::Primitive(Primitive::Unit);
    pub const STRING: ValueType = ValueType::Primitive(Primitive::String);

    /// The type that both are, what the one does not know taken from the other; `None` where they contradict
    /// each other.
    pub fn merge(&self, other: &ValueType, budget: &Budget) -> Result<Option<ValueType>> {
        budget.step(1)?;
        let inner = |left: &Rc<ValueType>, right: &Rc<ValueType>| -> Result<Option<Rc<ValueType>>> {
            if Rc::ptr_eq(left, right) {
                return Ok(Some(left.clone()));
            }
            Ok(left.merge(right, budget)?.map(Rc::new))
        };
        Ok(match (self, other) {
            (ValueType::Unknown, known) | (known, ValueType::Unknown) => Some(known.clone()),
            (ValueType::Primitive(left), ValueType::Primitive(right)) => {
                (left == right).then(|| self.clone())
            }
            (ValueType::List(left), ValueType::List(right)) => inner(left, right)?.map(ValueType::List),
            (ValueType::Dict(left), ValueType::Dict(right)) => inner(left, right)?.map(ValueType::Dict),
            (ValueType::Tuple(left), ValueType::Tuple(right)) => {
                merge_all(left, right, budget)?.map(ValueType::Tuple)
            }
            (ValueType::Custom(name, left), ValueType::Custom(other, right)) if name == other => {
                merge_all(left, right, budget)?.map(|args| ValueType::Custom(*name, args))
            }
            (ValueType::Fn(left, left_result), ValueType::Fn(right, right_result)) => {
                match (merge_all(left, right, budget)?, inner(left_result, right_result)?) {
                    (Some(args), Some(result)) => Some(ValueType::Fn(args, result)),
                    _ => None,
                }
            }
            _ => None,
        })
    }

    pub fn is_fully_known(&self, budget: &Budget) -> Result<bool> {
        budget.step(1)?;
        match self {
            ValueType::Unknown => Ok(false),
            ValueType::Primitive(_) => Ok(true),
            ValueType::List(inner) | ValueType::Dict(inner) => inner.is_fully_known(budget),
            ValueType::Tuple(parts) | ValueType::Custom(_, parts) => all_known(parts, budget),
            ValueType::Fn(args, result) => Ok(all_known(args, budget)? && result.is_fully_known(budget)?),
        }
    }
}

fn merge_all(
    left: &Rc<[ValueType]>,
    right: &Rc<[ValueType]>,
    budget: &Budget,
) -> Result<Option<Rc<[ValueType]>>> {
    if Rc::ptr_eq(left, right) {
        return Ok(Some(left.clone()));
    }
    if left.len() != right.len() {
        return Ok(None);
    }
    let mut merged = Vec::with_capacity(left.len());
    for (left, right) in left.iter().zip(right.iter()) {
        let Some(typ) = left.merge(right, budget)? else { return Ok(None) };
        merged.push(typ);
    }
    Ok(Some(merged.into()))
}

fn all_known(types: &[ValueType], budget: &Budget) -> Result<bool> {
    for typ in types {
        if !typ.is_fully_known(budget)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Both tables; where both bind a name, the right one's type holds.
pub fn merge_symbols(mut left: TypeSymbols, right: &TypeSymbols) -> TypeSymbols {
    left.extend(right.iter().map(|(name, typ)| (name.clone(), typ.clone())));
    left
}

pub fn without(mut symbols: TypeSymbols, names: &[Key]) -> TypeSymbols {
    names.iter().for_each(|name| drop(symbols.remove(name)));
    symbols
}
