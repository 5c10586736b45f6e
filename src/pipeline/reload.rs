//! A reload that has something to do: from changed sources to the plan that the database carries out.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::OnceLock;

use super::failure::Failure;
use super::outcome::{Change, FileStatus, How, ItemChange, Outcome};
use super::rebuild::{BeforeFile, Rebuild};
use super::settings::{NodeIdMode, Settings};
use super::sources::Sources;
use super::{STATE_DIGEST, Sidecars, load_options};
use crate::base::hash::{ContentHash, Fingerprint};
use crate::base::location::{ItemKind, Location};
use crate::compile::item::CompiledItem;
use crate::db::{Database, Millis, NewState, OwnedRows, Says};
use crate::diff::changes::{self, Affected, Was};
use crate::diff::full::{self, Actual};
use crate::diff::{OpId, Plan};
use crate::discover::SourceFile;
use crate::load::{Origin, Slot};
use crate::program::inventory::Known;
use crate::program::keys::ItemKey;
use crate::program::world::ItemId;
use crate::state::{ManifestEntry, StoredFile, StoredItem, codec};

/// What an item's stored forms came out as: the fingerprint of its rows and the id of its Add op.
type StoredForms = HashMap<ItemId, (Fingerprint, OpId)>;

/// Brings the database to what the sources say. `trusted` tells that the last reload's state still holds, so
/// that what has not changed since need not be looked at.
pub fn reload(
    settings: &Settings,
    found: Vec<SourceFile>,
    digest: Fingerprint,
    database: &mut Database,
    trusted: bool,
    outcome: &mut Outcome,
) -> Result<(), Failure> {
    let (rows, manifest) = outcome.timings.time("state", || stored_state(database, trusted))?;
    let before = decode_before(&rows, &manifest);
    let stored_rows = before.as_ref().map_or(&[][..], |_| &rows[..]);
    let sources_then: HashMap<&str, Fingerprint> = match &before {
        Some(_) => codec::decode_manifest(&manifest).unwrap_or_default(),
        None => Vec::new(),
    }
    .into_iter()
    .map(|entry| (entry.path, entry.source))
    .collect();
    let trusted = before.is_some();
    let before = before.unwrap_or_default();

    let slots: Vec<Slot> = found.into_iter().map(Slot::new).collect();
    let loaded: Vec<_> = slots.iter().map(|_| OnceLock::new()).collect();
    let sidecars = if settings.dry_run { Sidecars::ReadOnly } else { Sidecars::Update };
    let sources = Sources::new(&settings.packages, &slots, &loaded, load_options(settings, sidecars));
    let stale = (0..sources.len())
        .filter(|file| sources_then.get(sources.path(*file)) != Some(&Fingerprint(sources.hash(*file))));
    let stale: Vec<usize> = stale.collect();
    outcome.timings.time("load", || sources.load(stale.iter().copied()));
    outcome.failures = sources.failures();
    if !outcome.failures.is_empty() {
        sources.count(&mut outcome.counts);
        return Ok(());
    }

    let mut rebuild = outcome.timings.time("inventory", || Rebuild::new(&sources, &before, settings.threads));
    let result = run_stages(settings, database, trusted, &before, &mut rebuild, outcome);
    sources.count(&mut outcome.counts);
    outcome.warnings.extend(sources.warnings());
    outcome.warnings.extend(rebuild.duplicate_warnings());
    let counts = rebuild.counts;
    outcome.counts.items_linked = counts.items_linked;
    outcome.counts.items_hashed = counts.items_hashed;
    outcome.counts.items_compiled = counts.items_compiled;
    outcome.relinked = std::mem::take(&mut rebuild.relinked);
    if settings.explain {
        outcome.files = file_statuses(&sources, &stale, &before);
    }
    let Compiled { affected, actual, compiled, forms, removed } = match result? {
        Ok(compiled) => compiled,
        Err(failures) => {
            outcome.failures = failures;
            return Ok(());
        }
    };
    if let Some(file) = (0..sources.len()).find(|file| sources.changed_meanwhile(*file)) {
        return Err(Failure::ChangedMeanwhile(sources.shown_path(file)));
    }

    let view = rebuild.view();
    let mut plan = outcome.timings.time("diff", || match &actual {
        Some(actual) => {
            let mut compiled = compiled;
            let now = affected.iter().map(|(hash, sharing)| (*hash, sharing.now.clone())).collect();
            full::plan(actual, &now, &mut compiled, &view)
        }
        None => {
            changes::plan(&affected, compiled, removed.iter().map(|(_, location)| location).collect(), &view)
        }
    });
    plan_own_rows(&mut plan, &rebuild, &forms, stored_rows, &sources);
    note_changes(&rebuild, actual.as_ref(), &forms, &removed, outcome);
    plan.changed_items =
        outcome.counts.items_added + outcome.counts.items_changed + outcome.counts.items_removed;
    if settings.dry_run {
        return Ok(());
    }
    let entry = |file| ManifestEntry { path: sources.path(file), source: Fingerprint(sources.hash(file)) };
    let state = NewState {
        tool: STATE_DIGEST,
        sources: digest,
        zero_ids: settings.node_ids == NodeIdMode::Zero,
        items: outcome.counts.items,
        manifest: codec::encode_manifest((0..sources.len()).map(entry)),
    };
    let applied = outcome.timings.time("apply", || database.apply(&plan, &state, Millis::now()))?;
    outcome.counts.rows_written = applied.rows_written;
    outcome.counts.own_rows_written = applied.own_rows_written;
    outcome.counts.statements_prepared = applied.statements_prepared;
    if applied.overridden > 0 {
        outcome.warnings.push(format!(
            "{} names were left as they are, because a user has bound them on main",
            applied.overridden
        ));
    }
    Ok(())
}

/// darkc's own rows and the manifest; none where they do not count.
fn stored_state(database: &Database, trusted: bool) -> Result<(Vec<StoredFile>, Vec<u8>), Failure> {
    if trusted { Ok((database.files()?, database.manifest()?)) } else { Ok(Default::default()) }
}

/// The stored items in load order, which is the manifest's; `None` where darkc's own rows cannot be read or do
/// not fit each other.
fn decode_before<'r>(rows: &'r [StoredFile], manifest: &'r [u8]) -> Option<Vec<BeforeFile<'r>>> {
    let manifest = codec::decode_manifest(manifest)?;
    if manifest.is_empty() || manifest.len() != rows.len() {
        return None;
    }
    let by_path: HashMap<&str, &StoredFile> = rows.iter().map(|row| (row.path.as_str(), row)).collect();
    let file = |entry: &ManifestEntry<'r>| {
        let row = by_path.get(entry.path)?;
        Some(BeforeFile { path: entry.path, items: codec::decode_items(&row.items)? })
    };
    manifest.iter().map(file).collect()
}

/// What the stages leave for the plan.
struct Compiled<'b> {
    affected: Affected<'b>,
    /// What is in the store, where it had to be looked at.
    actual: Option<Actual>,
    compiled: HashMap<ItemId, CompiledItem>,
    forms: StoredForms,
    /// Names that are gone.
    removed: Vec<(ItemKind, Location)>,
}

type UserFailures = Vec<super::outcome::FileFailure>;

/// Links, hashes and compiles what changed, or everything where nothing is known of before.
fn run_stages<'l>(
    settings: &Settings,
    database: &mut Database,
    trusted: bool,
    before: &[BeforeFile<'l>],
    rebuild: &mut Rebuild<'_, 'l, '_>,
    outcome: &mut Outcome,
) -> Result<Result<Compiled<'l>, UserFailures>, Failure> {
    let timings = &mut outcome.timings;
    let hashed = timings.time("link", || rebuild.link(before)).and_then(|changed| {
        let moved = timings.time("hash", || rebuild.hash(&changed))?;
        Ok((changed, moved))
    });
    let (changed, moved) = match hashed {
        Ok(hashed) => hashed,
        Err(failures) => return Ok(Err(failures)),
    };
    let mut dirty: HashSet<ItemId> = changed.into_iter().chain(moved).collect();
    dirty.extend(rebuild.described_anew());

    let (affected, removed) = affected(rebuild, before, &dirty);
    let due = changes::to_compile(&affected, &dirty, &rebuild.view());
    if let Err(failures) = rebuild.look_into(&due) {
        return Ok(Err(failures));
    }
    let compiled = timings.time("compile", || rebuild.compile(&due, settings.node_ids));
    let view = rebuild.view();
    let forms = compiled.iter().map(|item| (item.id, (item.fingerprint(&view), item.add_op.id))).collect();
    let compiled = compiled.into_iter().map(|item| (item.id, item)).collect();
    let actual = match !trusted && database.exists() {
        true => Some(actual(timings.time("compare", || database.owned())?)),
        false => None,
    };
    Ok(Ok(Compiled { affected, actual, compiled, forms, removed }))
}

/// Everything that may have changed, content hash by content hash, and the names that are gone.
fn affected<'l>(
    rebuild: &Rebuild<'_, 'l, '_>,
    before: &[BeforeFile<'l>],
    dirty: &HashSet<ItemId>,
) -> (Affected<'l>, Vec<(ItemKind, Location)>) {
    let inventory = &rebuild.inventory;
    let mut affected = Affected::new();
    let mut removed = Vec::new();
    for item in dirty {
        affected.entry(rebuild.hashes[item.index()]).or_default();
        if let Some(known) = inventory.get(*item).known {
            affected.entry(known.hash).or_default();
        }
    }
    let stored = || {
        let items = before.iter().flat_map(|file| file.items.iter().map(move |item| (file.path, item)));
        items.filter_map(|(path, item)| Some((path, item, item.known?)))
    };
    for (path, item, known) in stored() {
        match inventory.find(ItemKey::of(item.location)).map(|now| inventory.get(now)) {
            None => {
                removed.push((item.kind, Location::new(item.location)));
                affected.entry(known.hash).or_default();
            }
            // Of names that share a hash the last in load order has the row, so a move counts.
            Some(now) if now.kind != item.kind || rebuild.path(now) != path => {
                affected.entry(known.hash).or_default();
            }
            Some(_) => {}
        }
    }
    if affected.is_empty() {
        return (affected, removed);
    }
    for (_, item, known) in stored() {
        if let Some(sharing) = affected.get_mut(&known.hash) {
            sharing.before.push(Was {
                kind: item.kind,
                location: item.location,
                row: known.row,
                add_op: OpId(known.add_op),
            });
        }
    }
    for (id, _) in inventory.live() {
        if let Some(sharing) = affected.get_mut(&rebuild.hashes[id.index()]) {
            sharing.now.push(id);
        }
    }
    (affected, removed)
}

fn actual(owned: OwnedRows) -> Actual {
    let about = |says: &Says| match says {
        Says::Add(_, hash) | Says::SetName(_, _, hash) => Some(*hash),
        Says::Other => None,
    };
    Actual {
        ops: owned.ops.iter().filter_map(|op| Some((op.id, about(&op.says)?))).collect(),
        locations: owned.locations.into_iter().map(|row| (row.location, row.kind, row.hash)).collect(),
        rows: owned.rows.iter().map(|row| (row.kind, row.hash, row.fingerprint)).collect(),
        dependencies: owned.dependencies.into_iter().collect(),
        kept: HashSet::new(),
    }
}

/// The rows of darkc's own that come out other than they are stored.
fn plan_own_rows(
    plan: &mut Plan<'_>,
    rebuild: &Rebuild<'_, '_, '_>,
    forms: &StoredForms,
    stored: &[StoredFile],
    sources: &Sources<'_, '_>,
) {
    let stored: BTreeMap<&str, &StoredFile> = stored.iter().map(|row| (row.path.as_str(), row)).collect();
    let mut left = stored.clone();
    for file in 0..sources.len() {
        let path = sources.path(file);
        left.remove(path);
        let items = encode_file(rebuild, forms, file);
        if stored.get(path).is_none_or(|row| row.items != items) {
            plan.put_files.push(StoredFile { path: path.to_owned(), items });
        }
    }
    plan.drop_files.extend(left.into_keys().map(str::to_owned));
}

fn encode_file(rebuild: &Rebuild<'_, '_, '_>, forms: &StoredForms, file: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    for id in rebuild.declared_in(file) {
        let declared = rebuild.inventory.get(id);
        let mut stored =
            StoredItem { kind: declared.kind, location: declared.location.as_str(), known: None };
        if declared.shadowed {
            codec::encode_item(&mut bytes, &stored);
            continue;
        }
        let form = forms.get(&id).copied();
        let form = form.or_else(|| declared.known.map(|known| (known.row, OpId(known.add_op))));
        let (row, add_op) = form.unwrap_or_default();
        let hash = rebuild.hashes[id.index()];
        match &rebuild.fresh[id.index()] {
            None => {
                let description = declared.written.map(|written| written.description());
                stored.known = declared.known.map(|known| Known {
                    description: description.unwrap_or(known.description),
                    row,
                    add_op: add_op.0,
                    hash,
                    ..known
                });
                codec::encode_item(&mut bytes, &stored);
            }
            Some(fresh) => {
                let dependencies: Vec<[u8; 8]> = fresh
                    .dependencies
                    .iter()
                    .map(|item| rebuild.inventory.key(*item).0.to_le_bytes())
                    .collect();
                let candidates: Vec<[u8; 4]> =
                    fresh.candidates.iter().map(|key| key.0.to_le_bytes()).collect();
                stored.known = declared.written.map(|written| Known {
                    code: written.code,
                    description: written.description(),
                    links: fresh.links,
                    group: fresh.group,
                    hash,
                    row,
                    add_op: add_op.0,
                    dependencies: dependencies.as_flattened(),
                    candidates: candidates.as_flattened(),
                });
                codec::encode_item(&mut bytes, &stored);
            }
        }
    }
    bytes
}

/// Counts and lists what changed: against the store where that was looked at, else against the last reload.
fn note_changes(
    rebuild: &Rebuild<'_, '_, '_>,
    actual: Option<&Actual>,
    forms: &StoredForms,
    removed: &[(ItemKind, Location)],
    outcome: &mut Outcome,
) {
    let in_store: Option<HashMap<&str, ContentHash>> = actual.map(|actual| {
        actual.locations.iter().map(|(location, _, hash)| (location.as_str(), *hash)).collect()
    });
    let mut gone: Vec<(ItemKind, &Location)> =
        removed.iter().map(|(kind, location)| (*kind, location)).collect();
    let mut live = 0;
    for (id, declared) in rebuild.inventory.live() {
        live += 1;
        let hash = rebuild.hashes[id.index()];
        let before = match &in_store {
            Some(in_store) => in_store.get(declared.location.as_str()).copied(),
            None => declared.known.map(|known| known.hash),
        };
        let amended = || match declared.known {
            Some(known) => forms.get(&id).is_some_and(|(row, _)| *row != known.row),
            None => false,
        };
        let change = match before {
            None => Change::Added,
            Some(before) if before != hash => Change::Changed,
            Some(_) if amended() => Change::Amended,
            Some(_) => continue,
        };
        let location = declared.location.to_string();
        outcome.changes.push(ItemChange { change, kind: declared.kind, location });
    }
    if let Some(actual) = actual {
        let there = actual.locations.iter().map(|(location, kind, _)| (*kind, location));
        gone.extend(
            there.filter(|(_, location)| rebuild.inventory.find(ItemKey::of(location.as_str())).is_none()),
        );
    }
    let removal = |(kind, location): (_, &Location)| ItemChange {
        change: Change::Removed,
        kind,
        location: location.to_string(),
    };
    outcome.changes.extend(gone.into_iter().map(removal));
    outcome.changes.sort_by(|a, b| a.location.cmp(&b.location));
    let count = |change| outcome.changes.iter().filter(|item| item.change == change).count();
    let counts = &mut outcome.counts;
    counts.items = live;
    counts.items_added = count(Change::Added);
    counts.items_changed = count(Change::Changed) + count(Change::Amended);
    counts.items_removed = count(Change::Removed);
}

fn file_statuses(sources: &Sources<'_, '_>, stale: &[usize], before: &[BeforeFile<'_>]) -> Vec<FileStatus> {
    let mut statuses = Vec::new();
    for file in 0..sources.len() {
        let (how, reason) = match sources.get(file) {
            Some(loaded) => match (&loaded.content, loaded.origin) {
                (Err(_), _) => (How::Failed, String::new()),
                (Ok(_), Origin::Sidecar) => (How::Hit, String::new()),
                (Ok(_), Origin::Source(reason)) => (How::Parsed, reason.to_string()),
            },
            None => (How::Unchanged, String::new()),
        };
        let how = if stale.binary_search(&file).is_err() && how == How::Hit { How::Unchanged } else { how };
        statuses.push(FileStatus { path: sources.path(file).to_owned(), how, reason });
    }
    let now: HashSet<&str> = (0..sources.len()).map(|file| sources.path(file)).collect();
    for file in before.iter().filter(|file| !now.contains(file.path)) {
        statuses.push(FileStatus { path: file.path.to_owned(), how: How::Removed, reason: String::new() });
    }
    statuses.sort_by(|a, b| a.path.cmp(&b.path));
    statuses
}
