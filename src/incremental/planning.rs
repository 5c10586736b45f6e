//! What a plan is made from besides the package set: what is in a store that is not trusted, and darkc's own rows.

use std::collections::HashMap;

use super::{PackageSet, Reach, StoredForms};
use crate::compile::item::{CompiledItems, NodeIdMode};
use crate::db::{Database, DbError, NewState, Proof, Shapes};
use crate::diff::changes::{self, Affected, Sharing};
use crate::diff::full::{self, Actual};
use crate::diff::others::Others;
use crate::diff::retained::Retained;
use crate::diff::{Comparison, Plan};
use crate::state::{ManifestEntry, NextFile, NextRow, Remembered, Stamp, StoredFile, codec};

/// What is in a store whose state is not trusted.
#[derive(Debug)]
pub struct Stored {
    /// What loaders have put there.
    pub actual: Actual,
    /// The rows of darkc's own.
    files: Vec<StoredFile>,
}

impl Stored {
    /// Returns `None` where there is no store. `compiled` are the items that ought to be in it.
    pub fn read(
        database: &mut Database,
        affected: &Affected,
        compiled: &CompiledItems,
        node_ids: NodeIdMode,
    ) -> Result<Option<Self>, DbError> {
        if !database.exists() {
            return Ok(None);
        }
        let shapes = shapes(affected, compiled, node_ids, database)?;
        let files = database.files()?;
        let mut actual = database.owned(&shapes)?;
        actual.retained = database.retained()?;
        actual.others = database.others(&actual.candidates(affected))?;
        Ok(Some(Stored { actual, files }))
    }
}

/// Returns the items that rows of another loader are compared with, node ids aside; none where node ids are zero now or
/// were before, because a store of zeros holds nothing else.
fn shapes<'c>(
    affected: &Affected,
    compiled: &'c CompiledItems,
    node_ids: NodeIdMode,
    database: &mut Database,
) -> Result<Shapes<'c>, DbError> {
    let zero_before = database.stamp()?.is_some_and(|stamp| stamp.zero_ids);
    if node_ids == NodeIdMode::Zero || zero_before {
        return Ok(Shapes::new());
    }
    let items = |sharing: &Sharing| {
        sharing.now.iter().filter_map(|item| compiled.get(item)).map(|item| &**item).collect()
    };
    Ok(affected.iter().map(|(hash, sharing)| (*hash, items(sharing))).collect())
}

/// The work of others in the store, as far as the plan has to respect it.
#[derive(Debug, Default)]
pub struct Work {
    pub others: Others,
    /// What the last reload retained for them.
    pub retained: Vec<Retained>,
}

impl Work {
    /// Reads what the change of the affected hashes has to respect.
    pub fn read(database: &Database, affected: &Affected) -> Result<Self, DbError> {
        let retained = database.retained()?;
        let others = database.others(&changes::candidates(affected, &retained))?;
        Ok(Work { others, retained })
    }

    /// Whether the store retains content that no user's work refers to any more. It is asked where no source changed.
    pub fn is_outlived(database: &Database) -> Result<bool, DbError> {
        if !database.retains() {
            return Ok(false);
        }
        let Work { others, retained } = Work::read(database, &Affected::new())?;
        Ok(retained.iter().any(|retained| !others.reached.contains(&retained.hash)))
    }
}

/// Plans the rows of Darklang's tables, against what is stored or against what is remembered. Ops that were adopted are
/// noted in `forms`.
pub fn plan(
    set: &PackageSet,
    Reach { affected, removed, .. }: &Reach,
    compiled: CompiledItems,
    stored: Option<&mut Stored>,
    forms: &mut StoredForms,
    database: &Database,
) -> Result<(Plan, Work), DbError> {
    let (Comparison { plan, adopted }, work) = match stored {
        None => {
            let work = Work::read(database, affected)?;
            let unbind = removed.iter().map(|(_, location)| location.clone()).collect();
            (changes::plan(affected, compiled, unbind, &work.retained, &work.others, set), work)
        }
        Some(Stored { actual, .. }) => {
            let comparison = full::plan(actual, affected, compiled, set);
            let (others, retained) =
                (std::mem::take(&mut actual.others), std::mem::take(&mut actual.retained));
            (comparison, Work { others, retained })
        }
    };
    for (item, add_op) in adopted {
        forms.entry(item).and_modify(|(_, op)| *op = add_op);
    }
    Ok((plan, work))
}

/// Plans the rows of darkc's own tables that differ from the stored ones. For a trusted store, and for none, the stored
/// ones are those that are remembered.
///
/// With `unchecked_is_same`, a stored row may say of any item that it was not checked.
pub fn plan_own_rows(
    plan: &mut Plan,
    before: &Remembered,
    stored: Option<&Stored>,
    next: &[NextFile],
    unchecked_is_same: bool,
) {
    let mut left: HashMap<&str, &[u8]> = match stored {
        Some(stored) => stored.files.iter().map(|row| (row.path.as_str(), row.items.as_slice())).collect(),
        None => (0..before.file_count()).map(|file| (before.path(file), before.row(file))).collect(),
    };
    for NextFile { path, row, .. } in next {
        let stored = left.remove(path.as_str());
        if let NextRow::New(items) = row
            && stored != Some(items)
            && !(unchecked_is_same
                && stored.is_some_and(|stored| codec::differ_in_checks_alone(stored, items)))
        {
            plan.put_files.push(StoredFile { path: path.clone(), items: items.clone() });
        }
    }
    let mut gone: Vec<&str> = left.into_keys().collect();
    gone.sort_unstable();
    plan.drop_files.extend(gone.into_iter().map(str::to_owned));
}

/// Returns the state that the store is to have.
pub fn new_state(goal: &Stamp, next: &[NextFile], around: String, proof: Option<Proof>) -> NewState {
    let manifest = codec::encode_manifest(
        next.iter().map(|NextFile { path, source, .. }| ManifestEntry { path, source: *source }),
    );
    let Stamp { tool, sources, zero_ids, items, unresolved, findings, .. } = *goal;
    NewState { tool, sources, zero_ids, items, unresolved, findings, around, manifest, proof }
}
