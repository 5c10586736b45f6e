//! Taking what another loader has put into a store as it is, where it says the same with other node ids.
//!
//! Darklang's own loader draws node ids at random, so every blob of its load differs from darkc's. The ids mean
//! nothing beyond being different from each other: rows and ops that say the same otherwise are kept, and only the
//! ids of the ops are remembered, for the day on which they have to go.

use std::collections::HashSet;

use super::OpId;
use super::changes::row_owner;
use super::full::{ActualOp, ActualRow};
use super::others::Others;
use crate::base::hash::Fingerprint;
use crate::compile::item::CompiledItem;
use crate::ops::read::OpHead;
use crate::program::lookup::ItemId;

/// The ops of one content hash that can stay as they are.
pub struct Adopted {
    /// The Add op of each item.
    pub add_ops: Vec<OpId>,
    /// The content that the fold leaves in the row, where the ops are not ours: node ids are other ones, or another
    /// of the names that share the hash came last.
    content: Option<Fingerprint>,
    /// Which of the items has the row.
    owner: usize,
}

impl Adopted {
    /// Whether the ops are another loader's, so that no row of ours fits them.
    pub fn is_foreign(&self) -> bool {
        self.content.is_some()
    }
}

/// The items of one content hash, in load order.
pub struct Group<'g> {
    items: &'g [&'g CompiledItem],
    forms: Vec<Fingerprint>,
    owner: usize,
}

impl<'g> Group<'g> {
    /// `None` where there are no items.
    pub fn new(items: &'g [&'g CompiledItem]) -> Option<Self> {
        let forms: Vec<Fingerprint> = items.iter().map(|item| item.fingerprint()).collect();
        let owner = row_owner(&forms)?;
        Some(Group { items, forms, owner })
    }

    pub fn owner(&self) -> &'g CompiledItem {
        self.items[self.owner]
    }

    /// Finds out whether the ops that are in the log for this content, oldest first, say what ours would: they do
    /// if they are ours, or differ from them in node ids alone.
    pub fn adopt(&self, there: &[&ActualOp], others: &Others) -> Option<Adopted> {
        let ids: Vec<OpId> = there.iter().map(|op| op.id).collect();
        if ids == self.expected_ops(others) {
            let add_ops = self.items.iter().map(|item| item.add_op.id).collect();
            return Some(Adopted { add_ops, content: None, owner: self.owner });
        }
        // Where the ops of a hash stand in several commits, the fold depends on the order of the commits' hashes.
        let same_commit = there.windows(2).all(|ops| ops[0].commit == ops[1].commit);
        if !same_commit || !self.names_the_same(there, others) {
            return None;
        }
        let adds: Vec<(OpId, usize, Fingerprint)> = there
            .iter()
            .filter(|op| matches!(op.head, OpHead::Add(..)))
            .map(|op| Some((op.id, self.form_of(op.like?)?, op.content)))
            .collect::<Option<_>>()?;
        let (_, owner, content) = *adds.last()?;
        let mut left = adds.clone();
        let mut add_ops = Vec::with_capacity(self.items.len());
        for index in 0..self.items.len() {
            let form = self.form(index);
            let op = match left.iter().position(|(_, of, _)| *of == form) {
                Some(at) => left.remove(at).0,
                None => adds.iter().find(|(_, of, _)| *of == form)?.0,
            };
            add_ops.push(op);
        }
        left.is_empty().then_some(Adopted { add_ops, content: Some(content), owner })
    }

    /// Whether a row and its dependencies are what the fold of the ops leaves.
    pub fn is_row(&self, adopted: &Adopted, row: &ActualRow, dependencies: Option<Fingerprint>) -> bool {
        let item = self.items[adopted.owner];
        let same_row = match adopted.content {
            None => row.fingerprint == item.row,
            Some(content) => {
                row.content == content && row.like.and_then(|like| self.form_of(like)) == Some(adopted.owner)
            }
        };
        let expected = (!item.mentions.is_empty()).then_some(item.dependencies);
        row.kind == item.kind && same_row && dependencies == expected
    }

    /// Whether a row and its dependencies are what our own ops leave.
    pub fn is_ours(&self, row: &ActualRow, dependencies: Option<Fingerprint>) -> bool {
        let ours = Adopted { add_ops: Vec::new(), content: None, owner: self.owner };
        self.is_row(&ours, row, dependencies)
    }

    /// The first item that has the form of this one, node ids apart.
    fn form(&self, index: usize) -> usize {
        self.forms.iter().position(|form| *form == self.forms[index]).unwrap_or(index)
    }

    fn form_of(&self, like: ItemId) -> Option<usize> {
        self.items.iter().position(|item| item.id == like).map(|index| self.form(index))
    }

    /// The ids of the ops in the order in which they ought to stand in the log, each once. Those that others have
    /// put there are theirs.
    fn expected_ops(&self, others: &Others) -> Vec<OpId> {
        let mut ops: Vec<OpId> = Vec::new();
        for item in self.items {
            for op in [item.add_op.id, item.set_name.id] {
                if !ops.contains(&op) && !others.ops.contains(&op) {
                    ops.push(op);
                }
            }
        }
        ops
    }

    fn names_the_same(&self, there: &[&ActualOp], others: &Others) -> bool {
        let names = there.iter().filter(|op| matches!(op.head, OpHead::SetName(..))).map(|op| op.id);
        let ours = self.items.iter().map(|item| item.set_name.id).filter(|op| !others.ops.contains(op));
        names.collect::<HashSet<OpId>>() == ours.collect()
    }
}
