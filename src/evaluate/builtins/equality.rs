//! Equality of any two values of one type (`Builtins.Pure/Libs/NoModule.fs`).

use super::{Entry, incorrect_args};
use crate::evaluate::budget::Budget;
use crate::evaluate::refusal::{Result, fails, unsupported};
use crate::evaluate::value::{Entries, Value};
use crate::evaluate::value_types::ValueType;

pub const TABLE: &[Entry] = &[
    ("equals", "'a; 'b -> Bool", |args, budget| equals(args, budget).map(Value::Bool)),
    ("notEquals", "'a; 'b -> Bool", |args, budget| equals(args, budget).map(|equal| Value::Bool(!equal))),
];

fn equals(args: &[Value], budget: &Budget) -> Result<bool> {
    let [left, right] = args else { return incorrect_args() };
    match left.type_of(budget)?.merge(&right.type_of(budget)?, budget)? {
        Some(_) => same(left, right, budget),
        None => fails("an equality of values of different types"),
    }
}

/// Whether two values are equal. NaN is not equal to itself, and 0.0 is to -0.0.
pub fn same(left: &Value, right: &Value, budget: &Budget) -> Result<bool> {
    budget.step(1)?;
    Ok(match (left, right) {
        (Value::Unit, Value::Unit) => true,
        (Value::Bool(left), Value::Bool(right)) => left == right,
        (Value::Integer(left), Value::Integer(right)) => left == right,
        (Value::Float(left), Value::Float(right)) => left == right,
        (Value::Char(left), Value::Char(right)) | (Value::String(left), Value::String(right)) => {
            left == right
        }
        (Value::Uuid(left), Value::Uuid(right)) => left == right,
        (Value::DateTime(left), Value::DateTime(right)) => left == right,
        (Value::Blob(left, length), Value::Blob(right, other)) => left == right && length == other,
        (Value::List(typ, left), Value::List(other, right)) => {
            typ.merge(other, budget)?.is_some() && all(left.iter(), right.iter(), budget)?
        }
        (Value::Tuple(left), Value::Tuple(right)) => all(left.iter(), right.iter(), budget)?,
        (Value::Dict(typ, left), Value::Dict(other, right)) => {
            typ.merge(other, budget)?.is_some() && entries(left, right, budget)?
        }
        (Value::Record(left), Value::Record(right)) => {
            left.typ == right.typ
                && types(&left.type_args, &right.type_args, budget)?
                && entries(&left.fields, &right.fields, budget)?
        }
        (Value::Enum(left), Value::Enum(right)) => {
            left.typ == right.typ
                && types(&left.type_args, &right.type_args, budget)?
                && left.case == right.case
                && all(left.fields.iter(), right.fields.iter(), budget)?
        }
        // Darklang compares the node ids of lambdas.
        (Value::Closure(_) | Value::NamedFn(_), Value::Closure(_) | Value::NamedFn(_)) => {
            return unsupported("an equality of functions");
        }
        _ => false,
    })
}

fn all<'v>(
    left: impl ExactSizeIterator<Item = &'v Value>,
    right: impl ExactSizeIterator<Item = &'v Value>,
    budget: &Budget,
) -> Result<bool> {
    if left.len() != right.len() {
        return Ok(false);
    }
    for (left, right) in left.zip(right) {
        if !same(left, right, budget)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn types(left: &[ValueType], right: &[ValueType], budget: &Budget) -> Result<bool> {
    if left.len() != right.len() {
        return Ok(false);
    }
    for (left, right) in left.iter().zip(right) {
        if left.merge(right, budget)?.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}

fn entries(left: &Entries, right: &Entries, budget: &Budget) -> Result<bool> {
    if left.len() != right.len() {
        return Ok(false);
    }
    for (name, value) in left {
        match right.get(name) {
            Some(other) if same(value, other, budget)? => {}
            _ => return Ok(false),
        }
    }
    Ok(true)
}
