//! Darklang's built-in functions and values: a list that is compiled in, and what a checkout has beyond it.

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use darkc_cache_format::model::{ItemKind, Namespace, Site};

use super::candidates::Written;
use crate::program::similar::distance;

const MANIFEST: &str = include_str!("builtins.tsv");

const FN: u8 = 1;
const VALUE: u8 = 2;

/// The built-ins that names may be bound to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Builtins {
    /// Those that the compiled list lacks, by name and version.
    extra: Manifest,
}

impl Builtins {
    /// The compiled list and these.
    pub fn with(extra: &BTreeMap<String, Vec<(ItemKind, u32)>>) -> Self {
        let mut builtins = Builtins::default();
        for (name, found) in extra.iter().filter(|(_, found)| !found.is_empty()) {
            // Resolved names live as long as the program. There are only as many as the packages use of what the
            // list lacks.
            let name: &'static str = name.clone().leak();
            for (kind, version) in found {
                builtins.extra.entry((name, *version)).or_insert((name, 0)).1 |= bit(*kind);
            }
        }
        builtins
    }

    /// Finds a built-in; the name it returns lives as long as the program.
    pub fn find(&self, kind: ItemKind, name: &str, version: u32) -> Option<&'static str> {
        let found = compiled().get(&(name, version)).or_else(|| self.extra.get(&(name, version)));
        let &(name, kinds) = found?;
        (kinds & bit(kind) != 0).then_some(name)
    }
}

/// The name of a built-in that a site asks for and that the compiled list has in no version.
pub fn lacked<'s>(site: &'s Site<'_>) -> Option<&'s str> {
    if site.namespace == Namespace::Type || site.written.first().is_none_or(|module| *module != "Builtin") {
        return None;
    }
    let Written { name, version, .. } =
        Written::parse(site.namespace, site.written).filter(Written::is_builtin)?;
    (!compiled().contains_key(&(name, version))).then_some(name)
}

/// Built-ins whose name is spelled like `name`, at most `count`: the most alike first. A version stands behind the
/// name, as in source.
pub fn similar(name: &str, count: usize) -> Vec<String> {
    let bare = name.rsplit_once("_v").map_or(name, |(bare, _)| bare);
    let near = compiled().keys().filter_map(|(known, version)| {
        let distance = distance(bare, known)?;
        Some((distance, *known, *version))
    });
    let mut near: Vec<(usize, &str, u32)> = near.collect();
    near.sort_unstable();
    let spelled = |(_, known, version)| match version {
        0 => format!("Builtin.{known}"),
        version => format!("Builtin.{known}_v{version}"),
    };
    near.into_iter().take(count).map(spelled).collect()
}

/// Whether the compiled list has a built-in.
pub fn is_listed(kind: ItemKind, name: &str, version: u32) -> bool {
    compiled().get(&(name, version)).is_some_and(|(_, kinds)| kinds & bit(kind) != 0)
}

/// Kind, name and version of all built-ins in the compiled list, in its order.
pub fn listed() -> impl Iterator<Item = (ItemKind, &'static str, u32)> {
    MANIFEST.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let mut fields = line.split('\t');
        let kind = if fields.next()? == "fn" { ItemKind::Fn } else { ItemKind::Value };
        Some((kind, fields.next()?, fields.next()?.parse().ok()?))
    })
}

fn bit(kind: ItemKind) -> u8 {
    if kind == ItemKind::Fn { FN } else { VALUE }
}

/// By name and version: the name, for as long as the program runs, and the kinds.
type Manifest = HashMap<(&'static str, u32), (&'static str, u8)>;

fn compiled() -> &'static Manifest {
    static PARSED: OnceLock<Manifest> = OnceLock::new();
    PARSED.get_or_init(|| {
        let mut parsed = Manifest::new();
        for (kind, name, version) in listed() {
            parsed.entry((name, version)).or_insert((name, 0)).1 |= bit(kind);
        }
        parsed
    })
}
