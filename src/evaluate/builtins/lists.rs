//! Built-ins of lists (`Builtins.Pure/Libs/List.fs`).

use super::{Entry, incorrect_args};
use crate::evaluate::budget::Budget;
use crate::evaluate::list::List;
use crate::evaluate::refusal::Result;
use crate::evaluate::value::{self, Value};
use crate::evaluate::value_types::ValueType;

pub const TABLE: &[Entry] = &[
    ("listLength", "List<'a> -> Int", |args, _| match args {
        [Value::List(_, items)] => Ok(Value::count(items.len())),
        _ => incorrect_args(),
    }),
    ("listReverse", "List<'a> -> List<'a>", |args, budget| match args {
        [Value::List(typ, items)] => {
            budget.allocate(items.len() * List::BYTES_PER_ELEMENT)?;
            let reversed = items.iter().cloned().fold(List::default(), |list, item| list.push(item));
            Ok(Value::List(typ.clone(), reversed))
        }
        _ => incorrect_args(),
    }),
    ("listPush", "List<'a>; 'a -> List<'a>", |args, budget| match args {
        [Value::List(typ, items), value] => {
            let value_type = value.type_of(budget)?;
            concat(typ, &value_type, std::slice::from_ref(value), items, budget)
        }
        _ => incorrect_args(),
    }),
    ("listPushBack", "List<'a>; 'a -> List<'a>", |args, budget| match args {
        [Value::List(typ, items), value] => {
            let value_type = value.type_of(budget)?;
            let front: Vec<Value> = items.iter().cloned().collect();
            concat(typ, &value_type, &front, &List::default().push(value.clone()), budget)
        }
        _ => incorrect_args(),
    }),
    ("listAppend", "List<'a>; List<'a> -> List<'a>", |args, budget| match args {
        [Value::List(typ, first), Value::List(other, second)] => {
            let front: Vec<Value> = first.iter().cloned().collect();
            concat(typ, other, &front, second, budget)
        }
        _ => incorrect_args(),
    }),
    ("listFlatten", "List<List<'a>> -> List<'a>", flatten),
];

/// `front`, then `back`, in a list of the merged type.
fn concat(
    typ: &ValueType,
    other: &ValueType,
    front: &[Value],
    back: &List,
    budget: &Budget,
) -> Result<Value> {
    budget.allocate(front.len() * List::BYTES_PER_ELEMENT)?;
    budget.step(front.len())?;
    let items = back.after(front.iter().cloned());
    let merged = match typ.merge(other, budget)? {
        Some(merged) => merged,
        // Empty lists may be said to be of a type and still go together with what is not.
        None => value::merge_types(typ.clone(), items.iter(), budget)?,
    };
    Ok(Value::List(merged, items))
}

fn flatten(args: &[Value], budget: &Budget) -> Result<Value> {
    let [Value::List(_, lists)] = args else { return incorrect_args() };
    let mut merged = Some(ValueType::Unknown);
    let mut items = Vec::new();
    for list in lists.iter() {
        let Value::List(typ, part) = list else { return incorrect_args() };
        merged = match merged {
            Some(merged) => merged.merge(typ, budget)?,
            None => None,
        };
        budget.step(part.len())?;
        budget.allocate(part.len() * List::BYTES_PER_ELEMENT)?;
        items.extend(part.iter().cloned());
    }
    match merged {
        Some(typ) => Ok(Value::List(typ, items.into())),
        None => value::list(ValueType::Unknown, items, budget),
    }
}
