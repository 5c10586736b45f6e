//! Content that no source has any more and that others' work still reaches.
//!
//! It stands as Darklang's own update leaves it: its row, its dependencies and its Add ops stay, its old name is a
//! row of `locations` with `unlisted_at` set, and the SetName op stays in the log where a later one holds the name.
//! Where none does, the op has to go: folded again, it would bring the name back.

use std::collections::HashMap;

use super::others::{Bound, Others};
use super::{Op, OpId, Plan};
use crate::base::hash::ContentHash;
use crate::base::location::{ItemKind, Location};

/// One former name of retained content: a row of darkc's own, from which the rest is found again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Retained {
    pub hash: ContentHash,
    pub kind: ItemKind,
    /// Empty where an Add op is left without a name.
    pub location: String,
    pub add_op: OpId,
    /// Whether the SetName op is still in the log.
    pub named: bool,
}

impl Retained {
    /// The op that gave the content this name.
    pub fn set_name(&self) -> OpId {
        Op::set_name(&Location::new(&*self.location), self.kind, self.hash).id
    }

    /// The ids of the ops that the log may still hold of it.
    fn ops(&self) -> impl Iterator<Item = OpId> {
        let set_name = (!self.location.is_empty()).then(|| self.set_name());
        [Some(self.add_op), set_name].into_iter().flatten()
    }
}

/// What is retained, by content hash.
pub type ByHash<'r> = HashMap<ContentHash, Vec<&'r Retained>>;

/// What a plan makes of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameNow<'a> {
    /// No source has it.
    Gone,
    /// Loaders have bound it by an op with this `origin_ts`, which stays.
    Kept(&'a str),
    /// The plan binds it by this op.
    Bound(OpId),
}

/// Whether the op that gave a name to retained content, stamped with `origin_ts`, can stay in the log: some other
/// op for the name must win over it in any order of the fold. `others` has the name too where `bound` says so.
pub fn name_stays(origin_ts: &str, now: NameNow<'_>, bound: Option<&Bound>, others: &Others) -> bool {
    let theirs = bound.map(|bound| bound.origin_ts.as_deref());
    match (now, theirs) {
        (NameNow::Gone, None) => false,
        (NameNow::Gone, Some(theirs)) => theirs.is_some_and(|theirs| origin_ts < theirs),
        (NameNow::Kept(ours), None) => origin_ts < ours,
        (NameNow::Kept(ours), Some(theirs)) => theirs.is_some_and(|theirs| origin_ts < theirs.min(ours)),
        // An op of theirs keeps its timestamp; one of ours is the newest of all.
        (NameNow::Bound(op), None) => !others.ops.contains(&op),
        // Its timestamp is right before theirs, where another may stand already.
        (NameNow::Bound(_), Some(_)) => false,
    }
}

impl Plan {
    /// Drops what is left of content that is no longer reached.
    pub(super) fn forget_retained(&mut self, hash: ContentHash, former: &[&Retained]) {
        self.release_retained(hash, former);
        self.drop_rows.extend(former.first().map(|former| (former.kind, hash)));
        self.drop_dependencies.push(hash);
    }

    /// Drops ops and names of retained content, but not the content: it goes, or a source has it again.
    pub(super) fn release_retained(&mut self, hash: ContentHash, former: &[&Retained]) {
        for op in former.iter().flat_map(|former| former.ops()) {
            if !self.drop_ops.contains(&op) {
                self.drop_ops.push(op);
            }
        }
        let names = former.iter().filter(|former| !former.location.is_empty());
        self.drop_names.extend(names.map(|former| (Location::new(&*former.location), hash)));
        self.drop_retained.push(hash);
    }
}
