//! The whole run, one call a stage.

mod build;
pub mod failure;
mod inspect;
mod notes;
pub mod outcome;
mod own_rows;
mod rebuild;
mod reload;
pub mod settings;
mod sources;

use std::sync::OnceLock;

pub use build::{build, clean};
pub use failure::Failure;
pub use inspect::{inspect, inspect_sidecar};
pub use settings::{NodeIdMode, Settings};

use crate::base::hash::Fingerprint;
use crate::base::parallel::{self, HandOver};
use crate::db::{Database, sealed_items};
use crate::discover::{self, SourceFile};
use crate::load::{self, Sidecars, Slot, TOOL_DIGEST};
use crate::state::Stamp;
use outcome::{FileStatus, ListedItem, Outcome};
use rebuild::Rebuild;
use reload::{Job, Prepared};
use sources::Sources;

/// Of all that decides what a state means: another digest may hash or compile otherwise, so everything is
/// rebuilt and compared.
const STATE_DIGEST: Fingerprint = Fingerprint(include!(concat!(env!("OUT_DIR"), "/state_digest.rs")));

/// Makes the database say what the sources say.
pub fn reload(settings: &Settings) -> Result<Outcome, Failure> {
    let mut outcome = Outcome::default();
    let found =
        outcome.timings.time("discover", || discover::sources(&settings.packages, settings.threads))?;
    let zero_ids = settings.node_ids == NodeIdMode::Zero;
    let goal =
        Stamp { tool: STATE_DIGEST, sources: sources_digest(&found), untouched: true, zero_ids, items: 0 };
    let trusts = !settings.full && !settings.verify;
    let sealed = || sealed_items(&settings.database, &goal);
    if trusts && let Some(items) = outcome.timings.time("seal", sealed) {
        return Ok(unchanged(settings, found, items, outcome));
    }
    let mut database = outcome.timings.time("open", || Database::open(&settings.database))?;
    let stamp = outcome.timings.time("stamp", || database.stamp())?;
    let trusted = stamp.filter(|stamp| {
        trusts && stamp.untouched && stamp.tool == goal.tool && stamp.zero_ids == goal.zero_ids
    });
    if let Some(stamp) = trusted.as_ref().filter(|stamp| stamp.sources == goal.sources) {
        if !settings.dry_run {
            outcome.timings.time("close", || database.seal(stamp));
        }
        return Ok(unchanged(settings, found, stamp.items, outcome));
    }
    // Read here and not on the other thread, whose heap grows page by page: the edit of a leaf takes 0.92 of the
    // time.
    let rows = outcome.timings.time("state", || database.files())?;
    let manifest = if trusted.is_some() { database.manifest()? } else { Vec::new() };
    let before = outcome.timings.time("decode state", || own_rows::decode(&rows, &manifest));
    let job = Job { found, goal, rows: &rows, before, database: &mut database, outcome };
    let prepare = |result: HandOver<_>| reload::prepare(settings, job, result);
    let finish = |prepared: Result<Prepared<'_>, Failure>| reload::finish(prepared?);
    let mut outcome = parallel::hand_over(prepare, finish).map_err(Failure::Thread)??;
    // The last connection moves what was written from the log into the database.
    outcome.timings.time("close", || drop(database));
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

/// Of every file's path and content; equal digests mean that nothing has changed.
fn sources_digest(found: &[SourceFile]) -> Fingerprint {
    let mut bytes = Vec::with_capacity(found.len() * 64);
    for source in found {
        bytes.extend_from_slice(source.path.as_bytes());
        bytes.push(0);
        bytes.extend_from_slice(&source.hash.xxh3.to_le_bytes());
    }
    Fingerprint::of(&bytes)
}

/// All live items and their hashes, without a database.
pub fn items(settings: &Settings) -> Result<(Outcome, Vec<ListedItem>), Failure> {
    let mut outcome = Outcome::default();
    let found =
        outcome.timings.time("discover", || discover::sources(&settings.packages, settings.threads))?;
    let listed = parallel::on_large_stack(|| list_items(settings, found, &mut outcome));
    let items = listed.map_err(Failure::Thread)?;
    Ok((outcome, items))
}

fn list_items(settings: &Settings, found: Vec<SourceFile>, outcome: &mut Outcome) -> Vec<ListedItem> {
    let slots: Vec<Slot> = found.into_iter().map(Slot::new).collect();
    let loaded: Vec<_> = slots.iter().map(|_| OnceLock::new()).collect();
    let sources =
        Sources::new(&settings.packages, &slots, &loaded, load_options(settings, Sidecars::ReadOnly));
    outcome.timings.time("load", || sources.load(0..sources.len()));
    sources.count(&mut outcome.counts);
    outcome.failures = sources.failures();
    if !outcome.failures.is_empty() {
        return Vec::new();
    }
    let mut rebuild = Rebuild::new(&sources, &[]);
    let hashed = outcome
        .timings
        .time("link", || rebuild.link(&[]))
        .and_then(|changed| outcome.timings.time("hash", || rebuild.hash(&changed)));
    if let Err(failures) = hashed {
        outcome.failures = failures;
        return Vec::new();
    }
    outcome.warnings.extend(rebuild.duplicate_warnings());
    let live = rebuild.inventory.live().map(|(id, declared)| ListedItem {
        kind: declared.kind,
        location: declared.name.to_string(),
        hash: rebuild.hashes[id.index()],
    });
    let items: Vec<ListedItem> = live.collect();
    outcome.counts.items = items.len();
    items
}

fn load_options(settings: &Settings, sidecars: Sidecars) -> load::Options {
    load::Options { sidecars, threads: settings.threads.count(), tool: TOOL_DIGEST }
}
