//! What is remembered of a run for the next one.

use std::collections::HashMap;

use super::package_set::PackageSet;
use crate::base::hash::Fingerprint;
use crate::compile::item::CompiledItems;
use crate::diff::OpId;
use crate::program::lookup::{ItemId, ItemLookup};
use crate::state::known::Facts;
use crate::state::{NextFile, NextRow, codec};

/// What the stored forms of an item are: the fingerprint of its rows and the id of its Add op.
pub type StoredForms = HashMap<ItemId, (Fingerprint, OpId)>;

/// Returns the stored forms of compiled items.
pub fn stored_forms(compiled: &CompiledItems) -> StoredForms {
    compiled.values().map(|item| (item.id, (item.fingerprint(), item.add_op.id))).collect()
}

/// Returns the files of the next [`Remembered`](crate::state::Remembered).
pub fn next_files(set: &PackageSet, forms: &StoredForms) -> Vec<NextFile> {
    let before = set.inventory.before();
    let files = before.files_at(set.sources.paths());
    let next = |(file, old): (usize, Option<usize>)| {
        let row = match old {
            Some(old) if !set.may_differ(file) => NextRow::Same(old),
            old => {
                let row = encode_file(set, forms, file);
                match old {
                    Some(old) if before.row(old) == row => NextRow::Same(old),
                    _ => NextRow::New(row),
                }
            }
        };
        NextFile { path: set.sources.path(file).to_owned(), source: set.sources.fingerprint(file), row }
    };
    set.sources.files().zip(files).map(next).collect()
}

fn encode_file(set: &PackageSet, forms: &StoredForms, file: usize) -> Vec<u8> {
    let inventory = &set.inventory;
    let mut bytes = Vec::new();
    for id in inventory.declared_in(file) {
        let (kind, location) = (inventory.kind(id), inventory.name(id));
        if inventory.is_shadowed(id) {
            codec::encode_item(&mut bytes, kind, location, None);
            continue;
        }
        let (written, known) = (inventory.written(id), inventory.known(id));
        let form = forms.get(&id).copied();
        let form = form.or_else(|| known.map(|known| (known.row(), OpId(known.add_op()))));
        let (row, OpId(add_op)) = form.unwrap_or_default();
        let hash = set.hash(id);
        match (set.fresh(id), written) {
            (Some(fresh), Some(written)) => {
                let key = |item: &ItemId| inventory.key(*item).0.to_le_bytes();
                let mut dependencies: Vec<[u8; 8]> = fresh.dependencies.iter().map(key).collect();
                // Load order changes when a file moves, and rows of unedited files are not rewritten then.
                dependencies.sort_unstable();
                let candidates: Vec<[u8; 4]> =
                    fresh.candidates.iter().map(|key| key.0.to_le_bytes()).collect();
                let facts = Facts {
                    code: written.code,
                    description: written.description(),
                    links: fresh.links,
                    group: fresh.group,
                    row,
                    signature: fresh.signature,
                    hash,
                    add_op,
                    dependencies: &dependencies,
                    unresolved: fresh.unresolved,
                    findings: set.findings_in(id),
                    candidates: &candidates,
                };
                codec::encode_item(&mut bytes, kind, location, Some(&facts));
            }
            (_, written) => {
                let facts = known.map(|known| {
                    let facts = known.facts();
                    let description = written.map_or(facts.description, |written| written.description());
                    Facts { description, row, hash, add_op, findings: set.findings_in(id), ..facts }
                });
                codec::encode_item(&mut bytes, kind, location, facts.as_ref());
            }
        }
    }
    bytes
}
