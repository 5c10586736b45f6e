//! What others than loaders have put into a store, as far as a plan has to respect it.

use std::collections::{HashMap, HashSet};

use super::OpId;
use crate::base::hash::ContentHash;
use crate::base::location::Location;

/// Others' work: users' commits, on main and on branches, their work in progress, and all that refers to content
/// without being an op.
#[derive(Debug, Default)]
pub struct Others {
    /// The names on main that others have bound.
    pub bound: HashMap<Location, Bound>,
    /// The ids of others' ops on main. An op stands in the log of a branch once, so none of these can be a
    /// loader's as well.
    pub ops: HashSet<OpId>,
    /// The content that others' ops add, each with the last batch in the order of the fold that does.
    pub adds: HashMap<ContentHash, Batch>,
    /// The part of the content that was asked about that others reach.
    pub reached: HashSet<ContentHash>,
    /// Others' items that mention content that was asked about, in the order in which they got their names.
    pub uses: Vec<Use>,
}

/// What another than a loader has bound a name to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    pub hash: ContentHash,
    /// The `origin_ts` of the op that did.
    pub origin_ts: Option<String>,
}

/// The ops that Darklang folds at once. Batches are folded in ascending order: by branch, work in progress before
/// commits, commits by their hash (`darklang/dark LibDB/Seed.fs`, `applyUnappliedOps`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Batch {
    pub branch: String,
    pub commit: Option<String>,
}

/// An item of somebody else's and content that it mentions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    pub item: Location,
    /// The name of the branch that the item has its name on.
    pub branch: String,
    pub of: ContentHash,
}
