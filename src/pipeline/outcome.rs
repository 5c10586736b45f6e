//! What a run has to tell: failures of the user's sources, warnings, counts, and the reasons behind them.

use std::fmt;

use crate::base::diagnostic::Diagnostic;
use crate::base::location::ItemKind;
use crate::base::text::Position;
use crate::base::timing::Timings;
use crate::discover::SourceFile;
use crate::link::MissingName;
use crate::lower::PackageError;
use crate::program::tree::NameError;

/// The result of a run that the tool itself could finish; `failures` are the user's to mend.
#[derive(Debug, Default)]
pub struct Outcome {
    /// In order of path. Where there is one, nothing was applied.
    pub failures: Vec<FileFailure>,
    /// Each a sentence without a full stop.
    pub warnings: Vec<String>,
    pub counts: Counts,
    /// How each file was come by, in order of path; filled for `--explain` alone.
    pub files: Vec<FileStatus>,
    /// Items whose names were looked up again although their own file is unchanged; for `--explain`.
    pub relinked: Vec<Relinked>,
    /// What changed, in order of location; filled for `--dry-run` and `--explain`.
    pub changes: Vec<ItemChange>,
    /// The first difference that `--verify` found.
    pub difference: Option<String>,
    pub timings: Timings,
}

/// Amounts of work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub files: usize,
    /// Unchanged since the last reload, or read from a valid sidecar.
    pub files_hit: usize,
    pub files_parsed: usize,
    pub files_failed: usize,
    /// Sidecars that had to be opened.
    pub sidecars_read: usize,
    pub sidecars_written: usize,
    pub items: usize,
    pub items_added: usize,
    pub items_changed: usize,
    pub items_removed: usize,
    pub items_linked: usize,
    pub items_hashed: usize,
    pub items_compiled: usize,
    pub rows_written: usize,
    pub own_rows_written: usize,
    pub statements_prepared: usize,
}

/// One source file that could not be taken, with all that is wrong with it.
#[derive(Debug)]
pub struct FileFailure {
    /// As the user may open it.
    pub path: String,
    /// The decoded source.
    pub text: String,
    pub problems: Vec<Problem>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Empty where Darklang gives no code.
    pub code: &'static str,
    /// Zero-based, as everywhere inside.
    pub start: Position,
    pub end: Position,
    pub message: String,
    /// What was tried, and what to do.
    pub notes: Vec<String>,
}

impl From<&Diagnostic> for Problem {
    fn from(diagnostic: &Diagnostic) -> Self {
        Problem {
            code: diagnostic.code,
            start: diagnostic.start,
            end: diagnostic.end,
            message: diagnostic.message.clone(),
            notes: Vec::new(),
        }
    }
}

impl From<&PackageError> for Problem {
    fn from(error: &PackageError) -> Self {
        let message = error.message.clone();
        Problem { code: "", start: error.start, end: error.end, message, notes: Vec::new() }
    }
}

impl From<&MissingName> for Problem {
    fn from(missing: &MissingName) -> Self {
        let start = Position { row: missing.position.row, column: missing.position.column };
        let end = Position { row: start.row, column: start.column + missing.position.length };
        let name = &missing.name;
        let (message, notes) = match missing.error {
            NameError::NotFound => {
                let tried = format!("tried: {}", missing.tried.join(", "));
                (format!("no type is called `{name}`"), vec![tried])
            }
            NameError::InvalidName => (format!("`{name}` cannot be the name of a type"), Vec::new()),
        };
        Problem { code: "", start, end, message, notes }
    }
}

#[derive(Debug)]
pub struct FileStatus {
    /// Relative to the packages folder.
    pub path: String,
    pub how: How,
    /// Why it was not a hit.
    pub reason: String,
}

impl FileStatus {
    pub fn unchanged(source: SourceFile) -> Self {
        FileStatus { path: source.path, how: How::Unchanged, reason: String::new() }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// Its source is what the database was last loaded from.
    Unchanged,
    /// Read from a valid sidecar.
    Hit,
    Parsed,
    Failed,
    Removed,
}

#[derive(Debug)]
pub struct Relinked {
    pub kind: ItemKind,
    pub location: String,
    /// The name that began or ceased to exist.
    pub because: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    Added,
    /// Its content hash is another.
    Changed,
    /// Only what the hash leaves out: description, parameter names, spelling.
    Amended,
    Removed,
}

#[derive(Debug)]
pub struct ItemChange {
    pub change: Change,
    pub kind: ItemKind,
    pub location: String,
}

/// A linked item, as `darkc items` lists it.
#[derive(Debug)]
pub struct ListedItem {
    pub kind: ItemKind,
    pub location: String,
    pub hash: crate::base::hash::ContentHash,
}

/// One file taken alone: an empty store, unresolved names allowed, built-ins known.
#[derive(Debug)]
pub struct Inspected {
    pub path: String,
    pub text: String,
    pub verdict: Verdict,
    /// In order of declaration kind, then place.
    pub items: Vec<ListedItem>,
    pub problems: Vec<Problem>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Ok,
    /// It does not parse or is not valid.
    Error,
    /// It parses, but holds what a package file may not.
    PackageError,
}

/// Why a source has to be parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Miss {
    Missing,
    Stale,
    /// Made by another build of darkc.
    Tool,
    Damaged,
}

impl fmt::Display for Miss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Miss::Missing => "missing",
            Miss::Stale => "stale",
            Miss::Tool => "tool",
            Miss::Damaged => "damaged",
        })
    }
}

/// A sidecar that is not as it should be.
#[derive(Debug)]
pub struct Unfit {
    /// The source's.
    pub path: String,
    pub miss: Miss,
    pub why: String,
}

/// What `darkc build` did, or with `--check` would do; paths are relative to the packages folder.
#[derive(Debug, Default)]
pub struct BuildOutcome {
    pub failures: Vec<FileFailure>,
    pub warnings: Vec<String>,
    pub counts: Counts,
    /// With `--check`: each sidecar that is not as it should be.
    pub unfit: Vec<Unfit>,
    /// Sidecars without a source.
    pub orphans: Vec<String>,
    pub timings: Timings,
}

/// What `darkc clean` removed, or with `--dry-run` would.
#[derive(Debug, Default)]
pub struct CleanOutcome {
    pub removed: Vec<String>,
    /// Files of that name which are not sidecars and were left alone.
    pub spared: Vec<String>,
}

/// What a `.darkc` holds. The fields of the header are empty where even that cannot be read.
#[derive(Debug, Default)]
pub struct InspectedSidecar {
    pub path: String,
    /// In bytes.
    pub length: u64,
    pub format_version: u32,
    /// Lower-case hex of the tool digest that it was written under.
    pub tool: String,
    /// Lower-case hex of the source's xxh3-128, and the source's length in bytes.
    pub source_hash: String,
    pub source_length: u64,
    /// Why a reload would not use it; none if it would.
    pub unfit: Option<String>,
    /// Kind and location; a sidecar holds no content hashes, for they depend on other files.
    pub items: Vec<(ItemKind, String)>,
}
