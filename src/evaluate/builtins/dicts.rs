//! Built-ins of dicts (`Builtins.Pure/Libs/Dict.fs`). Keys are in the order of UTF-16 code units.

use std::rc::Rc;

use super::{Entry, incorrect_args};
use crate::evaluate::budget::Budget;
use crate::evaluate::list::List;
use crate::evaluate::refusal::{Result, fails};
use crate::evaluate::value::{Entries, Key, Value, merge_types};
use crate::evaluate::value_types::ValueType;

pub const TABLE: &[Entry] = &[
    ("dictSize", "Dict<'a> -> Int", |args, _| match args {
        [Value::Dict(_, entries)] => Ok(Value::count(entries.len())),
        _ => incorrect_args(),
    }),
    ("dictKeys", "Dict<'a> -> List<String>", |args, budget| match args {
        [Value::Dict(_, entries)] => {
            collect(ValueType::STRING, entries, |key, _| Value::String(key.0.clone()), budget)
        }
        _ => incorrect_args(),
    }),
    ("dictValues", "Dict<'a> -> List<'a>", |args, budget| match args {
        [Value::Dict(typ, entries)] => collect(typ.clone(), entries, |_, value| value.clone(), budget),
        _ => incorrect_args(),
    }),
    ("dictToList", "Dict<'a> -> List<(String * 'a)>", |args, budget| match args {
        [Value::Dict(typ, entries)] => {
            let pair =
                |key: &Key, value: &Value| Value::Tuple([Value::String(key.0.clone()), value.clone()].into());
            let typ = ValueType::Tuple([ValueType::STRING, typ.clone()].into());
            collect(typ, entries, pair, budget)
        }
        _ => incorrect_args(),
    }),
    ("dictMember", "Dict<'a>; String -> Bool", |args, _| match args {
        [Value::Dict(_, entries), Value::String(key)] => {
            Ok(Value::Bool(entries.contains_key(&Key(key.clone()))))
        }
        _ => incorrect_args(),
    }),
    ("dictMerge", "Dict<'a>; Dict<'a> -> Dict<'a>", merge),
    ("dictSet", "Dict<'a>; String; 'a -> Dict<'a>", |args, budget| set(args, false, budget)),
    ("dictSetOverridingDuplicates", "Dict<'a>; String; 'a -> Dict<'a>", |args, budget| {
        set(args, true, budget)
    }),
    ("dictRemove", "Dict<'a>; String -> Dict<'a>", |args, budget| match args {
        [Value::Dict(typ, entries), Value::String(key)] => {
            let mut left = copy(entries, budget)?;
            left.remove(&Key(key.clone()));
            Ok(Value::Dict(typ.clone(), left.into()))
        }
        _ => incorrect_args(),
    }),
];

fn collect(
    typ: ValueType,
    entries: &Entries,
    one: impl Fn(&Key, &Value) -> Value,
    budget: &Budget,
) -> Result<Value> {
    budget.step(entries.len())?;
    budget.allocate(entries.len() * List::BYTES_PER_ELEMENT)?;
    let items: Vec<Value> = entries.iter().map(|(key, value)| one(key, value)).collect();
    Ok(Value::List(typ, items.into()))
}

/// Unlike Darklang's, maps here share nothing with what they were made from.
fn copy(entries: &Rc<Entries>, budget: &Budget) -> Result<Entries> {
    budget.step(entries.len())?;
    budget.allocate(entries.len() * size_of::<(Key, Value)>())?;
    Ok(Entries::clone(entries))
}

fn merge(args: &[Value], budget: &Budget) -> Result<Value> {
    let [Value::Dict(typ, into), Value::Dict(other, from)] = args else { return incorrect_args() };
    let Some(merged) = typ.merge(other, budget)? else { return fails("dicts of several types") };
    let mut entries = copy(into, budget)?;
    entries.extend(copy(from, budget)?);
    Ok(Value::Dict(merged, entries.into()))
}

fn set(args: &[Value], overwrite: bool, budget: &Budget) -> Result<Value> {
    let [Value::Dict(typ, entries), Value::String(key), value] = args else { return incorrect_args() };
    let key = Key(key.clone());
    if !overwrite && entries.contains_key(&key) {
        return fails("a key that is there already");
    }
    let typ = merge_types(typ.clone(), [value], budget)?;
    let mut entries = copy(entries, budget)?;
    entries.insert(key, value.clone());
    Ok(Value::Dict(typ, entries.into()))
}
