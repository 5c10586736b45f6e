//! Finds the package files, in bytewise path order, and what they hold.
//!
//! Which files count follows `darklang/dark backend/src/LocalExec/LoadPackagesFromDisk.fs` and `Utils.fs`.

mod residue;
#[cfg(test)]
mod tests;
mod walk;

use std::cmp::Ordering;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use darkc_cache_format::SourceHash;

use crate::base::parallel;
pub use residue::{Cleaned, clean, orphans};
use walk::Kind;

/// The folder of packages is found by this name.
const PACKAGES_FOLDER: &str = "packages";
const SOURCE_SUFFIX: &str = ".dark";

/// Reading and hashing 449 files takes 0.8 ms on one thread and 0.6 to 0.9 ms on two, so a second one is worth
/// starting for several thousand only.
const FILES_PER_THREAD: usize = 4096;

/// Files that a thread takes at a time.
const BATCH: usize = 32;

/// Holds all but the largest package files, so that a file is read by one call and one that finds its end.
const BUFFER_BYTES: usize = 256 << 10;

/// A package file and what it held when it was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// Relative to the package folder, `/` between its parts.
    pub path: String,
    pub hash: SourceHash,
}

/// The package files cannot be told: nothing may be concluded about which ones exist.
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
            Problem::NameNotUtf8 => write!(f, "{path}: the name is not UTF-8"),
            Problem::Loop => write!(f, "{path}: the link leads back to a folder around it"),
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

/// All package files below `root` in load order, with the hashes of their contents.
///
/// A path with a `_` anywhere in it is dropped, as Darklang does; here it is the path below `root` that counts,
/// so that the folder's own place does not matter.
pub fn sources(root: &Path, threads: usize) -> Result<Vec<SourceFile>, DiscoverError> {
    let mut paths = Vec::new();
    walk::tree(root, true, &mut |path, kind| match kind {
        Kind::Folder => !path.contains('_'),
        Kind::File => {
            if path.ends_with(SOURCE_SUFFIX) && !path.contains('_') {
                paths.push(path.to_owned());
            }
            false
        }
    })?;
    paths.sort_unstable_by(|a, b| load_order(a, b));
    let hashes = hashes(root, &paths, threads)?;
    Ok(paths.into_iter().zip(hashes).map(|(path, hash)| SourceFile { path, hash }).collect())
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

fn hashes(root: &Path, paths: &[String], threads: usize) -> Result<Vec<SourceHash>, DiscoverError> {
    let threads = threads.min(1 + paths.len() / FILES_PER_THREAD);
    let hash_all = |paths: &[String]| {
        let mut scratch = Scratch::new(root);
        paths.iter().map(|path| scratch.hash(path)).collect::<Result<Vec<_>, _>>()
    };
    if threads <= 1 {
        return hash_all(paths);
    }
    let batches: Vec<&[String]> = paths.chunks(BATCH).collect();
    let hashes: Result<Vec<_>, _> =
        parallel::map(threads, 1, &batches, |batch| hash_all(batch)).into_iter().collect();
    hashes.map(|batches| batches.concat())
}

/// What serves every file in turn.
struct Scratch<'r> {
    root: &'r Path,
    path: PathBuf,
    buffer: Vec<u8>,
}

impl<'r> Scratch<'r> {
    fn new(root: &'r Path) -> Self {
        Scratch { root, path: PathBuf::new(), buffer: vec![0; BUFFER_BYTES] }
    }

    fn hash(&mut self, path: &str) -> Result<SourceHash, DiscoverError> {
        self.path.clear();
        self.path.push(self.root);
        self.path.push(path);
        match fill(&self.path, &mut self.buffer) {
            Ok(length) => Ok(SourceHash::of(&self.buffer[..length])),
            Err(error) => Err(DiscoverError::io(&self.path, error)),
        }
    }
}

/// Reads a whole file to the start of the buffer, which grows where it must; gives the file's length. Asks for
/// no metadata, which for small files costs as much as the reading.
fn fill(path: &Path, buffer: &mut Vec<u8>) -> io::Result<usize> {
    let mut file = File::open(path)?;
    let mut length = 0;
    loop {
        if length == buffer.len() {
            buffer.resize(2 * length, 0);
        }
        match file.read(&mut buffer[length..]) {
            Ok(0) => return Ok(length),
            Ok(count) => length += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
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
