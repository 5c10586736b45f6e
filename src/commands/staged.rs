//! `darkc build --staged`: judges what the next commit will hold, or makes the sidecars of it.

use std::collections::{HashMap, HashSet};

use darkc_cache_format::{SourceHash, encode};

use super::build::{Files, judge};
use super::outcome::BuildOutcome;
use super::settings::Settings;
use super::{Failure, load_options};
use crate::base::parallel;
use crate::discover::git::{GitError, GitFile, ObjectId, Repository};
use crate::discover::{self, Packages, Snapshot, is_source};
use crate::incremental::Sources;
use crate::load::{SidecarState, Sidecars, TOOL_DIGEST};

/// A path by which git is asked whether sidecars are ignored.
const ANY_SIDECAR: &str = "any.darkc";

/// The part of the index that is about packages.
struct Staged {
    repository: Repository,
    snapshot: Snapshot,
    /// The files that are other in the index than in the last commit.
    changed: HashSet<String>,
}

impl Staged {
    fn read(settings: &Settings) -> Result<Self, Failure> {
        let repository = Repository::around(&settings.packages)?;
        let files = repository.follow_links(repository.files_in_index()?)?;
        let of_packages = |file: &GitFile| is_source(&file.path) || file.path.ends_with(".darkc");
        let files: Vec<GitFile> = files.into_iter().filter(of_packages).collect();
        let head = match repository.files_at("HEAD") {
            // Before the first commit everything is new.
            Err(GitError::NoRevision(_)) => Vec::new(),
            files => repository.follow_links(files?)?,
        };
        let before: HashMap<&str, &ObjectId> = head.iter().map(|file| (&*file.path, &file.id)).collect();
        let is_changed = |file: &&GitFile| before.get(&*file.path) != Some(&&file.id);
        let changed = files.iter().filter(is_changed).map(|file| file.path.clone()).collect();
        let contents = repository.contents(files.iter().map(|file| &file.id))?;
        let files = files.into_iter().map(|file| file.path).zip(contents);
        let snapshot = Snapshot::new(settings.packages.clone(), files);
        Ok(Staged { repository, snapshot, changed })
    }
}

/// Judges the index: its sources, and its sidecars if it holds any. Nothing is written.
///
/// # Errors
/// Where git cannot be asked; the user's errors are in the outcome.
pub fn check(settings: &Settings) -> Result<BuildOutcome, Failure> {
    let mut outcome = BuildOutcome::default();
    let staged = outcome.timings.time("read the index", || Staged::read(settings))?;
    outcome.judges_sidecars = staged.snapshot.sidecars().next().is_some();
    if outcome.judges_sidecars {
        outcome.orphans = staged.snapshot.orphans().map(str::to_owned).collect();
    }
    let found = staged.snapshot.find();
    let files = Files {
        packages: staged.snapshot.clone().into(),
        sidecars: if outcome.judges_sidecars { Sidecars::Verify } else { Sidecars::ReadOnly },
        is_in_full: &|path, _| staged.changed.contains(path),
    };
    parallel::on_large_stack(|| judge(settings, files, found, &mut outcome)).map_err(Failure::Thread)?;
    Ok(outcome)
}

/// Makes the sidecar of each source of the index and puts those into the index that are not there. A sidecar is written
/// to the work tree too, where its source is the staged one. No source is written.
///
/// # Errors
/// Where git cannot be asked, or cannot take the sidecars.
pub fn build(settings: &Settings) -> Result<BuildOutcome, Failure> {
    let mut outcome = BuildOutcome::default();
    let staged = outcome.timings.time("read the index", || Staged::read(settings))?;
    let found = staged.snapshot.find();
    let options = load_options(settings, Sidecars::Verify);
    let made = parallel::on_large_stack(|| {
        let mut sources = Sources::new(staged.snapshot.clone(), found, options);
        outcome.timings.time("load", || sources.load(sources.files()));
        sources.count(&mut outcome.counts);
        outcome.failures = sources.failures();
        make(&sources, &mut outcome)
    });
    let mut made = made.map_err(Failure::Thread)?;
    if !outcome.failures.is_empty() {
        return Ok(outcome);
    }
    outcome.counts.sidecars_written = made.len();
    outcome.counts.files_hit = outcome.counts.files - made.len();
    let orphans: Vec<String> = staged.snapshot.orphans().map(str::to_owned).collect();
    made.extend(orphans.iter().map(|path| (path.clone(), None)));
    if made.is_empty() {
        return Ok(outcome);
    }
    let Staged { repository, snapshot, .. } = &staged;
    if repository.is_index_of_named_files() {
        return Err(Failure::Unknown(
            "git commit PATH takes the named files alone, so their sidecars cannot be added; run \
             `darkc build --staged` and then git commit without a path"
                .to_owned(),
        ));
    }
    if repository.ignores(ANY_SIDECAR)? {
        return Err(Failure::Unknown(
            "git ignores *.darkc here, so sidecars are not committed; take the line out of .gitignore, or check \
             with `darkc build --check --staged`"
                .to_owned(),
        ));
    }
    outcome.timings.time("stage", || repository.stage(&made))?;
    outcome.timings.time("write", || write_beside(settings, snapshot, &made, &mut outcome.warnings));
    outcome.orphans = orphans;
    Ok(outcome)
}

/// Returns the path and bytes of each sidecar that is not in the index as its source makes it.
fn make(sources: &Sources, outcome: &mut BuildOutcome) -> Vec<(String, Option<Vec<u8>>)> {
    let mut made = Vec::new();
    for file in sources.files() {
        let Some(loaded) = sources.get(file) else { continue };
        let (false, Some(content)) = (matches!(loaded.sidecar, SidecarState::Equal), sources.content(file))
        else {
            continue;
        };
        let encoded = encode(&content.file(), TOOL_DIGEST, loaded.hash);
        if encoded.too_deep {
            let path = sources.shown_path(file);
            outcome.warnings.push(format!("{path} nests too deep to have a sidecar"));
        } else {
            made.push((format!("{}c", sources.path(file)), Some(encoded.bytes)));
        }
    }
    made
}

/// Writes the sidecars of those sources that are in the work tree as they are in the index.
fn write_beside(
    settings: &Settings,
    staged: &Snapshot,
    made: &[(String, Option<Vec<u8>>)],
    warnings: &mut Vec<String>,
) {
    let (staged, here) = (Packages::from(staged.clone()), Packages::from(settings.packages.clone()));
    for (path, bytes) in made {
        let source = path.trim_end_matches('c');
        let hash = |packages: &Packages| packages.read(source).ok().map(|bytes| SourceHash::of(&bytes));
        let now = hash(&here);
        match bytes {
            Some(bytes) if now == hash(&staged) => {
                if let Err(error) = here.write_sidecar(source, bytes) {
                    warnings
                        .push(format!("the sidecar of {} was not written: {error}", here.shown_path(source)));
                }
            }
            None if now.is_none() => discover::remove_orphans(&settings.packages, std::slice::from_ref(path)),
            _ => {}
        }
    }
}
