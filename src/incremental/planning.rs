//! What a plan is made from besides the package set: what is in a store that is not trusted, and darkc's own rows.

use std::collections::{HashMap, HashSet};

use crate::base::hash::ContentHash;
use crate::base::location::ItemKind;
use crate::db::{Database, DbError, NewState, OwnedOp, OwnedRow, Proof};
use crate::diff::Plan;
use crate::diff::changes::Affected;
use crate::diff::full::Actual;
use crate::ops::read::OpHead;
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
    /// Returns `None` where there is no store.
    pub fn read(database: &mut Database) -> Result<Option<Self>, DbError> {
        if !database.exists() {
            return Ok(None);
        }
        let files = database.files()?;
        let owned = database.owned()?;
        let about = |op: &OwnedOp| match op.head {
            OpHead::Add(_, hash) => Some((op.id, hash, true)),
            OpHead::SetName(_, _, hash) => Some((op.id, hash, false)),
            OpHead::Other => None,
        };
        let has_result = |row: &&OwnedRow| row.kind == ItemKind::Value && row.has_result;
        let actual = Actual {
            evaluated: owned.rows.iter().filter(has_result).map(|row| row.hash).collect(),
            ops: owned.ops.iter().filter_map(about).collect(),
            locations: owned.locations.into_iter().map(|row| (row.location, row.kind, row.hash)).collect(),
            rows: owned.rows.iter().map(|row| (row.kind, row.hash, row.fingerprint)).collect(),
            dependencies: owned.dependencies.into_iter().collect(),
            kept: database.kept()?,
        };
        Ok(Some(Stored { actual, files }))
    }
}

/// Returns the content that must stay whatever the sources say, where anything is to go from a store that is trusted;
/// what is known of another one tells it too.
pub fn kept(
    affected: &Affected,
    actual: Option<&Actual>,
    database: &Database,
) -> Result<HashSet<ContentHash>, DbError> {
    let drops = actual.is_none() && affected.values().any(|sharing| sharing.now.is_empty());
    if drops { database.kept() } else { Ok(HashSet::new()) }
}

/// Plans the rows of darkc's own that came out otherwise than they are stored. Those of a trusted store, and of none,
/// are the remembered ones.
pub fn plan_own_rows(plan: &mut Plan, before: &Remembered, stored: Option<&Stored>, next: &[NextFile]) {
    let mut left: HashMap<&str, &[u8]> = match stored {
        Some(stored) => stored.files.iter().map(|row| (row.path.as_str(), row.items.as_slice())).collect(),
        None => (0..before.file_count()).map(|file| (before.path(file), before.row(file))).collect(),
    };
    for NextFile { path, row, .. } in next {
        let stored = left.remove(path.as_str());
        if let NextRow::New(items) = row
            && stored != Some(items)
        {
            plan.put_files.push(StoredFile { path: path.clone(), items: items.clone() });
        }
    }
    let mut gone: Vec<&str> = left.into_keys().collect();
    gone.sort_unstable();
    plan.drop_files.extend(gone.into_iter().map(str::to_owned));
}

/// Returns the state that the store is to stand at.
pub fn new_state(goal: &Stamp, next: &[NextFile], around: String, proof: Option<Proof>) -> NewState {
    let manifest = codec::encode_manifest(
        next.iter().map(|NextFile { path, source, .. }| ManifestEntry { path, source: *source }),
    );
    let Stamp { tool, sources, zero_ids, items, .. } = *goal;
    NewState { tool, sources, zero_ids, items, around, manifest, proof }
}
