//! Dependencies as a tree, as a list, as a graph for Graphviz and as JSON.

use serde::Serialize;

use super::{Report, json_line, kind_name, line, plural};
use crate::base::location::ItemKind;
use crate::commands::{Dependencies, PlacedItem, Question};

/// Stands behind an item of which all that comes next is shown above.
const SHOWN_ABOVE: &str = " (*)";

/// The number of levels of a tree that goes on to its leaves.
const NO_LIMIT: usize = usize::MAX;

/// An item and where it is declared, as all commands spell it.
#[derive(Serialize)]
pub(super) struct JsonPlaced<'o> {
    kind: &'static str,
    name: &'o str,
    path: &'o str,
    line: usize,
}

impl<'o> JsonPlaced<'o> {
    pub(super) fn all(items: &'o [PlacedItem]) -> Vec<Self> {
        items.iter().map(JsonPlaced::of).collect()
    }

    pub(super) fn of(item: &'o PlacedItem) -> Self {
        JsonPlaced { kind: kind_name(item.kind), name: &item.name, path: &item.path, line: item.line }
    }
}

/// One answer. The fields that a question has no use for are left out.
#[derive(Serialize)]
struct JsonDependencies<'o> {
    version: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<Vec<&'o str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reverse: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    depth: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cycles: Option<Vec<Vec<&'o str>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    roots: Option<&'o [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    functions: Option<usize>,
    items: Vec<JsonPlaced<'o>>,
    /// The first of each pair refers to the second.
    references: Vec<[&'o str; 2]>,
}

impl Report {
    /// A tree of what comes next from each item, a list of cycles, or a list of functions; then a line that counts.
    pub fn deps_text(&mut self, found: &Dependencies, question: &Question) {
        match question {
            Question::Around { depth, .. } => self.deps_tree(found, *depth),
            Question::Cycles => self.deps_cycles(found),
            Question::Unused(_) => self.deps_unused(found),
        }
    }

    fn deps_tree(&mut self, found: &Dependencies, depth: Option<usize>) {
        let mut tree = Tree { found, shown: vec![None; found.items.len()], marked: false };
        for start in &found.start {
            tree.show(&mut self.data, *start, depth.unwrap_or(NO_LIMIT));
        }
        let references: usize = found.next.iter().map(Vec::len).sum();
        let mark = if tree.marked { "; what (*) stands behind is shown above" } else { "" };
        let (items, references) = (plural(found.items.len(), "item"), plural(references, "reference"));
        line(&mut self.text, format_args!("{items}, {references}{mark}"));
    }

    fn deps_cycles(&mut self, found: &Dependencies) {
        for cycle in &found.cycles {
            line(&mut self.data, format_args!("{}", plural(cycle.len(), "item")));
            for PlacedItem { kind, name, path, line: row } in cycle.iter().map(|at| &found.items[*at]) {
                line(&mut self.data, format_args!("  {} {name}  {path}:{row}", kind_name(*kind)));
            }
        }
        let (cycles, items) = (plural(found.cycles.len(), "cycle"), plural(found.items.len(), "item"));
        line(&mut self.text, format_args!("{cycles} of {items}"));
    }

    fn deps_unused(&mut self, found: &Dependencies) {
        for PlacedItem { name, path, line: row, .. } in &found.items {
            line(&mut self.data, format_args!("fn {name}  {path}:{row}"));
        }
        let (count, roots) = (found.items.len(), plural(found.roots.len(), "root"));
        let functions = plural(found.functions, "function");
        line(&mut self.text, format_args!("{count} of {functions} not reached from {roots}"));
    }

    /// A graph in the language of Graphviz; an edge goes from an item to what it refers to.
    pub fn deps_dot(&mut self, found: &Dependencies, question: &Question) {
        self.data.push_str("digraph dependencies {\n  rankdir=LR;\n");
        for item in &found.items {
            let shape = match item.kind {
                ItemKind::Type => "ellipse",
                ItemKind::Value => "diamond",
                ItemKind::Fn => "box",
            };
            line(&mut self.data, format_args!("  {} [shape={shape}];", quoted(&item.name)));
        }
        for [from, to] in references(found, question) {
            line(&mut self.data, format_args!("  {} -> {};", quoted(from), quoted(to)));
        }
        self.data.push_str("}\n");
    }

    pub fn deps_json(&mut self, found: &Dependencies, question: &Question) {
        let names = |items: &[usize]| items.iter().map(|at| found.items[*at].name.as_str()).collect();
        let (walk, cycles, unused) = match question {
            Question::Around { reverse, depth, .. } => (Some((*reverse, *depth)), None, None),
            Question::Cycles => (None, Some(found.cycles.iter().map(|cycle| names(cycle)).collect()), None),
            Question::Unused(_) => (None, None, Some((found.roots.as_slice(), found.functions))),
        };
        let object = JsonDependencies {
            version: 1,
            start: walk.map(|_| names(&found.start)),
            reverse: walk.map(|(reverse, _)| reverse),
            depth: walk.and_then(|(_, depth)| depth),
            cycles,
            roots: unused.map(|(roots, _)| roots),
            functions: unused.map(|(_, functions)| functions),
            items: JsonPlaced::all(&found.items),
            references: references(found, question),
        };
        json_line(&mut self.data, &object);
    }
}

/// Returns all references in order of name, each from the item that refers.
fn references<'f>(found: &'f Dependencies, question: &Question) -> Vec<[&'f str; 2]> {
    let is_reverse = matches!(question, Question::Around { reverse: true, .. });
    let name = |at: usize| found.items[at].name.as_str();
    let pairs = found.next.iter().enumerate().flat_map(|(at, next)| next.iter().map(move |next| (at, *next)));
    let mut pairs: Vec<[&str; 2]> = pairs
        .map(|(at, next)| if is_reverse { [name(next), name(at)] } else { [name(at), name(next)] })
        .collect();
    pairs.sort_unstable();
    pairs
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A walk that shows each item with what comes next from it, once.
struct Tree<'f> {
    found: &'f Dependencies,
    /// How many levels below each item were shown.
    shown: Vec<Option<usize>>,
    /// Whether an item was marked as shown above.
    marked: bool,
}

impl Tree<'_> {
    /// The walk keeps its own stack: a chain of items may be longer than a thread's stack is deep.
    fn show(&mut self, target: &mut String, start: usize, levels: usize) {
        // The items to show, each with how many levels may follow, and for it and each item around it whether others
        // follow at its level.
        let mut pending: Vec<(usize, usize, Vec<bool>)> = vec![(start, levels, Vec::new())];
        while let Some((at, levels, follow)) = pending.pop() {
            let PlacedItem { kind, name, .. } = &self.found.items[at];
            let next = if levels == 0 { &[][..] } else { &self.found.next[at] };
            let is_above = !next.is_empty() && self.shown[at].is_some_and(|shown| shown >= levels);
            let mark = if is_above { SHOWN_ABOVE } else { "" };
            self.marked |= is_above;
            line(target, format_args!("{}{} {name}{mark}", branches(&follow), kind_name(*kind)));
            if is_above {
                continue;
            }
            self.shown[at] = Some(levels);
            for (number, next) in next.iter().enumerate().rev() {
                let is_last = number + 1 == self.found.next[at].len();
                let levels = if levels == NO_LIMIT { NO_LIMIT } else { levels - 1 };
                pending.push((*next, levels, [&follow[..], &[!is_last]].concat()));
            }
        }
    }
}

/// The lines that lead to an item from those around it.
fn branches(follow: &[bool]) -> String {
    let Some((last, outer)) = follow.split_last() else { return String::new() };
    let mut text: String = outer.iter().map(|follow| if *follow { "│   " } else { "    " }).collect();
    text.push_str(if *last { "├── " } else { "└── " });
    text
}
