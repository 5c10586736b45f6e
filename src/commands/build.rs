//! `darkc build`: brings sidecars up to date, or checks them.

use super::outcome::{BuildOutcome, InvalidSidecar, Miss};
use super::patience::Patience;
use super::settings::Settings;
use super::{Failure, Wait, builtin_sources, changes, load_options, unless_passing};
use crate::base::parallel;
use crate::discover::{self, Found, Packages};
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
    outcome.left_out = found.left_out;
    outcome.judges_sidecars = check;
    let files = Files {
        packages: settings.packages.clone().into(),
        // A check parses every source: a sidecar that looks valid may hold what its source does not say.
        sidecars: if check { Sidecars::Verify } else { Sidecars::Update },
        is_in_full: &|_, is_fresh| !is_fresh,
    };
    let run = || match check {
        true => judge(settings, files, found, &mut outcome),
        false => drop(load_all(settings, &files, found, &mut outcome)),
    };
    parallel::on_large_stack(run).map_err(Failure::Thread)?;
    unless_passing(settings, digest, &outcome.failures)?;
    Ok(outcome)
}

/// What a build loads, and how.
pub struct Files<'f> {
    pub packages: Packages,
    pub sidecars: Sidecars,
    /// Of a file's path, and whether its sidecar is valid: whether its names that mean nothing are said in full.
    pub is_in_full: &'f (dyn Fn(&str, bool) -> bool + Sync),
}

/// Loads all files, compares their sidecars and looks their names up.
pub fn judge(settings: &Settings, files: Files<'_>, found: Found, outcome: &mut BuildOutcome) {
    let sources = load_all(settings, &files, found, outcome);
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
            // The source has errors, which are told elsewhere, or sidecars do not matter.
            SidecarState::Untouched | SidecarState::Written | SidecarState::NotWritten(_) => return None,
        };
        Some(InvalidSidecar { path: sources.path(file).to_owned(), miss, why })
    });
    outcome.invalid = invalid.collect();
    outcome.counts.files_hit = fresh;
    if outcome.failures.is_empty() {
        look_names_up(settings, sources, files.is_in_full, outcome);
    }
}

fn load_all(settings: &Settings, files: &Files<'_>, found: Found, outcome: &mut BuildOutcome) -> Sources {
    let options = load_options(settings, files.sidecars);
    let mut sources = Sources::new(files.packages.clone(), found, options);
    outcome.timings.time("load", || sources.load(sources.files()));
    sources.count(&mut outcome.counts);
    outcome.failures = sources.failures();
    outcome.warnings = sources.warnings();
    sources
}

/// What names mean does not decide a sidecar, but matters to those who commit the sources.
fn look_names_up(
    settings: &Settings,
    sources: Sources,
    is_in_full: &dyn Fn(&str, bool) -> bool,
    outcome: &mut BuildOutcome,
) {
    let is_fresh = |file| sources.get(file).is_some_and(|file| matches!(file.sidecar, SidecarState::Equal));
    let in_full: Vec<bool> =
        sources.files().map(|file| is_in_full(sources.path(file), is_fresh(file))).collect();
    let lookup = BuiltinLookup::new(builtin_sources(settings));
    let mut set = PackageSet::new(sources, Remembered::default(), lookup);
    set.declare();
    let linked = outcome.timings.time("link", || set.link());
    match linked.and_then(|_| set.unresolved_names(|file, _| in_full[file])) {
        Ok(names) => {
            outcome.unresolved_elsewhere = names.elsewhere;
            outcome.names = names.files;
        }
        Err(Failure::Sources(failures)) => outcome.failures = failures,
        // Linking reads nothing but sources.
        Err(_) => {}
    }
}
