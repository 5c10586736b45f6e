//! A static check of bodies: contradictions of two known types, found before anything runs.
//!
//! Darklang has no static types. The check is gradual, so it never guesses: what it does not know agrees with
//! everything. It goes through a body in both directions: what a place asks for goes down, what an expression is
//! comes up.

mod builtins;
mod calls;
mod checker;
mod declarations;
mod explain;
mod expressions;
mod finding;
mod hints;
mod locate;
mod members;
mod operators;
mod patterns;
mod pending;
mod program;
mod render;
mod shape;
mod signature;
mod types;
mod values;
mod want;
pub mod written;

pub use builtins::{Signature, Signatures};
pub use checker::Checked;
pub use explain::{EXPLANATIONS, explain};
pub use finding::{Code, Finding};
pub use locate::{Texts, diagnostics};
pub use program::{Linked, Program, Whole};
pub use signature::signature;

use darkc_cache_format::model::ItemKind;

use crate::base::parallel;
use crate::program::lookup::ItemId;
use crate::program::tree::NodeIndex;
use declarations::Declarations;
use values::Values;

/// Checks items of a program; the results are in the order of the items, whatever the number of threads.
pub fn check(
    program: &dyn Program,
    signatures: &Signatures,
    items: &[ItemId],
    threads: usize,
) -> Vec<Checked> {
    const BLOCK: usize = 32;
    let values = Values::new(Declarations::new(program, signatures));
    parallel::map(threads, BLOCK, items, |item| {
        let mut in_progress = Vec::new();
        match program.kind(*item) {
            ItemKind::Type => Checked::default(),
            // A value that depends on itself is checked all the same.
            ItemKind::Value => values.get(*item, &mut in_progress).cloned().unwrap_or_default(),
            ItemKind::Fn => values.check(*item, &mut in_progress, false),
        }
    })
}

/// The types of an item's expressions, as an editor shows them, by node.
pub fn expression_types(
    program: &dyn Program,
    signatures: &Signatures,
    item: ItemId,
) -> Vec<(NodeIndex, String)> {
    let values = Values::new(Declarations::new(program, signatures));
    values.check(item, &mut Vec::new(), true).types
}
