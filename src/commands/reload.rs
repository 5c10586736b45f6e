//! `darkc reload`: makes the database say what the sources say.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use super::failure::Failure;
use super::outcome::{FileStatus, Outcome};
use super::patience::{Patience, Wait};
use super::settings::{NodeIdMode, Settings};
use super::{changes as told, load_options, sources_digest, were_passing};
use crate::base::diagnostic::FileDiagnostics;
use crate::base::hash::{ContentHash, Fingerprint};
use crate::base::location::{ItemKind, Location};
use crate::base::parallel::{self, HandOver};
use crate::compile::item::CompiledItem;
use crate::db::{Database, Millis, NewState, OwnedOp, OwnedRows, sealed_items};
use crate::diff::Plan;
use crate::diff::changes::{self, Affected};
use crate::diff::full::{self, Actual};
use crate::discover::{self, Found, SourceFile};
use crate::incremental::affected::affected;
use crate::incremental::package_set::{BeforeFile, Rebuild};
use crate::incremental::remembered::{self, Before, StoredForms};
use crate::incremental::sources::{self, Sources};
use crate::load::{Sidecars, Slot};
use crate::ops::read::OpHead;
use crate::program::world::ItemId;
use crate::state::{Stamp, StoredFile};

/// Of all that decides what a state means: another digest may hash or compile otherwise, so everything is
/// rebuilt and compared.
const STATE_DIGEST: Fingerprint = Fingerprint(include!(concat!(env!("OUT_DIR"), "/state_digest.rs")));

/// Makes the database say what the sources say, after waiting in silence for others.
///
/// # Errors
/// Why the tool could not; the user's errors are in the outcome.
pub fn reload(settings: &Settings) -> Result<Outcome, Failure> {
    reload_announcing(settings, &mut |_| {})
}

/// Makes the database say what the sources say. Other reloads of the same database are waited for, and a run under
/// which something changed is started over; `announce` is told of a wait that takes long.
///
/// # Errors
/// As those of [`reload`].
pub fn reload_announcing(settings: &Settings, announce: &mut dyn FnMut(&Wait)) -> Result<Outcome, Failure> {
    let mut patience = Patience::new(settings.lock_timeout, announce);
    let mut lock = None;
    patience.until_done(|patience| {
        loop {
            let start = match start(settings)? {
                Start::Done(outcome) => return Ok(outcome),
                Start::Due(start) => start,
            };
            if lock.is_none() && !settings.reads_only() {
                let waited;
                (lock, waited) = patience.lock(&settings.database)?;
                if waited {
                    // The other one has most likely done the work.
                    continue;
                }
            }
            return run(settings, start);
        }
    })
}

/// What is known before the database is opened.
struct Started {
    found: Found,
    goal: Stamp,
    outcome: Outcome,
}

enum Start {
    /// A seal tells that there is nothing to do.
    Done(Outcome),
    Due(Started),
}

/// Looks at the sources, and at the database from outside.
fn start(settings: &Settings) -> Result<Start, Failure> {
    let mut outcome = Outcome::default();
    let found = outcome.timings.time("discover", || discover::find(&settings.packages, settings.threads))?;
    let zero_ids = settings.node_ids == NodeIdMode::Zero;
    let sources = sources_digest(&found.sources);
    let goal = Stamp { tool: STATE_DIGEST, sources, untouched: true, zero_ids, items: 0 };
    if !settings.reads_only() {
        discover::remove(&settings.packages, &found.residue);
    }
    let trusts = !settings.full && !settings.verify && found.bad.is_empty();
    let sealed = || sealed_items(&settings.database, &goal);
    match trusts.then(|| outcome.timings.time("seal", sealed)).flatten() {
        Some(items) => Ok(Start::Done(unchanged(settings, found.sources, items, outcome))),
        None => Ok(Start::Due(Started { found, goal, outcome })),
    }
}

/// Opens the database and does what there is to do.
fn run(settings: &Settings, start: Started) -> Result<Outcome, Failure> {
    let Started { found, goal, mut outcome } = start;
    let digest = goal.sources;
    let trusts = !settings.full && !settings.verify;
    let open = || match settings.reads_only() {
        true => Database::open_read_only(&settings.database),
        false => Database::open_in(&settings.database, settings.make_folder),
    };
    let mut database = outcome.timings.time("open", open)?;
    let stamp = outcome.timings.time("stamp", || database.stamp())?;
    let trusted = stamp.filter(|stamp| {
        trusts && stamp.untouched && stamp.tool == goal.tool && stamp.zero_ids == goal.zero_ids
    });
    if let Some(stamp) =
        trusted.as_ref().filter(|stamp| stamp.sources == goal.sources && found.bad.is_empty())
    {
        if settings.dry_run {
            database.close()?;
        } else {
            outcome.timings.time("close", || database.seal(stamp));
        }
        return Ok(unchanged(settings, found.sources, stamp.items, outcome));
    }
    if settings.verify {
        outcome.difference = outcome.timings.time("integrity", || database.damage())?;
    }
    // Read here and not on the other thread, whose heap grows page by page: the edit of a leaf takes 0.92 of the
    // time.
    let rows = outcome.timings.time("state", || database.files())?;
    let manifest = if trusted.is_some() { database.manifest()? } else { Vec::new() };
    let before = outcome.timings.time("decode state", || remembered::decode(&rows, &manifest));
    let job = Job { found, goal, rows: &rows, before, database: &mut database, outcome };
    let prepare = |result: HandOver<_>| prepare(settings, job, result);
    let finish = |prepared: Result<Prepared<'_>, Failure>| finish(prepared?);
    let mut outcome = parallel::hand_over(prepare, finish).map_err(Failure::Thread)??;
    outcome.warnings.extend(database.take_warnings());
    outcome.timings.time("close", || database.close())?;
    if !outcome.failures.is_empty() && were_passing(settings, digest) {
        let path = outcome.failures.first().map(|failure| failure.path.clone());
        return Err(Failure::ChangedMeanwhile(path.unwrap_or_default()));
    }
    Ok(outcome)
}

/// How a reload comes out that finds nothing to do.
fn unchanged(settings: &Settings, found: Vec<SourceFile>, items: usize, mut outcome: Outcome) -> Outcome {
    outcome.counts.items = items;
    outcome.counts.files = found.len();
    outcome.counts.files_hit = found.len();
    if settings.explain {
        outcome.files = found.into_iter().map(FileStatus::unchanged).collect();
    }
    outcome
}

/// What is to be made of what was found.
struct Job<'r> {
    found: Found,
    /// What the store shall stand at; how many items there are is to be found out.
    goal: Stamp,
    /// darkc's own rows as they are stored.
    rows: &'r [StoredFile],
    /// What the last reload left, where that still holds, so that what has not changed since need not be looked at.
    before: Option<Before<'r>>,
    database: &'r mut Database,
    outcome: Outcome,
}

/// What came out, and what is still to be written.
struct Prepared<'r> {
    outcome: Outcome,
    write: Option<Write<'r>>,
}

struct Write<'r> {
    database: &'r mut Database,
    plan: Plan,
    state: NewState,
}

/// Finds out what has to be written for the database to say what the sources say. All that was loaded for it is
/// freed only after the result has been handed over: beside the writing, that costs next to nothing.
fn prepare<'r>(settings: &Settings, job: Job<'r>, result: HandOver<Result<Prepared<'r>, Failure>>) {
    let Job { found, goal, rows, before, database, mut outcome } = job;
    let Found { sources: found, bad, .. } = found;
    let slots: Vec<Slot> = found.into_iter().map(Slot::new).collect();
    let loaded: Vec<_> = slots.iter().map(|_| OnceLock::new()).collect();
    let sidecars = match (settings.verify, settings.dry_run) {
        (true, _) => Sidecars::Verify,
        (_, true) => Sidecars::ReadOnly,
        _ => Sidecars::Update,
    };
    let sources = Sources::new(&settings.packages, &slots, &loaded, load_options(settings, sidecars));
    outcome.failures = sources::unread(bad);
    let mut rebuild = None;
    let planned = plan(settings, &sources, rows, before, database, &mut rebuild, &mut outcome);
    result.give(planned.map(|plan| {
        let state = || NewState {
            tool: goal.tool,
            sources: goal.sources,
            zero_ids: goal.zero_ids,
            items: outcome.counts.items,
            manifest: remembered::manifest(&sources),
        };
        let write = plan.map(|plan| Write { plan, state: state(), database });
        Prepared { outcome, write }
    }));
}

/// Carries out what was prepared.
fn finish(prepared: Prepared<'_>) -> Result<Outcome, Failure> {
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
    outcome.failures.extend(sources.failures());
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
        outcome.files = told::file_statuses(sources, &stale, &before_files);
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
    outcome.timings.time("own rows", || remembered::plan(&mut plan, rebuild, &forms, rows, sources));
    told::note_changes(rebuild, actual.as_ref(), &forms, &removed, outcome);
    plan.changed_items =
        outcome.counts.items_added + outcome.counts.items_changed + outcome.counts.items_removed;
    if settings.verify {
        let missing = || format!("there is no database at {}", database.path().display());
        let found = match database.exists() {
            true => told::first_difference(&plan, sources),
            false => Some(missing()),
        };
        outcome.difference = outcome.difference.take().or(found);
    }
    if !settings.reads_only()
        && !settings.allow_removals
        && let Some(removals) = told::removals(outcome)
    {
        return Err(Failure::Removals(removals));
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

type UserFailures = Vec<FileDiagnostics>;

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

fn actual(owned: OwnedRows, kept: HashSet<ContentHash>) -> Actual {
    let about = |op: &OwnedOp| match op.head {
        OpHead::Add(_, hash) => Some((op.id, hash, true)),
        OpHead::SetName(_, _, hash) => Some((op.id, hash, false)),
        OpHead::Other => None,
    };
    Actual {
        ops: owned.ops.iter().filter_map(about).collect(),
        locations: owned.locations.into_iter().map(|row| (row.location, row.kind, row.hash)).collect(),
        rows: owned.rows.iter().map(|row| (row.kind, row.hash, row.fingerprint)).collect(),
        dependencies: owned.dependencies.into_iter().collect(),
        kept,
    }
}
