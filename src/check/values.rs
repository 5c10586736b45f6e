//! The types of values, each found out when something first mentions the value.

use std::sync::OnceLock;

use super::checker::{Checked, Checker};
use super::declarations::Declarations;
use crate::program::lookup::ItemId;
use crate::program::resolve::resolve;

/// What is shared by the checks of all items. A value's type follows from its body, so a value that is mentioned
/// is checked.
pub struct Values<'p> {
    declarations: Declarations<'p>,
    checked: Vec<OnceLock<Box<Checked>>>,
}

impl<'p> Values<'p> {
    pub fn new(declarations: Declarations<'p>) -> Self {
        let mut checked = Vec::new();
        checked.resize_with(declarations.program().len(), OnceLock::new);
        Values { declarations, checked }
    }

    pub fn declarations(&self) -> &Declarations<'p> {
        &self.declarations
    }

    /// What is found out about a value; `None` where that depends on itself. Two threads may both find it out:
    /// a lock would let them wait for each other in a cycle.
    pub fn get(&self, item: ItemId, in_progress: &mut Vec<ItemId>) -> Option<&Checked> {
        let cell = &self.checked[item.index()];
        if cell.get().is_none() {
            if in_progress.contains(&item) {
                return None;
            }
            in_progress.push(item);
            let checked = self.check(item, in_progress, false);
            in_progress.pop();
            // Whoever was first found out the same.
            let _ = cell.set(Box::new(checked));
        }
        cell.get().map(|checked| &**checked)
    }

    /// Checks an item; with `record`, the types of its expressions are kept.
    pub fn check(&self, item: ItemId, in_progress: &mut Vec<ItemId>, record: bool) -> Checked {
        let Some(linked) = self.declarations.program().linked(item) else { return Checked::default() };
        let tree = resolve(item, "", linked.code, linked.resolutions);
        Checker::new(item, self, in_progress, record).check(&tree)
    }
}
