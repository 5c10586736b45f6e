//! What the tool says about a user's source: a stable code, a range and a message.

use super::text::Position;

/// One complaint about one place of a source file. Positions are zero-based here and printed one-based.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The stable code, such as `E-PARSE-EXPECTED`, as Darklang spells it (`LibParser/GRAMMAR.md`).
    pub code: &'static str,
    pub start: Position,
    pub end: Position,
    pub message: String,
}
