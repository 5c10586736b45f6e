//! Names that are spelled like a given one: what may have been meant.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use darkc_cache_format::model::Namespace;

use super::inventory::Inventory;
use crate::base::location::ItemKind;

/// How many names are suggested at most.
pub const SUGGESTIONS: usize = 3;

/// Names by their last part.
pub struct NameIndex<'n> {
    /// Sorted by last part, then by whole name.
    names: Vec<Entry<'n>>,
    /// Where the names of one last part start, in `names`.
    last_parts: Vec<usize>,
    /// The last parts that are spelled like a name, as places in `last_parts`, with their distance.
    similar: HashMap<(String, Option<Namespace>), Vec<Similar>>,
}

/// The last part of a name, the name, and its namespace: `None` for a module.
type Entry<'n> = (&'n str, &'n str, Option<Namespace>);

/// A place in `last_parts`, and the distance of what stands there.
type Similar = (usize, usize);

/// A name that refers to nothing, and where it is used.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'w> {
    /// The parts of the name.
    pub written: &'w [String],
    /// `None` where an item of any kind, or a module, is asked for.
    pub namespace: Option<Namespace>,
    /// The scope that the name is used in; empty for none.
    pub scope: &'w str,
}

impl<'n> NameIndex<'n> {
    /// Returns the index of all live items.
    pub fn of(live: &'n Inventory) -> Self {
        NameIndex::new(items(live).collect())
    }

    /// Returns the index of all live items and of the modules around them.
    pub fn with_modules(live: &'n Inventory) -> Self {
        let modules = modules(live).into_iter().map(|name| (last_part(name), name, None));
        NameIndex::new(items(live).chain(modules).collect())
    }

    fn new(mut names: Vec<Entry<'n>>) -> Self {
        names.sort_unstable_by_key(|(last, name, _)| (*last, *name));
        let starts = |at: &usize| *at == 0 || names[*at - 1].0 != names[*at].0;
        let last_parts = (0..names.len()).filter(starts).collect();
        NameIndex { names, last_parts, similar: HashMap::new() }
    }

    /// Returns at most [`SUGGESTIONS`] names with the same last part, else those whose last part is spelled alike: first
    /// the most alike, then those in modules of the written names, then those in modules that are spelled alike, then
    /// the nearest to the scope.
    pub fn suggest(&mut self, wanted: &Wanted<'_>) -> Vec<String> {
        let last = wanted.written.last().map_or("", String::as_str);
        let same = self.with_last_part(last, wanted.namespace);
        let mut found: Vec<(usize, &str)> = same.map(|name| (0, name)).collect();
        if found.is_empty() {
            let similar = self.similar_last_parts(last, wanted.namespace);
            let names = similar.into_iter().flat_map(|(place, distance)| {
                let last = self.names[self.last_parts[place]].0;
                self.with_last_part(last, wanted.namespace).map(move |name| (distance, name))
            });
            found = names.collect();
        }
        let modules = wanted.written.split_last().map_or(&[][..], |(_, modules)| modules);
        found.sort_by_cached_key(|(distance, name)| {
            let scope = scope_of(name);
            let same_modules = common(scope.rsplit('.'), modules.iter().rev().map(String::as_str));
            let alike_modules = modules.iter().filter(|module| has_alike(scope, module)).count();
            let near = common(name.split('.'), wanted.scope.split('.'));
            (*distance, Reverse(same_modules), Reverse(alike_modules), Reverse(near), name.len(), *name)
        });
        found.iter().take(SUGGESTIONS).map(|(_, name)| (*name).to_owned()).collect()
    }

    fn with_last_part(
        &self,
        last: &str,
        namespace: Option<Namespace>,
    ) -> impl Iterator<Item = &'n str> + use<'_, 'n> {
        let from = self.names.partition_point(|entry| entry.0 < last);
        let to = from + self.names[from..].partition_point(|entry| entry.0 == last);
        let is_wanted = move |found: &Option<Namespace>| namespace.is_none() || *found == namespace;
        self.names[from..to].iter().filter(move |entry| is_wanted(&entry.2)).map(|entry| entry.1)
    }

    fn similar_last_parts(&mut self, last: &str, namespace: Option<Namespace>) -> Vec<Similar> {
        let key = (last.to_owned(), namespace);
        if let Some(similar) = self.similar.get(&key) {
            return similar.clone();
        }
        let similar = self.last_parts.iter().enumerate().filter_map(|(place, at)| {
            let distance = distance(last, self.names[*at].0)?;
            self.with_last_part(self.names[*at].0, namespace).next()?;
            Some((place, distance))
        });
        let mut similar: Vec<Similar> = similar.collect();
        similar.sort_by_key(|(place, distance)| (*distance, *place));
        self.similar.insert(key, similar.clone());
        similar
    }
}

fn items(live: &Inventory) -> impl Iterator<Item = Entry<'_>> {
    live.live().map(|id| {
        let is_type = live.kind(id) == ItemKind::Type;
        let namespace = if is_type { Namespace::Type } else { Namespace::Term };
        (last_part(live.name(id)), live.name(id), Some(namespace))
    })
}

/// Returns the fully qualified names of all modules that have a live item somewhere in them, owners included.
pub fn modules(live: &Inventory) -> BTreeSet<&str> {
    let mut modules = BTreeSet::new();
    for id in live.live() {
        let mut inner = live.name(id);
        while let Some((module, _)) = inner.rsplit_once('.') {
            if !modules.insert(module) {
                break;
            }
            inner = module;
        }
    }
    modules
}

/// Returns how many edits lead from one name to another; `None` where they are too many for a slip.
pub fn distance(one: &str, other: &str) -> Option<usize> {
    /// One edit for every so many characters.
    const CHARACTERS_AN_EDIT: usize = 3;
    let allowed = (one.chars().count() / CHARACTERS_AN_EDIT).max(1);
    if one.len().abs_diff(other.len()) > 4 * allowed {
        return None;
    }
    let distance = strsim::osa_distance(one, other);
    // A name of which nothing is left is no likeness.
    (distance <= allowed && distance < other.chars().count()).then_some(distance)
}

/// How many parts two names share from their start on.
fn common<'a>(one: impl Iterator<Item = &'a str>, other: impl Iterator<Item = &'a str>) -> usize {
    one.zip(other).take_while(|(one, other)| one == other).count()
}

/// Whether one of the parts of `modules` is spelled like `module`.
fn has_alike(modules: &str, module: &str) -> bool {
    modules.split('.').any(|part| distance(module, part).is_some())
}

/// Returns what stands behind the last dot of a name.
pub fn last_part(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(_, last)| last)
}

fn scope_of(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(scope, _)| scope)
}
