//! The built-ins that operators call: arithmetic and order of two numbers of one type, and `not`
//! (`Builtins.Pure/Libs/NoModule.fs`).

use std::cmp::Ordering;

use super::{Entry, incorrect_args};
use crate::evaluate::budget::Budget;
use crate::evaluate::integer::{Arithmetic, NEGATIVE_MODULUS, ZERO_MODULUS};
use crate::evaluate::refusal::{Result, fails, unsupported};
use crate::evaluate::value::Value;

pub const TABLE: &[Entry] = &[
    ("add", "'a; 'b -> 'a", add),
    ("subtract", "'a; 'b -> 'a", subtract),
    ("multiply", "'a; 'b -> 'a", multiply),
    ("divide", "'a; 'b -> 'a", divide),
    ("modulo", "'a; 'b -> 'a", modulo),
    ("power", "'a; 'a -> 'a", power),
    ("negate", "'a -> 'a", negate),
    ("lessThan", "'a; 'b -> Bool", less),
    ("lessThanOrEqualTo", "'a; 'b -> Bool", less_or_equal),
    ("greaterThan", "'a; 'b -> Bool", greater),
    ("greaterThanOrEqualTo", "'a; 'b -> Bool", greater_or_equal),
    ("boolNot", "Bool -> Bool", |args, _| match args {
        [Value::Bool(value)] => Ok(Value::Bool(!value)),
        _ => incorrect_args(),
    }),
];

const DIFFERENT_TYPES: &str = "an operator between values that are no numbers of one type";

/// Declares built-ins that differ in one word alone.
macro_rules! operators {
    ($shared:ident: $($name:ident $what:expr),*) => {
        $(pub fn $name(args: &[Value], budget: &Budget) -> Result<Value> {
            $shared(args, $what, budget)
        })*
    };
}

operators!(arithmetic: add Arithmetic::Add, subtract Arithmetic::Subtract, multiply Arithmetic::Multiply,
    divide Arithmetic::Divide, modulo Arithmetic::Modulo, power Arithmetic::Power);
operators!(order: less Ordering::is_lt, less_or_equal Ordering::is_le, greater Ordering::is_gt,
    greater_or_equal Ordering::is_ge);

fn arithmetic(args: &[Value], op: Arithmetic, budget: &Budget) -> Result<Value> {
    match args {
        [Value::Integer(left), Value::Integer(right)] => match left.apply(op, right, budget)? {
            Some(result) => Ok(Value::Integer(result)),
            None => fails(DIFFERENT_TYPES),
        },
        [Value::Float(left), Value::Float(right)] => float_arithmetic(*left, op, *right).map(Value::Float),
        [_, _] => fails(DIFFERENT_TYPES),
        _ => incorrect_args(),
    }
}

fn float_arithmetic(left: f64, op: Arithmetic, right: f64) -> Result<f64> {
    Ok(match op {
        Arithmetic::Add => left + right,
        Arithmetic::Subtract => left - right,
        Arithmetic::Multiply => left * right,
        Arithmetic::Divide => left / right,
        Arithmetic::Modulo if right == 0.0 => return fails(ZERO_MODULUS),
        Arithmetic::Modulo if right < 0.0 => return fails(NEGATIVE_MODULUS),
        Arithmetic::Modulo => match left % right {
            remainder if remainder < 0.0 => right + remainder,
            remainder => remainder,
        },
        // Its last bit is up to the C library.
        Arithmetic::Power => return unsupported("a power of a Float"),
    })
}

/// Nothing is less than NaN, equal to it or greater.
fn order(args: &[Value], holds: fn(Ordering) -> bool, _: &Budget) -> Result<Value> {
    let order = match args {
        [Value::Integer(left), Value::Integer(right)] => match left.compare(right) {
            None => return fails(DIFFERENT_TYPES),
            order => order,
        },
        [Value::Float(left), Value::Float(right)] => left.partial_cmp(right),
        [_, _] => return fails(DIFFERENT_TYPES),
        _ => return incorrect_args(),
    };
    Ok(Value::Bool(order.is_some_and(holds)))
}

pub fn negate(args: &[Value], _: &Budget) -> Result<Value> {
    match args {
        [Value::Integer(value)] => match value.negate() {
            Some(negative) => Ok(Value::Integer(negative)),
            None => fails("a negative of a number without sign"),
        },
        [Value::Float(value)] => Ok(Value::Float(-value)),
        [_] => fails("a negative of a value that is no number"),
        _ => incorrect_args(),
    }
}
