//! The files of a run, loaded when something first asks for them.

use std::io;
use std::path::Path;
use std::sync::OnceLock;

use super::findings::Counts;
use crate::base::diagnostic::{Diagnostic, FileDiagnostics};
use crate::base::text::Position;
use crate::discover::{self, DiscoverError};
use crate::load::{self, Content, Failure, LoadedFile, Options, SidecarState, Slot, Tally};

/// All source files in load order; `'s` is the memory that loaded files borrow from, `'l` theirs.
pub struct Sources<'l, 's> {
    root: &'l Path,
    slots: &'s [Slot],
    loaded: &'l [OnceLock<LoadedFile<'s>>],
    options: Options,
}

impl<'l, 's> Sources<'l, 's> {
    /// `loaded` has one empty cell for each slot.
    pub fn new(
        root: &'l Path,
        slots: &'s [Slot],
        loaded: &'l [OnceLock<LoadedFile<'s>>],
        options: Options,
    ) -> Self {
        Sources { root, slots, loaded, options }
    }

    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// How many threads may work on the files and on what is in them.
    pub fn threads(&self) -> usize {
        self.options.threads
    }

    pub fn path(&self, file: usize) -> &'s str {
        &self.slots[file].source().path
    }

    /// The hash of the source as it was used: later than discovery's where the file was parsed.
    pub fn hash(&self, file: usize) -> u128 {
        self.loaded[file].get().map_or(self.slots[file].source().hash.xxh3, |loaded| loaded.hash.xxh3)
    }

    /// Whether the source was another when it was parsed than when it was found.
    pub fn changed_meanwhile(&self, file: usize) -> bool {
        self.hash(file) != self.slots[file].source().hash.xxh3
    }

    /// Loads those of the given files that are not loaded yet, side by side.
    pub fn load(&self, files: impl IntoIterator<Item = usize>) {
        let mut files: Vec<usize> =
            files.into_iter().filter(|file| self.loaded[*file].get().is_none()).collect();
        files.sort_unstable();
        files.dedup();
        let slots: Vec<&'s Slot> = files.iter().map(|file| &self.slots[*file]).collect();
        for (file, loaded) in files.into_iter().zip(load::load(self.root, &slots, self.options)) {
            // Only this function fills cells, and never one twice.
            let _ = self.loaded[file].set(loaded);
        }
    }

    pub fn get(&self, file: usize) -> Option<&'l LoadedFile<'s>> {
        self.loaded[file].get()
    }

    pub fn content(&self, file: usize) -> Option<&'l Content<'s>> {
        self.get(file)?.content.as_ref().ok()
    }

    /// Adds up what became of the files; those that were not loaded are as the last reload had them.
    pub fn count(&self, counts: &mut Counts) {
        let loaded = self.loaded.iter().filter_map(OnceLock::get);
        let tally = Tally::of(loaded);
        counts.files = self.len();
        counts.files_parsed = tally.parsed;
        counts.files_failed = tally.failed;
        counts.files_hit = counts.files - tally.parsed - tally.failed;
        counts.sidecars_read = tally.hits;
        counts.sidecars_written = tally.written;
    }

    /// Every loaded file that could not be taken, in load order.
    pub fn failures(&self) -> Vec<FileDiagnostics> {
        (0..self.len()).filter_map(|file| self.failure(file)).collect()
    }

    fn failure(&self, file: usize) -> Option<FileDiagnostics> {
        let diagnostics = match self.get(file)?.content.as_ref().err()? {
            Failure::Unreadable(error) => {
                // Read and named as it is where it is found.
                let error = io::Error::new(error.kind(), error.to_string());
                let path = self.root.join(self.path(file));
                return Some(unread_file(&DiscoverError { path, problem: discover::Problem::Io(error) }));
            }
            Failure::Diagnostics(diagnostics) | Failure::Package(diagnostics) => diagnostics.clone(),
        };
        Some(FileDiagnostics {
            path: self.shown_path(file),
            text: self.text(file),
            diagnostics,
            others: Vec::new(),
        })
    }

    /// One sentence about all sidecars that could not be written.
    pub fn warnings(&self) -> Vec<String> {
        let unwritten = |file: usize| match &self.get(file)?.sidecar {
            SidecarState::NotWritten(error) => Some((file, error)),
            _ => None,
        };
        let mut failed = (0..self.len()).filter_map(unwritten);
        let Some((first, error)) = failed.next() else { return Vec::new() };
        let path = self.shown_path(first);
        vec![match failed.count() {
            0 => format!("the sidecar of {path} was not written: {error}"),
            more => format!("{} sidecars were not written; the first, of {path}: {error}", more + 1),
        }]
    }

    /// As the user may open it.
    pub fn shown_path(&self, file: usize) -> String {
        self.root.join(self.path(file)).display().to_string()
    }

    /// The decoded source, read again where it was not needed so far; empty where it is gone.
    pub fn text(&self, file: usize) -> String {
        if let Some(text) = self.slots[file].text() {
            return text.to_owned();
        }
        let bytes = discover::read(self.root, self.path(file)).unwrap_or_default();
        crate::base::text::decode(&bytes).into_owned()
    }
}

/// A failure for each file or folder that discovery could not read.
pub fn unread(bad: Vec<DiscoverError>) -> Vec<FileDiagnostics> {
    bad.iter().map(unread_file).collect()
}

fn unread_file(bad: &DiscoverError) -> FileDiagnostics {
    let start = Position::default();
    FileDiagnostics {
        path: bad.path.display().to_string(),
        text: String::new(),
        diagnostics: vec![Diagnostic::error("", start, start, bad.problem.to_string())],
        others: Vec::new(),
    }
}
