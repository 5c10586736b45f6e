//! What is known of an item, and what a code means.

use serde::Serialize;

use super::deps::JsonPlaced;
use super::{Report, json_line, kind_name, line, plural, thousands};
use crate::base::diagnostic::did_you_mean;
use crate::commands::{CodeExplanation, ExplainedItem, InStore, Meaning, PlacedItem, Reference, Since};

/// How many items that refer to an item are listed for people.
const SHOWN: usize = 10;

#[derive(Serialize)]
struct JsonCode<'o> {
    version: u32,
    code: &'o str,
    text: &'o str,
    /// `null` where no package file gives the code.
    wrong: Option<&'o str>,
    right: Option<&'o str>,
}

#[derive(Serialize)]
struct JsonItem<'o> {
    version: u32,
    #[serde(flatten)]
    item: JsonPlaced<'o>,
    signature: &'o str,
    hash: String,
    references: Vec<JsonReference<'o>>,
    unresolved: Vec<JsonUnresolved<'o>>,
    referred_by: Vec<JsonPlaced<'o>>,
    dependents: usize,
    cycle: &'o [String],
    store: JsonStore<'o>,
    since: JsonSince<'o>,
}

#[derive(Serialize)]
struct JsonReference<'o> {
    written: &'o str,
    /// `type`, `value`, `fn` or `builtin`.
    kind: &'static str,
    name: &'o str,
    tried: &'o [String],
}

impl<'o> JsonReference<'o> {
    fn of(reference: &'o Reference) -> Self {
        let (kind, name) = meant(&reference.meaning);
        JsonReference { written: &reference.written, kind, name, tried: &reference.tried }
    }
}

#[derive(Serialize)]
struct JsonUnresolved<'o> {
    message: &'o str,
    suggestions: &'o [String],
}

#[derive(Serialize)]
struct JsonStore<'o> {
    state: &'static str,
    hash: Option<&'o str>,
    error: Option<&'o str>,
}

#[derive(Serialize)]
struct JsonSince<'o> {
    state: &'static str,
    changed: &'o [&'static str],
    reason: Option<&'static str>,
}

impl Report {
    /// The code, what it means, and its two examples.
    pub fn explained_code(&mut self, explanation: &CodeExplanation) {
        line(&mut self.data, format_args!("{}", explanation.code));
        self.data.push('\n');
        wrap(&mut self.data, explanation.text);
        if let Some(examples) = explanation.examples {
            for (title, example) in [("Wrong:", examples.wrong), ("Right:", examples.right)] {
                self.data.push('\n');
                line(&mut self.data, format_args!("{title}"));
                self.data.push('\n');
                for text in example.lines() {
                    let indent = if text.is_empty() { "" } else { "  " };
                    line(&mut self.data, format_args!("{indent}{text}"));
                }
            }
        }
    }

    pub fn explained_code_json(&mut self, explanation: &CodeExplanation) {
        let object = JsonCode {
            version: 1,
            code: explanation.code,
            text: explanation.text,
            wrong: explanation.examples.map(|examples| examples.wrong),
            right: explanation.examples.map(|examples| examples.right),
        };
        json_line(&mut self.data, &object);
    }

    /// Where the item stands, what it refers to and what refers to it, and what the store says of it.
    pub fn explained_item(&mut self, explained: &ExplainedItem) {
        let ExplainedItem { item, signature, hash, references, unresolved, referred_by, .. } = explained;
        let target = &mut self.data;
        line(target, format_args!("{} {}", kind_name(item.kind), item.name));
        line(target, format_args!("  {signature}"));
        line(target, format_args!("  {}:{}", item.path, item.line));
        line(target, format_args!("  hash {hash}"));
        if !explained.cycle.is_empty() {
            line(target, format_args!("  in a cycle with {}", explained.cycle.join(", ")));
        }
        line(target, format_args!("refers to {}", plural(references.len(), "name")));
        for Reference { written, meaning, tried } in references {
            let (kind, name) = meant(meaning);
            let tried = if tried.is_empty() {
                String::new()
            } else {
                format!("  (tried before: {})", tried.join(", "))
            };
            line(target, format_args!("  {written} = {kind} {name}{tried}"));
        }
        for (message, suggestions) in unresolved {
            let question = did_you_mean(suggestions).map_or_else(String::new, |text| format!("; {text}"));
            line(target, format_args!("  {message}{question}"));
        }
        let dependents = thousands(explained.dependents);
        let depends = if explained.dependents == 1 { "depends" } else { "depend" };
        let direct = match referred_by.len() {
            1 => "1 item refers to it".to_owned(),
            count => format!("{} items refer to it", thousands(count)),
        };
        line(target, format_args!("{direct}; {dependents} {depends} on it"));
        for PlacedItem { kind, name, path, line: row } in referred_by.iter().take(SHOWN) {
            line(target, format_args!("  {} {name}  {path}:{row}", kind_name(*kind)));
        }
        if referred_by.len() > SHOWN {
            let rest = thousands(referred_by.len() - SHOWN);
            line(target, format_args!("  {rest} more: darkc deps --reverse --depth 1 {}", item.name));
        }
        match &explained.store {
            InStore::NoStore(path) => {
                line(target, format_args!("store: there is none at {}", path.display()))
            }
            InStore::Unreadable(error) => line(target, format_args!("store: {error}")),
            InStore::Missing => line(target, format_args!("store: it has no item of this name")),
            InStore::Same => line(target, format_args!("store: the same hash")),
            InStore::Other(hash) => line(target, format_args!("store: another hash, {hash}")),
        }
        match &explained.since {
            Since::Unknown(reason) => {
                line(target, format_args!("last reload: nothing is remembered of it: {reason}"));
            }
            Since::New => line(target, format_args!("last reload: it did not have this item")),
            Since::Unchanged => line(
                target,
                format_args!(
                    "last reload: nothing has changed since; why that one looked at it is not remembered"
                ),
            ),
            Since::Changed(changed) => {
                let has = if changed.len() == 1 { "has" } else { "have" };
                let changed = changed.join(" and ");
                line(
                    target,
                    format_args!("last reload: {changed} {has} changed since, so the next one looks at it"),
                );
            }
        }
    }

    pub fn explained_item_json(&mut self, explained: &ExplainedItem) {
        let (state, hash, error) = match &explained.store {
            InStore::NoStore(_) => ("none", None, None),
            InStore::Unreadable(error) => ("unreadable", None, Some(error.as_str())),
            InStore::Missing => ("missing", None, None),
            InStore::Same => ("same", None, None),
            InStore::Other(hash) => ("other", Some(hash.as_str()), None),
        };
        let since = match &explained.since {
            Since::Unknown(reason) => JsonSince { state: "unknown", changed: &[], reason: Some(reason) },
            Since::New => JsonSince { state: "new", changed: &[], reason: None },
            Since::Unchanged => JsonSince { state: "unchanged", changed: &[], reason: None },
            Since::Changed(changed) => JsonSince { state: "changed", changed, reason: None },
        };
        let object = JsonItem {
            version: 1,
            item: JsonPlaced::of(&explained.item),
            signature: &explained.signature,
            hash: explained.hash.to_string(),
            references: explained.references.iter().map(JsonReference::of).collect(),
            unresolved: explained
                .unresolved
                .iter()
                .map(|(message, suggestions)| JsonUnresolved { message, suggestions })
                .collect(),
            referred_by: JsonPlaced::all(&explained.referred_by),
            dependents: explained.dependents,
            cycle: &explained.cycle,
            store: JsonStore { state, hash, error },
            since,
        };
        json_line(&mut self.data, &object);
    }
}

/// The kind and the name of what a name means.
fn meant(meaning: &Meaning) -> (&'static str, &str) {
    match meaning {
        Meaning::Item(item) => (kind_name(item.kind), &item.name),
        Meaning::Builtin(name) => ("builtin", name),
    }
}

/// Adds a paragraph in lines of at most 100 characters.
fn wrap(target: &mut String, text: &str) {
    const WIDTH: usize = 100;
    let mut row = String::new();
    for word in text.split_whitespace() {
        if !row.is_empty() && row.chars().count() + 1 + word.chars().count() > WIDTH {
            line(target, format_args!("{row}"));
            row.clear();
        }
        if !row.is_empty() {
            row.push(' ');
        }
        row.push_str(word);
    }
    line(target, format_args!("{row}"));
}
