//! Values are evaluated as Darklang evaluates them, so that its CLI need not at its next start
//! (`darklang/dark LibDB/Seed.fs`, `evaluateAllValues`).
//!
//! The result of a value follows from its content hash, which covers all that it depends on but the built-ins. Only
//! pure built-ins are run, so a result holds as long as the hash does. What cannot be evaluated with certainty is
//! refused, and left to Darklang.

mod budget;
mod builtins;
mod calls;
mod check;
mod code;
mod construct;
mod definitions;
mod integer;
mod list;
mod machine;
mod patterns;
mod read_code;
mod read_values;
mod reader;
mod refusal;
mod unbounded;
mod value;
mod value_types;
mod written;

#[cfg(test)]
mod tests;

pub use budget::{LIMITS, Limits};
pub use definitions::Lookup;
pub use refusal::Refusal;

use crate::base::hash::ContentHash;
use crate::compile::item::ValueColumns;
use machine::Machine;

/// Evaluates values, in the order in which they are given; each needs [`Lookup::instructions`]. The calling thread
/// needs a stack for deep trees ([`crate::base::parallel::on_large_stack`]).
pub fn evaluate(
    values: impl IntoIterator<Item = ContentHash>,
    lookup: &impl Lookup,
    limits: Limits,
) -> Vec<Result<ValueColumns, Refusal>> {
    let machine = Machine::new(lookup, limits);
    values.into_iter().map(|hash| evaluate_one(&machine, hash)).collect()
}

fn evaluate_one(machine: &Machine<'_, impl Lookup>, hash: ContentHash) -> Result<ValueColumns, Refusal> {
    let value = machine.package_value(hash)?;
    let (written, _) = machine.with_own_budget(|| {
        let typ = value.type_of(&machine.budget)?;
        let (rt_dval, ids) = written::rt_dval(hash, &value, &machine.budget)?;
        Ok(ValueColumns { rt_dval, ids, value_type: written::value_type(&typ) })
    });
    written
}
