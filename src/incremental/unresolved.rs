//! Diagnostics of names: those that mean nothing, and those that are declared more than once.

use std::collections::{BTreeMap, HashSet};

use bumpalo::Bump;

use super::Failure;
use super::package_set::PackageSet;
use crate::base::diagnostic::{Diagnostic, FileDiagnostics, Label, SourceText};
use crate::base::text::{LineIndex, Position};
use crate::link::diagnose::{code, diagnose};
use crate::program::lookup::ItemId;
use crate::program::resolve::{Resolution, unresolved};
use crate::program::similar::NameIndex;
use crate::{lower, syntax};

/// Names that mean nothing although the program loads.
#[derive(Debug, Default)]
pub struct UnresolvedNames {
    /// Those that the run is about, file by file.
    pub files: Vec<FileDiagnostics>,
    /// How many uses of names there are besides.
    pub elsewhere: usize,
    /// How many uses of names there are in all.
    pub all: usize,
}

/// An item, and what its sites resolved to.
type Looked<'f> = (ItemId, &'f [Resolution]);

impl PackageSet {
    /// Returns every use of a name that means nothing: in full in items for which `in_full` holds, elsewhere as a
    /// number. `in_full` is called with the item's file, and whether the item's links differ from those of the last
    /// run.
    ///
    /// # Errors
    /// As for [`PackageSet::look_into`].
    pub fn unresolved_names(
        &mut self,
        in_full: impl Fn(usize, bool) -> bool,
    ) -> Result<UnresolvedNames, Failure> {
        let relinked: HashSet<ItemId> = self.changed.iter().copied().collect();
        let (mut elsewhere, mut all) = (0, 0);
        let mut shown = Vec::new();
        for id in self.inventory.live() {
            let count = self.unresolved_in(id) as usize;
            if count == 0 {
                continue;
            }
            all += count;
            if in_full(self.inventory.file(id), relinked.contains(&id)) {
                shown.push(id);
            } else {
                elsewhere += count;
            }
        }
        if shown.is_empty() {
            return Ok(UnresolvedNames { files: Vec::new(), elsewhere, all });
        }
        self.look_into(&shown)?;
        let looked = shown.iter().filter_map(|id| Some((*id, &*self.fresh(*id)?.resolutions)));
        let looked: Vec<Looked<'_>> = looked.collect();
        Ok(UnresolvedNames { files: self.diagnose(&looked), elsewhere, all })
    }

    /// How many uses of names in an item mean nothing.
    fn unresolved_in(&self, id: ItemId) -> u32 {
        match self.fresh(id) {
            Some(fresh) => fresh.unresolved,
            None => self.inventory.known(id).map_or(0, |known| known.unresolved()),
        }
    }

    /// Returns the diagnostics of the given items' names, file by file. Their places are taken from the sources, which
    /// are parsed for it: sidecars tell only the first use of each name.
    pub fn diagnose(&self, items: &[Looked<'_>]) -> Vec<FileDiagnostics> {
        let mut files: BTreeMap<usize, Vec<Looked<'_>>> = BTreeMap::new();
        for looked in items {
            files.entry(self.inventory.file(looked.0)).or_default().push(*looked);
        }
        let mut names = NameIndex::of(&self.inventory);
        let found = files.into_iter().map(|(file, items)| {
            let mut found = self.without_diagnostics(file);
            let lines = LineIndex::new(&found.text);
            let arena = Bump::new();
            let uses = lower::uses(&found.text, &syntax::parse(&found.text, &arena).file);
            for (id, resolutions) in items {
                let Some(uses) = uses.get(self.inventory.place(id) as usize) else { continue };
                // A file that was changed meanwhile ends the run elsewhere.
                if uses.iter().all(|name| name.rule.site().is_none_or(|site| site < resolutions.len())) {
                    let item = self.inventory.name(id);
                    let unresolved = unresolved(resolutions, uses);
                    found.diagnostics.extend(diagnose(&mut names, item, &unresolved, &lines));
                }
            }
            found.diagnostics.sort_by_key(|diagnostic| diagnostic.start);
            found
        });
        found.collect()
    }

    fn without_diagnostics(&self, file: usize) -> FileDiagnostics {
        FileDiagnostics {
            path: self.sources.shown_path(file),
            text: self.sources.text(file),
            ..FileDiagnostics::default()
        }
    }

    /// Returns a warning for each declaration whose name a later one has, at the place of the one that does not count.
    pub fn duplicates(&mut self) -> Vec<FileDiagnostics> {
        let duplicates = self.inventory.duplicates().to_vec();
        let involved: Vec<ItemId> =
            duplicates.iter().flat_map(|(earlier, later)| [*earlier, *later]).collect();
        if self.load_code(&involved).is_err() {
            // Whatever is wrong with a file is reported as its own error.
            return Vec::new();
        }
        let mut found: BTreeMap<usize, FileDiagnostics> = BTreeMap::new();
        for (earlier, later) in duplicates {
            let (file, other_file) = (self.inventory.file(earlier), self.inventory.file(later));
            let diagnostics = found.entry(file).or_insert_with(|| self.without_diagnostics(file));
            let other =
                SourceText { path: self.sources.shown_path(other_file), text: self.sources.text(other_file) };
            let is_same_file = file == other_file;
            let (start, end) = self.place_of(later);
            let label = Label {
                path: (!is_same_file).then(|| other.path.clone()),
                start,
                end,
                text: "this one counts".to_owned(),
            };
            if !is_same_file && !diagnostics.others.contains(&other) {
                diagnostics.others.push(other);
            }
            let (start, end) = self.place_of(earlier);
            let name = self.inventory.name(earlier);
            let message = format!("{name} is declared again; the last declaration counts");
            diagnostics.diagnostics.push(Diagnostic {
                item: Some(name.to_owned()),
                labels: vec![label],
                ..Diagnostic::warning(code::DUPLICATE, start, end, message)
            });
        }
        found.into_values().collect()
    }

    /// Returns where the name of a declaration stands, if the file that holds it was looked into.
    pub fn place_of(&self, item: ItemId) -> (Position, Position) {
        let Some(written) = self.inventory.written(item) else { return Default::default() };
        let position = written.item.position;
        let start = Position { row: position.row, column: position.column };
        (start, Position { column: start.column + position.length, ..start })
    }
}
