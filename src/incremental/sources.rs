//! The files of a run, loaded when something first asks for them.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use super::failure::Failure;
use super::findings::Counts;
use crate::base::diagnostic::{Diagnostic, FileDiagnostics};
use crate::base::hash::Fingerprint;
use crate::base::text::Position;
use crate::discover::{self, DiscoverError, Found, Packages, SourceFile};
use crate::load::{self, FileContent, LoadedFile, Options, SidecarState, Tally};
use crate::syntax::hints;

/// All source files in load order. A file is known by its index.
#[derive(Debug)]
pub struct Sources {
    packages: Packages,
    found: Vec<SourceFile>,
    loaded: Vec<Option<LoadedFile>>,
    /// Files and folders that discovery could not read.
    bad: Vec<DiscoverError>,
    options: Options,
}

impl Sources {
    pub fn new(packages: impl Into<Packages>, found: Found, options: Options) -> Self {
        let loaded = found.sources.iter().map(|_| None).collect();
        Sources { packages: packages.into(), found: found.sources, loaded, bad: found.bad, options }
    }

    /// Returns the indexes of all files.
    pub fn files(&self) -> std::ops::Range<usize> {
        0..self.found.len()
    }

    /// How many threads may work on the files and on what is in them.
    pub fn threads(&self) -> usize {
        self.options.threads
    }

    pub fn path(&self, file: usize) -> &str {
        &self.found[file].path
    }

    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.found.iter().map(|source| source.path.as_str())
    }

    /// Returns the fingerprint of the source as it was used: later than discovery's where the file was parsed.
    pub fn fingerprint(&self, file: usize) -> Fingerprint {
        let used = self.get(file).map_or(self.found[file].hash, |loaded| loaded.hash);
        Fingerprint(used.xxh3)
    }

    /// # Errors
    /// Where a source changed between being found and being parsed.
    pub fn check_unchanged(&self) -> Result<(), Failure> {
        let is_other = |file: &usize| self.fingerprint(*file) != Fingerprint(self.found[*file].hash.xxh3);
        let other = self.files().find(is_other).map(|file| self.shown_path(file));
        other.map_or(Ok(()), |path| Err(Failure::ChangedMeanwhile(path)))
    }

    /// Loads those of the given files that are not loaded yet, side by side.
    pub fn load(&mut self, files: impl IntoIterator<Item = usize>) {
        let mut files: Vec<usize> = files.into_iter().filter(|file| self.loaded[*file].is_none()).collect();
        files.sort_unstable();
        files.dedup();
        let found: Vec<&SourceFile> = files.iter().map(|file| &self.found[*file]).collect();
        for (file, loaded) in files.into_iter().zip(load::load_from(&self.packages, &found, self.options)) {
            self.loaded[file] = Some(loaded);
        }
    }

    /// Returns the content of a file without keeping it.
    pub fn content_alone(&self, file: usize) -> Option<Arc<FileContent>> {
        let loaded =
            || load::load_from(&self.packages, &[&self.found[file]], self.options).pop()?.content.ok();
        self.content(file).cloned().or_else(loaded)
    }

    pub fn get(&self, file: usize) -> Option<&LoadedFile> {
        self.loaded[file].as_ref()
    }

    /// Whether the file had no valid sidecar.
    pub fn is_parsed(&self, file: usize) -> bool {
        self.get(file).is_some_and(|loaded| matches!(loaded.origin, load::Origin::Source(_)))
    }

    pub fn content(&self, file: usize) -> Option<&Arc<FileContent>> {
        self.get(file)?.content.as_ref().ok()
    }

    /// Adds up what became of the files; those that were not loaded are as the last reload had them.
    pub fn count(&self, counts: &mut Counts) {
        let tally = Tally::of(self.loaded.iter().flatten());
        counts.files = self.found.len();
        counts.files_parsed = tally.parsed;
        counts.files_failed = tally.failed;
        counts.files_hit = counts.files - tally.parsed - tally.failed;
        counts.sidecars_read = tally.hits;
        counts.sidecars_written = tally.written;
    }

    /// Returns what could not be read, and every loaded file that could not be taken, in load order.
    pub fn failures(&self) -> Vec<FileDiagnostics> {
        self.bad.iter().map(unread).chain(self.files().filter_map(|file| self.failure(file))).collect()
    }

    fn failure(&self, file: usize) -> Option<FileDiagnostics> {
        let diagnostics = match self.get(file)?.content.as_ref().err()? {
            load::Failure::Unreadable(error) => {
                // The path as discovery read it.
                let error = io::Error::new(error.kind(), error.to_string());
                let path = PathBuf::from(self.shown_path(file));
                return Some(unread(&DiscoverError { path, problem: discover::Problem::Io(error) }));
            }
            load::Failure::Diagnostics(found) | load::Failure::Package(found) => found,
        };
        let text = self.text(file);
        let diagnostics = hints::for_people(&text, diagnostics);
        Some(FileDiagnostics { path: self.shown_path(file), text, diagnostics, others: Vec::new() })
    }

    /// Returns one sentence about all sidecars that could not be written.
    pub fn warnings(&self) -> Vec<String> {
        let unwritten = |file: usize| match &self.get(file)?.sidecar {
            SidecarState::NotWritten(error) => Some((file, error)),
            _ => None,
        };
        let mut failed = self.files().filter_map(unwritten);
        let Some((first, error)) = failed.next() else { return Vec::new() };
        let path = self.shown_path(first);
        vec![match failed.count() {
            0 => format!("the sidecar of {path} was not written: {error}"),
            more => format!("{} sidecars were not written; the first, of {path}: {error}", more + 1),
        }]
    }

    /// Returns the path by which the user may open what is at a path below the packages folder.
    pub fn shown(&self, path: &str) -> String {
        self.packages.shown_path(path)
    }

    /// Returns the path by which the user may open a file.
    pub fn shown_path(&self, file: usize) -> String {
        self.packages.shown_path(self.path(file))
    }

    /// Returns the decoded source, read again where it was not needed so far; empty where it is gone.
    pub fn text(&self, file: usize) -> String {
        if let Some(text) = self.get(file).and_then(|loaded| loaded.refused_text.as_ref()) {
            return text.clone();
        }
        let bytes = self.packages.read(self.path(file)).unwrap_or_default();
        crate::base::text::decode(&bytes).into_owned()
    }
}

/// Returns the failure of a file or folder that discovery could not read.
fn unread(bad: &DiscoverError) -> FileDiagnostics {
    let start = Position::default();
    FileDiagnostics {
        path: bad.path.display().to_string(),
        text: String::new(),
        diagnostics: vec![Diagnostic::error("", start, start, bad.problem.to_string())],
        others: Vec::new(),
    }
}
