//! How the sidecars of a folder stand, by their headers alone.

use std::io::{ErrorKind, Read};
use std::path::Path;

use darkc_cache_format::store::path_for;
use darkc_cache_format::{HEADER_BYTES, Header, MissReason, SourceHash, ToolDigest};

use super::folder::Folder;
use super::{BATCH, DiscoverError, Found};
use crate::base::parallel::{self, Threads};

/// How many sources have a valid sidecar, and why the others have none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SidecarCounts {
    pub fresh: usize,
    /// Of another source, of another build, or damaged.
    pub stale: usize,
    pub missing: usize,
    /// Without a source.
    pub orphaned: usize,
}

impl SidecarCounts {
    /// Whether each source has a valid sidecar and there are no others.
    pub fn are_fresh(self) -> bool {
        self == SidecarCounts { fresh: self.fresh, ..SidecarCounts::default() }
    }
}

/// Looks at the first bytes of each sidecar: enough to tell a stale one, not one whose content is damaged. Nothing is
/// written.
///
/// # Errors
/// Where `root` cannot be read.
pub fn look_at_sidecars(
    root: &Path,
    found: &Found,
    tool: ToolDigest,
    threads: Threads,
) -> Result<SidecarCounts, DiscoverError> {
    let folder = Folder::open(root).map_err(|error| DiscoverError::io(root, error))?;
    let batches: Vec<_> = found.sources.chunks(BATCH).collect();
    let looked = parallel::map(threads.count(), 1, &batches, |batch| {
        let mut counts = SidecarCounts::default();
        for source in *batch {
            match look(&folder, &source.path, tool, source.hash) {
                Ok(()) => counts.fresh += 1,
                Err(MissReason::Absent) => counts.missing += 1,
                Err(_) => counts.stale += 1,
            }
        }
        counts
    });
    let sum = |sum: SidecarCounts, one: SidecarCounts| SidecarCounts {
        fresh: sum.fresh + one.fresh,
        stale: sum.stale + one.stale,
        missing: sum.missing + one.missing,
        orphaned: 0,
    };
    let counts = looked.into_iter().fold(SidecarCounts::default(), sum);
    Ok(SidecarCounts { orphaned: found.cleanup.orphans(root).count(), ..counts })
}

fn look(folder: &Folder, source: &str, tool: ToolDigest, hash: SourceHash) -> Result<(), MissReason> {
    let path = path_for(Path::new(source));
    let unreadable = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound => MissReason::Absent,
        kind => MissReason::Unreadable(kind),
    };
    let mut file = folder.open_file(&path.to_string_lossy()).map_err(unreadable)?;
    let mut bytes = [0; HEADER_BYTES];
    file.read_exact(&mut bytes).map_err(|_| MissReason::Truncated)?;
    let length = file.metadata().map_err(unreadable)?.len();
    Header::of(&bytes, length)?.stands_for(tool, hash)
}
