//! `darkc build`: brings sidecars up to date, or checks them.

use super::failure::Failure;
use super::outcome::{BuildOutcome, Unfit};
use super::patience::{Patience, Wait};
use super::settings::Settings;
use super::{changes, load_options, sources_digest, were_passing};
use crate::base::parallel;
use crate::discover::{self, Found, SourceFile};
use crate::incremental::sources::{self, Sources};
use crate::load::{Origin, Sidecars, Slot};

use std::sync::OnceLock;

/// Makes the sidecars of all files and removes those without one; with `check` it writes nothing and lists those that
/// are not as they should be.
///
/// # Errors
/// Why the tool could not; the user's errors are in the outcome.
pub fn build(settings: &Settings, check: bool) -> Result<BuildOutcome, Failure> {
    let mut silent = |_: &Wait| {};
    Patience::new(settings.lock_timeout, &mut silent).until_done(|_| build_once(settings, check))
}

fn build_once(settings: &Settings, check: bool) -> Result<BuildOutcome, Failure> {
    let mut outcome = BuildOutcome::default();
    let Found { sources, bad, residue } =
        outcome.timings.time("discover", || discover::find(&settings.packages, settings.threads))?;
    let digest = sources_digest(&sources);
    // These are also in folders that hold no sources.
    outcome.orphans = discover::orphans(&settings.packages, &sources)?;
    if !check {
        discover::remove(&settings.packages, &residue);
        discover::remove_orphans(&settings.packages, &outcome.orphans);
    }
    outcome.failures = sources::unread(bad);
    parallel::on_large_stack(|| load_all(settings, check, sources, &mut outcome)).map_err(Failure::Thread)?;
    match outcome.failures.first() {
        Some(failure) if were_passing(settings, digest) => {
            Err(Failure::ChangedMeanwhile(failure.path.clone()))
        }
        _ => Ok(outcome),
    }
}

fn load_all(settings: &Settings, check: bool, found: Vec<SourceFile>, outcome: &mut BuildOutcome) {
    let slots: Vec<Slot> = found.into_iter().map(Slot::new).collect();
    let loaded: Vec<_> = slots.iter().map(|_| OnceLock::new()).collect();
    let sidecars = if check { Sidecars::ReadOnly } else { Sidecars::Update };
    let sources = Sources::new(&settings.packages, &slots, &loaded, load_options(settings, sidecars));
    outcome.timings.time("load", || sources.load(0..sources.len()));
    sources.count(&mut outcome.counts);
    outcome.failures.extend(sources.failures());
    outcome.warnings = sources.warnings();
    if check {
        let unfit = (0..sources.len()).filter_map(|file| match sources.get(file)?.origin {
            Origin::Source(reason) => {
                let (miss, why) = changes::miss(reason);
                Some(Unfit { path: sources.path(file).to_owned(), miss, why })
            }
            Origin::Sidecar => None,
        });
        outcome.unfit = unfit.collect();
    }
}
