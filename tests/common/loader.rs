//! How the tests of the incremental reload reach the program under test.

use std::path::Path;

use super::darkc;

/// How a reload ended: 0 done, 1 the sources have errors; everything else is a bug.
pub struct Outcome {
    pub code: i32,
    pub message: String,
}

pub trait Loader: Sync {
    /// Reloads a tree into a database, with whatever sidecars and indexes lie there.
    fn reload(&self, packages: &Path, database: &Path) -> Outcome;

    /// Reloads a tree without sidecars into a database that does not exist yet.
    fn fresh(&self, packages: &Path, database: &Path) -> Outcome {
        self.reload(packages, database)
    }
}

/// The program, as its users run it.
pub struct CommandLine;

impl Loader for CommandLine {
    fn reload(&self, packages: &Path, database: &Path) -> Outcome {
        let text = |path: &Path| path.to_str().expect("a UTF-8 path").to_owned();
        let run = darkc(&["reload", "--packages", &text(packages), "--db", &text(database)], &[]);
        Outcome { code: run.code, message: run.stderr }
    }
}
