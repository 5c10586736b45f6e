//! The built-ins that each integer type has, and the ways to `Int` (`Builtins.Pure/Libs/{Int,Int8,…,UInt128}.fs`).

use super::{Entry, Run, incorrect_args, operators};
use crate::evaluate::budget::Budget;
use crate::evaluate::refusal::Result;
use crate::evaluate::value::Value;

/// How names of built-ins begin, and the type that they are of.
const TYPES: [(&str, &str); 11] = [
    ("int8", "Int8"),
    ("int16", "Int16"),
    ("int32", "Int32"),
    ("int64", "Int64"),
    ("int128", "Int128"),
    ("int", "Int"),
    ("uint8", "UInt8"),
    ("uint16", "UInt16"),
    ("uint32", "UInt32"),
    ("uint64", "UInt64"),
    ("uint128", "UInt128"),
];

/// How the names go on. Not every type has each: Darklang's list of built-ins decides.
const FAMILY: &[Entry] = &[
    ("Add", "Self; Self -> Self", operators::add),
    ("Subtract", "Self; Self -> Self", operators::subtract),
    ("Multiply", "Self; Self -> Self", operators::multiply),
    ("Divide", "Self; Self -> Self", operators::divide),
    ("Mod", "Self; Self -> Self", operators::modulo),
    ("Power", "Self; Self -> Self", operators::power),
    ("Negate", "Self -> Self", operators::negate),
    ("LessThan", "Self; Self -> Bool", operators::less),
    ("LessThanOrEqualTo", "Self; Self -> Bool", operators::less_or_equal),
    ("GreaterThan", "Self; Self -> Bool", operators::greater),
    ("GreaterThanOrEqualTo", "Self; Self -> Bool", operators::greater_or_equal),
    ("ToString", "Self -> String", to_string),
    ("ToFloat", "Self -> Float", |args, _| to_float(args).map(Value::Float)),
    ("Sqrt", "Self -> Float", |args, _| to_float(args).map(f64::sqrt).map(Value::Float)),
];

/// Finds a built-in of a family, with its signature.
pub fn find(name: &str) -> Option<(String, Run)> {
    if let Some((_, from)) = name.split_once("intFrom").filter(|(before, _)| before.is_empty()) {
        let (_, typ) = TYPES.iter().find(|(_, typ)| *typ == from)?;
        return Some((format!("{typ} -> Int"), to_int));
    }
    TYPES.iter().find_map(|(prefix, typ)| {
        let suffix = name.strip_prefix(prefix)?;
        let (_, signature, run) = FAMILY.iter().find(|(listed, ..)| *listed == suffix)?;
        Some((signature.replace("Self", typ), *run))
    })
}

fn to_string(args: &[Value], _: &Budget) -> Result<Value> {
    match args {
        [Value::Integer(value)] => Ok(Value::string(value.to_decimal())),
        _ => incorrect_args(),
    }
}

fn to_float(args: &[Value]) -> Result<f64> {
    match args {
        [Value::Integer(value)] => value.to_float(),
        _ => incorrect_args(),
    }
}

fn to_int(args: &[Value], _: &Budget) -> Result<Value> {
    match args {
        [Value::Integer(value)] => Ok(Value::Integer(value.to_int())),
        _ => incorrect_args(),
    }
}
