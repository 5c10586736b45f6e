//! `darkc deps`: what items refer to, what refers to them, cycles, and functions that nothing reaches.

use super::program::{Answered, Stage, ask};
use super::settings::Settings;
use super::{Failure, package_refs};
use crate::base::location::ItemKind;
use crate::base::text;
use crate::checkout::package_refs::{compiled_keys, registered};
use crate::checkout::refs_file::item_name;
use crate::discover::checkout;
use crate::hash::scc;
use crate::incremental::PackageSet;
use crate::program::find::find;
use crate::program::lookup::ItemId;
use crate::state::keys::ItemKey;

/// The owner of all items that F# code refers to.
const OWNER: &str = "Darklang";

/// What is asked about the dependencies of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    Around {
        /// As typed.
        name: String,
        /// Ask for what refers to the items, not for what they refer to.
        reverse: bool,
        /// How many references away an item may be; `None` for any number.
        depth: Option<usize>,
    },
    Cycles,
    /// The names of roots, as typed; none for the package references of Darklang's F# code.
    Unused(Vec<String>),
}

/// An item, and where it is declared.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PlacedItem {
    pub name: String,
    pub kind: ItemKind,
    /// As the user may open it.
    pub path: String,
    /// From one.
    pub line: usize,
}

impl PlacedItem {
    pub fn of(set: &PackageSet, item: ItemId) -> Self {
        PlacedItem {
            name: set.inventory.name(item).to_owned(),
            kind: set.inventory.kind(item),
            path: set.sources.shown_path(set.inventory.file(item)),
            line: set.place_of(item).0.row as usize + 1,
        }
    }
}

/// A part of the dependency graph.
#[derive(Debug, Default)]
pub struct Dependencies {
    /// In order of name.
    pub items: Vec<PlacedItem>,
    /// For each item, as indexes into `items`: those that the walk goes to from it, ascending. They are what the item
    /// refers to, or with `reverse` what refers to it.
    pub next: Vec<Vec<usize>>,
    /// Where the walk begins; empty where it is no walk.
    pub start: Vec<usize>,
    /// Items that refer to each other in a cycle, the largest cycle first.
    pub cycles: Vec<Vec<usize>>,
    /// The names of the roots that functions are reached from.
    pub roots: Vec<String>,
    /// How many functions the program has.
    pub functions: usize,
}

/// Answers a question about the dependencies of the items of a package set.
///
/// # Errors
/// A typed name refers to nothing, there are no roots, or the sources cannot be looked at.
pub fn deps(settings: &Settings, question: &Question) -> Result<Answered<Dependencies>, Failure> {
    let default_roots = match question {
        Question::Unused(roots) if roots.is_empty() => package_references(settings),
        _ => Vec::new(),
    };
    ask(settings, Stage::Linked, |set, _| match question {
        Question::Around { name, reverse, depth } => around(set, name, *reverse, *depth),
        Question::Cycles => Ok(cycles(set)),
        Question::Unused(roots) => unused(set, roots, &default_roots),
    })
}

fn around(
    set: &PackageSet,
    name: &str,
    reverse: bool,
    depth: Option<usize>,
) -> Result<Dependencies, Failure> {
    let named = find(&set.inventory, name).map_err(|error| Failure::Unknown(error.to_string()))?;
    let start = named.items(&set.inventory);
    let graph = if reverse { set.graph().reversed() } else { set.graph() };
    let mut reached = vec![false; set.inventory.len()];
    start.iter().for_each(|item| reached[item.index()] = true);
    let mut members = start.clone();
    // How many of the members have all that comes next among the members.
    let mut followed = 0;
    for _ in 0..depth.unwrap_or(usize::MAX) {
        let border = followed..members.len();
        if border.is_empty() {
            break;
        }
        followed = border.end;
        for at in border {
            for next in graph.dependencies(members[at]) {
                if !std::mem::replace(&mut reached[next.index()], true) {
                    members.push(*next);
                }
            }
        }
    }
    let mut is_followed = vec![false; set.inventory.len()];
    members[..followed].iter().for_each(|item| is_followed[item.index()] = true);
    let mut found = part(set, members, |item| match is_followed[item.index()] {
        true => graph.dependencies(item),
        false => &[],
    });
    found.start = indexes(set, &found, &start);
    Ok(found)
}

/// Returns the groups of items whose hashes depend on each other.
fn cycles(set: &PackageSet) -> Dependencies {
    let graph = set.graph();
    let live: Vec<ItemId> = set.inventory.live().collect();
    let mut groups = scc::groups(set.inventory.len(), &live, |item| graph.dependencies(item));
    groups.retain(|group| group.cyclic);
    const NONE: u32 = u32::MAX;
    let mut group_of = vec![NONE; set.inventory.len()];
    for (number, group) in (0..).zip(&groups) {
        group.members.iter().for_each(|member| group_of[member.index()] = number);
    }
    let members = groups.iter().flat_map(|group| group.members.iter().copied()).collect();
    let inside: Vec<Vec<ItemId>> = (0..set.inventory.len() as u32)
        .map(ItemId)
        .map(|item| {
            let same = |next: &&ItemId| {
                group_of[next.index()] != NONE && group_of[next.index()] == group_of[item.index()]
            };
            graph.dependencies(item).iter().filter(same).copied().collect()
        })
        .collect();
    let mut found = part(set, members, |item| &inside[item.index()]);
    found.cycles = groups.iter().map(|group| indexes(set, &found, &group.members)).collect();
    found.cycles.sort_by(|one, other| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
    found
}

/// Returns the functions that are not reached from the roots.
fn unused(set: &PackageSet, typed: &[String], references: &[String]) -> Result<Dependencies, Failure> {
    let mut roots = Vec::new();
    let mut names = Vec::new();
    for name in typed {
        let named = find(&set.inventory, name).map_err(|error| Failure::Unknown(error.to_string()))?;
        names.push(named.name(&set.inventory).to_owned());
        roots.extend(named.items(&set.inventory));
    }
    for name in references {
        if let Some(item) = set.inventory.find(ItemKey::of(name)) {
            names.push(name.clone());
            roots.push(item);
        }
    }
    if roots.is_empty() {
        return Err(Failure::Unknown(
            "no package reference of Darklang's F# code names an item of this package set; give the roots with \
             --root NAME"
                .to_owned(),
        ));
    }
    let graph = set.graph();
    let mut reached = vec![false; set.inventory.len()];
    while let Some(item) = roots.pop() {
        if !std::mem::replace(&mut reached[item.index()], true) {
            roots.extend_from_slice(graph.dependencies(item));
        }
    }
    let functions = set.inventory.live().filter(|item| set.inventory.kind(*item) == ItemKind::Fn);
    let functions: Vec<ItemId> = functions.collect();
    let count = functions.len();
    let unreached = functions.into_iter().filter(|item| !reached[item.index()]).collect();
    let found = part(set, unreached, |item| graph.dependencies(item));
    Ok(Dependencies { roots: names, functions: count, ..found })
}

/// Returns the given items and what leads from one of them to another.
fn part<'g>(
    set: &PackageSet,
    mut members: Vec<ItemId>,
    next: impl Fn(ItemId) -> &'g [ItemId],
) -> Dependencies {
    members.sort_by_key(|item| set.inventory.name(*item));
    const OUTSIDE: usize = usize::MAX;
    let mut place = vec![OUTSIDE; set.inventory.len()];
    members.iter().enumerate().for_each(|(at, item)| place[item.index()] = at);
    let next = members.iter().map(|item| {
        let inside = next(*item).iter().map(|next| place[next.index()]).filter(|at| *at != OUTSIDE);
        let mut inside: Vec<usize> = inside.collect();
        inside.sort_unstable();
        inside.dedup();
        inside
    });
    Dependencies {
        next: next.collect(),
        items: members.iter().map(|item| PlacedItem::of(set, *item)).collect(),
        ..Dependencies::default()
    }
}

/// Returns the places of items among those that were found, ascending.
fn indexes(set: &PackageSet, found: &Dependencies, items: &[ItemId]) -> Vec<usize> {
    let place = |item: &ItemId| {
        let name = set.inventory.name(*item);
        found.items.binary_search_by(|found| found.name.as_str().cmp(name)).ok()
    };
    let mut places: Vec<usize> = items.iter().filter_map(place).collect();
    places.sort_unstable();
    places
}

/// Returns the names of the items that Darklang's F# code refers to, its CLI's entry point among them: those that the
/// checkout registers, else those of the compiled list.
fn package_references(settings: &Settings) -> Vec<String> {
    let registry = package_refs::place(settings).and_then(|place| checkout::read(&place.registry).ok()?);
    let source = registry.map(|bytes| text::decode(&bytes).into_owned()).unwrap_or_default();
    let mut keys: Vec<String> = registered(&source).into_iter().map(|found| found.key).collect();
    if keys.is_empty() {
        keys.extend(compiled_keys().map(str::to_owned));
    }
    keys.sort();
    keys.iter().filter_map(|key| Some(format!("{OWNER}.{}", item_name(key)?.1))).collect()
}
