//! `darkc build`: brings sidecars up to date, or checks them.

use super::failure::Failure;
use super::outcome::{BuildOutcome, Unfit};
use super::settings::Settings;
use super::{changes, load_options};
use crate::base::parallel;
use crate::discover::{self, SourceFile};
use crate::incremental::sources::Sources;
use crate::load::{Origin, Sidecars, Slot};

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
                let (miss, why) = changes::miss(reason);
                Some(Unfit { path: sources.path(file).to_owned(), miss, why })
            }
            Origin::Sidecar => None,
        });
        outcome.unfit = unfit.collect();
    }
}
