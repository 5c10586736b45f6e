//! What a run reports: errors of the user's sources, warnings, counts, and the reasons behind them.

use std::fmt;
use std::path::Path;

pub use super::reasons::{ItemReason, Reasons, RemovedItem, Why};
use crate::base::diagnostic::{Diagnostic, FileDiagnostics};
use crate::base::hash::ContentHash;
use crate::base::location::ItemKind;
use crate::base::text::Position;
use crate::base::timing::Timings;
use crate::db::Applied;
pub use crate::discover::LeftOut;
use crate::discover::SourceFile;
use crate::incremental::values::Values;
use crate::incremental::{BuiltinLookup, Reason, TypeFindings};
pub use crate::incremental::{Counts, Relinked, ValueLeft};
use crate::state::Stamp;

/// The result of a run that the tool itself could finish; `failures` are errors in the user's sources.
#[derive(Debug, Default)]
pub struct Outcome {
    /// In order of path. Where there is one, nothing was applied.
    pub failures: Vec<FileDiagnostics>,
    /// What the check of types says of what an edit touched.
    pub findings: Vec<FileDiagnostics>,
    /// How many findings there are in bodies that the edit did not touch.
    pub findings_elsewhere: usize,
    /// Warnings about names, in order of path: those that mean nothing, and those that are declared more than once.
    pub names: Vec<FileDiagnostics>,
    /// How many uses of names mean nothing where the run looked, and how many of them are not among `names`.
    pub unresolved: usize,
    pub unresolved_elsewhere: usize,
    /// Each a sentence without a full stop.
    pub warnings: Vec<String>,
    /// Each a sentence without a full stop, on something that happens once.
    pub notes: Vec<String>,
    pub counts: Counts,
    /// Where each file's content came from, in order of path; filled for `--explain` alone.
    pub files: Vec<FileStatus>,
    /// Why items are other than at the last reload; filled for `--explain` alone, where that one's result counted.
    pub reasons: Reasons,
    /// Items whose names were looked up again although their own file is unchanged; for `--explain`.
    pub relinked: Vec<Relinked>,
    /// New values that were not evaluated, in load order; for `--explain`.
    pub values_left: Vec<ValueLeft>,
    /// What changed, in order of location; filled for `--dry-run` and `--explain`.
    pub changes: Vec<ItemChange>,
    /// Names of edited sources that somebody else has bound on main, in order: they stay as they are.
    pub overridden: Vec<String>,
    /// What of others' work uses an older version of what changed.
    pub older_uses: Vec<OlderUse>,
    /// The first difference that `--verify` found.
    pub difference: Option<String>,
    pub timings: Timings,
    pub left_out: LeftOut,
    /// Why everything was compared; `None` where the last reload's result counted.
    pub untrusted: Option<Reason>,
}

impl Outcome {
    /// Completes the outcome of a reload that found nothing to do.
    pub(super) fn unchanged(mut self, found: Vec<SourceFile>, stamp: &Stamp, explain: bool) -> Self {
        self.counts.items = stamp.items;
        self.unresolved_elsewhere = stamp.unresolved;
        self.findings_elsewhere = stamp.findings;
        self.counts.findings = stamp.findings;
        self.counts.files = found.len();
        self.counts.files_hit = found.len();
        if explain {
            self.files = found.into_iter().map(FileStatus::unchanged).collect();
        }
        self
    }

    /// Notes what the search for built-ins found out about the checkout.
    pub(super) fn note_lookup(&mut self, lookup: &mut BuiltinLookup) {
        self.warnings.append(&mut lookup.warnings);
        self.counts.builtin_sources_read = lookup.files_read;
    }

    /// Notes what the check of types found.
    pub(super) fn note_findings(&mut self, found: TypeFindings) {
        self.counts.findings = found.all;
        self.findings_elsewhere = found.elsewhere;
        self.findings = found.files;
    }

    /// Notes which values were evaluated and which were not.
    pub(super) fn note_values(&mut self, values: Values) {
        self.counts.values_evaluated = values.evaluated;
        self.counts.values_left = values.left.len();
        self.values_left = values.left;
    }

    /// Notes what was written.
    pub(super) fn note_applied(&mut self, applied: &Applied) {
        self.counts.rows_written = applied.rows_written;
        self.counts.own_rows_written = applied.own_rows_written;
        self.counts.statements_prepared = applied.statements_prepared;
    }
}

#[derive(Debug)]
pub struct FileStatus {
    /// Relative to the packages folder.
    pub path: String,
    pub origin: FileOrigin,
    /// Why it was not a hit.
    pub reason: String,
}

impl FileStatus {
    pub fn unchanged(source: SourceFile) -> Self {
        FileStatus { path: source.path, origin: FileOrigin::Unchanged, reason: String::new() }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileOrigin {
    /// The database was last loaded from this source.
    Unchanged,
    /// Read from a valid sidecar.
    Hit,
    Parsed,
    Failed,
    Removed,
}

/// An item of somebody's work, which no source has, and a package item of which it uses an older version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OlderUse {
    pub item: String,
    /// The name of the branch that the item has its name on.
    pub branch: String,
    pub uses: String,
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
    pub hash: ContentHash,
}

/// An item of the package set, and its canonical form as text.
#[derive(Debug)]
pub struct CanonicalItem {
    pub item: ListedItem,
    pub text: String,
}

/// One file taken alone: an empty store, unresolved names allowed, built-ins known.
#[derive(Debug)]
pub struct Inspected {
    pub path: String,
    pub text: String,
    pub verdict: Verdict,
    /// In order of declaration kind, then place.
    pub items: Vec<ListedItem>,
    /// The canonical form of each item as text, where it was asked for.
    pub canonical: Vec<String>,
    pub diagnostics: Vec<Diagnostic>,
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
    /// It looks valid but differs from its source.
    Differs,
}

impl Miss {
    /// The code under which it is reported as a finding.
    pub fn code(self) -> &'static str {
        match self {
            Miss::Missing => "SIDECAR-MISSING",
            Miss::Stale => "SIDECAR-STALE",
            Miss::Tool => "SIDECAR-TOOL",
            Miss::Damaged => "SIDECAR-DAMAGED",
            Miss::Differs => "SIDECAR-DIFFERS",
        }
    }
}

impl fmt::Display for Miss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Miss::Missing => "missing",
            Miss::Stale => "stale",
            Miss::Tool => "tool",
            Miss::Damaged => "damaged",
            Miss::Differs => "differs",
        })
    }
}

/// A sidecar that is not as it should be.
#[derive(Debug)]
pub struct InvalidSidecar {
    /// The source's.
    pub path: String,
    pub miss: Miss,
    pub why: String,
}

/// What `darkc build` did, or with `--check` would do; paths are relative to the packages folder.
#[derive(Debug, Default)]
pub struct BuildOutcome {
    pub failures: Vec<FileDiagnostics>,
    /// With `--check`: names that mean nothing in files without a valid sidecar, and how many there are besides.
    pub names: Vec<FileDiagnostics>,
    pub unresolved_elsewhere: usize,
    pub warnings: Vec<String>,
    pub counts: Counts,
    /// Whether sidecars are compared; with `--staged` only where there are any in the index.
    pub judges_sidecars: bool,
    pub left_out: LeftOut,
    /// With `--check`: each sidecar that is not as it should be.
    pub invalid: Vec<InvalidSidecar>,
    /// Sidecars without a source.
    pub orphans: Vec<String>,
    pub timings: Timings,
}

impl BuildOutcome {
    /// Whether a sidecar is not as it should be.
    pub fn has_invalid(&self) -> bool {
        !self.invalid.is_empty() || !self.orphans.is_empty()
    }

    /// Returns the sidecars that are not as they should be as errors, each at the start of its source.
    pub fn invalid_as_findings(&self, packages: &Path) -> Vec<FileDiagnostics> {
        let start = Position::default();
        let finding = |path: &str, code, message: String| FileDiagnostics {
            path: packages.join(path).display().to_string(),
            diagnostics: vec![Diagnostic::error(code, start, start, message)],
            ..FileDiagnostics::default()
        };
        let invalid = self.invalid.iter().map(|sidecar| {
            finding(&sidecar.path, sidecar.miss.code(), format!("its sidecar: {}", sidecar.why))
        });
        let orphans = self
            .orphans
            .iter()
            .map(|path| finding(path, "SIDECAR-ORPHANED", "the source of this sidecar is gone".to_owned()));
        invalid.chain(orphans).collect()
    }
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
