//! How the tests of the incremental reload reach the program under test.

use std::num::NonZero;
use std::path::Path;

use darkc::base::parallel::Threads;
use darkc::commands::{self, Mode, NodeIdMode, Remembered, Settings};

use super::darkc;

/// How a reload ended: 0 done, 1 the sources have errors; everything else is a bug.
pub struct Outcome {
    pub code: i32,
    pub message: String,
}

/// What a user may ask of a reload.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    pub zero_ids: bool,
    pub full: bool,
    pub dry_run: bool,
    pub verify: bool,
}

impl Wish {
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
    fn reload(&self, packages: &Path, database: &Path, wish: Wish) -> Outcome;
}

/// The program, as its users run it.
pub struct CommandLine;

impl Loader for CommandLine {
    fn reload(&self, packages: &Path, database: &Path, wish: Wish) -> Outcome {
        let text = |path: &Path| path.to_str().expect("a UTF-8 path").to_owned();
        let (packages, database) = (text(packages), text(database));
        let mut arguments = vec!["reload", "--allow-removals", "--packages", &packages, "--db", &database];
        let flags = [
            (wish.zero_ids, "--node-ids=zero"),
            (wish.full, "--full"),
            (wish.dry_run, "--dry-run"),
            (wish.verify, "--verify"),
        ];
        arguments.extend(flags.iter().filter(|(wished, _)| *wished).map(|(_, flag)| *flag));
        let run = darkc(&arguments, &[]);
        Outcome { code: run.code, message: run.stderr }
    }
}

/// The library, called by the test itself: no process to start, and one thread, as the tests themselves run side
/// by side.
pub struct InProcess;

impl Loader for InProcess {
    fn reload(&self, packages: &Path, database: &Path, wish: Wish) -> Outcome {
        let settings = Settings {
            node_ids: if wish.zero_ids { NodeIdMode::Zero } else { NodeIdMode::Derived },
            threads: Threads::Exactly(NonZero::<usize>::MIN),
            mode: wish.mode(),
            allow_removals: true,
            ..Settings::new(packages.to_owned(), database.to_owned())
        };
        match commands::reload(&settings, Remembered::default()) {
            Err(failure) => Outcome { code: 2, message: failure.to_string() },
            Ok((outcome, _)) => {
                let found = outcome.failures.iter().map(|failure| format!("{failure:?}"));
                let message = found.chain(outcome.difference.clone()).collect::<Vec<_>>().join("\n");
                Outcome { code: i32::from(!message.is_empty()), message }
            }
        }
    }
}
