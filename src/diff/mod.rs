//! Which rows must change so that the database says what the sources say.

pub mod adopt;
pub mod changes;
pub mod full;
pub mod others;
pub mod retained;

use std::collections::{HashMap, HashSet};

use crate::base::hash::ContentHash;
use crate::base::location::{ItemKind, Location};
pub use crate::compile::item::{ValueColumns, dependencies_fingerprint, row_fingerprint};
pub use crate::ops::{Op, OpId};
use crate::program::lookup::ItemId;
use crate::state::StoredFile;
use others::Batch;
use retained::Retained;

/// What a comparison of what was with what is comes to.
#[derive(Debug, Default)]
pub struct Comparison {
    pub plan: Plan,
    /// The Add ops that stay in the log as they are, where they are not what was compiled: another loader's.
    pub adopted: Vec<(ItemId, OpId)>,
}

/// Everything that one reload writes. Lists are in no particular order unless their comment gives one.
#[derive(Debug, Default)]
pub struct Plan {
    /// Rows of `package_types`, `package_values`, `package_functions` to insert, or to replace where the hash
    /// is there already.
    pub put_rows: Vec<Row>,
    pub drop_rows: Vec<(ItemKind, ContentHash)>,
    pub put_dependencies: Vec<Dependencies>,
    /// All dependency rows of these items go.
    pub drop_dependencies: Vec<ContentHash>,
    pub drop_ops: Vec<OpId>,
    /// Ops that say the same of the same item with other words: they keep their place, commit and timestamp.
    pub amend_ops: Vec<(OpId, Op)>,
    /// Ops of the new commit, in order; dropped ones may be among them, which moves them.
    pub add_ops: Vec<Op>,
    /// Names to bind, each with the timestamp of its SetName op in `add_ops` (by op id).
    pub bind: Vec<Binding>,
    pub unbind: Vec<Location>,
    /// Content that no source has and that stays for others: names that are bound to it are set aside instead of
    /// moved or deleted.
    pub retained: HashSet<ContentHash>,
    /// Names on main that were set aside, each with the content that it named, whose rows go.
    pub drop_names: Vec<(Location, ContentHash)>,
    /// Content that an op of others adds as well, in this batch: the row is that of the batch which is folded
    /// last, so a row is put only where that is the new commit.
    pub contested: HashMap<ContentHash, Batch>,
    /// What is written because of others' work alone, so that it tells nothing about the loader before this one.
    pub for_others: ForOthers,
    /// Rows of darkc's own. All rows of a hash go before others are put.
    pub drop_retained: Vec<ContentHash>,
    pub put_retained: Vec<Retained>,
    pub put_files: Vec<StoredFile>,
    pub drop_files: Vec<String>,
    /// How many items the commit's message counts.
    pub changed_items: usize,
}

/// Content that is not as it should be because of others' work, and the ops of it that are written anew. Another
/// loader's ops are as they should be, but the row is that of somebody's op; or no op adds the content any more.
#[derive(Debug, Default)]
pub struct ForOthers {
    pub content: HashSet<ContentHash>,
    pub ops: HashSet<OpId>,
}

#[derive(Debug)]
pub struct Row {
    pub kind: ItemKind,
    pub hash: ContentHash,
    pub pt_def: Vec<u8>,
    /// `rt_def` of a type, `rt_instrs` of a function, nothing of a value.
    pub runtime: Vec<u8>,
    /// The result of a value that was evaluated. Without one, the row keeps the result that it has.
    pub result: Option<ValueColumns>,
    pub description: String,
}

/// The dependency rows of one item, which replace all that it had.
#[derive(Debug)]
pub struct Dependencies {
    pub item: ContentHash,
    /// An item that is gone, and whose dependency rows these replace as well: mostly they name the same items.
    pub instead_of: Option<ContentHash>,
    pub rows: Vec<DependencyRow>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DependencyRow {
    pub hash: ContentHash,
    pub kind: ItemKind,
    pub location: Option<Location>,
}

#[derive(Debug)]
pub struct Binding {
    pub location: Location,
    pub kind: ItemKind,
    pub hash: ContentHash,
    /// The SetName op that binds it.
    pub op: OpId,
    /// The `origin_ts` of the op by which somebody else has bound the name, which is to win over this one.
    pub below: Option<String>,
}
