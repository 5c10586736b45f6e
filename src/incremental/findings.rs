//! What the stages report to the user: amounts of work, values that were not evaluated, and why an item was linked.

use crate::base::location::ItemKind;
use crate::evaluate::Refusal;

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
    pub values_evaluated: usize,
    /// New values that darkc did not evaluate.
    pub values_left: usize,
    /// Bodies whose types were checked.
    pub bodies_checked: usize,
    /// Findings that are known, in these bodies and in those of earlier runs.
    pub findings: usize,
    pub rows_written: usize,
    pub own_rows_written: usize,
    pub statements_prepared: usize,
    /// Files that were searched for built-ins which the compiled list lacks.
    pub builtin_sources_read: usize,
    /// Lines of `package-ref-hashes.txt` that are new, gone or have another hash.
    pub package_refs_changed: usize,
}

/// A new value that darkc did not evaluate; Darklang does at its next start.
#[derive(Debug)]
pub struct ValueLeft {
    pub location: String,
    pub refusal: Refusal,
}

/// An item whose names were looked up again although its own file is unchanged.
#[derive(Debug)]
pub struct Relinked {
    pub kind: ItemKind,
    pub location: String,
    /// The name that began or ceased to exist.
    pub because: String,
}
