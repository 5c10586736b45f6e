//! Why a value is left for Darklang to evaluate.

use std::fmt;

use crate::base::hash::ContentHash;
use crate::base::location::ItemKind;

pub type Result<T> = std::result::Result<T, Refusal>;

/// No refusal is an error of a reload: the value's columns stay NULL, and Darklang evaluates it at its next start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Darklang raises a runtime error as well.
    Fails(&'static str),
    /// A built-in that Darklang has and that darkc does not run: mostly because it reads or changes the world.
    Builtin(String),
    /// A built-in that Darklang does not have.
    UnknownBuiltin(String),
    /// Something of which darkc does not know for certain what Darklang makes of it.
    Unsupported(&'static str),
    /// The value takes more than a budget allows.
    Budget(Exhausted),
    /// Nobody has the item, or of a value not what is needed: its instructions, or a result without lambdas.
    Missing(ItemKind, ContentHash),
    /// Stored bytes that cannot be read.
    Damaged(&'static str),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exhausted {
    Steps,
    Depth,
    Memory,
}

impl Refusal {
    /// The kind of refusal in one word, for counting.
    pub fn kind(&self) -> &'static str {
        match self {
            Refusal::Fails(_) => "fails",
            Refusal::Builtin(_) => "built-in",
            Refusal::UnknownBuiltin(_) => "unknown built-in",
            Refusal::Unsupported(_) => "unsupported",
            Refusal::Budget(_) => "budget",
            Refusal::Missing(..) => "missing",
            Refusal::Damaged(_) => "damaged",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Fails(what) => write!(out, "it fails in Darklang: {what}"),
            Refusal::Builtin(name) => write!(out, "it calls the built-in `{name}`, which darkc does not run"),
            Refusal::UnknownBuiltin(name) => {
                write!(out, "it calls `{name}`, which is no built-in of Darklang")
            }
            Refusal::Unsupported(what) => write!(out, "darkc does not evaluate {what}"),
            Refusal::Budget(Exhausted::Steps) => out.write_str("it takes too many steps"),
            Refusal::Budget(Exhausted::Depth) => out.write_str("its calls are nested too deeply"),
            Refusal::Budget(Exhausted::Memory) => out.write_str("it takes too much memory"),
            Refusal::Missing(kind, hash) => {
                write!(out, "it needs the {} {hash}, which is not there", kind_name(*kind))
            }
            Refusal::Damaged(what) => write!(out, "the store has {what}"),
        }
    }
}

fn kind_name(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Type => "type",
        ItemKind::Value => "value",
        ItemKind::Fn => "function",
    }
}

pub fn fails<T>(what: &'static str) -> Result<T> {
    Err(Refusal::Fails(what))
}

pub fn unsupported<T>(what: &'static str) -> Result<T> {
    Err(Refusal::Unsupported(what))
}
