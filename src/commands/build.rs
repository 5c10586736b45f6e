//! `darkc build`: brings sidecars up to date, or checks them.

use super::outcome::{BuildOutcome, InvalidSidecar, Miss};
use super::patience::Patience;
use super::settings::Settings;
use super::{Failure, Wait, builtin_sources, changes, load_options, unless_passing};
use crate::base::parallel;
use crate::discover::{self, Found};
use crate::incremental::{BuiltinLookup, PackageSet, Sources};
use crate::load::{SidecarState, Sidecars};
use crate::state::Remembered;

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
    let found = outcome.timings.time("discover", || discover::find(&settings.packages, settings.threads))?;
    let digest = found.digest();
    // These are also in folders that hold no sources.
    outcome.orphans = discover::orphans(&settings.packages, &found.sources)?;
    if !check {
        discover::remove(&settings.packages, &found.cleanup);
        discover::remove_orphans(&settings.packages, &outcome.orphans);
    }
    parallel::on_large_stack(|| load_all(settings, check, found, &mut outcome)).map_err(Failure::Thread)?;
    unless_passing(settings, digest, &outcome.failures)?;
    Ok(outcome)
}

/// What names mean does not decide a sidecar, but matters to those who commit the sources.
fn look_names_up(settings: &Settings, sources: Sources, outcome: &mut BuildOutcome) {
    let is_fresh = |file| sources.get(file).is_some_and(|file| matches!(file.sidecar, SidecarState::Equal));
    let fresh: Vec<bool> = sources.files().map(is_fresh).collect();
    let lookup = BuiltinLookup::new(builtin_sources(settings));
    let mut set = PackageSet::new(sources, Remembered::default(), lookup);
    set.declare();
    let linked = outcome.timings.time("link", || set.link());
    match linked.and_then(|_| set.unresolved_names(|file, _| !fresh[file])) {
        Ok(names) => {
            outcome.unresolved_elsewhere = names.elsewhere;
            outcome.names = names.files;
        }
        Err(Failure::Sources(failures)) => outcome.failures = failures,
        // Linking reads nothing but sources.
        Err(_) => {}
    }
}

fn load_all(settings: &Settings, check: bool, found: Found, outcome: &mut BuildOutcome) {
    // A check parses every source: a sidecar that looks valid may differ from its source.
    let sidecars = if check { Sidecars::Verify } else { Sidecars::Update };
    let mut sources = Sources::new(settings.packages.clone(), found, load_options(settings, sidecars));
    outcome.timings.time("load", || sources.load(sources.files()));
    sources.count(&mut outcome.counts);
    outcome.failures = sources.failures();
    outcome.warnings = sources.warnings();
    if check {
        let mut fresh = 0;
        let invalid = sources.files().filter_map(|file| {
            let (miss, why) = match sources.get(file)?.sidecar {
                SidecarState::Missing(reason) => changes::miss(reason),
                SidecarState::Differs(offset) => {
                    (Miss::Differs, format!("it is not what its source makes, from byte {offset} on"))
                }
                SidecarState::Equal => {
                    fresh += 1;
                    return None;
                }
                // The source has errors, which are reported elsewhere.
                SidecarState::Untouched | SidecarState::Written | SidecarState::NotWritten(_) => return None,
            };
            Some(InvalidSidecar { path: sources.path(file).to_owned(), miss, why })
        });
        outcome.invalid = invalid.collect();
        outcome.counts.files_hit = fresh;
        if outcome.failures.is_empty() {
            look_names_up(settings, sources, outcome);
        }
    }
}
