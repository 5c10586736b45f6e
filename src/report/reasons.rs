//! Why each file and item was looked at, and what became of the items: `--explain` and `--dry-run`.

use std::collections::BTreeMap;

use super::{Report, kind_name, line, plural};
use crate::commands::outcome::{Change, FileOrigin, FileStatus, ItemChange, Outcome, ValueLeft};

/// If at least this many files have one reason, it is printed once, above their list.
const GROUPED_FROM: usize = 10;

impl Report {
    /// A line `origin  path: reason` for each file, then `relinked  kind name: because` for each item whose names
    /// were looked up again, and `left to Darklang  value name: reason` for each new value that was not evaluated.
    pub fn explain(&mut self, outcome: &Outcome) {
        let mut groups: BTreeMap<(FileOrigin, &str), Vec<&str>> = BTreeMap::new();
        for FileStatus { path, origin, reason } in &outcome.files {
            groups.entry((*origin, reason)).or_default().push(path);
        }
        for ((origin, reason), paths) in &groups {
            let (origin, reason) = (origin_name(*origin), Reason(reason));
            if paths.len() < GROUPED_FROM {
                for path in paths {
                    line(&mut self.text, format_args!("{origin}  {path}{reason}"));
                }
            } else {
                line(&mut self.text, format_args!("{origin}  {}{reason}", plural(paths.len(), "file")));
                for path in paths {
                    line(&mut self.text, format_args!("  {path}"));
                }
            }
        }
        for item in &outcome.relinked {
            let (kind, location, because) = (kind_name(item.kind), &item.location, &item.because);
            line(&mut self.text, format_args!("relinked  {kind} {location}: {because}"));
        }
        for ValueLeft { location, refusal } in &outcome.values_left {
            line(&mut self.text, format_args!("left to Darklang  value {location}: {refusal}"));
        }
    }

    /// `+ fn Name` added, `~ fn Name` changed, `. fn Name` amended, `- fn Name` removed.
    pub fn changes(&mut self, changes: &[ItemChange]) {
        for ItemChange { change, kind, location } in changes {
            let (sign, kind) = (change_sign(*change), kind_name(*kind));
            line(&mut self.data, format_args!("{sign} {kind} {location}"));
        }
    }
}

/// A reason as the end of a line; files that were a hit have none.
struct Reason<'r>(&'r str);

impl std::fmt::Display for Reason<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(f, ": {}", self.0) }
    }
}

fn origin_name(origin: FileOrigin) -> &'static str {
    match origin {
        FileOrigin::Unchanged => "unchanged",
        FileOrigin::Hit => "hit",
        FileOrigin::Parsed => "parsed",
        FileOrigin::Failed => "failed",
        FileOrigin::Removed => "removed",
    }
}

fn change_sign(change: Change) -> char {
    match change {
        Change::Added => '+',
        Change::Changed => '~',
        Change::Amended => '.',
        Change::Removed => '-',
    }
}
