//! Keeps `package-ref-hashes.txt`, by which Darklang's F# code finds package items, in step with the store.
//!
//! The file is written after the store has been committed. What the store remembers of it is set back by the commit
//! and set again once the file is there, so that after a crash in between the next reload writes it.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::io;

use super::Failure;
use super::outcome::Outcome;
use super::settings::{Refs, Settings};
use crate::base::hash::Fingerprint;
use crate::base::text;
use crate::checkout::package_refs::{compiled_keys, registered};
use crate::checkout::refs_file::{Generated, RefsFile, generate, item_name};
use crate::db::{Database, LiveHashes, WantedName};
use crate::diff::Plan;
use crate::discover::checkout::{self, RefsPlace};
use crate::state::around::Around;

/// How many keys without an item a warning lists.
const SHOWN: usize = 5;

/// Where the file is to be; `None` where there is to be none.
pub fn place(settings: &Settings) -> Option<RefsPlace> {
    match &settings.refs {
        Refs::OfCheckout => RefsPlace::beside(&settings.packages),
        Refs::File(file) => Some(RefsPlace::of_file(file)),
        Refs::Nowhere => None,
    }
}

/// The file and the source that registers its keys, as they are on the disk.
pub struct PackageRefs<'p> {
    place: &'p RefsPlace,
    file: io::Result<Option<Vec<u8>>>,
    registry: io::Result<Option<Vec<u8>>>,
}

impl<'p> PackageRefs<'p> {
    pub fn read(place: &'p RefsPlace) -> Self {
        PackageRefs { place, file: checkout::read(&place.file), registry: checkout::read(&place.registry) }
    }

    /// Whether both are as they were when the file last agreed with the store.
    pub fn are_in_step(&self, around: &Around) -> bool {
        around.refs.is_some() && self.fingerprint(self.bytes()) == around.refs
    }

    pub fn is_missing(&self) -> bool {
        matches!(self.file, Ok(None))
    }

    /// Whether a plan changes an item that the file names, or ought to name. The file holds all keys but the
    /// missing ones, if it is in step.
    pub fn are_touched_by(&self, plan: &Plan, around: &Around) -> bool {
        let file = self.parse();
        let keys = file.hashes.keys().chain(&around.missing_refs);
        let names: HashSet<&str> = keys.filter_map(|key| Some(item_name(key)?.1)).collect();
        let changed = plan.bind.iter().map(|binding| &binding.location).chain(&plan.unbind);
        let mut changed = changed.filter_map(|location| location.as_str().strip_prefix("Darklang."));
        changed.any(|name| names.contains(name))
    }

    /// Writes the hashes of the store into the file, and remembers that it did.
    ///
    /// # Errors
    /// Where the store cannot be read or written. That the file cannot be is a warning.
    pub fn bring_up_to_date(
        self,
        database: &mut Database,
        around: &Around,
        outcome: &mut Outcome,
    ) -> Result<(), Failure> {
        let Some(prepared) = self.prepare(&mut outcome.warnings) else { return Ok(()) };
        let make = |hashes: LiveHashes| {
            let generated = prepared.generate(hashes);
            let text = generated.text.as_bytes();
            let is_there = self.bytes() == Some(text);
            let written = if is_there { Ok(()) } else { checkout::replace(&self.place.file, text) };
            let around = written.is_ok().then(|| {
                let refs = self.fingerprint(Some(text));
                Around { refs, missing_refs: generated.missing.clone(), ..around.clone() }.encode()
            });
            (around, (generated, written))
        };
        let Some((generated, written)) = database.remember_around(&prepared.wanted(), make)? else {
            return Ok(());
        };
        let path = checkout::shown(&self.place.file);
        if let Err(error) = written {
            outcome
                .warnings
                .push(format!("{path} cannot be written, so Darklang looks items up by old hashes: {error}"));
            return Ok(());
        }
        outcome.counts.package_refs_changed = generated.changed;
        outcome.warnings.extend(missing_warning(&generated.missing));
        Ok(())
    }

    /// Returns the first line that does not agree with the store; `None` where all do.
    pub fn difference(&self, database: &Database) -> Result<Option<String>, Failure> {
        let path = checkout::shown(&self.place.file);
        let mut warnings = Vec::new();
        let Some(prepared) = self.prepare(&mut warnings) else { return Ok(warnings.into_iter().next()) };
        let Some(hashes) = database.live_hashes(&prepared.wanted())? else { return Ok(None) };
        let generated = prepared.generate(hashes);
        let before = text::decode(self.bytes().unwrap_or_default());
        let (mut ours, mut theirs) = (generated.text.lines(), before.lines());
        loop {
            match (ours.next(), theirs.next()) {
                (None, None) => return Ok(None),
                (ours, theirs) if ours == theirs => {}
                (Some(line), _) | (None, Some(line)) => {
                    let key = line.split('|').next().unwrap_or(line);
                    return Ok(Some(format!("{path}, {key}")));
                }
            }
        }
    }

    fn bytes(&self) -> Option<&[u8]> {
        self.file.as_ref().ok()?.as_deref()
    }

    fn parse(&self) -> RefsFile {
        RefsFile::parse(&text::decode(self.bytes().unwrap_or_default()))
    }

    /// Returns the fingerprint of the contents of both files, the first being `file`; `None` where it is missing or one
    /// cannot be read.
    fn fingerprint(&self, file: Option<&[u8]>) -> Option<Fingerprint> {
        let mut bytes = Vec::new();
        bytes.extend_from_slice(&Fingerprint::of(file?).0.to_le_bytes());
        match self.registry.as_ref().ok()? {
            Some(registry) => bytes.extend_from_slice(&Fingerprint::of(registry).0.to_le_bytes()),
            None => bytes.push(0),
        }
        Some(Fingerprint::of(&bytes))
    }

    /// Finds the keys. `None` where the file is not to be touched, which a warning then explains.
    fn prepare(&self, warnings: &mut Vec<String>) -> Option<Prepared> {
        let path = checkout::shown(&self.place.file);
        if let Err(error) = &self.file {
            warnings.push(format!("{path} cannot be read and was left as it is: {error}"));
            return None;
        }
        let old = self.parse();
        if old.unreadable > 0 && old.hashes.is_empty() {
            warnings.push(format!("{path} is no list of package references and was left as it is"));
            return None;
        }
        if old.unreadable > 0 {
            warnings.push(format!(
                "{path}: lines that are no `KEY|HASH` are left out ({} of them)",
                old.unreadable
            ));
        }
        let mut keys: BTreeSet<String> = match &self.registry {
            Ok(Some(source)) => registered(&text::decode(source)).into_iter().map(|one| one.key).collect(),
            _ => BTreeSet::new(),
        };
        let registry = checkout::shown(&self.place.registry);
        match &self.registry {
            Err(error) => {
                warnings.push(format!("{registry} cannot be read: {error}; a list inside darkc is used"))
            }
            Ok(Some(_)) if keys.is_empty() => {
                warnings
                    .push(format!("{registry} registers no package references; a list inside darkc is used"));
            }
            _ => {}
        }
        if keys.is_empty() {
            keys.extend(compiled_keys().map(str::to_owned));
        }
        Some(Prepared { old, keys })
    }
}

struct Prepared {
    old: RefsFile,
    /// Those that the checkout registers.
    keys: BTreeSet<String>,
}

impl Prepared {
    fn all_keys(&self) -> impl Iterator<Item = &str> {
        self.old.hashes.keys().chain(&self.keys).map(String::as_str).filter(|key| item_name(key).is_some())
    }

    fn wanted(&self) -> Vec<WantedName<'_>> {
        self.all_keys().filter_map(item_name).collect()
    }

    /// `hashes` are those of the wanted names.
    fn generate(&self, hashes: LiveHashes) -> Generated {
        let hashes: HashMap<&str, String> =
            self.all_keys().zip(hashes).filter_map(|(key, hash)| Some((key, hash?))).collect();
        generate(&self.old, self.keys.iter().map(String::as_str), |key| hashes.get(key).cloned())
    }
}

fn missing_warning(missing: &[String]) -> Option<String> {
    if missing.is_empty() {
        return None;
    }
    let shown = missing[..missing.len().min(SHOWN)].join(", ");
    let more = match missing.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Some(format!("{} package references of F# name no item: {shown}{more}", missing.len()))
}
