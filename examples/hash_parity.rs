//! Hashes the oracle's package set, snippets and damaged files from source, and compares with Darklang's hashes.
//!
//! Reads the ground truth from `$DARKC_ORACLE` or `../shared/darklang`; with `-v`, prints what differs.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use darkc::base::hash::ContentHash;
use darkc::base::limits::STACK_BYTES;
use darkc::base::location::{ItemKind, Location};
use darkc::base::text::decode;
use darkc::binary::ids::Derived;
use darkc::binary::stored;
use darkc::binary::writer::Writer;
use darkc::hash::canonical::{Canonical, Canonicalizer};
use darkc::hash::content::{self, Member};
use darkc::hash::groups::groups;
use darkc::link::names::Names;
use darkc::program::inventory::{Declared, Inventory};
use darkc::program::resolve::{Resolution, resolve};
use darkc::program::world::{ItemId, World};
use darkc::{lower, syntax};
use darkc_cache_format::model::{Item, UnlinkedFile};

fn main() {
    let walk = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(compare_all);
    walk.expect("a thread for the comparison").join().expect("the comparison");
}

struct Items {
    items: Vec<(Location, ItemKind)>,
    hashes: Vec<ContentHash>,
}

impl World for Items {
    fn kind(&self, item: ItemId) -> ItemKind {
        self.items[item.index()].1
    }

    fn location(&self, item: ItemId) -> &Location {
        &self.items[item.index()].0
    }

    fn hash(&self, item: ItemId) -> ContentHash {
        self.hashes[item.index()]
    }
}

type Hashes = BTreeMap<(String, String), String>;

fn kind_name(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Type => "type",
        ItemKind::Value => "value",
        ItemKind::Fn => "fn",
    }
}

fn lowered(text: &str) -> Result<UnlinkedFile<'_>, String> {
    let parsed = syntax::parse(text);
    if let Some(diagnostic) = parsed.diagnostics.first() {
        return Err(format!("{diagnostic:?}"));
    }
    lower::file(text, &parsed.file).map_err(|errors| format!("{errors:?}"))
}

/// Hashes every item of some files; `linked` says whether they see each other's names.
fn hashes(files: &[UnlinkedFile<'_>], linked: bool, timed: bool) -> Hashes {
    let start = Instant::now();
    let mut live: BTreeMap<(Location, ItemKind), &Item<'_>> = BTreeMap::new();
    for item in files.iter().flat_map(|file| &file.items) {
        live.insert((Location::new(&*item.location), item.kind), item);
    }
    let unlinked: Vec<&Item<'_>> = live.values().copied().collect();
    let items: Vec<(Location, ItemKind)> = live.into_keys().collect();
    let count = items.len();
    let mut world = Items { items, hashes: vec![ContentHash([0; 32]); count] };
    let mut inventory = Inventory::with_capacity(count);
    if linked {
        for (location, kind) in &world.items {
            let location = location.clone();
            let (kind, shadowed) = (*kind, false);
            inventory.add(Declared {
                kind,
                location,
                file: 0,
                place: 0,
                written: None,
                known: None,
                shadowed,
            });
        }
    }
    let names = Names::of(&inventory);
    let (mut buffer, mut candidates) = (String::new(), Vec::new());
    let resolutions: Vec<Vec<Resolution>> = unlinked
        .iter()
        .zip(&world.items)
        .map(|(item, (location, _))| {
            let mut resolution = |site| names.resolve(location.scope(), site, &mut buffer, &mut candidates);
            item.code.sites.iter().map(&mut resolution).collect()
        })
        .collect();
    let linked_at = start.elapsed();
    let trees: Vec<_> = unlinked
        .iter()
        .zip(&resolutions)
        .zip(0..)
        .map(|((item, resolutions), id)| resolve(ItemId(id), &item.description, &item.code, resolutions))
        .collect();
    let resolved_at = start.elapsed();
    let mut canonicalizer = Canonicalizer::new();
    let canonical: Vec<Canonical> = trees.iter().map(|tree| canonicalizer.canonicalize(tree)).collect();
    let canonical_at = start.elapsed();

    // A function whose name a value has too is no node of its own: it lends the value its dependencies and takes
    // the value's hash.
    let leader = |item: ItemId| {
        let (location, kind) = &world.items[item.index()];
        let before = item.index().wrapping_sub(1);
        match world.items.get(before) {
            Some((name, ItemKind::Value)) if *kind == ItemKind::Fn && name == location => {
                ItemId(before as u32)
            }
            _ => item,
        }
    };
    let all: Vec<ItemId> = (0..count as u32).map(ItemId).collect();
    let mut edges: Vec<Vec<ItemId>> = canonical
        .iter()
        .map(|canonical| canonical.dependencies().into_iter().map(leader).collect())
        .collect();
    let followers: Vec<(ItemId, ItemId)> =
        all.iter().map(|item| (*item, leader(*item))).filter(|(item, leader)| item != leader).collect();
    for (follower, leader) in &followers {
        edges[leader.index()] = edges[follower.index()].clone();
    }
    let nodes: Vec<ItemId> = all.iter().copied().filter(|item| leader(*item) == *item).collect();
    let found = groups(count, &nodes, |item| &edges[item.index()]);
    let grouped_at = start.elapsed();
    let follower_of = |item: ItemId| followers.iter().find(|(_, leader)| *leader == item).map(|pair| pair.0);
    for group in found {
        let hashes = if group.cyclic {
            let member = |id: &ItemId| Member { id: *id, canonical: &canonical[id.index()] };
            content::group(&group.members.iter().map(member).collect::<Vec<_>>(), &world)
        } else {
            vec![content::alone(&canonical[group.members[0].index()], &world)]
        };
        for (item, hash) in group.members.iter().zip(hashes) {
            world.hashes[item.index()] = hash;
            if let Some(follower) = follower_of(*item) {
                world.hashes[follower.index()] = hash;
            }
        }
    }
    let hashed_at = start.elapsed();
    if timed {
        let mut out = Writer::new();
        let mut stored_bytes = 0;
        for (tree, hash) in trees.iter().zip(&world.hashes) {
            out.clear();
            stored::pt_def(&mut out, tree, *hash, &world, &Derived::new(*hash));
            stored_bytes += out.bytes().len();
        }
        let stored_at = start.elapsed();
        let canonical_bytes: usize = canonical.iter().map(|canonical| canonical.bytes.len()).sum();
        let references: usize = canonical.iter().map(|canonical| canonical.references.len()).sum();
        println!(
            "link {linked_at:.1?}, resolve {:.1?}, canonical form {:.1?} ({canonical_bytes} bytes, {references} \
             references), groups {:.1?}, hash {:.1?}, store {:.1?} ({stored_bytes} bytes)",
            resolved_at - linked_at,
            canonical_at - resolved_at,
            grouped_at - canonical_at,
            hashed_at - grouped_at,
            stored_at - hashed_at
        );
    }
    let named = |((location, kind), hash): (&(Location, ItemKind), &ContentHash)| {
        ((location.as_str().to_owned(), kind_name(*kind).to_owned()), hash.to_string())
    };
    world.items.iter().zip(&world.hashes).map(named).collect()
}

fn package_paths(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            package_paths(&path, paths);
        } else if path.extension().is_some_and(|ext| ext == "dark") {
            paths.push(path);
        }
    }
}

fn compare_all() {
    let root =
        PathBuf::from(std::env::var("DARKC_ORACLE").unwrap_or_else(|_| "../shared/darklang".to_owned()));
    let verbose = std::env::args().any(|argument| argument == "-v");
    compare_packages(&root, verbose);
    for set in ["snippets", "mutations"] {
        compare_set(&root.join(set), verbose);
    }
}

type Sources = BTreeMap<String, Vec<u8>>;

/// The order in which a later definition of a name wins. Darklang lists the folders of a folder, with all that is
/// in them, before its files (`darklang/dark LocalExec/Utils.fs`); among equals, which it leaves to the file
/// system, bytes decide.
fn load_order(path: &str) -> Vec<(bool, &str)> {
    let parts = path.matches('/').count();
    path.split('/').enumerate().map(|(place, part)| (place == parts, part)).collect()
}

fn read_sources(folder: &Path) -> Sources {
    let mut paths = Vec::new();
    package_paths(folder, &mut paths);
    let relative =
        |path: &PathBuf| path.strip_prefix(folder).expect("a prefix").to_string_lossy().into_owned();
    paths.iter().map(|path| (relative(path), fs::read(path).expect("a source"))).collect()
}

fn hash_sources(sources: &Sources, timed: bool) -> Hashes {
    let loaded = sources.iter().filter(|(path, _)| !path.contains('_'));
    let mut texts: Vec<_> = loaded.map(|(path, bytes)| (path, decode(bytes))).collect();
    texts.sort_by(|(a, _), (b, _)| load_order(a).cmp(&load_order(b)));
    let start = Instant::now();
    let mut files = Vec::new();
    for (path, text) in &texts {
        match lowered(text) {
            Ok(file) => files.push(file),
            Err(error) => println!("{path}: {error}"),
        }
    }
    if timed {
        println!("parse and lower {:.1?}", start.elapsed());
    }
    hashes(&files, true, timed)
}

fn read_items(path: &Path) -> Hashes {
    let listed = fs::read_to_string(path).expect("a list of items");
    let parse = |line: &str| {
        let fields: Vec<String> = line.split('\t').map(str::to_owned).collect();
        ((fields[1].clone(), fields[0].clone()), fields[2].clone())
    };
    listed.lines().map(parse).collect()
}

fn differences<'h>(ours: &'h Hashes, theirs: &'h Hashes) -> Vec<&'h (String, String)> {
    let differs = |item: &&(String, String)| ours.get(*item) != theirs.get(*item);
    let only_ours = ours.keys().filter(|item| !theirs.contains_key(*item));
    theirs.keys().chain(only_ours).filter(differs).collect()
}

fn compare_packages(root: &Path, verbose: bool) {
    let sources = read_sources(&root.join("packages"));
    let ours = hash_sources(&sources, true);
    let theirs = read_items(&root.join("items.tsv"));
    let different = differences(&ours, &theirs);
    println!("packages: {} of {} items differ", different.len(), theirs.len());
    if verbose {
        println!("{different:?}");
    }
    compare_edits(&root.join("edits"), &sources, &theirs, false);
    let history = root.join("history");
    let start = read_items(&history.join("start.tsv"));
    let sources = read_sources(&history.join("start"));
    println!("history starts with {} differences", differences(&hash_sources(&sources, false), &start).len());
    compare_edits(&history, &sources, &start, true);
}

fn compare_edits(folder: &Path, sources: &Sources, items: &Hashes, cumulative: bool) {
    let (mut same, mut total) = (0, 0);
    let mut edits: Vec<PathBuf> = fs::read_dir(folder).expect("edits").flatten().map(|e| e.path()).collect();
    edits.retain(|edit| edit.join("edit.json").exists());
    edits.sort();
    let (mut sources_now, mut items_now) = (sources.clone(), items.clone());
    for edit in edits {
        if !cumulative {
            (sources_now, items_now) = (sources.clone(), items.clone());
        }
        let text = fs::read_to_string(edit.join("edit.json")).expect("edit.json");
        let json: serde_json::Value = serde_json::from_str(&text).expect("json");
        let paths = |key: &str| -> Vec<String> {
            let listed = json[key].as_array().expect("a list").iter();
            listed.map(|path| path.as_str().expect("a path").to_owned()).collect()
        };
        for path in paths("delete") {
            sources_now.remove(&path);
        }
        for path in paths("write") {
            let bytes = fs::read(edit.join("files").join(&path)).expect("a file");
            sources_now.insert(path, bytes);
        }
        let Ok(expected) = fs::read_to_string(edit.join("expect.tsv")) else { continue };
        for sign in ["-", "+"] {
            for line in expected.lines().filter_map(|line| line.strip_prefix(sign)) {
                let fields: Vec<&str> = line.split_whitespace().collect();
                let item = (fields[1].to_owned(), fields[0].to_owned());
                if sign == "-" {
                    items_now.remove(&item);
                } else {
                    items_now.insert(item, fields[2].to_owned());
                }
            }
        }
        let ours = hash_sources(&sources_now, false);
        let different = differences(&ours, &items_now);
        total += 1;
        same += usize::from(different.is_empty());
        if !different.is_empty() {
            println!("  {}: {} differ: {:?}", edit.display(), different.len(), different[0]);
        }
    }
    println!("{}: {same} of {total} edits hash alike", folder.display());
}

/// A file of a set was loaded alone, with no package name known but the builtins.
fn compare_set(set: &Path, verbose: bool) {
    let (mut same, mut total, mut refused, mut accepted) = (0, 0, 0, 0);
    for line in fs::read_to_string(set.join("verdicts.tsv")).expect("verdicts.tsv").lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let bytes = fs::read(set.join("cases").join(fields[0])).expect("a case");
        let text = decode(&bytes);
        let file = lowered(&text);
        if fields[1] != "ok" {
            refused += usize::from(file.is_err());
            accepted += usize::from(file.is_ok());
            if verbose && file.is_ok() {
                println!("  {}: accepted, Darklang: {line}", fields[0]);
            }
            continue;
        }
        total += 1;
        let mut theirs = Hashes::new();
        for item in fields[2..].iter().filter(|item| !item.is_empty()) {
            let parts: Vec<&str> = item.split(' ').collect();
            theirs.insert((parts[1].to_owned(), parts[0].to_owned()), parts[2].to_owned());
        }
        match file {
            Ok(file) => {
                let ours = hashes(&[file], false, false);
                same += usize::from(ours == theirs);
                if verbose && ours != theirs {
                    println!("  {}: {ours:?}\n    {theirs:?}", fields[0]);
                }
            }
            Err(error) if verbose => println!("  {}: {error}", fields[0]),
            Err(_) => {}
        }
    }
    println!(
        "{}: {same} of {total} files hash alike; {refused} refused, {accepted} wrongly accepted",
        set.display()
    );
}
