//! What the stages find out for the user: problems of source files, amounts of work, and why an item was linked.

use crate::base::diagnostic::Diagnostic;
use crate::base::location::ItemKind;
use crate::base::text::Position;
use crate::link::MissingName;
use crate::lower::PackageError;
use crate::program::tree::NameError;

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

/// An item whose names were looked up again although its own file is unchanged.
#[derive(Debug)]
pub struct Relinked {
    pub kind: ItemKind,
    pub location: String,
    /// The name that began or ceased to exist.
    pub because: String,
}
