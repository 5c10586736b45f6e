//! Which rows must change so that the database says what the sources say.

use xxhash_rust::xxh3::Xxh3;

use crate::base::hash::{ContentHash, Fingerprint};
use crate::base::location::{ItemKind, Location};
pub use crate::hash::ops::{Op, OpId};
use crate::state::StoredFile;

/// Everything that one reload writes, in no particular order within a list unless it is said.
#[derive(Debug, Default)]
pub struct Plan<'a> {
    /// Rows of `package_types`, `package_values`, `package_functions` to insert, or to replace where the hash
    /// is there already (`rt_dval` and `value_type` of a value are kept then).
    pub put_rows: Vec<Row>,
    pub drop_rows: Vec<(ItemKind, ContentHash)>,
    /// All dependency rows of these items are replaced by those given.
    pub put_dependencies: Vec<(ContentHash, Vec<DependencyRow<'a>>)>,
    /// All dependency rows of these items go.
    pub drop_dependencies: Vec<ContentHash>,
    pub drop_ops: Vec<OpId>,
    /// Ops that say the same of the same item with other words: they keep their place, commit and stamp.
    pub amend_ops: Vec<(OpId, Op)>,
    /// Ops of the new commit, in order; dropped ones may be among them, which moves them.
    pub add_ops: Vec<Op>,
    /// Names to bind, each to be stamped like its SetName op in `add_ops` (by op id).
    pub bind: Vec<Binding<'a>>,
    pub unbind: Vec<&'a Location>,
    /// Rows of darkc's own.
    pub put_files: Vec<StoredFile>,
    pub drop_files: Vec<String>,
    /// How many items the commit's message counts.
    pub changed_items: usize,
}

#[derive(Debug)]
pub struct Row {
    pub kind: ItemKind,
    pub hash: ContentHash,
    pub pt_def: Vec<u8>,
    /// `rt_def` of a type, `rt_instrs` of a function, nothing of a value.
    pub runtime: Vec<u8>,
    pub description: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DependencyRow<'a> {
    pub hash: ContentHash,
    pub kind: ItemKind,
    pub location: Option<&'a Location>,
}

#[derive(Debug)]
pub struct Binding<'a> {
    pub location: &'a Location,
    pub kind: ItemKind,
    pub hash: ContentHash,
    /// The SetName op that binds it.
    pub op: OpId,
}

/// Of all that darkc writes into an item's row.
pub fn row_fingerprint(pt_def: &[u8], runtime: &[u8], description: &str) -> Fingerprint {
    let mut hasher = Xxh3::new();
    for part in [pt_def, runtime, description.as_bytes()] {
        hasher.update(&part.len().to_le_bytes());
        hasher.update(part);
    }
    Fingerprint(hasher.digest128())
}

/// Of an item's dependency rows (hash, kind, location or "" for none), whatever their order; a row counts once
/// however often it is given.
pub fn dependencies_fingerprint<'r>(
    rows: impl IntoIterator<Item = (ContentHash, ItemKind, &'r str)>,
) -> Fingerprint {
    let one = |(hash, kind, location): (ContentHash, ItemKind, &str)| {
        let mut hasher = Xxh3::new();
        hasher.update(&hash.0);
        hasher.update(&[kind as u8]);
        hasher.update(location.as_bytes());
        hasher.digest128()
    };
    let mut rows: Vec<u128> = rows.into_iter().map(one).collect();
    rows.sort_unstable();
    rows.dedup();
    let mut hasher = Xxh3::new();
    rows.iter().for_each(|row| hasher.update(&row.to_le_bytes()));
    Fingerprint(hasher.digest128())
}
