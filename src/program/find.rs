//! Looks up what a user typed as the name of an item or of a module.

use std::fmt;

use super::inventory::Inventory;
use super::lookup::ItemId;
use super::similar::{NameIndex, SUGGESTIONS, Wanted, modules};
use crate::base::diagnostic::did_you_mean;
use crate::state::keys::ItemKey;

/// The owner that may be left out.
const OWNER: &str = "Darklang.";

/// What a typed name refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named<'n> {
    Item(ItemId),
    /// The fully qualified name of a module that has live items.
    Module(&'n str),
}

impl<'n> Named<'n> {
    /// Returns the item, or the items in the module and in the modules inside it, in order of id.
    pub fn items(self, live: &'n Inventory) -> Vec<ItemId> {
        match self {
            Named::Item(item) => vec![item],
            Named::Module(module) => live.live().filter(|id| is_inside(live.name(*id), module)).collect(),
        }
    }

    /// Returns the fully qualified name.
    pub fn name(self, live: &'n Inventory) -> &'n str {
        match self {
            Named::Item(item) => live.name(item),
            Named::Module(module) => module,
        }
    }
}

/// Why a typed name refers to nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotFound {
    pub typed: String,
    /// How many items or modules end in the typed name; 0 where none does.
    pub candidates: usize,
    /// At most [`SUGGESTIONS`] fully qualified names: some of the candidates, else names that are spelled alike.
    pub suggestions: Vec<String>,
}

impl fmt::Display for NotFound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let NotFound { typed, candidates, suggestions } = self;
        match candidates {
            0 => write!(f, "no item and no module is called `{typed}`")?,
            count => write!(f, "`{typed}` is the end of {count} names; type more of the one that is meant")?,
        }
        match did_you_mean(suggestions) {
            Some(question) => write!(f, "; {question}"),
            None => Ok(()),
        }
    }
}

/// Finds the live item or the module that a user typed the name of.
///
/// A fully qualified name counts before one without its owner `Darklang`, and both before the last parts of a name,
/// which must be those of one item, or else of one module. Where an item and a module have one name, it is the item's.
///
/// # Errors
/// Where the name refers to nothing, or its last parts to more than one thing.
pub fn find<'n>(live: &'n Inventory, typed: &str) -> Result<Named<'n>, NotFound> {
    let item = |name: &str| live.find(ItemKey::of(name)).map(Named::Item);
    let modules = modules(live);
    let module = |name: &str| modules.get(name).map(|module| Named::Module(module));
    let owned = format!("{OWNER}{typed}");
    let whole = item(typed).or_else(|| item(&owned)).or_else(|| module(typed)).or_else(|| module(&owned));
    if let Some(whole) = whole {
        return Ok(whole);
    }
    let ends = |name: &str| name.strip_suffix(typed).is_some_and(|rest| rest.ends_with('.'));
    let items: Vec<Named<'n>> = live.live().filter(|id| ends(live.name(*id))).map(Named::Item).collect();
    let found = match items.is_empty() {
        true => modules.iter().filter(|name| ends(name)).map(|name| Named::Module(name)).collect(),
        false => items,
    };
    if let [only] = found[..] {
        return Ok(only);
    }
    let suggestions = match found.is_empty() {
        true => {
            let written: Vec<String> = typed.split('.').map(str::to_owned).collect();
            let wanted = Wanted { written: &written, namespace: None, scope: "" };
            NameIndex::with_modules(live).suggest(&wanted)
        }
        false => {
            let mut names: Vec<&str> = found.iter().map(|named| named.name(live)).collect();
            names.sort_by_key(|name| (name.len(), *name));
            names.iter().take(SUGGESTIONS).map(|name| (*name).to_owned()).collect()
        }
    };
    Err(NotFound { typed: typed.to_owned(), candidates: found.len(), suggestions })
}

/// Whether an item or module lies inside a module.
fn is_inside(name: &str, module: &str) -> bool {
    name.strip_prefix(module).is_some_and(|rest| rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::load::{Content, FileContent, parse};
    use crate::program::inventory::FileDeclarations;
    use crate::state::Remembered;

    const SOURCE: &str = "\
module Darklang.Stdlib.List =
  let map (n: Int64) : Int64 = n

module Darklang.Stdlib.Dict =
  let map (n: Int64) : Int64 = n

module Darklang.Stdlib.Option =
  type Option = | Some
  let withDefault (n: Int64) : Int64 = n

module Garden.Bed =
  let dig (n: Int64) : Int64 = n
";

    fn check(typed: &str, expected: &str) {
        let content = FileContent::new(|memory| {
            let file = parse(SOURCE, memory.arena())?;
            Ok(Content { file, code_fingerprints: &[] })
        });
        let content = Some(Arc::new(content.expect("a valid source")));
        let live = Inventory::new(Remembered::default(), [FileDeclarations { before: None, content }]);
        let found = match find(&live, typed) {
            Ok(Named::Item(item)) => format!("item {}", live.name(item)),
            Ok(Named::Module(module)) => {
                format!("module {module} of {}", Named::Module(module).items(&live).len())
            }
            Err(error) => error.to_string(),
        };
        assert_eq!(found, expected, "{typed}");
    }

    #[test]
    fn a_name_is_found_whole_without_its_owner_or_by_its_last_parts() {
        check("Darklang.Stdlib.List.map", "item Darklang.Stdlib.List.map");
        check("Stdlib.List.map", "item Darklang.Stdlib.List.map");
        check("List.map", "item Darklang.Stdlib.List.map");
        check("dig", "item Garden.Bed.dig");
        check("Stdlib", "module Darklang.Stdlib of 4");
        check("Garden", "module Garden of 1");
        check("Dict", "module Darklang.Stdlib.Dict of 1");
        // Both an item and a module end so.
        check("Option", "item Darklang.Stdlib.Option.Option");
        check("Stdlib.Option", "module Darklang.Stdlib.Option of 2");
    }

    #[test]
    fn what_is_not_found_is_told_with_what_may_be_meant() {
        check(
            "map",
            "`map` is the end of 2 names; type more of the one that is meant; \
             did you mean `Darklang.Stdlib.Dict.map` or `Darklang.Stdlib.List.map`?",
        );
        check(
            "Lst.map",
            "no item and no module is called `Lst.map`; \
             did you mean `Darklang.Stdlib.List.map` or `Darklang.Stdlib.Dict.map`?",
        );
        check("Gardn", "no item and no module is called `Gardn`; did you mean `Garden`?");
        // A part is not found by its end.
        check("ig", "no item and no module is called `ig`; did you mean `Garden.Bed.dig`?");
        check("", "no item and no module is called ``");
    }
}
