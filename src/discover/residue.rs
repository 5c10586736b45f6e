//! Sidecars without a source, and what `clean` takes away.

use std::path::{Path, PathBuf};
use std::{fs, io};

use darkc_cache_format::store;

use super::folder::{Folder, Kind};
use super::walk::{self, Visitor};
use super::{DiscoverError, SourceFile};

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

/// Files that look like ours by name, links left out.
#[derive(Default)]
struct Candidates {
    sidecars: Vec<String>,
    temporaries: Vec<String>,
}

impl Candidates {
    /// Both lists are sorted.
    fn below(root: &Path) -> Result<Self, DiscoverError> {
        let mut candidates = Candidates::default();
        // No link is followed: what lies outside the package folder is none of ours.
        walk::tree(root, false, &mut candidates)?;
        candidates.sidecars.sort_unstable();
        candidates.temporaries.sort_unstable();
        Ok(candidates)
    }
}

impl Visitor for Candidates {
    fn wants(&self, name: &str, kind: Kind) -> bool {
        kind == Kind::Folder || store::is_temporary_name(name) || has_sidecar_name(name)
    }

    fn file(&mut self, _: &Folder, name: &str, path: &str) -> io::Result<()> {
        let list = if store::is_temporary_name(name) { &mut self.temporaries } else { &mut self.sidecars };
        list.push(path.to_owned());
        Ok(())
    }
}

fn has_sidecar_name(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, extension)| extension == store::EXTENSION)
}

/// Real sidecars below `root` that stand beside no package file; `sources` as [`super::sources`] lists them.
pub fn orphans(root: &Path, sources: &[SourceFile]) -> Result<Vec<String>, DiscoverError> {
    let Candidates { mut sidecars, .. } = Candidates::below(root)?;
    sidecars.retain(|path| {
        // The sidecar's name is the source's and a letter.
        let source = &path[..path.len() - 1];
        sources.binary_search_by(|probe| super::load_order(&probe.path, source)).is_err()
            && store::is_sidecar(&root.join(path)).unwrap_or(false)
    });
    Ok(sidecars)
}

/// Removes all sidecars and leftovers below `root`; a file that only has a sidecar's name stays. With `dry_run`
/// it says what it would remove.
pub fn clean(root: &Path, dry_run: bool) -> Result<Cleaned, DiscoverError> {
    let Candidates { sidecars, temporaries } = Candidates::below(root)?;
    let mut cleaned = Cleaned::default();
    for path in sidecars {
        let whole = root.join(&path);
        match store::is_sidecar(&whole) {
            Ok(true) => match remove(&whole, dry_run) {
                Ok(()) => cleaned.sidecars.push(path),
                Err(error) => cleaned.failed.push((whole, error)),
            },
            Ok(false) => cleaned.spared.push(path),
            Err(error) => cleaned.failed.push((whole, error)),
        }
    }
    for path in temporaries {
        let whole = root.join(&path);
        match remove(&whole, dry_run) {
            Ok(()) => cleaned.temporaries.push(path),
            Err(error) => cleaned.failed.push((whole, error)),
        }
    }
    Ok(cleaned)
}

fn remove(path: &Path, dry_run: bool) -> io::Result<()> {
    if dry_run { Ok(()) } else { fs::remove_file(path) }
}
