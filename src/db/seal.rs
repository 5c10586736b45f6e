//! A seal beside a store: while it holds, the store need not be opened to know what it holds.
//!
//! Opening a store costs more than all else of a reload that finds nothing to do, but for the sources
//! themselves: SQLite makes a log and an index of it, parses the schema and removes both again. A seal says that
//! a store was looked at and had some state while its file was the one with this inode, size and times.
//! Whoever writes to the store changes its file or leaves a log beside it, and either breaks the seal. So does a
//! change to one of the few other files that a reload keeps in step with the store.
//!
//! | offset | size | meaning |
//! |---|---|---|
//! | 0 | 8 | number of items, little endian |
//! | 8 | 8 | number of uses of names that mean nothing, little endian |
//! | 16 | 8 | number of findings of the check of types, little endian |
//! | 24 | 16 | fingerprint of these numbers, the file and the state, little endian |

use std::fs::{self, File, Metadata};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::time::{Duration, SystemTime};

use rustix::fs::OFlags;

use super::draft::{SEAL_SUFFIX, Temporary};
use super::place::{LOG_SUFFIX, beside};
use crate::base::hash::Fingerprint;
use crate::discover::checkout::LONGEST_TICK;
use crate::state::Stamp;

const SUFFIX: &str = "-darkc";

const NUMBER_BYTES: usize = 8;
const NUMBERS: usize = 3;
const SEAL_BYTES: usize = NUMBERS * NUMBER_BYTES + 16;

/// What the file system says of a store's file, and changes with every change to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileState {
    device: u64,
    inode: u64,
    length: u64,
    /// Seconds and nanoseconds.
    modified: (i64, i64),
    changed: (i64, i64),
}

impl FileState {
    /// Of the store at `path`, or `None` where its file alone does not tell what it holds.
    pub(super) fn of(path: &Path) -> Option<Self> {
        // The log is looked for first: were it the other way round, it could go into the file in between.
        match fs::symlink_metadata(beside(path, LOG_SUFFIX)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            _ => return None,
        }
        // By another name a store may have a log of that name.
        let file = fs::symlink_metadata(path).ok()?;
        (file.is_file() && file.nlink() == 1).then(|| FileState::from(&file))
    }

    fn fingerprint(&self, numbers: [u64; NUMBERS], state: &Stamp, watched: &Watched) -> Fingerprint {
        let (Fingerprint(tool), Fingerprint(sources)) = (state.tool, state.sources);
        let mut bytes = Vec::with_capacity(256);
        numbers.iter().for_each(|number| bytes.extend_from_slice(&number.to_le_bytes()));
        bytes.push(u8::from(state.zero_ids));
        self.put(&mut bytes);
        for file in &watched.0 {
            bytes.push(u8::from(file.is_some()));
            file.iter().for_each(|file| file.put(&mut bytes));
        }
        bytes.extend_from_slice(&tool.to_le_bytes());
        bytes.extend_from_slice(&sources.to_le_bytes());
        Fingerprint::of(&bytes)
    }

    fn put(&self, bytes: &mut Vec<u8>) {
        for number in [self.device, self.inode, self.length] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        for (seconds, nanoseconds) in [self.modified, self.changed] {
            bytes.extend_from_slice(&seconds.to_le_bytes());
            bytes.extend_from_slice(&nanoseconds.to_le_bytes());
        }
    }

    fn last_change(&self) -> Option<SystemTime> {
        let (seconds, nanoseconds) = self.modified.max(self.changed);
        let since = Duration::new(u64::try_from(seconds).ok()?, u32::try_from(nanoseconds).ok()?);
        SystemTime::UNIX_EPOCH.checked_add(since)
    }
}

impl From<&Metadata> for FileState {
    fn from(file: &Metadata) -> Self {
        FileState {
            device: file.dev(),
            inode: file.ino(),
            length: file.size(),
            modified: (file.mtime(), file.mtime_nsec()),
            changed: (file.ctime(), file.ctime_nsec()),
        }
    }
}

/// What the file system says of the files that a reload keeps in step with the store, or reads for that.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Watched(Vec<Option<FileState>>);

impl Watched {
    /// Looks at each file; one that is missing counts as well.
    pub fn look<'p>(paths: impl IntoIterator<Item = &'p Path>) -> Self {
        let state = |path| fs::metadata(path).ok().map(|file| FileState::from(&file));
        Watched(paths.into_iter().map(state).collect())
    }
}

/// `state` with its numbers of items, of names that mean nothing and of findings, if a seal tells that the store at `path`
/// stands at it and nobody has touched it.
pub fn sealed(path: &Path, state: &Stamp, watched: &Watched) -> Option<Stamp> {
    let seal = read(&beside(path, SUFFIX)).ok()?;
    let seal: [u8; SEAL_BYTES] = seal.try_into().ok()?;
    let (items, rest) = seal.split_first_chunk()?;
    let (unresolved, rest) = rest.split_first_chunk()?;
    let (findings, fingerprint) = rest.split_first_chunk()?;
    let numbers = [*items, *unresolved, *findings].map(u64::from_le_bytes);
    let expected = FileState::of(path)?.fingerprint(numbers, state, watched);
    if fingerprint != expected.0.to_le_bytes() {
        return None;
    }
    let [items, unresolved, findings] = numbers;
    Some(Stamp {
        items: items.try_into().ok()?,
        unresolved: unresolved.try_into().ok()?,
        findings: findings.try_into().ok()?,
        ..*state
    })
}

/// At most one byte more than a seal has, whatever lies there: a pipe, which must not be waited for, gives none.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let file = File::options().read(true).custom_flags(OFlags::NONBLOCK.bits() as i32).open(path)?;
    let mut bytes = Vec::with_capacity(SEAL_BYTES + 1);
    file.take(SEAL_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Seals the store at `path`, which stands at `state`, if its file has not changed since `before`, which was
/// taken before `state` was read, and had lain still by then. The watched files must have lain still as well.
pub(super) fn seal(path: &Path, before: FileState, state: &Stamp, watched: &Watched) -> io::Result<()> {
    let files = || [&before].into_iter().chain(watched.0.iter().flatten());
    let last_change = files().map(FileState::last_change).max().flatten();
    if files().any(|file| file.last_change().is_none()) {
        return Ok(());
    }
    if last_change.is_some_and(|changed| changed.elapsed().is_ok_and(|age| age <= LONGEST_TICK)) {
        return Ok(());
    }
    let numbers = [state.items as u64, state.unresolved as u64, state.findings as u64];
    let mut bytes = Vec::with_capacity(SEAL_BYTES);
    numbers.iter().for_each(|number| bytes.extend_from_slice(&number.to_le_bytes()));
    bytes.extend_from_slice(&before.fingerprint(numbers, state, watched).0.to_le_bytes());
    let Temporary { path: temporary, mut file } = Temporary::new(path, SEAL_SUFFIX)?;
    file.write_all(&bytes)?;
    // This machine's clock need not be the one that tells the times of files.
    let written = file.metadata()?.modified()?;
    let age = last_change.and_then(|changed| written.duration_since(changed).ok());
    let has_lain_still = age.is_some_and(|age| age > LONGEST_TICK);
    if !has_lain_still || FileState::of(path) != Some(before) {
        return Ok(());
    }
    temporary.persist(beside(path, SUFFIX)).map_err(|error| error.error)
}
