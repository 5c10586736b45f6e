//! `darkc clean`: removes sidecars and the temporary files of interrupted runs.

use super::Failure;
use super::outcome::CleanOutcome;
use super::settings::Settings;
use crate::discover;

/// Removes sidecars and what an interrupted write left.
pub fn clean(settings: &Settings, dry_run: bool) -> Result<CleanOutcome, Failure> {
    let cleaned = discover::clean(&settings.packages, dry_run)?;
    if let Some((path, error)) = cleaned.failed.into_iter().next() {
        return Err(Failure::NotRemoved(path, error));
    }
    let mut removed = cleaned.sidecars;
    removed.extend(cleaned.temporaries);
    removed.sort_unstable();
    Ok(CleanOutcome { removed, spared: cleaned.spared })
}
