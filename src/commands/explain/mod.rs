//! `darkc explain`: an item of the program, or a code of a diagnostic.

mod codes;
mod item;
mod store;

use super::Failure;
use super::program::{Answered, Stage, ask};
use super::settings::Settings;
use crate::incremental::PackageSet;
use crate::program::find::{Named, find};
use crate::program::similar::{SUGGESTIONS, distance};
pub use codes::{CodeExplanation, explanations};
pub use item::{ExplainedItem, Meaning, Reference};
pub use store::{InStore, Since};

/// Returns the explanation of a code. One with a dash in it, which no name of an item has, may be typed in any case.
pub fn explain_code(typed: &str) -> Option<CodeExplanation> {
    let code = if typed.contains('-') { typed.to_ascii_uppercase() } else { typed.to_owned() };
    explanations().into_iter().find(|explanation| explanation.code == code)
}

/// Returns the codes that are spelled like what was typed, the most alike first.
pub fn similar_codes(typed: &str) -> Vec<String> {
    let typed = typed.to_ascii_uppercase();
    let similar = explanations().into_iter().filter_map(|explanation| {
        let begins = typed.len() > 2 && explanation.code.starts_with(&typed);
        let distance = if begins { Some(0) } else { distance(&typed, explanation.code) };
        Some((distance?, explanation.code))
    });
    let mut similar: Vec<(usize, &str)> = similar.collect();
    similar.sort_unstable();
    similar.into_iter().take(SUGGESTIONS).map(|(_, code)| code.to_owned()).collect()
}

/// Returns what is known of an item. The store is read if there is one; nothing is written.
///
/// # Errors
/// The name refers to no item, or the sources cannot be looked at.
pub fn explain_item(settings: &Settings, typed: &str) -> Result<Answered<ExplainedItem>, Failure> {
    ask(settings, Stage::Hashed, |set, _| match find(&set.inventory, typed) {
        Ok(Named::Item(item)) => Ok(item::explain(set, item, settings)),
        Ok(Named::Module(module)) => Err(Failure::Unknown(module_is_no_item(module, set))),
        Err(mut error) => {
            error.suggestions.extend(similar_codes(typed));
            error.suggestions.truncate(SUGGESTIONS);
            Err(Failure::Unknown(error.to_string()))
        }
    })
}

/// A module is no item: some of its items are named.
fn module_is_no_item(module: &str, set: &PackageSet) -> String {
    const SHOWN: usize = 5;
    let items = Named::Module(module).items(&set.inventory);
    let mut names: Vec<&str> = items.into_iter().map(|item| set.inventory.name(item)).collect();
    names.sort_unstable();
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    let more = match names.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("`{module}` is a module; name one of its items: {}{more}", shown.join(", "))
}
