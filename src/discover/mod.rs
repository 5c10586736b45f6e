//! Finds the package files, in load order, and what they hold.
//!
//! Which files count follows `darklang/dark backend/src/LocalExec/LoadPackagesFromDisk.fs` and `Utils.fs`.

pub mod checkout;
pub mod git;
pub mod hooks;
mod folder;
mod cleanup;
mod packages;
mod sidecars;
pub mod system;
#[cfg(test)]
mod tests;
mod walk;
pub mod watch;

use std::cell::Cell;
use std::cmp::Ordering;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use darkc_cache_format::SourceHash;

use crate::base::hash::Fingerprint;
use crate::base::parallel::{self, Threads};
pub use cleanup::{Cleanup, clean, orphans, remove, remove_orphans};
use folder::{Folder, Kind};
pub use packages::{Packages, Snapshot};
pub use sidecars::{SidecarCounts, look_at_sidecars};
use walk::Visitor;

/// The folder of packages is found by this name.
const PACKAGES_FOLDER: &str = "packages";
const SOURCE_SUFFIX: &str = ".dark";
/// A path with this in it is no source.
const LEFT_OUT: char = '_';

/// So many files are hashed as they are found, with their folder at hand; only where there are more does a second
/// thread make up for its start and for the longer way to each file.
const HASHED_WHEN_FOUND: usize = 4096;

/// Files that a thread takes at a time.
const BATCH: usize = 32;

/// Holds all of Darklang's package files, so that a file is read by one call and one that finds its end. A buffer
/// of 256 KiB would be mapped and unmapped by itself: a reload with nothing to do takes 0.97 of the time without.
const BUFFER_BYTES: usize = 96 << 10;

/// A package file and what it held when it was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// Relative to the package folder, `/` between its parts.
    pub path: String,
    pub hash: SourceHash,
}

/// The package files cannot be listed, so nothing is known about which ones exist.
#[derive(Debug)]
pub struct DiscoverError {
    pub path: PathBuf,
    pub problem: Problem,
}

#[derive(Debug)]
pub enum Problem {
    Io(io::Error),
    NameNotUtf8,
    /// A link to a folder that holds the link.
    Loop,
}

impl DiscoverError {
    fn io(path: impl Into<PathBuf>, error: io::Error) -> Self {
        DiscoverError { path: path.into(), problem: Problem::Io(error) }
    }
}

impl fmt::Display for DiscoverError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.problem {
            Problem::Io(error) => write!(f, "{path}: {error}"),
            problem => write!(f, "{path}: {problem}"),
        }
    }
}

/// What is wrong, and what to do.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::Io(error) => write!(f, "it cannot be read: {error}; make it readable or move it away"),
            Problem::NameNotUtf8 => write!(f, "the name is not UTF-8; rename it"),
            Problem::Loop => write!(f, "the link leads back to a folder around it; remove the link"),
        }
    }
}

impl std::error::Error for DiscoverError {}

/// The nearest folder `packages` in `start` or in a folder around it.
///
/// Darklang's package set has itself a folder of that name (`packages/darklang/cli/packages`), so one that lies
/// inside another `packages` counts only if it holds no package files directly.
pub fn package_folder(start: &Path) -> Option<PathBuf> {
    let mut folders = start.ancestors().map(|folder| folder.join(PACKAGES_FOLDER));
    let is_inner = |folder: &Path| {
        folder.ancestors().skip(1).any(|outer| outer.ends_with(PACKAGES_FOLDER)) && holds_sources(folder)
    };
    folders.find(|folder| folder.is_dir() && !is_inner(folder))
}

fn holds_sources(folder: &Path) -> bool {
    let Ok(entries) = folder.read_dir() else { return false };
    entries
        .flatten()
        .any(|entry| entry.file_name().to_str().is_some_and(|name| name.ends_with(SOURCE_SUFFIX)))
}

/// What lies in a folder of packages.
#[derive(Debug, Default)]
pub struct Found {
    /// In load order.
    pub sources: Vec<SourceFile>,
    /// Files and folders that cannot be read or have an impossible name, in the order in which they were visited.
    pub bad: Vec<DiscoverError>,
    pub cleanup: Cleanup,
    pub left_out: LeftOut,
}

/// What is no source for the `_` in its name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Those in folders that are entered.
    pub files: usize,
    /// They are not entered.
    pub folders: usize,
}

impl Found {
    /// Returns a digest of every file's path and content; equal ones mean that nothing has changed. What cannot be read
    /// makes it another than any that a store can stand at.
    pub fn digest(&self) -> Fingerprint {
        let mut bytes = Vec::with_capacity(self.sources.len() * 64);
        for source in &self.sources {
            bytes.extend_from_slice(source.path.as_bytes());
            bytes.push(0);
            bytes.extend_from_slice(&source.hash.xxh3.to_le_bytes());
        }
        for bad in &self.bad {
            bytes.extend_from_slice(bad.path.as_os_str().as_encoded_bytes());
            bytes.push(0);
        }
        Fingerprint::of(&bytes)
    }
}

/// All package files below `root`, with the hashes of their contents.
///
/// A path with a `_` anywhere in it is dropped, as Darklang does; here it is the path below `root` that counts,
/// so that the folder's own place does not matter. A file that vanishes meanwhile counts as missing.
///
/// # Errors
/// Where `root` itself cannot be read.
pub fn find(root: &Path, threads: Threads) -> Result<Found, DiscoverError> {
    let mut sources = Sources { buffer: vec![0; BUFFER_BYTES], ..Sources::default() };
    let mut bad = walk::tree(root, true, &mut sources)?;
    let Sources { mut found, cleanup, left_out, .. } = sources;
    if found.len() > HASHED_WHEN_FOUND {
        let later = found.split_off(HASHED_WHEN_FOUND);
        hash_all(root, later, threads.count(), &mut found, &mut bad)?;
    }
    Ok(Found { sources: found, bad, cleanup, left_out: left_out.get() })
}

/// Whether a path below the folder of packages is that of a source.
pub fn is_source(path: &str) -> bool {
    path.ends_with(SOURCE_SUFFIX) && !path.contains(LEFT_OUT)
}

/// All package files below `root` in load order.
///
/// # Errors
/// Where anything that may be one cannot be read.
pub fn sources(root: &Path, threads: Threads) -> Result<Vec<SourceFile>, DiscoverError> {
    let Found { sources, bad, .. } = find(root, threads)?;
    bad.into_iter().next().map_or(Ok(sources), Err)
}

/// The walk that finds the sources.
#[derive(Default)]
struct Sources {
    buffer: Vec<u8>,
    found: Vec<SourceFile>,
    cleanup: Cleanup,
    left_out: Cell<LeftOut>,
}

impl Visitor for Sources {
    fn wants(&self, name: &str, kind: Kind) -> bool {
        let is_wanted = kind == Kind::Folder || name.ends_with(SOURCE_SUFFIX);
        if is_wanted && name.contains(LEFT_OUT) {
            let mut left_out = self.left_out.get();
            *(if kind == Kind::Folder { &mut left_out.folders } else { &mut left_out.files }) += 1;
            self.left_out.set(left_out);
            return false;
        }
        is_wanted
    }

    fn is_ours(&self, name: &str) -> bool {
        cleanup::is_ours(name)
    }

    fn file(&mut self, folder: &Folder, name: &str, path: &str) -> io::Result<()> {
        let hash = if self.found.len() < HASHED_WHEN_FOUND {
            hash(folder, name, &mut self.buffer)?
        } else {
            SourceHash::default()
        };
        self.found.push(SourceFile { path: path.to_owned(), hash });
        Ok(())
    }

    fn ours(&mut self, name: &str, path: &dyn Fn() -> String, files: &[String]) {
        self.cleanup.note(name, path, files);
    }
}

fn hash(folder: &Folder, path: &str, buffer: &mut [u8]) -> io::Result<SourceHash> {
    SourceHash::of_reader(folder.file(path)?, buffer)
}

/// Hashes the files and adds them to those that are `found`.
fn hash_all(
    root: &Path,
    files: Vec<SourceFile>,
    threads: usize,
    found: &mut Vec<SourceFile>,
    bad: &mut Vec<DiscoverError>,
) -> Result<(), DiscoverError> {
    let folder = Folder::open(root).map_err(|error| DiscoverError::io(root, error))?;
    let batches: Vec<&[SourceFile]> = files.chunks(BATCH).collect();
    let hashed = parallel::map(threads, 1, &batches, |batch| {
        let mut buffer = vec![0; BUFFER_BYTES];
        batch.iter().map(|file| hash(&folder, &file.path, &mut buffer)).collect::<Vec<_>>()
    });
    let hashes: Vec<io::Result<SourceHash>> = hashed.into_iter().flatten().collect();
    for (file, hash) in files.into_iter().zip(hashes) {
        match hash {
            Ok(hash) => found.push(SourceFile { hash, ..file }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => bad.push(DiscoverError::io(root.join(&file.path), error)),
        }
    }
    Ok(())
}

/// The order in which files are loaded: where two declare one name, the later has it. As in Darklang
/// (`Prelude`, `listDirectoryRecursive`) all that is in a folder's folders comes before its own files; among
/// equals, whose order Darklang leaves to the file system, it is bytewise.
pub fn load_order(a: &str, b: &str) -> Ordering {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    // All folders that end before the first difference are the same; the next part decides.
    let part = a[..same].iter().rposition(|byte| *byte == b'/').map_or(0, |slash| slash + 1);
    let (a, b) = (&a[part..], &b[part..]);
    let folder = |path: &[u8]| path.iter().position(|byte| *byte == b'/');
    match (folder(a), folder(b)) {
        (Some(end_a), Some(end_b)) => a[..end_a].cmp(&b[..end_b]),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => a.cmp(b),
    }
}

/// The bytes of one package file.
pub fn read(root: &Path, path: &str) -> io::Result<Vec<u8>> {
    read_file(&root.join(path))
}

/// The bytes of any file.
pub fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    std::fs::read(path)
}
