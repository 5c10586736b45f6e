//! What a reload reports: which items changed, and where each file came from.

use std::collections::{HashMap, HashSet};

use darkc_cache_format::MissReason;

use super::checkout_files::CheckoutFiles;
use super::outcome::{Change, Counts, FileOrigin, FileStatus, ItemChange, Miss, OlderUse, Outcome};
use super::reasons::{LastReload, reasons};
use super::settings::{Mode, Settings};
use super::{Failure, Removals};
use crate::base::diagnostic::merge;
use crate::base::hash::ContentHash;
use crate::base::location::{ItemKind, Location};
use crate::db::Database;
use crate::diff::full::Actual;
use crate::diff::others::{Others, Use};
use crate::diff::{OpId, Plan};
use crate::incremental::planning::Work;
use crate::incremental::{PackageSet, Reach, Sources, StoredForms};
use crate::load::{Origin, SidecarState};
use crate::program::lookup::{ItemId, ItemLookup};
use crate::state::keys::ItemKey;

/// Notes the work that a run did on its files and items. The run may have ended early.
pub fn note_work(set: &mut PackageSet, explain: bool, outcome: &mut Outcome) {
    set.count(&mut outcome.counts);
    outcome.note_lookup(&mut set.lookup);
    if !set.is_loaded() {
        return;
    }
    outcome.warnings.extend(set.sources.warnings());
    outcome.names = merge(std::mem::take(&mut outcome.names), set.duplicates());
    outcome.relinked = std::mem::take(&mut set.relinked);
    if explain {
        outcome.files = file_statuses(set);
        if !set.inventory.before().is_empty() {
            outcome.reasons = reasons(set, &LastReload::new(&outcome.relinked));
        }
    }
}

/// Notes which names mean nothing: in full those of what the edit touched.
///
/// # Errors
/// As for [`PackageSet::look_into`].
pub fn note_names(set: &mut PackageSet, outcome: &mut Outcome) -> Result<(), Failure> {
    let stale = set.stale.clone();
    let is_touched = |file: usize, relinked| relinked || stale.binary_search(&file).is_ok();
    let found = outcome.timings.time("names", || set.unresolved_names(is_touched))?;
    outcome.names = found.files;
    (outcome.unresolved, outcome.unresolved_elsewhere) = (found.all, found.elsewhere);
    Ok(())
}

/// Counts and lists what changed: against the store where that was looked at, else against the last reload. A name
/// that somebody else has bound means what they say, so it does not count; it is listed apart. Returns how many items
/// changed.
pub fn note_changes(
    set: &PackageSet,
    stored: Option<&Actual>,
    others: &Others,
    forms: &StoredForms,
    Reach { dirty, removed, .. }: &Reach,
    outcome: &mut Outcome,
) -> usize {
    let inventory = &set.inventory;
    let in_store: Option<HashMap<&str, ContentHash>> = stored.map(|actual| in_store(set, actual, others));
    let mut note = |id: ItemId| {
        let known = inventory.known(id);
        let before = match &in_store {
            Some(in_store) => in_store.get(inventory.name(id)).copied(),
            None => known.map(|known| known.hash()),
        };
        let amended = || match known {
            Some(known) => forms.get(&id).is_some_and(|(row, _)| *row != known.row()),
            None => false,
        };
        let change = match before {
            None => Change::Added,
            Some(before) if before != set.hash(id) => Change::Changed,
            Some(_) if amended() => Change::Amended,
            Some(_) => return,
        };
        let location = inventory.name(id).to_owned();
        outcome.changes.push(ItemChange { change, kind: inventory.kind(id), location });
    };
    match &in_store {
        Some(_) => inventory.live().for_each(&mut note),
        // For all others the last reload's result counts.
        None => {
            let looked_at: HashSet<ItemId> = forms.keys().chain(dirty).copied().collect();
            looked_at.into_iter().for_each(&mut note);
        }
    }
    let mut gone: Vec<(ItemKind, &Location)> =
        removed.iter().map(|(kind, location)| (*kind, location)).collect();
    if let Some(actual) = stored {
        let there =
            actual.locations.iter().filter(|name| name.live || others.bound.contains_key(&name.location));
        let there = there.map(|name| (name.kind, &name.location));
        gone.extend(there.filter(|(_, location)| inventory.find(ItemKey::of(location.as_str())).is_none()));
    }
    let removal = |(kind, location): (_, &Location)| ItemChange {
        change: Change::Removed,
        kind,
        location: location.to_string(),
    };
    outcome.changes.extend(gone.into_iter().map(removal));
    outcome.changes.sort_by(|a, b| a.location.cmp(&b.location));
    if !others.bound.is_empty() {
        let theirs: HashSet<&str> = others.bound.keys().map(Location::as_str).collect();
        let changes = std::mem::take(&mut outcome.changes);
        let (overridden, changes): (Vec<_>, Vec<_>) =
            changes.into_iter().partition(|change| theirs.contains(&*change.location));
        outcome.changes = changes;
        outcome.overridden = overridden.into_iter().map(|change| change.location).collect();
        outcome.overridden.dedup();
    }
    let count = |change| outcome.changes.iter().filter(|item| item.change == change).count();
    let counts = &mut outcome.counts;
    counts.items = inventory.live().count();
    counts.items_added = count(Change::Added);
    counts.items_changed = count(Change::Changed) + count(Change::Amended);
    counts.items_removed = count(Change::Removed);
    counts.items_added + counts.items_changed + counts.items_removed
}

/// Returns the removals of a load that would leave less than half of what a database holds. Added names are set off
/// against them.
fn removals(outcome: &Outcome) -> Option<Removals> {
    let Counts { items, items_added: added, items_removed: removed, .. } = outcome.counts;
    let before = items + removed - added.min(items + removed);
    if 2 * removed.saturating_sub(added) <= before {
        return None;
    }
    let mut modules: HashMap<&str, usize> = HashMap::new();
    for item in outcome.changes.iter().filter(|item| item.change == Change::Removed) {
        // Owner and first module: `Darklang.Stdlib`.
        let ends = item.location.match_indices('.').map(|(at, _)| at);
        let end = ends.take(2).last().unwrap_or(item.location.len());
        *modules.entry(&item.location[..end]).or_default() += 1;
    }
    let mut modules: Vec<(String, usize)> =
        modules.into_iter().map(|(module, count)| (module.to_owned(), count)).collect();
    modules.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    Some(Removals { removed, items: before, modules })
}

/// Returns what each name means to loaders, by the store. Where somebody else has bound a name, the loader's row is set
/// aside, among rows that are retained; then the row counts that has the present hash, if there is one.
fn in_store<'a>(set: &PackageSet, actual: &'a Actual, others: &Others) -> HashMap<&'a str, ContentHash> {
    let mut in_store = HashMap::with_capacity(actual.locations.len());
    for name in &actual.locations {
        let location = name.location.as_str();
        if name.live {
            in_store.insert(location, name.hash);
        } else if others.bound.contains_key(&name.location) {
            let now = set.inventory.find(ItemKey::of(location)).map(|id| set.hash(id));
            if now == Some(name.hash) || !in_store.contains_key(location) {
                in_store.insert(location, name.hash);
            }
        }
    }
    in_store
}

/// Returns what of others' work uses an older version of what this reload changes, in the order in which their names
/// were bound.
pub fn older_uses(plan: &Plan, Work { others, retained }: &Work) -> Vec<OlderUse> {
    let known: HashSet<ContentHash> = retained.iter().map(|retained| retained.hash).collect();
    let mut names: HashMap<ContentHash, &str> = HashMap::new();
    for retained in plan.put_retained.iter().filter(|retained| !known.contains(&retained.hash)) {
        names.entry(retained.hash).or_insert(&retained.location);
    }
    let older = |used: &Use| {
        let of = names.get(&used.of)?;
        let (item, branch) = (used.item.to_string(), used.branch.clone());
        Some(OlderUse { item, branch, uses: (*of).to_owned() })
    };
    let mut uses: Vec<OlderUse> = Vec::new();
    for used in others.uses.iter().filter_map(older) {
        if !uses.contains(&used) {
            uses.push(used);
        }
    }
    uses
}

fn file_statuses(set: &PackageSet) -> Vec<FileStatus> {
    let (sources, before) = (&set.sources, set.inventory.before());
    let mut statuses = Vec::new();
    for file in sources.files() {
        let (origin, reason) = match sources.get(file) {
            Some(loaded) => match (&loaded.content, loaded.origin) {
                (Err(_), _) => (FileOrigin::Failed, String::new()),
                (Ok(_), Origin::Sidecar) => (FileOrigin::Hit, String::new()),
                (Ok(_), Origin::Source(reason)) => {
                    let (miss, why) = miss(reason);
                    (FileOrigin::Parsed, format!("{miss}: {why}"))
                }
            },
            None => (FileOrigin::Unchanged, String::new()),
        };
        let is_stale = set.stale.binary_search(&file).is_ok();
        let origin = if !is_stale && origin == FileOrigin::Hit { FileOrigin::Unchanged } else { origin };
        statuses.push(FileStatus { path: sources.path(file).to_owned(), origin, reason });
    }
    let now: HashSet<&str> = sources.paths().collect();
    for path in (0..before.file_count()).map(|file| before.path(file)).filter(|path| !now.contains(path)) {
        statuses.push(FileStatus {
            path: path.to_owned(),
            origin: FileOrigin::Removed,
            reason: String::new(),
        });
    }
    statuses.sort_by(|a, b| a.path.cmp(&b.path));
    statuses
}

/// A miss in the terms of a user: what is wrong, and the particulars.
pub fn miss(reason: MissReason) -> (Miss, String) {
    let miss = match reason {
        MissReason::NotTried | MissReason::Absent => {
            return (Miss::Missing, "there is no sidecar".to_owned());
        }
        MissReason::SourceChanged => Miss::Stale,
        MissReason::OtherTool | MissReason::OtherVersion => Miss::Tool,
        MissReason::Unreadable(_)
        | MissReason::NotASidecar
        | MissReason::Truncated
        | MissReason::BadChecksum
        | MissReason::Undecodable => Miss::Damaged,
    };
    (miss, reason.to_string())
}

/// Notes the first difference that `--verify` finds, and refuses a load that would empty the store.
pub fn judge(
    plan: &Plan,
    sources: &Sources,
    database: &Database,
    settings: &Settings,
    checkout: &CheckoutFiles,
    outcome: &mut Outcome,
) -> Result<(), Failure> {
    if settings.mode == Mode::Verify && outcome.difference.is_none() {
        outcome.difference = match difference(plan, sources, database) {
            None => checkout.difference(database)?,
            found => found,
        };
    }
    match removals(outcome).filter(|_| settings.mode.writes() && !settings.allow_removals) {
        Some(removals) => Err(Failure::Removals(removals)),
        None => Ok(()),
    }
}

/// Returns the first thing in which sidecars or database differ from what was rebuilt from the sources alone.
fn difference(plan: &Plan, sources: &Sources, database: &Database) -> Option<String> {
    if !database.exists() {
        return Some(format!("there is no database at {}", database.path().display()));
    }
    let sidecar = sources.files().find_map(|file| match sources.get(file)?.sidecar {
        SidecarState::Differs(offset) => {
            Some(format!("the sidecar of {} differs from byte {offset} on", sources.shown_path(file)))
        }
        _ => None,
    });
    let own = || plan.put_files.first().map(|file| format!("darkc_files, {}", file.path));
    let own_left = || plan.drop_files.first().map(|path| format!("darkc_files, {path}, which is no source"));
    sidecar.or_else(|| first_row_difference(plan, |_| true, |_| true)).or_else(own).or_else(own_left)
}

/// Returns the first thing in which Darklang's own tables differ from what was rebuilt, of the content and the ops for
/// which `counts` and `op_counts` hold.
pub fn first_row_difference(
    plan: &Plan,
    counts: impl Fn(&ContentHash) -> bool,
    op_counts: impl Fn(&OpId) -> bool,
) -> Option<String> {
    let row = || {
        let put = plan.put_rows.iter().find(|row| counts(&row.hash));
        put.map(|row| format!("{}, {}", table(row.kind), row.hash))
    };
    let row_left = || {
        let gone = plan.drop_rows.iter().find(|(_, hash)| counts(hash));
        gone.map(|(kind, hash)| format!("{}, {hash}, which is in no source", table(*kind)))
    };
    let op = || {
        let added = plan.add_ops.iter().find(|op| op_counts(&op.id));
        added.map(|op| format!("package_ops, {}", op.id.to_text()))
    };
    let amended = || plan.amend_ops.first().map(|(op, _)| format!("package_ops, {}", op.to_text()));
    let op_left = || {
        let gone = plan.drop_ops.iter().find(|op| op_counts(op));
        gone.map(|op| format!("package_ops, {}, which nothing needs", op.to_text()))
    };
    let bound = || {
        let bound = plan.bind.iter().find(|binding| counts(&binding.hash));
        bound.map(|binding| format!("locations, {}", binding.location))
    };
    let unbound =
        || plan.unbind.first().map(|location| format!("locations, {location}, which is in no source"));
    let set_aside = || {
        let gone = plan.drop_names.first();
        gone.map(|(location, hash)| format!("locations, {location}, which was set aside as {hash}"))
    };
    let retained = || plan.drop_retained.first().map(|hash| format!("darkc_retained, {hash}"));
    let dependencies = || {
        let mut items = plan.put_dependencies.iter().map(|put| &put.item).chain(&plan.drop_dependencies);
        let item = items.find(|item| counts(item));
        item.map(|item| format!("package_dependencies, {item}"))
    };
    row()
        .or_else(row_left)
        .or_else(dependencies)
        .or_else(op)
        .or_else(amended)
        .or_else(op_left)
        .or_else(bound)
        .or_else(unbound)
        .or_else(set_aside)
        .or_else(retained)
}

fn table(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Type => "package_types",
        ItemKind::Value => "package_values",
        ItemKind::Fn => "package_functions",
    }
}
