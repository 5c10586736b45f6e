//! The built-in functions and values that darkc runs: pure ones of which it is known byte for byte what they return
//! (`darklang/dark backend/src/Builtins`).

mod dicts;
mod equality;
mod floats;
mod integers;
mod lists;
mod operators;
mod signature;
mod text;

#[cfg(test)]
mod tests;

use super::budget::Budget;
use super::code::Signature;
use super::refusal::{Refusal, Result, fails};
use super::value::Value;
use crate::base::location::ItemKind;
use crate::link::builtins;
use crate::ops::MAIN_BRANCH;

/// What a built-in does with as many arguments as its signature has, each checked against it.
type Run = fn(&[Value], &Budget) -> Result<Value>;

/// A name, parameters and result as Darklang writes types, and what it does.
type Entry = (&'static str, &'static str, Run);

const TABLES: [&[Entry]; 6] =
    [operators::TABLE, equality::TABLE, floats::TABLE, text::TABLE, lists::TABLE, dicts::TABLE];

/// The version that all built-ins have which darkc runs.
pub const VERSION: u32 = 0;

#[derive(Debug)]
pub struct Builtin {
    pub signature: Signature,
    run: Run,
}

impl Builtin {
    /// # Errors
    /// Where Darklang raises, the budget is exhausted, or it is not certain what Darklang returns.
    pub fn run(&self, args: &[Value], budget: &Budget) -> Result<Value> {
        (self.run)(args, budget)
    }
}

/// Finds a built-in function of version [`VERSION`].
///
/// # Errors
/// Where darkc does not run it.
pub fn function(name: &str) -> Result<Builtin> {
    let listed = TABLES.iter().flat_map(|table| *table).find(|(listed, ..)| *listed == name);
    let found = match listed {
        Some((_, signature, run)) => Some((signature::parse(signature), *run)),
        None => integers::find(name).map(|(signature, run)| (signature::parse(&signature), run)),
    };
    match found {
        Some((Some(signature), run)) if builtins::is_listed(ItemKind::Fn, name, VERSION) => {
            Ok(Builtin { signature, run })
        }
        _ => Err(refuse(ItemKind::Fn, name, VERSION)),
    }
}

/// Finds a built-in value.
///
/// # Errors
/// Where darkc does not know it.
pub fn value(name: &str, version: u32) -> Result<Value> {
    /// The SHA-256 of no bytes.
    const EMPTY_BLOB: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    Ok(match (name, version) {
        ("blobEmpty", VERSION) => Value::Blob(EMPTY_BLOB.into(), 0),
        ("scmMainBranchId", VERSION) => Value::Uuid(MAIN_BRANCH.to_bytes_le()),
        ("testNan", VERSION) => Value::Float(f64::NAN),
        ("testInfinity", VERSION) => Value::Float(f64::INFINITY),
        ("testNegativeInfinity", VERSION) => Value::Float(f64::NEG_INFINITY),
        _ => return Err(refuse(ItemKind::Value, name, version)),
    })
}

/// Why a built-in is not run.
pub fn refuse(kind: ItemKind, name: &str, version: u32) -> Refusal {
    if builtins::is_listed(kind, name, version) {
        Refusal::Builtin(name.to_owned())
    } else {
        Refusal::UnknownBuiltin(name.to_owned())
    }
}

/// What a built-in does with arguments that its signature allows and Darklang has no case for.
fn incorrect_args<T>() -> Result<T> {
    fails("arguments that a built-in does not take")
}
