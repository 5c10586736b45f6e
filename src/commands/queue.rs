//! Runs reloads one after the other: each waits for those of the same store, and starts over where something changed.

use super::outcome::Outcome;
use super::patience::Patience;
use super::reload::Run;
use super::settings::Settings;
use super::{Failure, Wait};
use crate::discover::{self, Cleanup};
use crate::state::Remembered;

/// As [`reload_announcing`], waiting in silence.
pub fn reload(settings: &Settings, remembered: Remembered) -> Result<(Outcome, Remembered), Failure> {
    reload_announcing(settings, remembered, &mut |_| {})
}

/// Brings the database up to date with the sources. A process that reloads again passes what it got back, so that only
/// the stamp is read from a store that no other process has changed. The first call passes an empty value.
///
/// It waits for other reloads of the same database, and starts over if something changed during the run;
/// `announce` is called with a wait that takes long.
///
/// # Errors
/// Why the run did not finish. Errors in the sources are part of the outcome; nothing was applied then.
pub fn reload_announcing(
    settings: &Settings,
    mut remembered: Remembered,
    announce: &mut dyn FnMut(&Wait),
) -> Result<(Outcome, Remembered), Failure> {
    let mut lock = None;
    Patience::new(settings.lock_timeout, announce).until_done(|patience| {
        loop {
            let (run, mut found, sealed) = Run::start(settings)?;
            let cleanup = std::mem::take(&mut found.cleanup);
            if let Some(stamp) = sealed {
                remove(settings, &cleanup);
                let outcome = run.outcome.unchanged(found.sources, &stamp, settings.explain);
                return Ok((outcome, std::mem::take(&mut remembered)));
            }
            if lock.is_none() && settings.mode.writes() {
                let waited;
                (lock, waited) = patience.lock(&settings.database)?;
                if waited {
                    // The other one has most likely done the work.
                    continue;
                }
            }
            let (outcome, remembered) = run.finish(found, std::mem::take(&mut remembered))?;
            // While sources have errors, a source that is gone may come back, and its sidecar is then used again.
            if outcome.failures.is_empty() {
                remove(settings, &cleanup);
            }
            return Ok((outcome, remembered));
        }
    })
}

/// Removes sidecars without a source, and what killed processes left, in a run that writes.
fn remove(settings: &Settings, cleanup: &Cleanup) {
    if settings.mode.writes() {
        discover::remove(&settings.packages, cleanup);
    }
}
