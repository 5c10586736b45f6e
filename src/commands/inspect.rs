//! `darkc inspect`: one file, taken alone, or items of the package set.

use std::path::Path;
use std::sync::Arc;

use darkc_cache_format::{FORMAT_VERSION, Memory, MissReason, SourceHash, store};

use super::Failure;
use super::outcome::{CanonicalItem, Inspected, InspectedSidecar, ListedItem, Outcome, Verdict};
use super::program::{Stage, ask};
use super::settings::Settings;
use crate::base::diagnostic::Diagnostic;
use crate::base::hash::ContentHash;
use crate::base::location::{ItemKind, Location};
use crate::base::{parallel, text};
use crate::discover;
use crate::hash::canonical::canonicalize;
use crate::hash::content;
use crate::hash::transcript::{Filling, transcribe};
use crate::incremental::PackageSet;
use crate::link::{self, Builtins};
use crate::load::{self, Content, FileContent, TOOL_DIGEST};
use crate::program::find::find;
use crate::program::inventory::{FileDeclarations, Inventory};
use crate::program::lookup::{ItemId, ItemLookup};
use crate::program::resolve::resolve;
use crate::state::Remembered;

/// No name of a package is known to a file that is taken alone.
struct Empty(Location);

impl ItemLookup for Empty {
    fn kind(&self, _: ItemId) -> ItemKind {
        ItemKind::Fn
    }

    fn location(&self, _: ItemId) -> &Location {
        &self.0
    }

    fn hash(&self, _: ItemId) -> ContentHash {
        ContentHash([0; 32])
    }
}

/// Returns what a source file holds when the store is empty, unresolved names are allowed and built-ins are known.
/// With `canonical`, the canonical form of each item is among it.
pub fn inspect(path: &Path, canonical: bool) -> Result<Inspected, Failure> {
    let bytes = discover::read_file(path).map_err(|error| Failure::Unreadable(path.to_owned(), error))?;
    let text = text::decode(&bytes).into_owned();
    let judged = parallel::on_large_stack(|| judge(&text, canonical)).map_err(Failure::Thread)?;
    let Judged { verdict, items, canonical, diagnostics } = judged;
    Ok(Inspected { path: path.display().to_string(), text, verdict, items, canonical, diagnostics })
}

struct Judged {
    verdict: Verdict,
    items: Vec<ListedItem>,
    canonical: Vec<String>,
    diagnostics: Vec<Diagnostic>,
}

fn judge(text: &str, canonical: bool) -> Judged {
    let refused =
        |verdict, diagnostics| Judged { verdict, items: Vec::new(), canonical: Vec::new(), diagnostics };
    let parsed = FileContent::new(|memory| {
        let file = load::parse(text, memory.arena())?;
        Ok(Content { file, code_fingerprints: &[] })
    });
    let content = match parsed {
        Ok(content) => Arc::new(content),
        Err(load::Failure::Diagnostics(found)) => return refused(Verdict::Error, found),
        Err(load::Failure::Package(found)) => return refused(Verdict::PackageError, found),
        Err(load::Failure::Unreadable(_)) => return refused(Verdict::Error, Vec::new()),
    };
    let file = FileDeclarations { before: None, content: Some(Arc::clone(&content)) };
    let inventory = Inventory::new(Remembered::default(), [file]);
    let ids: Vec<ItemId> = inventory.declared_in(0).collect();
    let lookup = Empty(Location::new(""));
    let mut transcripts = Vec::new();
    let mut items: Vec<ListedItem> =
        link::link(&inventory, &Inventory::default(), &Builtins::default(), &ids, 1)
            .iter()
            .zip(content.file().items)
            .map(|(linked, item)| {
                let tree = resolve(linked.id, item.description, &item.code, &linked.resolutions);
                let hash = content::alone(&canonicalize(&tree), &lookup);
                if canonical {
                    // A file that is taken alone mentions no item.
                    transcripts.push(transcribe(&tree, |_| Filling::default()));
                }
                ListedItem { kind: item.kind, location: item.location.to_string(), hash }
            })
            .collect();
    share_hashes(&mut items);
    Judged { verdict: Verdict::Ok, items, canonical: transcripts, diagnostics: Vec::new() }
}

/// Darklang hashes by name: of a value, a function and a type of one name the first that is there in this order is
/// hashed for all, and of several of one kind the last
/// (`darklang/dark LibSerialization/Hashing/Hashing.fs`, `computeHashesWithSCCs`).
fn share_hashes(items: &mut [ListedItem]) {
    let hashed = |item: &ListedItem| {
        let same_name = || items.iter().filter(|other| other.location == item.location);
        let of_kind = |kind| same_name().rfind(|other| other.kind == kind);
        let hashed = [ItemKind::Value, ItemKind::Fn, ItemKind::Type].into_iter().find_map(of_kind);
        hashed.map_or(item.hash, |hashed| hashed.hash)
    };
    let hashes: Vec<ContentHash> = items.iter().map(hashed).collect();
    for (item, hash) in items.iter_mut().zip(hashes) {
        item.hash = hash;
    }
}

/// Returns the items of the package set that were asked for by name, each with its canonical form. The name of a
/// module means all items in it. An item that is asked for twice is returned twice.
///
/// # Errors
/// Where a name means nothing, or why the sources cannot be read. Errors in the sources are in the outcome.
pub fn canonical(settings: &Settings, names: &[String]) -> Result<(Outcome, Vec<CanonicalItem>), Failure> {
    let answered = ask(settings, Stage::Hashed, |set, _| {
        let mut found = Vec::new();
        for name in names {
            let named = find(&set.inventory, name).map_err(|error| Failure::Unknown(error.to_string()))?;
            found.extend(named.items(&set.inventory));
        }
        Ok(found.into_iter().filter_map(|id| canonical_item(set, id)).collect())
    })?;
    let outcome = Outcome {
        failures: answered.failures,
        warnings: answered.warnings,
        counts: answered.counts,
        timings: answered.timings,
        ..Outcome::default()
    };
    Ok((outcome, answered.answer.unwrap_or_default()))
}

fn canonical_item(set: &PackageSet, id: ItemId) -> Option<CanonicalItem> {
    let location = set.inventory.name(id).to_owned();
    let item = ListedItem { kind: set.inventory.kind(id), location, hash: set.hash(id) };
    Some(CanonicalItem { item, text: set.transcript(id)? })
}

/// What a sidecar says of itself, and whether it is fit for the source beside it.
pub fn inspect_sidecar(path: &Path) -> Result<InspectedSidecar, Failure> {
    let unreadable = |error| Failure::Unreadable(path.to_owned(), error);
    let length = discover::read_file(path).map_err(unreadable)?.len() as u64;
    let mut inspected =
        InspectedSidecar { path: path.display().to_string(), length, ..InspectedSidecar::default() };
    let memory = Memory::default();
    let sidecar = match store::open(path, &memory) {
        Ok(sidecar) => sidecar,
        Err(reason) => return Ok(InspectedSidecar { unfit: Some(reason.to_string()), ..inspected }),
    };
    let header = sidecar.header();
    inspected.format_version = FORMAT_VERSION;
    inspected.tool = header.tool.to_string();
    inspected.source_hash = format!("{:032x}", header.source.xxh3);
    inspected.source_length = header.source.length;
    let source = discover::read_file(&path.with_extension("dark")).map(|bytes| SourceHash::of(&bytes));
    let reason = match (sidecar.directory(memory.arena()), source) {
        (Err(reason), _) => Some(reason.to_string()),
        _ if header.tool != TOOL_DIGEST => Some(MissReason::OtherTool.to_string()),
        (_, Ok(source)) if source != header.source => Some(MissReason::SourceChanged.to_string()),
        (_, Err(error)) => Some(format!("no source beside it ({error})")),
        _ => None,
    };
    inspected.unfit = reason;
    if let Ok(entries) = sidecar.directory(memory.arena()) {
        inspected.items = entries.iter().map(|entry| (entry.kind, entry.location.to_string())).collect();
    }
    Ok(inspected)
}
