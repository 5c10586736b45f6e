//! Why each file and item was looked at, and what became of the items: `--explain` and `--dry-run`.

use std::collections::BTreeMap;

use super::{Report, kind_name, line, plural};
use crate::commands::outcome::{
    Change, FileOrigin, FileStatus, ItemChange, ItemReason, Outcome, ValueLeft, Why,
};
use crate::commands::{PlacedItem, SourceAt};

const UNCHANGED: &str = "unchanged";
/// If at least this many files or items have one reason, it is printed once.
const GROUPED_FROM: usize = 10;

impl Report {
    /// A line `origin  path: reason` for each file that is not as it was, then `why  kind name: reason` for each item that
    /// is not, `relinked  kind name: because` for each item whose names were looked up again, and `left to Darklang
    /// value name: reason` for each new value that was not evaluated.
    pub fn explain(&mut self, outcome: &Outcome) {
        let mut groups: BTreeMap<(FileOrigin, &str), Vec<&str>> = BTreeMap::new();
        for FileStatus { path, origin, reason } in &outcome.files {
            groups.entry((*origin, reason)).or_default().push(path);
        }
        for ((origin, reason), paths) in &groups {
            let (origin, reason) = (origin_name(*origin), Reason(reason));
            if origin == UNCHANGED {
                line(&mut self.text, format_args!("{origin}  {}", plural(paths.len(), "file")));
            } else if paths.len() < GROUPED_FROM {
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
        self.item_reasons(&outcome.reasons.items);
        for item in &outcome.relinked {
            let (kind, location, because) = (kind_name(item.kind), &item.location, &item.because);
            line(&mut self.text, format_args!("relinked  {kind} {location}: {because}"));
        }
        for ValueLeft { location, refusal } in &outcome.values_left {
            line(&mut self.text, format_args!("left to Darklang  value {location}: {refusal}"));
        }
    }

    /// Items that share a reason are counted where they are many: the changes list them.
    fn item_reasons(&mut self, reasons: &[ItemReason]) {
        let mut groups: BTreeMap<(&'static str, String), Vec<&PlacedItem>> = BTreeMap::new();
        for ItemReason { item, why, was_in, .. } in reasons {
            groups.entry(worded(why.as_ref(), was_in.as_ref())).or_default().push(item);
        }
        for ((word, reason), items) in groups {
            if items.len() < GROUPED_FROM {
                for PlacedItem { kind, name, .. } in items {
                    line(
                        &mut self.text,
                        format_args!("{word}  {} {name}{}", kind_name(*kind), Reason(&reason)),
                    );
                }
            } else {
                line(
                    &mut self.text,
                    format_args!("{word}  {}{}", plural(items.len(), "item"), Reason(&reason)),
                );
            }
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

/// The word that begins the line of an item, and the reason at its end.
fn worded(why: Option<&Why>, was_in: Option<&SourceAt>) -> (&'static str, String) {
    let Some(why) = why else {
        return ("moved", was_in.map_or_else(String::new, |was_in| format!("it was in {}", was_in.path)));
    };
    match why {
        Why::Added => ("added", String::new()),
        Why::OtherKind => ("edited", "the name had another kind of item".to_owned()),
        Why::Edited => ("edited", String::new()),
        Why::Relinked(meaning) => ("changed", meaning.clone()),
        Why::Follows(kind, name) => ("follows", format!("{} {name} changed", kind_name(*kind))),
        Why::Unknown => ("changed", "darkc cannot tell why".to_owned()),
        Why::Described => ("described", "only its description is another".to_owned()),
    }
}

fn origin_name(origin: FileOrigin) -> &'static str {
    match origin {
        FileOrigin::Unchanged => UNCHANGED,
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
