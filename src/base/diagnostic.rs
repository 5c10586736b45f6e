//! What the tool says about a user's source: a stable code, a range and a message.

use super::text::Position;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Nothing is applied while there is one.
    Error,
    Warning,
}

impl Level {
    pub fn name(self) -> &'static str {
        match self {
            Level::Error => "error",
            Level::Warning => "warning",
        }
    }
}

/// One finding about one place of one source file. Every stage that judges sources reports with this type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The stable code. Codes of the parser are Darklang's (`LibParser/GRAMMAR.md`), such as `PARSE-EXPECTED`;
    /// empty where Darklang gives none.
    pub code: &'static str,
    pub level: Level,
    /// Zero-based. How positions are printed is decided in `report`.
    pub start: Position,
    /// Behind the last character.
    pub end: Position,
    /// One sentence without a full stop.
    pub message: String,
    /// Fully qualified name of the package item that the place belongs to.
    pub item: Option<String>,
    /// Other places that explain the finding.
    pub labels: Vec<Label>,
    /// What was tried, and what to do.
    pub notes: Vec<String>,
    /// What may have been meant, the likeliest first: texts that could stand in the place of the range.
    pub suggestions: Vec<String>,
}

/// A second place that a diagnostic points at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The path of the file as shown to the user; `None` for the file of the diagnostic.
    pub path: Option<String>,
    pub start: Position,
    pub end: Position,
    pub text: String,
}

impl Diagnostic {
    pub fn error(code: &'static str, start: Position, end: Position, message: impl Into<String>) -> Self {
        Diagnostic::new(Level::Error, code, start, end, message)
    }

    pub fn warning(code: &'static str, start: Position, end: Position, message: impl Into<String>) -> Self {
        Diagnostic::new(Level::Warning, code, start, end, message)
    }

    fn new(
        level: Level,
        code: &'static str,
        start: Position,
        end: Position,
        message: impl Into<String>,
    ) -> Self {
        Diagnostic {
            code,
            level,
            start,
            end,
            message: message.into(),
            item: None,
            labels: Vec::new(),
            notes: Vec::new(),
            suggestions: Vec::new(),
        }
    }
}

/// The diagnostics of one source file, with the text that they point into.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileDiagnostics {
    /// As the user may open it.
    pub path: String,
    /// The decoded source.
    pub text: String,
    pub diagnostics: Vec<Diagnostic>,
    /// The other files that labels point into.
    pub others: Vec<SourceText>,
}

/// Returns the question whether one of these was meant: ``did you mean `a`, `b` or `c`?``, or `None` where there are none.
pub fn did_you_mean(suggestions: &[String]) -> Option<String> {
    let (last, before) = suggestions.split_last()?;
    let before: Vec<String> = before.iter().map(|name| format!("`{name}`")).collect();
    let or = if before.is_empty() { String::new() } else { format!("{} or ", before.join(", ")) };
    Some(format!("did you mean {or}`{last}`?"))
}

/// Adds the diagnostics of `more` to those of `files`, in order of path.
pub fn merge(files: Vec<FileDiagnostics>, more: Vec<FileDiagnostics>) -> Vec<FileDiagnostics> {
    let mut merged: Vec<FileDiagnostics> = files;
    for file in more {
        match merged.iter_mut().find(|other| other.path == file.path) {
            Some(other) => {
                other.diagnostics.extend(file.diagnostics);
                other.diagnostics.sort_by_key(|diagnostic| diagnostic.start);
                other.others.extend(file.others);
            }
            None => merged.push(file),
        }
    }
    merged.sort_by(|one, other| one.path.cmp(&other.path));
    merged
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceText {
    /// As the user may open it.
    pub path: String,
    /// The decoded source.
    pub text: String,
}
