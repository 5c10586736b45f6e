//! Sidecars without a source, and what `clean` takes away.

use std::path::{Path, PathBuf};
use std::{fs, io};

use darkc_cache_format::store;

use super::folder::{Folder, Kind};
use super::walk::{self, Visitor};
use super::{DiscoverError, Problem, SourceFile};

/// What a clean removed, or would remove.
#[derive(Debug, Default)]
pub struct Cleaned {
    /// Relative to the package folder, sorted.
    pub sidecars: Vec<String>,
    /// Left behind by a process that was killed while it wrote a sidecar.
    pub temporaries: Vec<String>,
    /// Files of a sidecar's name that are none.
    pub spared: Vec<String>,
    pub failed: Vec<(PathBuf, io::Error)>,
}

/// What darkc has made in a folder of packages and does not need; links are left out.
#[derive(Debug, Default)]
pub struct Cleanup {
    /// Files of a sidecar's name without a source beside them, relative to the package folder.
    orphans: Vec<String>,
    /// Sidecars in the making.
    temporaries: Vec<String>,
}

impl Cleanup {
    /// Notes a file that [`is_ours`] by its name; `files` are the sources of its folder, sorted.
    pub(super) fn note(&mut self, name: &str, path: &dyn Fn() -> String, files: &[String]) {
        if store::is_temporary_name(name) {
            self.temporaries.push(path());
        } else if files.binary_search_by(|file| file.as_str().cmp(source_of(name))).is_err() {
            self.orphans.push(path());
        }
    }
}

impl Cleanup {
    /// Returns the real sidecars without a source.
    pub(super) fn orphans(&self, root: &Path) -> impl Iterator<Item = &str> {
        let is_sidecar = |path: &&String| store::is_sidecar(&root.join(path)).unwrap_or(false);
        self.orphans.iter().filter(is_sidecar).map(String::as_str)
    }
}

/// Removes what [`orphans`] found.
pub fn remove_orphans(root: &Path, orphans: &[String]) {
    orphans.iter().for_each(|path| drop(fs::remove_file(root.join(path))));
}

/// Whether darkc may have made a file of this name.
pub(super) fn is_ours(name: &str) -> bool {
    has_sidecar_name(name) || store::is_temporary_name(name)
}

/// The path of a sidecar's source: the sidecar's own without its last letter.
pub(super) fn source_of(sidecar: &str) -> &str {
    &sidecar[..sidecar.len() - 1]
}

/// Removes sidecars without a source, and what killed processes left of sidecars in the making; returns what
/// is gone. What cannot be removed stays: it does no harm.
pub fn remove(root: &Path, cleanup: &Cleanup) -> Vec<String> {
    let is_removed = |path: &&String| {
        let path = root.join(path);
        store::is_sidecar(&path).is_ok_and(|is_sidecar| is_sidecar && fs::remove_file(&path).is_ok())
    };
    let is_swept =
        |path: &&String| store::remove_abandoned(&root.join(path), false).is_ok_and(|removed| removed);
    let orphans = cleanup.orphans.iter().filter(is_removed);
    orphans.chain(cleanup.temporaries.iter().filter(is_swept)).cloned().collect()
}

/// Files that look like ours by name, links left out.
#[derive(Default)]
struct Candidates {
    sidecars: Vec<String>,
    temporaries: Vec<String>,
    bad: Vec<DiscoverError>,
}

impl Candidates {
    /// Both lists are sorted.
    fn below(root: &Path) -> Result<Self, DiscoverError> {
        let mut candidates = Candidates::default();
        // No link is followed: what lies outside the package folder is none of ours.
        candidates.bad = walk::tree(root, false, &mut candidates)?;
        candidates.sidecars.sort_unstable();
        candidates.temporaries.sort_unstable();
        Ok(candidates)
    }
}

impl Visitor for Candidates {
    fn wants(&self, name: &str, kind: Kind) -> bool {
        kind == Kind::Folder || is_ours(name)
    }

    fn file(&mut self, _: &Folder, name: &str, path: &str) -> io::Result<()> {
        let list = if store::is_temporary_name(name) { &mut self.temporaries } else { &mut self.sidecars };
        list.push(path.to_owned());
        Ok(())
    }
}

pub(super) fn has_sidecar_name(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, extension)| extension == store::EXTENSION)
}

/// Real sidecars below `root` that stand beside no package file; `sources` as [`super::sources`] lists them.
pub fn orphans(root: &Path, sources: &[SourceFile]) -> Result<Vec<String>, DiscoverError> {
    let Candidates { mut sidecars, .. } = Candidates::below(root)?;
    sidecars.retain(|path| {
        let source = source_of(path);
        sources.binary_search_by(|probe| super::load_order(&probe.path, source)).is_err()
            && store::is_sidecar(&root.join(path)).unwrap_or(false)
    });
    Ok(sidecars)
}

/// Removes all sidecars and leftovers below `root`; a file that only has a sidecar's name stays. With `dry_run`
/// it says what it would remove.
pub fn clean(root: &Path, dry_run: bool) -> Result<Cleaned, DiscoverError> {
    let Candidates { sidecars, temporaries, bad } = Candidates::below(root)?;
    let unread = bad.into_iter().filter_map(|bad| match bad.problem {
        Problem::Io(error) => Some((bad.path, error)),
        _ => None,
    });
    let mut cleaned = Cleaned { failed: unread.collect(), ..Cleaned::default() };
    for path in sidecars {
        let whole = root.join(&path);
        match store::is_sidecar(&whole) {
            Ok(true) => match take_away(&whole, dry_run) {
                Ok(()) => cleaned.sidecars.push(path),
                Err(error) => cleaned.failed.push((whole, error)),
            },
            Ok(false) => cleaned.spared.push(path),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => cleaned.failed.push((whole, error)),
        }
    }
    for path in temporaries {
        let whole = root.join(&path);
        match store::remove_abandoned(&whole, dry_run) {
            Ok(true) => cleaned.temporaries.push(path),
            // It is a running process's, or gone by now.
            Ok(false) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => cleaned.failed.push((whole, error)),
        }
    }
    Ok(cleaned)
}

fn take_away(path: &Path, dry_run: bool) -> io::Result<()> {
    if dry_run {
        return Ok(());
    }
    match fs::remove_file(path) {
        // Somebody else was faster.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}
