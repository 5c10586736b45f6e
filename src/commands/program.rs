//! The whole program, loaded and linked without a store, for commands that ask about it.

use super::patience::Patience;
use super::settings::Settings;
use super::{Failure, Wait, builtin_sources, load_options, unless_passing};
use crate::base::diagnostic::FileDiagnostics;
use crate::base::parallel;
use crate::base::timing::Timings;
use crate::discover::{self, Found, Packages};
use crate::incremental::{BuiltinLookup, Counts, PackageSet, Sources};
use crate::load::Sidecars;
use crate::state::Remembered;

/// What has to be known of each item before a question can be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// What its names mean.
    Linked,
    /// Its content hash too.
    Hashed,
}

/// The answer to a question about the program, or what is wrong with the sources.
#[derive(Debug)]
pub struct Answered<T> {
    /// Errors of the sources. Where there is one, there is no answer.
    pub failures: Vec<FileDiagnostics>,
    pub answer: Option<T>,
    /// Each a sentence without a full stop.
    pub warnings: Vec<String>,
    pub counts: Counts,
    pub timings: Timings,
}

/// Loads all sources, from sidecars where they are valid, brings every live item to a stage, and asks `question` about
/// them, on a thread whose stack holds deep trees. Writes nothing. Starts over where sources change under it.
///
/// # Errors
/// Those of `question`, or why the sources cannot be looked at. Errors in the sources are in what is returned.
pub fn ask<T: Send>(
    settings: &Settings,
    stage: Stage,
    question: impl Fn(&mut PackageSet, &mut Timings) -> Result<T, Failure> + Sync,
) -> Result<Answered<T>, Failure> {
    let mut silent = |_: &Wait| {};
    let ask = |_: &mut Patience<'_>| ask_once(settings, stage, &question);
    Patience::new(settings.lock_timeout, &mut silent).until_done(ask)
}

fn ask_once<T: Send>(
    settings: &Settings,
    stage: Stage,
    question: &(impl Fn(&mut PackageSet, &mut Timings) -> Result<T, Failure> + Sync),
) -> Result<Answered<T>, Failure> {
    let mut answered = Answered {
        failures: Vec::new(),
        answer: None,
        warnings: Vec::new(),
        counts: Counts::default(),
        timings: Timings::default(),
    };
    let found = answered.timings.time("discover", || discover::find(&settings.packages, settings.threads))?;
    let digest = found.digest();
    let ask = || {
        let mut set = package_set(settings, settings.packages.clone(), found);
        let brought = bring(&mut set, stage, &mut answered.timings);
        answered.warnings.append(&mut set.lookup.warnings);
        let answer = brought.and_then(|()| question(&mut set, &mut answered.timings));
        set.count(&mut answered.counts);
        answer
    };
    match parallel::on_large_stack(ask).map_err(Failure::Thread)? {
        Ok(answer) => answered.answer = Some(answer),
        Err(Failure::Sources(failures)) => {
            unless_passing(settings, digest, &failures)?;
            answered.failures = failures;
        }
        Err(failure) => return Err(failure),
    }
    Ok(answered)
}

/// Returns the set of the sources that were found in a folder or a snapshot, of which nothing is remembered.
pub fn package_set(settings: &Settings, packages: impl Into<Packages>, found: Found) -> PackageSet {
    let options = load_options(settings, Sidecars::ReadOnly);
    let sources = Sources::new(packages, found, options);
    let lookup = BuiltinLookup::new(builtin_sources(settings));
    PackageSet::new(sources, Remembered::default(), lookup)
}

/// Loads all files and brings every live item to a stage.
///
/// # Errors
/// What is wrong with the sources.
pub fn bring(set: &mut PackageSet, stage: Stage, timings: &mut Timings) -> Result<(), Failure> {
    timings.time("load", || set.load_stale())?;
    timings.time("inventory", || set.declare());
    let linked = timings.time("link", || set.link())?;
    if stage == Stage::Hashed {
        timings.time("hash", || set.hash_changed(&linked))?;
    }
    Ok(())
}
