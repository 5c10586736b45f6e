//! Evaluates the values that are new.
//!
//! What a value needs is taken from what this run compiled, else from the store, of which only the needed rows are
//! read.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use super::affected::Reach;
use super::findings::ValueLeft;
use super::package_set::PackageSet;
use crate::base::hash::ContentHash;
use crate::base::location::ItemKind;
use crate::compile::item::{CompiledItem, CompiledItems, NodeIdMode, ValueColumns};
use crate::db::{Column, Database, DbError};
use crate::diff::full::Actual;
use crate::evaluate::{self, LIMITS, Lookup, Refusal};
use crate::program::lookup::{ItemId, ItemLookup};

#[derive(Debug, Default)]
pub struct Values {
    /// How many values got a result.
    pub evaluated: usize,
    pub left: Vec<ValueLeft>,
    /// The first value that has another result in the store. Looked for in a store of a Release that is new to darkc.
    pub differing: Option<ContentHash>,
}

/// Evaluates those of the compiled values that lack a result and can be evaluated. `actual` is what is in a store
/// that is not trusted. In a store of a Release that is new to darkc all values are evaluated.
///
/// # Errors
/// Where the store cannot be read.
pub fn evaluate(
    set: &mut PackageSet,
    compiled: &mut CompiledItems,
    Reach { affected, .. }: &Reach,
    actual: Option<&Actual>,
    database: &Database,
    mode: NodeIdMode,
) -> Result<Values, DbError> {
    let has_to_prove = database.new_identity().is_some();
    let evaluated = actual
        .filter(|_| !has_to_prove)
        .map(|actual| actual.evaluated(compiled.values().map(|item| &**item)));
    let lacks_result = |hash: ContentHash| match &evaluated {
        Some(evaluated) => !evaluated.contains(&hash),
        // An equal hash has an equal result.
        None => affected.get(&hash).is_none_or(|sharing| sharing.before.is_empty()),
    };
    let lacking = compiled.values().filter(|item| item.kind == ItemKind::Value && lacks_result(item.hash));
    let mut due: Vec<(ItemId, ContentHash)> = lacking.map(|item| (item.id, item.hash)).collect();
    if due.is_empty() {
        return Ok(Values::default());
    }
    due.sort_unstable();
    let harmful = database.harmful_functions()?;
    let mut more = CompiledItems::new();
    let results = loop {
        let items = compiled.values().chain(more.values()).map(|item| &**item);
        let known = Known::new(items, &harmful, database);
        let results = evaluate::evaluate(due.iter().map(|(_, hash)| *hash), &known, LIMITS);
        known.failed()?;
        let lacking = results.iter().filter_map(|result| match result {
            Err(Refusal::Missing(ItemKind::Value, hash)) => Some(*hash),
            _ => None,
        });
        let mut lacking: Vec<ItemId> = lacking.filter_map(|hash| value_with(set, hash)).collect();
        lacking.sort_unstable();
        lacking.dedup();
        lacking.retain(|item| !more.contains_key(item) && !compiled.contains_key(item));
        // A value whose source cannot be read counts as missing.
        if lacking.is_empty() || set.look_into(&lacking).is_err() {
            break results;
        }
        more.extend(set.compile(&lacking, mode));
    };
    for item in compiled.values_mut() {
        item.instructions = Vec::new();
    }
    let mut values = Values::default();
    if has_to_prove {
        values.differing = first_differing(&due, &results, database)?;
    }
    let mut counted = HashSet::new();
    for ((id, hash), result) in due.into_iter().zip(results) {
        // Names that share a hash are one value; any of them may come to own its row.
        let is_first = counted.insert(hash);
        values.evaluated += usize::from(is_first && result.is_ok());
        match result {
            Ok(result) => {
                if let Some(item) = compiled.get_mut(&id) {
                    item.result = Some(result);
                }
            }
            Err(refusal) if is_first => {
                values.left.push(ValueLeft { location: set.inventory.name(id).to_owned(), refusal });
            }
            Err(_) => {}
        }
    }
    Ok(values)
}

/// The first value that has another result in the store, node ids apart. One that has none says nothing: Darklang
/// evaluates it later, or it fails.
fn first_differing(
    due: &[(ItemId, ContentHash)],
    results: &[Result<ValueColumns, Refusal>],
    database: &Database,
) -> Result<Option<ContentHash>, DbError> {
    let scratch = &mut Vec::new();
    for ((_, hash), result) in due.iter().zip(results) {
        let Ok(result) = result else { continue };
        let Some(stored) = database.column(Column::Result, *hash)? else { continue };
        let typ = database.column(Column::ResultType, *hash)?.unwrap_or_default();
        if !result.says_the_same(&stored, &typ, scratch) {
            return Ok(Some(*hash));
        }
    }
    Ok(None)
}

fn value_with(set: &PackageSet, hash: ContentHash) -> Option<ItemId> {
    set.inventory.live().find(|id| set.kind(*id) == ItemKind::Value && set.hash(*id) == hash)
}

/// What this run compiled, then the store.
struct Known<'k> {
    compiled: HashMap<ContentHash, &'k CompiledItem>,
    harmful: &'k HashSet<ContentHash>,
    database: &'k Database,
    error: RefCell<Option<DbError>>,
}

impl<'k> Known<'k> {
    fn new(
        compiled: impl Iterator<Item = &'k CompiledItem>,
        harmful: &'k HashSet<ContentHash>,
        database: &'k Database,
    ) -> Self {
        let compiled = compiled.map(|item| (item.hash, item)).collect();
        Known { compiled, harmful, database, error: RefCell::default() }
    }

    fn failed(self) -> Result<(), DbError> {
        self.error.into_inner().map_or(Ok(()), Err)
    }

    /// A column of an item that this run did not compile.
    fn stored(&self, column: Column, hash: ContentHash) -> Option<Cow<'_, [u8]>> {
        match self.database.column(column, hash) {
            Ok(bytes) => bytes.map(Cow::Owned),
            Err(error) => {
                self.error.borrow_mut().get_or_insert(error);
                None
            }
        }
    }

    fn compiled_or_stored(&self, kind: ItemKind, column: Column, hash: ContentHash) -> Option<Cow<'_, [u8]>> {
        match self.compiled.get(&hash) {
            Some(item) if item.kind == kind => Some(Cow::Borrowed(&item.runtime)),
            _ => self.stored(column, hash),
        }
    }
}

impl Lookup for Known<'_> {
    fn function(&self, hash: ContentHash) -> Option<Cow<'_, [u8]>> {
        self.compiled_or_stored(ItemKind::Fn, Column::Instructions, hash)
    }

    fn type_definition(&self, hash: ContentHash) -> Option<Cow<'_, [u8]>> {
        self.compiled_or_stored(ItemKind::Type, Column::Definition, hash)
    }

    fn result(&self, hash: ContentHash) -> Option<Cow<'_, [u8]>> {
        if self.compiled.contains_key(&hash) { None } else { self.stored(Column::Result, hash) }
    }

    fn instructions(&self, hash: ContentHash) -> Option<Cow<'_, [u8]>> {
        let item = self.compiled.get(&hash).filter(|item| item.kind == ItemKind::Value)?;
        Some(Cow::Borrowed(&item.instructions))
    }

    fn is_harmful(&self, function: ContentHash) -> bool {
        self.harmful.contains(&function)
    }
}
