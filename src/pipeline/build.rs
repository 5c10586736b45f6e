//! Sidecars alone: making them, checking them, taking them away.

use super::failure::Failure;
use super::notes;
use super::outcome::{BuildOutcome, CleanOutcome, Unfit};
use super::settings::Settings;
use super::sources::Sources;
use super::{Sidecars, load_options};
use crate::base::parallel;
use crate::discover::{self, SourceFile};
use crate::load::{Origin, SidecarState, Slot};

use std::sync::OnceLock;

/// Makes the sidecars of all files; with `check` it writes nothing and lists those that are not as they should
/// be.
pub fn build(settings: &Settings, check: bool) -> Result<BuildOutcome, Failure> {
    let mut outcome = BuildOutcome::default();
    let found =
        outcome.timings.time("discover", || discover::sources(&settings.packages, settings.threads))?;
    if check {
        outcome.orphans = discover::orphans(&settings.packages, &found)?;
    }
    parallel::on_large_stack(|| load_all(settings, check, found, &mut outcome)).map_err(Failure::Thread)?;
    Ok(outcome)
}

fn load_all(settings: &Settings, check: bool, found: Vec<SourceFile>, outcome: &mut BuildOutcome) {
    let slots: Vec<Slot> = found.into_iter().map(Slot::new).collect();
    let loaded: Vec<_> = slots.iter().map(|_| OnceLock::new()).collect();
    let sidecars = if check { Sidecars::ReadOnly } else { Sidecars::Update };
    let sources = Sources::new(&settings.packages, &slots, &loaded, load_options(settings, sidecars));
    outcome.timings.time("load", || sources.load(0..sources.len()));
    sources.count(&mut outcome.counts);
    outcome.failures = sources.failures();
    outcome.warnings = sources.warnings();
    if check {
        let unfit = (0..sources.len()).filter_map(|file| match sources.get(file)?.origin {
            Origin::Source(reason) => {
                let (miss, why) = notes::miss(reason);
                Some(Unfit { path: sources.path(file).to_owned(), miss, why })
            }
            Origin::Sidecar => None,
        });
        outcome.unfit = unfit.collect();
    }
}

/// Removes sidecars and what an interrupted write left.
pub fn clean(settings: &Settings, dry_run: bool) -> Result<CleanOutcome, Failure> {
    let cleaned = discover::clean(&settings.packages, dry_run)?;
    if let Some((path, error)) = cleaned.failed.into_iter().next() {
        return Err(Failure::NotRemoved(path, error));
    }
    let mut removed = cleaned.sidecars;
    removed.extend(cleaned.temporaries);
    removed.sort_unstable();
    Ok(CleanOutcome { removed, spared: cleaned.spared })
}

impl Sources<'_, '_> {
    /// One sentence for each sidecar that could not be written.
    pub fn warnings(&self) -> Vec<String> {
        let failed = (0..self.len()).filter_map(|file| match &self.get(file)?.sidecar {
            SidecarState::NotWritten(error) => {
                Some(format!("the sidecar of {} was not written: {error}", self.shown_path(file)))
            }
            _ => None,
        });
        failed.collect()
    }
}
