//! What values refer to: looked up by content hash, and read once.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::budget::LIMITS;
use super::builtins::{self, Builtin};
use super::code::{Frame, Function, TypeDefinition};
use super::refusal::{Exhausted, Refusal, Result};
use super::value::Value;
use super::{read_code, read_values};
use crate::base::hash::ContentHash;
use crate::base::location::ItemKind;

/// Where the items are that a value may need: what this run compiled, else the store.
pub trait Lookup {
    /// The column `rt_instrs` of a function.
    fn function(&self, hash: ContentHash) -> Option<Cow<'_, [u8]>>;
    /// The column `rt_def` of a type.
    fn type_definition(&self, hash: ContentHash) -> Option<Cow<'_, [u8]>>;
    /// The column `rt_dval` of a value, where it is evaluated and that still holds.
    fn result(&self, hash: ContentHash) -> Option<Cow<'_, [u8]>>;
    /// What `compile::value` writes for a value.
    fn instructions(&self, hash: ContentHash) -> Option<Cow<'_, [u8]>>;
    /// Whether a function is deprecated as harmful, which keeps Darklang from calling it.
    fn is_harmful(&self, function: ContentHash) -> bool;
}

pub struct Definitions<'l, L> {
    pub lookup: &'l L,
    functions: RefCell<HashMap<ContentHash, Rc<Function>>>,
    types: RefCell<HashMap<ContentHash, Rc<TypeDefinition>>>,
    builtins: RefCell<HashMap<Rc<str>, Rc<Builtin>>>,
}

impl<'l, L: Lookup> Definitions<'l, L> {
    pub fn new(lookup: &'l L) -> Self {
        Definitions {
            lookup,
            functions: RefCell::default(),
            types: RefCell::default(),
            builtins: RefCell::default(),
        }
    }

    pub fn function(&self, hash: ContentHash) -> Result<Rc<Function>> {
        cached(&self.functions, hash, || {
            let bytes = self.lookup.function(hash).ok_or(Refusal::Missing(ItemKind::Fn, hash))?;
            readable(&bytes)?;
            read_code::function(&bytes)
        })
    }

    pub fn type_definition(&self, hash: ContentHash) -> Result<Rc<TypeDefinition>> {
        cached(&self.types, hash, || {
            let bytes = self.lookup.type_definition(hash).ok_or(Refusal::Missing(ItemKind::Type, hash))?;
            read_code::type_definition(&bytes)
        })
    }

    pub fn builtin(&self, name: &Rc<str>, version: u32) -> Result<Rc<Builtin>> {
        if version != 0 {
            return Err(builtins::refuse(ItemKind::Fn, name, version));
        }
        cached(&self.builtins, name.clone(), || builtins::function(name))
    }

    /// The instructions of a value.
    pub fn instructions(&self, hash: ContentHash) -> Result<Option<Frame>> {
        let Some(bytes) = self.lookup.instructions(hash) else { return Ok(None) };
        readable(&bytes)?;
        read_code::value(&bytes).map(Some)
    }

    /// The result of a value, where it is there and can be read back.
    pub fn result(&self, hash: ContentHash) -> Option<Value> {
        read_values::stored_value(&self.lookup.result(hash)?).ok()
    }
}

/// How many bytes an instruction takes in memory for each byte that it is stored in: a list of numbers comes to twenty.
const BYTES_PER_CODE_BYTE: u64 = 20;

/// What is read is not charged to the value that asks first, as others share it; so it is not to be larger than any
/// value may be.
fn readable(code: &[u8]) -> Result<()> {
    let is_small = code.len() as u64 * BYTES_PER_CODE_BYTE <= LIMITS.bytes;
    if is_small { Ok(()) } else { Err(Refusal::Budget(Exhausted::Memory)) }
}

fn cached<K: Eq + std::hash::Hash, T>(
    cache: &RefCell<HashMap<K, Rc<T>>>,
    key: K,
    read: impl FnOnce() -> Result<T>,
) -> Result<Rc<T>> {
    if let Some(known) = cache.borrow().get(&key) {
        return Ok(known.clone());
    }
    let read = Rc::new(read()?);
    cache.borrow_mut().insert(key, read.clone());
    Ok(read)
}
