//! A reload that has something to do: from changed sources to the plan that the database carries out.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use super::failure::Failure;
use super::notes;
use super::outcome::{FileFailure, Outcome};
use super::own_rows::{self, Before, StoredForms};
use super::rebuild::{BeforeFile, Rebuild};
use super::settings::Settings;
use super::sources::Sources;
use super::{Sidecars, load_options};
use crate::base::hash::{ContentHash, Fingerprint};
use crate::base::location::{ItemKind, Location};
use crate::base::parallel::HandOver;
use crate::compile::item::CompiledItem;
use crate::db::{Database, Millis, NewState, OwnedOp, OwnedRows, Says};
use crate::diff::changes::{self, Affected, Was};
use crate::diff::full::{self, Actual};
use crate::diff::{OpId, Plan};
use crate::discover::SourceFile;
use crate::load::Slot;
use crate::program::world::ItemId;
use crate::state::{Stamp, StoredFile};

/// What is to be made of what was found.
pub struct Job<'r> {
    pub found: Vec<SourceFile>,
    /// What the store shall stand at; how many items there are is to be found out.
    pub goal: Stamp,
    /// darkc's own rows as they are stored.
    pub rows: &'r [StoredFile],
    /// What the last reload left, where that still holds, so that what has not changed since need not be looked at.
    pub before: Option<Before<'r>>,
    pub database: &'r mut Database,
    pub outcome: Outcome,
}

/// What came out, and what is still to be written.
pub struct Prepared<'r> {
    pub outcome: Outcome,
    pub write: Option<Write<'r>>,
}

pub struct Write<'r> {
    database: &'r mut Database,
    plan: Plan,
    state: NewState,
}

/// Finds out what has to be written for the database to say what the sources say. All that was loaded for it is
/// freed only after the result has been handed over: beside the writing, that costs next to nothing.
pub fn prepare<'r>(settings: &Settings, job: Job<'r>, result: HandOver<Result<Prepared<'r>, Failure>>) {
    let Job { found, goal, rows, before, database, mut outcome } = job;
    let slots: Vec<Slot> = found.into_iter().map(Slot::new).collect();
    let loaded: Vec<_> = slots.iter().map(|_| OnceLock::new()).collect();
    let sidecars = match (settings.verify, settings.dry_run) {
        (true, _) => Sidecars::Verify,
        (_, true) => Sidecars::ReadOnly,
        _ => Sidecars::Update,
    };
    let sources = Sources::new(&settings.packages, &slots, &loaded, load_options(settings, sidecars));
    let mut rebuild = None;
    let planned = plan(settings, &sources, rows, before, database, &mut rebuild, &mut outcome);
    result.give(planned.map(|plan| {
        let state = || NewState {
            tool: goal.tool,
            sources: goal.sources,
            zero_ids: goal.zero_ids,
            items: outcome.counts.items,
            manifest: own_rows::manifest(&sources),
        };
        let write = plan.map(|plan| Write { plan, state: state(), database });
        Prepared { outcome, write }
    }));
}

/// Carries out what was prepared.
pub fn finish(prepared: Prepared<'_>) -> Result<Outcome, Failure> {
    let Prepared { mut outcome, write } = prepared;
    let Some(Write { database, plan, state }) = write else { return Ok(outcome) };
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
    Ok(outcome)
}

/// The plan, or `None` where nothing is to be written: because sources have errors, or nobody asked for it.
fn plan<'r, 'l, 's>(
    settings: &Settings,
    sources: &'r Sources<'l, 's>,
    rows: &'l [StoredFile],
    before: Option<Before<'l>>,
    database: &mut Database,
    rebuild: &mut Option<Rebuild<'r, 'l, 's>>,
    outcome: &mut Outcome,
) -> Result<Option<Plan>, Failure> {
    let trusted = before.is_some();
    let Before { files: before_files, sources: sources_then } = before.unwrap_or_default();
    let is_stale =
        |file: &usize| sources_then.get(sources.path(*file)) != Some(&Fingerprint(sources.hash(*file)));
    let stale: Vec<usize> = (0..sources.len()).filter(is_stale).collect();
    outcome.timings.time("load", || sources.load(stale.iter().copied()));
    outcome.failures = sources.failures();
    if !outcome.failures.is_empty() {
        sources.count(&mut outcome.counts);
        return Ok(None);
    }

    let rebuild = rebuild.insert(outcome.timings.time("inventory", || Rebuild::new(sources, &before_files)));
    let result = run_stages(settings, database, trusted, &before_files, rebuild, outcome);
    sources.count(&mut outcome.counts);
    rebuild.count(&mut outcome.counts);
    outcome.warnings.extend(sources.warnings());
    outcome.warnings.extend(rebuild.duplicate_warnings());
    outcome.relinked = std::mem::take(&mut rebuild.relinked);
    if settings.explain {
        outcome.files = notes::file_statuses(sources, &stale, &before_files);
    }
    let Compiled { affected, actual, compiled, forms, removed } = match result? {
        Ok(compiled) => compiled,
        Err(failures) => {
            outcome.failures = failures;
            return Ok(None);
        }
    };
    if let Some(file) = (0..sources.len()).find(|file| sources.changed_meanwhile(*file)) {
        return Err(Failure::ChangedMeanwhile(sources.shown_path(file)));
    }

    let drops = actual.is_none() && affected.values().any(|sharing| sharing.now.is_empty());
    let kept = if drops { database.kept()? } else { HashSet::new() };
    let view = rebuild.view();
    let mut plan = outcome.timings.time("diff", || match &actual {
        Some(actual) => full::plan(actual, &affected, compiled, &view),
        None => {
            let unbind = removed.iter().map(|(_, location)| location.clone()).collect();
            changes::plan(&affected, compiled, unbind, &kept, &view)
        }
    });
    outcome.timings.time("own rows", || own_rows::plan(&mut plan, rebuild, &forms, rows, sources));
    notes::note_changes(rebuild, actual.as_ref(), &forms, &removed, outcome);
    plan.changed_items =
        outcome.counts.items_added + outcome.counts.items_changed + outcome.counts.items_removed;
    if settings.verify {
        let missing = || format!("there is no database at {}", database.path().display());
        outcome.difference =
            if database.exists() { notes::first_difference(&plan, sources) } else { Some(missing()) };
    }
    Ok((!settings.verify && !settings.dry_run).then_some(plan))
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

type UserFailures = Vec<FileFailure>;

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

    let (affected, removed) = timings.time("compare items", || affected(rebuild, before, &dirty));
    let due = changes::to_compile(&affected, &dirty, &rebuild.view());
    if let Err(failures) = timings.time("look into", || rebuild.look_into(&due)) {
        return Ok(Err(failures));
    }
    let compiled = timings.time("compile", || rebuild.compile(&due, settings.node_ids));
    let forms = compiled.iter().map(|item| (item.id, (item.fingerprint(), item.add_op.id))).collect();
    let compiled = compiled.into_iter().map(|item| (item.id, item)).collect();
    let actual = match !trusted && database.exists() {
        true => Some(actual(timings.time("compare", || database.owned())?, database.kept()?)),
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
            affected.entry(known.hash()).or_default();
        }
    }
    let stored = || {
        let items = before.iter().flat_map(|file| (0..).zip(&file.items).map(|at| (file.path, at)));
        items.filter_map(|(path, (place, item))| Some(((path, place), item, item.known?)))
    };
    for ((path, place), item, known) in stored() {
        match inventory.find(item.key).map(|now| inventory.get(now)) {
            None => {
                removed.push((item.kind, Location::new(item.location)));
                affected.entry(known.hash()).or_default();
            }
            // Of names that share a hash the last in load order has the row, so a move counts, within a file too.
            Some(now) if now.kind != item.kind || rebuild.path(now) != path || now.place != place => {
                affected.entry(known.hash()).or_default();
            }
            Some(_) => {}
        }
    }
    if affected.is_empty() {
        return (affected, removed);
    }
    for (_, item, known) in stored() {
        if let Some(sharing) = affected.get_mut(&known.hash()) {
            sharing.before.push(Was {
                kind: item.kind,
                location: item.location,
                row: known.row(),
                add_op: OpId(known.add_op()),
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

fn actual(owned: OwnedRows, kept: HashSet<ContentHash>) -> Actual {
    let about = |op: &OwnedOp| match op.says {
        Says::Add(_, hash) => Some((op.id, hash, true)),
        Says::SetName(_, _, hash) => Some((op.id, hash, false)),
        Says::Other => None,
    };
    Actual {
        ops: owned.ops.iter().filter_map(about).collect(),
        locations: owned.locations.into_iter().map(|row| (row.location, row.kind, row.hash)).collect(),
        rows: owned.rows.iter().map(|row| (row.kind, row.hash, row.fingerprint)).collect(),
        dependencies: owned.dependencies.into_iter().collect(),
        kept,
    }
}
