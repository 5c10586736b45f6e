//! `darkc status`: how sources, sidecars and database stand to each other; reads only.

use std::collections::HashSet;
use std::path::PathBuf;
use std::time::Duration;

use super::package_refs::PackageRefs;
use super::patience::Patience;
use super::reload::Run;
use super::settings::{Mode, Settings};
use super::{Failure, Wait, load_options};
use crate::base::diagnostic::FileDiagnostics;
use crate::base::parallel;
use crate::base::timing::Timings;
pub use crate::db::KnownAs as Known;
use crate::db::{Database, DbError, Survey};
pub use crate::discover::SidecarCounts;
use crate::discover::checkout::{self, RefsPlace};
use crate::discover::{Found, LeftOut, look_at_sidecars};
use crate::incremental::{Basis, BuiltinLookup, PackageSet, Reason, Sources};
use crate::load::{Sidecars, TOOL_DIGEST};
use crate::state::around::Around;
use crate::state::{Remembered, Stamp};

/// For how long a locked store is waited for.
const LOCK_TIMEOUT: Duration = Duration::from_secs(1);

/// How everything stands.
#[derive(Debug)]
pub struct StatusOutcome {
    pub packages: PathBuf,
    pub sources: usize,
    pub left_out: LeftOut,
    /// By their headers alone: a damaged one whose header is whole counts as fresh.
    pub sidecars: SidecarCounts,
    pub database: PathBuf,
    pub store: StoreStatus,
    /// `None` where there is to be no such file.
    pub refs: Option<RefsStatus>,
    pub next: NextReload,
    /// What is wrong with sources: those that the next reload would load, as far as it is known which.
    pub failures: Vec<FileDiagnostics>,
    pub timings: Timings,
}

impl StatusOutcome {
    /// Whether a reload or a build would have something to do.
    pub fn has_work(&self) -> bool {
        let reload = !matches!(self.next, NextReload::Nothing | NextReload::StoreIsSource);
        reload || !self.sidecars.are_fresh() || !self.failures.is_empty()
    }
}

#[derive(Debug)]
pub enum StoreStatus {
    /// There is no file.
    Missing,
    /// Why it cannot be used.
    Unusable(String),
    Found(Box<StoreFacts>),
}

#[derive(Debug)]
pub struct StoreFacts {
    /// Of the file, in bytes.
    pub bytes: u64,
    pub items: usize,
    /// How many uses of names mean nothing; `None` where darkc has not loaded the store.
    pub unresolved: Option<usize>,
    pub survey: Survey,
}

/// The file of package references.
#[derive(Debug)]
pub struct RefsStatus {
    pub path: String,
    pub state: RefsState,
}

#[derive(Debug, PartialEq, Eq)]
pub enum RefsState {
    InStep,
    Missing,
    /// The first line that is not what the store says.
    Behind(String),
    /// There is no store to compare it with.
    Unknown,
}

/// What the next reload would do.
#[derive(Debug)]
pub enum NextReload {
    /// `DARK_CONFIG_PACKAGES_SOURCE` says that the files mean nothing.
    StoreIsSource,
    Nothing,
    /// It would write the file of package references alone.
    WriteRefs,
    /// It would load these files and link what hangs on them.
    Load(ChangedFiles),
    /// It would load and compare everything.
    CompareAll(Reason),
    Refused(String),
}

/// How the sources differ from those of the last reload.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangedFiles {
    pub added: Vec<String>,
    pub changed: Vec<String>,
    pub removed: Vec<String>,
    /// Names of built-ins that have come or gone.
    pub builtins: Vec<String>,
}

/// Finds out how everything stands.
///
/// # Errors
/// Where the sources cannot be looked at. What is wrong with the store is part of the outcome.
pub fn status(settings: &Settings, store_is_source: bool) -> Result<StatusOutcome, Failure> {
    let settings = Settings { mode: Mode::DryRun, lock_timeout: LOCK_TIMEOUT, ..settings.clone() };
    let mut silent = |_: &Wait| {};
    let mut patience = Patience::new(settings.lock_timeout, &mut silent);
    let mut outcome = match patience.until_done(|_| look(&settings, true)) {
        Err(Failure::Database(error)) => {
            let mut outcome = look(&settings, false)?;
            outcome.next = NextReload::Refused(error.to_string());
            outcome.store = StoreStatus::Unusable(error.to_string());
            outcome
        }
        looked => looked?,
    };
    if store_is_source {
        outcome.next = NextReload::StoreIsSource;
    }
    Ok(outcome)
}

fn look(settings: &Settings, at_store: bool) -> Result<StatusOutcome, Failure> {
    let (mut run, found, sealed) = Run::start(settings)?;
    let mut outcome = StatusOutcome {
        packages: settings.packages.clone(),
        sources: found.sources.len(),
        left_out: found.left_out,
        sidecars: SidecarCounts::default(),
        database: settings.database.clone(),
        store: StoreStatus::Missing,
        refs: None,
        next: NextReload::Nothing,
        failures: Vec::new(),
        timings: std::mem::take(&mut run.outcome.timings),
    };
    let sidecars = || look_at_sidecars(&settings.packages, &found, TOOL_DIGEST, settings.threads);
    outcome.sidecars = outcome.timings.time("sidecars", sidecars)?;
    if !at_store {
        outcome.refs = run.checkout.refs().map(|(place, _)| refs_status(place, RefsState::Unknown));
        return Ok(outcome);
    }
    let open = || Database::open_read_only(&settings.database, settings.make_folder);
    let mut database = outcome.timings.time("open", open)?;
    let decided = match sealed {
        // The seal covers the file of package references.
        Some(stamp) => Ok((Basis::Unchanged(stamp, Remembered::default()), None)),
        None => run.decide(&mut database, Remembered::default()).map(|(basis, lookup)| (basis, Some(lookup))),
    };
    let stamp = match sealed {
        Some(stamp) => Some(stamp),
        None => database.stamp()?,
    };
    let store = outcome.timings.time("store", || facts(&database, stamp))?;
    outcome.store = store.map_or(StoreStatus::Missing, |facts| StoreStatus::Found(Box::new(facts)));
    if let Some((place, around)) = run.checkout.refs() {
        let state = if sealed.is_some() { RefsState::InStep } else { refs_state(place, around, &database)? };
        outcome.refs = Some(refs_status(place, state));
    }
    match decided {
        Ok((basis, lookup)) => {
            let next = |outcome: &mut StatusOutcome| next_reload(settings, found, basis, lookup, outcome);
            let next = parallel::on_large_stack(|| next(&mut outcome)).map_err(Failure::Thread)?;
            outcome.next = next;
        }
        // The store is whole and of a Release that is new to darkc.
        Err(Failure::Database(error @ DbError::NotProved { .. })) => {
            outcome.next = NextReload::Refused(error.to_string());
        }
        Err(failure) => return Err(failure),
    }
    database.close()?;
    Ok(outcome)
}

fn refs_status(place: &RefsPlace, state: RefsState) -> RefsStatus {
    RefsStatus { path: checkout::shown(&place.file), state }
}

/// How the file of package references stands to the store.
pub fn refs_state(place: &RefsPlace, around: &Around, database: &Database) -> Result<RefsState, Failure> {
    let refs = PackageRefs::read(place);
    if refs.are_in_step(around) {
        return Ok(RefsState::InStep);
    }
    if !database.exists() {
        return Ok(RefsState::Unknown);
    }
    if refs.is_missing() {
        return Ok(RefsState::Missing);
    }
    Ok(refs.difference(database)?.map_or(RefsState::InStep, RefsState::Behind))
}

fn facts(database: &Database, stamp: Option<Stamp>) -> Result<Option<StoreFacts>, Failure> {
    let Some(survey) = database.survey()? else { return Ok(None) };
    let items = match stamp {
        Some(stamp) => stamp.items,
        None => database.live_names()?,
    };
    let unresolved = stamp.map(|stamp| stamp.unresolved);
    Ok(Some(StoreFacts { bytes: database.file_bytes(), items, unresolved, survey }))
}

fn next_reload(
    settings: &Settings,
    found: Found,
    basis: Basis,
    lookup: Option<BuiltinLookup>,
    outcome: &mut StatusOutcome,
) -> NextReload {
    let is_behind = |refs: &RefsStatus| refs.state != RefsState::InStep;
    let remembered = match basis {
        Basis::Unchanged(..) if outcome.refs.as_ref().is_some_and(is_behind) => return NextReload::WriteRefs,
        Basis::Unchanged(..) => return NextReload::Nothing,
        Basis::Untrusted(reason) => {
            // What cannot be read keeps the reload from anything; the rest is parsed by the reload alone.
            let options = load_options(settings, Sidecars::ReadOnly);
            outcome.failures = Sources::new(settings.packages.clone(), found, options).failures();
            return NextReload::CompareAll(reason);
        }
        Basis::Trusted(remembered) => remembered,
    };
    let lookup = lookup.unwrap_or_default();
    let mut files =
        ChangedFiles { builtins: lookup.changed().map(str::to_owned).collect(), ..ChangedFiles::default() };
    let now: Vec<Option<usize>> = remembered.files_at(found.sources.iter().map(|source| &*source.path));
    for (source, old) in found.sources.iter().zip(&now) {
        match old {
            None => files.added.push(source.path.clone()),
            Some(old) if remembered.source(*old).0 != source.hash.xxh3 => {
                files.changed.push(source.path.clone());
            }
            Some(_) => {}
        }
    }
    let kept: HashSet<usize> = now.into_iter().flatten().collect();
    let removed = (0..remembered.file_count()).filter(|file| !kept.contains(file));
    files.removed.extend(removed.map(|file| remembered.path(file).to_owned()));
    let options = load_options(settings, Sidecars::ReadOnly);
    let sources = Sources::new(settings.packages.clone(), found, options);
    let mut set = PackageSet::new(sources, remembered, lookup);
    if let Err(Failure::Sources(failures)) = outcome.timings.time("load", || set.load_stale()) {
        outcome.failures = failures;
    }
    NextReload::Load(files)
}
