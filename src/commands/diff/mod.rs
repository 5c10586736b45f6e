//! `darkc diff`: what a reload would change, or what changed between two revisions of a git repository.

mod describe;
mod sources;

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use super::patience::Patience;
use super::program::{Stage, bring, package_set};
use super::reasons::{ItemReason, Reasons, RemovedItem, SourceAt, Why, reasons};
use super::settings::{Mode, Settings};
use super::{Failure, PlacedItem, Remembered, Wait, reload, unless_passing};
use crate::base::diagnostic::FileDiagnostics;
use crate::base::hash::Fingerprint;
use crate::base::location::ItemKind;
use crate::base::parallel;
use crate::base::text;
use crate::base::timing::Timings;
use crate::commands::outcome::{Change, ItemChange};
use crate::discover::git::{GitError, Repository};
use crate::discover::{self, Found, Packages, Snapshot, is_source};
use crate::program::similar::last_part;
use darkc_cache_format::SourceHash;
pub use describe::Changed;
use sources::{Reader, Sources};

/// The differences between two states of a package set.
#[derive(Debug, Default)]
pub struct DiffOutcome {
    /// Errors of the sources on either side. Where there is one, nothing was compared.
    pub failures: Vec<FileDiagnostics>,
    pub warnings: Vec<String>,
    /// What was compared with what, as a user calls it.
    pub from: String,
    pub to: String,
    /// Those with the most items that follow them first, then in order of name.
    pub edited: Vec<EditedItem>,
    /// In order of name, like all below.
    pub added: Vec<PlacedItem>,
    pub removed: Vec<PlacedItem>,
    /// What each was, and what it is now: its hash is the same.
    pub renamed: Vec<(PlacedItem, PlacedItem)>,
    /// The item, and the file that it was in, as the user may open it.
    pub moved: Vec<(PlacedItem, String)>,
    /// Items whose hash is another for a reason that is not known.
    pub unexplained: Vec<PlacedItem>,
}

/// An item that was written or means something otherwise, and the items whose hash is another for that alone.
#[derive(Debug)]
pub struct EditedItem {
    pub item: PlacedItem,
    pub changes: Vec<Changed>,
    /// Whether its hash is as before, so that nothing can follow it.
    pub same_hash: bool,
    /// `None` where it is not known.
    pub old: Option<String>,
    pub new: Option<String>,
    pub follow: Vec<PlacedItem>,
}

impl DiffOutcome {
    pub fn is_empty(&self) -> bool {
        self.edited.is_empty()
            && self.added.is_empty()
            && self.removed.is_empty()
            && self.renamed.is_empty()
            && self.moved.is_empty()
            && self.unexplained.is_empty()
    }

    /// How many items follow edited ones.
    pub fn followers(&self) -> usize {
        self.edited.iter().map(|edited| edited.follow.len()).sum()
    }
}

/// Compares the sources with the store if no revision is given, with one revision, or one revision with another.
///
/// # Errors
/// There is no such revision, no repository or no git, or the sources or the store cannot be looked at.
pub fn diff(settings: &Settings, revisions: &[String]) -> Result<DiffOutcome, Failure> {
    match revisions {
        [] => with_store(settings),
        [from, to @ ..] => {
            let mut silent = |_: &Wait| {};
            let compare = |_: &mut Patience<'_>| with_revision(settings, from, to.first());
            Patience::new(settings.lock_timeout, &mut silent).until_done(compare)
        }
    }
}

/// One side of a comparison.
struct Side {
    packages: Packages,
    found: Found,
}

fn with_revision(settings: &Settings, from: &str, to: Option<&String>) -> Result<DiffOutcome, Failure> {
    let repository = Repository::around(&settings.packages).map_err(git_failure)?;
    let mut warnings = Vec::new();
    let mut revision = |revision: &str| -> Result<Side, Failure> {
        let snapshot = snapshot(&repository, revision).map_err(git_failure)?;
        let found = snapshot.find();
        if found.sources.is_empty() {
            let folder = repository.prefix().trim_end_matches('/');
            let place = if folder.is_empty() { "its root folder" } else { folder };
            warnings.push(format!("{revision} has no package files in {place}"));
        }
        Ok(Side { packages: snapshot.into(), found })
    };
    let before = revision(from)?;
    let now = match to {
        Some(to) => revision(to)?,
        None => Side {
            packages: settings.packages.clone().into(),
            found: discover::find(&settings.packages, settings.threads)?,
        },
    };
    let label = to.map_or_else(|| "the work tree".to_owned(), Clone::clone);
    let digest = to.is_none().then(|| now.found.digest());
    let compared = parallel::on_large_stack(|| compare(settings, before, now)).map_err(Failure::Thread)?;
    let outcome = match compared {
        Err(Failure::Sources(failures)) => {
            digest.map_or(Ok(()), |digest| unless_passing(settings, digest, &failures))?;
            DiffOutcome { failures, ..DiffOutcome::default() }
        }
        compared => compared?,
    };
    warnings.extend(outcome.warnings);
    Ok(DiffOutcome { warnings, from: from.to_owned(), to: label, ..outcome })
}

fn git_failure(error: GitError) -> Failure {
    Failure::Unknown(error.to_string())
}

/// Returns the sources of a revision.
fn snapshot(repository: &Repository, revision: &str) -> Result<Snapshot, GitError> {
    let mut files = repository.follow_links(repository.files_at(revision)?)?;
    files.retain(|file| is_source(&file.path));
    let contents = repository.contents(files.iter().map(|file| &file.id))?;
    let root = PathBuf::from(format!("{revision}:{}", repository.prefix()));
    Ok(Snapshot::new(root, files.into_iter().map(|file| file.path).zip(contents)))
}

fn compare(settings: &Settings, before: Side, now: Side) -> Result<DiffOutcome, Failure> {
    let load = |side: Side| {
        let mut set = package_set(settings, side.packages.clone(), side.found);
        bring(&mut set, Stage::Hashed, &mut Timings::default())?;
        Ok::<_, Failure>((set, side.packages))
    };
    let (before, old) = load(before)?;
    let (mut now, new) = load(now)?;
    now.sources.check_unchanged()?;
    let old_text = |at: &SourceAt| Some(text::decode(&old.read(&at.path).ok()?).into_owned());
    let new_text = |at: &SourceAt| Some(text::decode(&new.read(&at.path).ok()?).into_owned());
    let mut outcome = arrange(reasons(&now, &before), &old_text, &new_text);
    outcome.warnings.append(&mut now.lookup.warnings);
    Ok(outcome)
}

/// Compares the sources with what the store was last loaded from.
fn with_store(settings: &Settings) -> Result<DiffOutcome, Failure> {
    let settings = Settings { mode: Mode::DryRun, explain: true, check: false, ..settings.clone() };
    let (outcome, _) = reload(&settings, Remembered::default())?;
    let labels =
        |found| DiffOutcome { from: "the store".to_owned(), to: "the work tree".to_owned(), ..found };
    if !outcome.failures.is_empty() {
        let failures = outcome.failures;
        return Ok(labels(DiffOutcome { failures, warnings: outcome.warnings, ..DiffOutcome::default() }));
    }
    if outcome.untrusted.is_some() {
        let compared = by_hash(outcome.changes);
        return Ok(labels(DiffOutcome { warnings: outcome.warnings, ..compared }));
    }
    let committed = Committed::of(&settings, &outcome.reasons);
    let old_text = |at: &SourceAt| committed.text(at);
    let new_text = |at: &SourceAt| {
        let bytes = discover::read(&settings.packages, &at.path).ok()?;
        Some(text::decode(&bytes).into_owned())
    };
    let arrange = || arrange(outcome.reasons, &old_text, &new_text);
    let found = parallel::on_large_stack(arrange).map_err(Failure::Thread)?;
    Ok(labels(DiffOutcome { warnings: outcome.warnings, ..found }))
}

/// What is known where all that can be compared is hashes.
fn by_hash(changes: Vec<ItemChange>) -> DiffOutcome {
    let mut outcome = DiffOutcome::default();
    for ItemChange { change, kind, location } in changes {
        let item = PlacedItem { name: location, kind, path: String::new(), line: 0 };
        match change {
            Change::Added => outcome.added.push(item),
            Change::Removed => outcome.removed.push(item),
            Change::Changed | Change::Amended => outcome.unexplained.push(item),
        }
    }
    outcome
}

/// The sources as they were last committed: the store keeps none, but mostly these are what it was loaded from.
#[derive(Default)]
struct Committed {
    /// Of the files that are asked about, by path.
    contents: HashMap<String, Vec<u8>>,
}

impl Committed {
    /// Reads what was committed of the sources that items were in. Without git there is nothing.
    fn of(settings: &Settings, reasons: &Reasons) -> Self {
        let paths = reasons.items.iter().filter_map(|reason| Some(reason.was_in.as_ref()?.path.as_str()));
        let paths: HashSet<&str> = paths.collect();
        let contents = || {
            let repository = Repository::around(&settings.packages).ok()?;
            let mut files = repository.files_at("HEAD").ok()?;
            files.retain(|file| !file.is_link && paths.contains(file.path.as_str()));
            let contents = repository.contents(files.iter().map(|file| &file.id)).ok()?;
            Some(files.into_iter().map(|file| file.path).zip(contents).collect())
        };
        Committed { contents: if paths.is_empty() { None } else { contents() }.unwrap_or_default() }
    }

    /// Returns the text of a source if what was committed is what it was.
    fn text(&self, at: &SourceAt) -> Option<String> {
        let bytes = self.contents.get(&at.path)?;
        let is_same = Fingerprint(SourceHash::of(bytes).xxh3) == at.fingerprint;
        is_same.then(|| text::decode(bytes).into_owned())
    }
}

/// Tells apart what was edited, what follows, and what was added, removed, renamed or moved.
fn arrange(reasons: Reasons, old: &Reader<'_>, new: &Reader<'_>) -> DiffOutcome {
    let mut outcome = DiffOutcome::default();
    let (mut old, mut new) = (Sources::new(old), Sources::new(new));
    let mut added: Vec<ItemReason> = Vec::new();
    let mut followers: Vec<(ItemKind, String, PlacedItem)> = Vec::new();
    for reason in reasons.items {
        let was_in = reason.was_in.as_ref().filter(|was_in| was_in.path != reason.file.path);
        if let Some(was_in) = was_in {
            let root = reason.item.path.strip_suffix(&reason.file.path).unwrap_or_default();
            outcome.moved.push((reason.item.clone(), format!("{root}{}", was_in.path)));
        }
        match &reason.why {
            None => {}
            Some(Why::Added) => added.push(reason),
            Some(Why::Follows(kind, name)) => followers.push((*kind, name.clone(), reason.item)),
            Some(Why::Unknown) => outcome.unexplained.push(reason.item),
            Some(why) => {
                let name = &reason.item.name;
                let before = reason.was_in.as_ref().and_then(|at| old.item(at, name));
                let after = new.item(&reason.file, name);
                let changes = describe::changes(why, before.as_ref(), after.as_ref());
                outcome.edited.push(EditedItem {
                    changes,
                    same_hash: reason.same_hash,
                    old: before.map(|item| item.text.whole),
                    new: after.map(|item| item.text.whole),
                    follow: Vec::new(),
                    item: reason.item,
                });
            }
        }
    }
    for (kind, name, item) in followers {
        let followed =
            outcome.edited.iter_mut().find(|edited| edited.item.kind == kind && edited.item.name == name);
        match followed {
            Some(edited) => edited.follow.push(item),
            None => outcome.unexplained.push(item),
        }
    }
    // The sort keeps what is equal in order of name.
    outcome.edited.sort_by_key(|edited| std::cmp::Reverse(edited.follow.len()));
    pair(added, reasons.removed, &mut outcome);
    outcome
}

/// Makes pairs of items that are gone and new ones of the same kind and hash: they were renamed. Of several, those with
/// the same last part belong together, and then the first by name.
fn pair(added: Vec<ItemReason>, mut removed: Vec<RemovedItem>, outcome: &mut DiffOutcome) {
    for new in added {
        let is_same = |old: &RemovedItem| (old.item.kind, old.hash) == (new.item.kind, new.hash);
        let is_called_so = |old: &RemovedItem| last_part(&old.item.name) == last_part(&new.item.name);
        let place = removed.iter().position(|old| is_same(old) && is_called_so(old));
        match place.or_else(|| removed.iter().position(is_same)) {
            Some(place) => outcome.renamed.push((removed.remove(place).item, new.item)),
            None => outcome.added.push(new.item),
        }
    }
    outcome.removed = removed.into_iter().map(|old| old.item).collect();
}
