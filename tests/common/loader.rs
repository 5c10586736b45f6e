//! How the tests of the incremental reload reach the program under test.

use std::collections::HashMap;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use darkc::commands::{self, Mode, NodeIdMode, Remembered, Settings};
use darkc::internals::base::parallel::Threads;

use super::darkc;

/// How a reload ended: 0 done, 1 the sources have errors; everything else is a bug.
pub struct Outcome {
    pub code: i32,
    pub message: String,
}

/// What a user may ask of a reload.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReloadOptions {
    pub zero_ids: bool,
    pub full: bool,
    pub dry_run: bool,
    pub verify: bool,
}

impl ReloadOptions {
    fn mode(self) -> Mode {
        match (self.verify, self.dry_run, self.full) {
            (true, ..) => Mode::Verify,
            (_, true, true) => Mode::DryRunFull,
            (_, true, false) => Mode::DryRun,
            (_, false, true) => Mode::ApplyFull,
            (_, false, false) => Mode::Apply,
        }
    }
}

pub trait Loader: Sync {
    /// Reloads a tree into a database, with whatever sidecars and indexes lie there.
    fn reload(&self, packages: &Path, database: &Path, options: ReloadOptions) -> Outcome;
}

/// The program, as its users run it.
pub struct CommandLine;

impl Loader for CommandLine {
    fn reload(&self, packages: &Path, database: &Path, options: ReloadOptions) -> Outcome {
        let text = |path: &Path| path.to_str().expect("a UTF-8 path").to_owned();
        let (packages, database) = (text(packages), text(database));
        let mut arguments = vec!["reload", "--allow-removals", "--packages", &packages, "--db", &database];
        let flags = [
            (options.zero_ids, "--node-ids=zero"),
            (options.full, "--full"),
            (options.dry_run, "--dry-run"),
            (options.verify, "--verify"),
        ];
        arguments.extend(flags.iter().filter(|(is_set, _)| *is_set).map(|(_, flag)| *flag));
        let run = darkc(&arguments, &[]);
        Outcome { code: run.code, message: run.stderr }
    }
}

/// The library, called by the test itself: no process to start, and one thread, as the tests themselves run side
/// by side.
pub struct InProcess;

impl Loader for InProcess {
    fn reload(&self, packages: &Path, database: &Path, options: ReloadOptions) -> Outcome {
        reload(packages, database, options, Remembered::default()).0
    }
}

/// The library in a process that lives on: what one reload returns is passed to the next one of the same store.
#[derive(Default)]
pub struct Kept {
    /// One reload in so many is somebody else's, who remembers nothing; none where it is zero.
    pub others: usize,
    pub remembered: Mutex<HashMap<PathBuf, (usize, Remembered)>>,
}

impl Loader for Kept {
    fn reload(&self, packages: &Path, database: &Path, options: ReloadOptions) -> Outcome {
        let lock = || self.remembered.lock().expect("no panic elsewhere");
        let (count, remembered) = lock().remove(database).unwrap_or_default();
        let (outcome, remembered) = if self.others > 0 && count % self.others == self.others - 1 {
            (reload(packages, database, options, Remembered::default()).0, remembered)
        } else {
            reload(packages, database, options, remembered)
        };
        lock().insert(database.to_owned(), (count + 1, remembered));
        outcome
    }
}

fn reload(
    packages: &Path,
    database: &Path,
    options: ReloadOptions,
    remembered: Remembered,
) -> (Outcome, Remembered) {
    let settings = Settings {
        node_ids: if options.zero_ids { NodeIdMode::Zero } else { NodeIdMode::Derived },
        threads: Threads::Exactly(NonZero::<usize>::MIN),
        mode: options.mode(),
        allow_removals: true,
        ..Settings::new(packages.to_owned(), database.to_owned())
    };
    match commands::reload(&settings, remembered) {
        Err(failure) => (Outcome { code: 2, message: failure.to_string() }, Remembered::default()),
        Ok((outcome, remembered)) => {
            let found = outcome.failures.iter().map(|failure| format!("{failure:?}"));
            let message = found.chain(outcome.difference.clone()).collect::<Vec<_>>().join("\n");
            (Outcome { code: i32::from(!message.is_empty()), message }, remembered)
        }
    }
}
