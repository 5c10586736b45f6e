//! darkc's own rows: what is read from them at the start of a reload and put into them at its end.

use std::collections::HashMap;

use super::package_set::{BeforeFile, Rebuild};
use super::sources::Sources;
use crate::base::hash::Fingerprint;
use crate::diff::{OpId, Plan};
use crate::program::world::ItemId;
use crate::state::known::Facts;
use crate::state::{ManifestEntry, StoredFile, codec};

/// What an item's stored forms came out as: the fingerprint of its rows and the id of its Add op.
pub type StoredForms = HashMap<ItemId, (Fingerprint, OpId)>;

/// What the last reload left, decoded.
#[derive(Default)]
pub struct Before<'r> {
    /// In load order.
    pub files: Vec<BeforeFile<'r>>,
    pub sources: HashMap<&'r str, Fingerprint>,
}

/// Decodes the stored items in load order, which is the manifest's; `None` where darkc's own rows cannot be read
/// or do not fit each other.
pub fn decode<'r>(rows: &'r [StoredFile], manifest: &'r [u8]) -> Option<Before<'r>> {
    let manifest = codec::decode_manifest(manifest)?;
    if manifest.is_empty() || manifest.len() != rows.len() {
        return None;
    }
    let by_path: HashMap<&str, &StoredFile> = rows.iter().map(|row| (row.path.as_str(), row)).collect();
    let file = |entry: &ManifestEntry<'r>| {
        let row = by_path.get(entry.path)?;
        Some(BeforeFile { path: entry.path, items: codec::decode_items(&row.items)? })
    };
    let files = manifest.iter().map(file).collect::<Option<_>>()?;
    let sources = manifest.into_iter().map(|entry| (entry.path, entry.source)).collect();
    Some(Before { files, sources })
}

pub fn manifest(sources: &Sources<'_, '_>) -> Vec<u8> {
    let entry = |file| ManifestEntry { path: sources.path(file), source: Fingerprint(sources.hash(file)) };
    codec::encode_manifest((0..sources.len()).map(entry))
}

/// The rows of darkc's own that come out other than they are stored.
pub fn plan(
    plan: &mut Plan,
    rebuild: &Rebuild<'_, '_, '_>,
    forms: &StoredForms,
    stored: &[StoredFile],
    sources: &Sources<'_, '_>,
) {
    let mut left: HashMap<&str, &StoredFile> = stored.iter().map(|row| (row.path.as_str(), row)).collect();
    for file in 0..sources.len() {
        let path = sources.path(file);
        let stored = left.remove(path);
        if stored.is_some() && !rebuild.may_differ(file) {
            continue;
        }
        let items = encode_file(rebuild, forms, file);
        if stored.is_none_or(|row| row.items != items) {
            plan.put_files.push(StoredFile { path: path.to_owned(), items });
        }
    }
    let mut gone: Vec<&str> = left.into_keys().collect();
    gone.sort_unstable();
    plan.drop_files.extend(gone.into_iter().map(str::to_owned));
}

fn encode_file(rebuild: &Rebuild<'_, '_, '_>, forms: &StoredForms, file: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    for id in rebuild.declared_in(file) {
        let declared = rebuild.inventory.get(id);
        let (kind, location) = (declared.kind, declared.name.as_str());
        if declared.shadowed {
            codec::encode_item(&mut bytes, kind, location, None);
            continue;
        }
        let form = forms.get(&id).copied();
        let form = form.or_else(|| declared.known.map(|known| (known.row(), OpId(known.add_op()))));
        let (row, OpId(add_op)) = form.unwrap_or_default();
        let hash = rebuild.hashes[id.index()];
        match (&rebuild.fresh[id.index()], declared.written) {
            (Some(fresh), Some(written)) => {
                let key = |item: &ItemId| rebuild.inventory.key(*item).0.to_le_bytes();
                let mut dependencies: Vec<[u8; 8]> = fresh.dependencies.iter().map(key).collect();
                // Load order changes when a file moves, and then rows of unedited files are not written anew.
                dependencies.sort_unstable();
                let candidates: Vec<[u8; 4]> =
                    fresh.candidates.iter().map(|key| key.0.to_le_bytes()).collect();
                let facts = Facts {
                    code: written.code,
                    description: written.description(),
                    links: fresh.links,
                    group: fresh.group,
                    row,
                    hash,
                    add_op,
                    dependencies: &dependencies,
                    candidates: &candidates,
                };
                codec::encode_item(&mut bytes, kind, location, Some(&facts));
            }
            (_, written) => {
                let facts = declared.known.map(|known| {
                    let facts = known.facts();
                    let description = written.map_or(facts.description, |written| written.description());
                    Facts { description, row, hash, add_op, ..facts }
                });
                codec::encode_item(&mut bytes, kind, location, facts.as_ref());
            }
        }
    }
    bytes
}
