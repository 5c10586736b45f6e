//! What changed between two states of a package set, for people, for machines and for a pull request.

use serde::Serialize;
use similar::TextDiff;

use super::deps::JsonPlaced;
use super::{Report, json_line, kind_name, line, thousands};
use crate::commands::{Changed, DiffOutcome, EditedItem, PlacedItem};

/// How many lines around a changed one are shown.
const CONTEXT: usize = 3;
/// How many items of a list Markdown shows; the text of a pull request may not be long.
const LISTED: usize = 50;
/// The owner that is left out of names for people.
const OWNER: &str = "Darklang.";

#[derive(Serialize)]
struct JsonDiff<'o> {
    version: u32,
    from: &'o str,
    to: &'o str,
    edited: Vec<JsonEdited<'o>>,
    added: Vec<JsonPlaced<'o>>,
    removed: Vec<JsonPlaced<'o>>,
    renamed: Vec<JsonRenamed<'o>>,
    moved: Vec<JsonMoved<'o>>,
    unexplained: Vec<JsonPlaced<'o>>,
}

#[derive(Serialize)]
struct JsonEdited<'o> {
    #[serde(flatten)]
    item: JsonPlaced<'o>,
    changes: Vec<JsonChange<'o>>,
    same_hash: bool,
    old: Option<&'o str>,
    new: Option<&'o str>,
    /// The names of the items that ripple.
    ripple: Vec<&'o str>,
}

#[derive(Serialize)]
struct JsonChange<'o> {
    what: &'o str,
    detail: &'o str,
}

#[derive(Serialize)]
struct JsonRenamed<'o> {
    from: JsonPlaced<'o>,
    to: JsonPlaced<'o>,
}

#[derive(Serialize)]
struct JsonMoved<'o> {
    #[serde(flatten)]
    item: JsonPlaced<'o>,
    from: &'o str,
}

impl Report {
    /// Each edited item with its source's diff, then what was added, removed, renamed and moved.
    pub fn diff_text(&mut self, outcome: &DiffOutcome) {
        let target = &mut self.data;
        for edited in &outcome.edited {
            line(target, format_args!("{}", headline(edited)));
            line(target, format_args!("  {}", place(&edited.item)));
            for Changed { what, detail } in edited.changes.iter().filter(|change| !change.detail.is_empty()) {
                line(target, format_args!("  {what}: {detail}"));
            }
            if let Some(diff) = source_diff(edited) {
                for text in diff.lines() {
                    line(target, format_args!("  {text}"));
                }
            }
            target.push('\n');
        }
        let mut section = |title: &str, rows: Vec<String>| {
            if !rows.is_empty() {
                line(target, format_args!("{title}"));
                rows.iter().for_each(|row| line(target, format_args!("  {row}")));
                target.push('\n');
            }
        };
        for (title, items) in lists(outcome) {
            section(title, items.iter().map(listed).collect());
        }
        let renamed = outcome.renamed.iter().map(|(old, new)| {
            format!("{} {} → {}  {}", kind_name(new.kind), shortened(old), shortened(new), place(new))
        });
        section("renamed", renamed.collect());
        let moved = outcome.moved.iter().map(|(item, from)| {
            format!("{} {}  {from} → {}", kind_name(item.kind), shortened(item), place(item))
        });
        section("moved", moved.collect());
        let between = format!("{} to {}", outcome.from, outcome.to);
        line(&mut self.text, format_args!("{between}: {}", totals(outcome)));
    }

    pub fn diff_json(&mut self, outcome: &DiffOutcome) {
        let edited = outcome.edited.iter().map(|edited| JsonEdited {
            item: JsonPlaced::of(&edited.item),
            changes: edited
                .changes
                .iter()
                .map(|change| JsonChange { what: change.what, detail: &change.detail })
                .collect(),
            same_hash: edited.same_hash,
            old: edited.old.as_deref(),
            new: edited.new.as_deref(),
            ripple: edited.follow.iter().map(|item| item.name.as_str()).collect(),
        });
        let renamed = outcome
            .renamed
            .iter()
            .map(|(from, to)| JsonRenamed { from: JsonPlaced::of(from), to: JsonPlaced::of(to) });
        let moved = outcome.moved.iter().map(|(item, from)| JsonMoved { item: JsonPlaced::of(item), from });
        let object = JsonDiff {
            version: 1,
            from: &outcome.from,
            to: &outcome.to,
            edited: edited.collect(),
            added: JsonPlaced::all(&outcome.added),
            removed: JsonPlaced::all(&outcome.removed),
            renamed: renamed.collect(),
            moved: moved.collect(),
            unexplained: JsonPlaced::all(&outcome.unexplained),
        };
        json_line(&mut self.data, &object);
    }

    /// A table of what was edited, each source's diff folded away, then lists.
    pub fn diff_markdown(&mut self, outcome: &DiffOutcome) {
        let target = &mut self.data;
        line(target, format_args!("### Package items: {}", totals(outcome)));
        target.push('\n');
        if !outcome.edited.is_empty() {
            target.push_str("| item | change | ripple |\n|---|---|---:|\n");
            for edited in &outcome.edited {
                let (name, ripple) = (cell(&code(shortened(&edited.item))), thousands(edited.follow.len()));
                line(target, format_args!("| {name} | {} | {ripple} |", cell(&summary(edited))));
            }
            target.push('\n');
        }
        for edited in &outcome.edited {
            let Some(diff) = source_diff(edited) else { continue };
            let (name, place) = (html(shortened(&edited.item)), html(&place(&edited.item)));
            let fence = fence(&diff);
            line(target, format_args!("<details><summary><code>{name}</code> {place}</summary>"));
            target.push('\n');
            line(target, format_args!("{fence}diff"));
            diff.lines().for_each(|text| line(target, format_args!("{text}")));
            line(target, format_args!("{fence}"));
            target.push_str("\n</details>\n\n");
        }
        let mut section = |title: &str, rows: Vec<String>| {
            if !rows.is_empty() {
                line(target, format_args!("**{title}**"));
                target.push('\n');
                rows.iter().take(LISTED).for_each(|row| line(target, format_args!("- {row}")));
                if rows.len() > LISTED {
                    line(target, format_args!("- and {} more", thousands(rows.len() - LISTED)));
                }
                target.push('\n');
            }
        };
        for (title, items) in lists(outcome) {
            let row = |item: &PlacedItem| format!("{} {}", kind_name(item.kind), code(shortened(item)));
            section(title, items.iter().map(row).collect());
        }
        let renamed = outcome.renamed.iter().map(|(old, new)| {
            format!("{} {} → {}", kind_name(new.kind), code(shortened(old)), code(shortened(new)))
        });
        section("renamed", renamed.collect());
        let moved = outcome.moved.iter().map(|(item, from)| {
            format!(
                "{} {}: {} → {}",
                kind_name(item.kind),
                code(shortened(item)),
                code(from),
                code(&item.path)
            )
        });
        section("moved", moved.collect());
    }
}

/// The lists of items that are told by name alone.
fn lists(outcome: &DiffOutcome) -> [(&'static str, &[PlacedItem]); 3] {
    [
        ("added", &outcome.added),
        ("removed", &outcome.removed),
        ("changed, and darkc cannot tell how", &outcome.unexplained),
    ]
}

/// `Stdlib.Option.Option: case added → 2,939 items ripple`.
fn headline(edited: &EditedItem) -> String {
    let ripple = match edited.follow.len() {
        0 => String::new(),
        1 => " → 1 item ripples".to_owned(),
        count => format!(" → {} items ripple", thousands(count)),
    };
    let same = if edited.same_hash { " (same hash)" } else { "" };
    format!("{}: {}{same}{ripple}", shortened(&edited.item), summary(edited))
}

/// `case added, 2 fields removed`: each kind of change once, in the order of the changes.
fn summary(edited: &EditedItem) -> String {
    let mut counted: Vec<(&str, usize)> = Vec::new();
    for Changed { what, .. } in &edited.changes {
        match counted.iter_mut().find(|(known, _)| known == what) {
            Some((_, count)) => *count += 1,
            None => counted.push((what, 1)),
        }
    }
    let worded = |(what, count): (&str, usize)| match (count, what.split_once(' ')) {
        (1, _) | (_, None) => what.to_owned(),
        (count, Some((one, rest))) => format!("{count} {one}s {rest}"),
    };
    counted.into_iter().map(worded).collect::<Vec<_>>().join(", ")
}

fn totals(outcome: &DiffOutcome) -> String {
    if outcome.is_empty() {
        return "no item differs".to_owned();
    }
    let counts = [
        (outcome.edited.len(), "edited"),
        (outcome.added.len(), "added"),
        (outcome.removed.len(), "removed"),
        (outcome.renamed.len(), "renamed"),
        (outcome.moved.len(), "moved"),
        (outcome.unexplained.len(), "changed"),
    ];
    let mut parts: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{} {word}", thousands(*count)))
        .collect();
    match outcome.followers() {
        0 => {}
        1 => parts.push("1 item ripples".to_owned()),
        count => parts.push(format!("{} items ripple", thousands(count))),
    }
    parts.join(", ")
}

/// The diff of an item's source; `None` where a side is not known or nothing of it differs.
fn source_diff(edited: &EditedItem) -> Option<String> {
    let (old, new) = (edited.old.as_ref()?, edited.new.as_ref()?);
    let (old, new) = (format!("{old}\n"), format!("{new}\n"));
    let diff = TextDiff::from_lines(&old, &new).unified_diff().context_radius(CONTEXT).to_string();
    (!diff.is_empty()).then_some(diff)
}

fn listed(item: &PlacedItem) -> String {
    let place = place(item);
    let place = if place.is_empty() { place } else { format!("  {place}") };
    format!("{} {}{place}", kind_name(item.kind), shortened(item))
}

/// `path:line`, as far as it is known.
fn place(item: &PlacedItem) -> String {
    match item.line {
        0 => item.path.clone(),
        row => format!("{}:{row}", item.path),
    }
}

fn shortened(item: &PlacedItem) -> &str {
    item.name.strip_prefix(OWNER).unwrap_or(&item.name)
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A fence that is longer than every run of backquotes in a text.
fn fence(text: &str) -> String {
    let longest = text.split(|character| character != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}
