//! In what an item differs from what it was.

use darkc_cache_format::model::Definition;

use super::sources::WrittenItem;
use crate::base::location::ItemKind;
use crate::check::written::{Members, case, declaration, members};
use crate::commands::reasons::Why;

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Changed {
    /// `case added`, `field type changed`, `signature changed`, `body changed` and the like.
    pub what: &'static str,
    /// The member that it is about and what it was and is; may be empty.
    pub detail: String,
}

fn changed(what: &'static str, detail: impl Into<String>) -> Changed {
    Changed { what, detail: detail.into() }
}

/// Returns what is other, as far as both sources are known. There is always something.
pub fn changes(why: &Why, before: Option<&WrittenItem>, now: Option<&WrittenItem>) -> Vec<Changed> {
    let mut changes = match why {
        Why::Relinked(meaning) => vec![changed("name relinked", meaning.clone())],
        Why::Described => return vec![changed("description changed", "")],
        _ => Vec::new(),
    };
    let items = before.zip(now);
    let Some(((before, was), (now, is))) =
        items.and_then(|(before, now)| Some(((before, before.item()?), (now, now.item()?))))
    else {
        if changes.is_empty() {
            let unknown = if before.is_none() { "the old source is not known" } else { "" };
            changes.push(changed("edited", unknown));
        }
        return changes;
    };
    if was.kind != is.kind {
        changes.push(changed("kind changed", format!("{} → {}", kind(was.kind), kind(is.kind))));
    } else if matches!(why, Why::Edited) {
        match (members(&was.code), members(&is.code)) {
            (Some(was_members), Some(is_members)) => {
                let params = |code: &Definition<'_>| match code {
                    Definition::Type(definition) => definition.type_params.join(", "),
                    _ => String::new(),
                };
                if params(&was.code.definition) != params(&is.code.definition) {
                    changes.push(changed("type parameters changed", ""));
                }
                changes.extend(members_changed(&was_members, &is_members));
            }
            _ => {
                let name = is.location.rsplit('.').next().unwrap_or(is.location);
                let (old, new) = (declaration(name, &was.code), declaration(name, &is.code));
                if old != new {
                    changes.push(changed("signature changed", format!("{old} → {new}")));
                }
                let words = |item: &WrittenItem| {
                    let body = item.text.body.as_deref().unwrap_or_default();
                    body.split_whitespace().map(str::to_owned).collect::<Vec<_>>()
                };
                if words(before) != words(now) {
                    let what = if is.kind == ItemKind::Value { "value changed" } else { "body changed" };
                    changes.push(changed(what, ""));
                }
            }
        }
    }
    if was.description != is.description {
        changes.push(changed("description changed", ""));
    }
    if changes.is_empty() {
        changes.push(changed("spelling changed", ""));
    }
    changes
}

fn kind(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Type => "type",
        ItemKind::Value => "value",
        ItemKind::Fn => "function",
    }
}

fn members_changed(was: &Members, is: &Members) -> Vec<Changed> {
    match (was, is) {
        (Members::Alias(was), Members::Alias(is)) if was == is => Vec::new(),
        (Members::Alias(was), Members::Alias(is)) => {
            vec![changed("alias changed", format!("{was} → {is}"))]
        }
        (Members::Record(was), Members::Record(is)) => {
            let words = ["field added", "field removed", "field type changed", "fields reordered"];
            compared(was, is, words, |name, typ| format!("{name}: {typ}"))
        }
        (Members::Enum(was), Members::Enum(is)) => {
            let words = ["case added", "case removed", "case fields changed", "cases reordered"];
            compared(was, is, words, case)
        }
        (was, is) => vec![changed("form changed", format!("{} → {}", form(was), form(is)))],
    }
}

fn form(members: &Members) -> &'static str {
    match members {
        Members::Alias(_) => "alias",
        Members::Record(_) => "record",
        Members::Enum(_) => "enum",
    }
}

/// Compares members by name. `words` say that one was added, removed or changed, and that they are in another order.
fn compared(
    was: &[(String, String)],
    is: &[(String, String)],
    words: [&'static str; 4],
    text: impl Fn(&str, &str) -> String,
) -> Vec<Changed> {
    let [added, removed, other, reordered] = words;
    let find = |members: &[(String, String)], name: &str| {
        members.iter().find(|(found, _)| found == name).map(|(_, text)| text.clone())
    };
    let mut changes = Vec::new();
    for (name, now) in is {
        match find(was, name) {
            None => changes.push(changed(added, text(name, now))),
            Some(before) if before != *now => {
                changes.push(changed(other, format!("{} → {}", text(name, &before), text(name, now))));
            }
            Some(_) => {}
        }
    }
    let gone = was.iter().filter(|(name, _)| find(is, name).is_none());
    changes.extend(gone.map(|(name, before)| changed(removed, text(name, before))));
    let order = |members: &[(String, String)], others: &[(String, String)]| {
        let names = members.iter().map(|(name, _)| name.clone());
        names.filter(|name| find(others, name).is_some()).collect::<Vec<String>>()
    };
    if order(was, is) != order(is, was) {
        changes.push(changed(reordered, ""));
    }
    changes
}
