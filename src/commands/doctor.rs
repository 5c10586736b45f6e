//! `darkc doctor`: whether all that darkc needs is there, and what to do where it is not; reads only.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::package_refs;
use super::settings::Settings;
use super::status::{RefsState, refs_state};
use super::{Binary, Failure, builtin_sources};
use crate::base::amounts::{plural, thousands};
use crate::db::{self, Database, DbError, KnownAs, Millis};
use crate::discover::checkout::{self, LONGEST_TICK};
use crate::discover::git::{GitError, Repository};
use crate::discover::hooks::{Hook, HookPlace};
use crate::discover::{self, Found, system};
use crate::incremental::BuiltinLookup;
use crate::state::around::Around;

/// The oldest SQLite that knows all that darkc asks of it (`UPDATE` of a row value, generated tables of pragmas).
const OLDEST_SQLITE: i32 = 3_038_000;
/// So much room a first load of Darklang's own packages takes, log included.
const ROOM_BYTES: u64 = 200_000_000;
/// Seconds from 1970 to 2025: no clock of a machine that this darkc runs on stands before that.
const EARLIEST_NOW: Duration = Duration::from_secs(1_735_689_600);
/// Stamps of other machines may run so far ahead.
const CLOCK_TOLERANCE: i64 = 60_000;

/// One precondition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Precondition {
    pub name: &'static str,
    pub state: Health,
    /// What was found.
    pub found: String,
    /// What to do, where it does not hold.
    pub fix: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    Good,
    Bad,
    /// There is nothing to judge.
    NotApplicable,
}

/// All preconditions, and what a bug report needs beside them.
#[derive(Debug)]
pub struct DoctorOutcome {
    pub preconditions: Vec<Precondition>,
    pub binary: Binary,
}

impl DoctorOutcome {
    pub fn is_healthy(&self) -> bool {
        self.preconditions.iter().all(|one| one.state != Health::Bad)
    }
}

fn good(name: &'static str, found: impl Into<String>) -> Precondition {
    Precondition { name, state: Health::Good, found: found.into(), fix: None }
}

fn bad(name: &'static str, found: impl Into<String>, fix: impl Into<String>) -> Precondition {
    Precondition { name, state: Health::Bad, found: found.into(), fix: Some(fix.into()) }
}

fn none(name: &'static str, found: impl Into<String>) -> Precondition {
    Precondition { name, state: Health::NotApplicable, found: found.into(), fix: None }
}

const PACKAGES: &str = "packages";
const STORE: &str = "store";
const RELEASE: &str = "Release";
const FILE_SYSTEM: &str = "file system";
const SQLITE: &str = "SQLite";
const SIDECARS: &str = "sidecars";
const HOOK: &str = "hook";
const REFS: &str = "refs file";
const CLOCK: &str = "clock";
const BUILTINS: &str = "built-ins";
const SPACE: &str = "disk space";

/// Looks at every precondition. Where the settings could not be made, their error is the first one's.
///
/// # Errors
/// Where the system refuses what any run needs.
pub fn doctor(settings: Result<Settings, String>) -> Result<DoctorOutcome, Failure> {
    let mut preconditions = Vec::new();
    match &settings {
        Err(error) => {
            let (found, fix) = error.split_once("; ").unwrap_or((error, "see darkc doctor --help"));
            preconditions.push(bad(PACKAGES, found, fix));
            preconditions.push(sqlite());
        }
        Ok(settings) => {
            let found = discover::find(&settings.packages, settings.threads)?;
            preconditions.push(packages(settings, &found));
            preconditions.push(store(&settings.database, settings.make_folder));
            let mut database = Database::open_read_only(&settings.database, settings.make_folder);
            preconditions.push(release(&mut database));
            preconditions.push(file_system(&settings.database));
            preconditions.push(sqlite());
            preconditions.extend(in_git(settings, &found));
            preconditions.push(refs(settings, &mut database));
            preconditions.push(clock(&settings.database, &database));
            preconditions.push(builtins(settings));
            preconditions.push(space(settings));
        }
    }
    Ok(DoctorOutcome { preconditions, binary: Binary::this() })
}

fn packages(settings: &Settings, found: &Found) -> Precondition {
    let root = &settings.packages;
    if let Some(first) = found.bad.first() {
        return bad(PACKAGES, first.path.display().to_string(), first.problem.to_string());
    }
    if found.sources.is_empty() {
        let fix = "give the folder that the .dark files are in with --packages DIR";
        return bad(PACKAGES, format!("{} holds no .dark file", root.display()), fix);
    }
    let folder = |path: &str| match path.rsplit_once('/') {
        Some((folder, _)) => root.join(folder),
        None => root.clone(),
    };
    let folders: BTreeSet<PathBuf> = found.sources.iter().map(|source| folder(&source.path)).collect();
    for folder in &folders {
        if let Err(error) = system::may_write(folder) {
            let found = format!("no sidecar can be written in {}: {error}", folder.display());
            return bad(PACKAGES, found, format!("chmod u+w '{}'", folder.display()));
        }
    }
    let (files, count) = (found.sources.len(), folders.len());
    let (sources, folders) = (plural(files, "source"), plural(count, "folder"));
    good(PACKAGES, format!("{} ({sources} in {folders})", root.display()))
}

fn store(path: &Path, makes_folder: bool) -> Precondition {
    let shown = path.display();
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let chmod = |path: &Path| format!("chmod u+w '{}', or give another --db FILE", path.display());
    match (path.exists(), folder.is_dir()) {
        (true, _) => {
            for place in [path, folder] {
                if let Err(error) = system::may_write(place) {
                    return bad(
                        STORE,
                        format!("{} cannot be written: {error}", place.display()),
                        chmod(place),
                    );
                }
            }
            good(STORE, format!("{shown} can be written"))
        }
        (false, true) => match system::may_write(folder) {
            Ok(()) => good(STORE, format!("{shown} does not exist yet and can be made")),
            Err(error) => bad(STORE, format!("{shown} cannot be made: {error}"), chmod(folder)),
        },
        (false, false) => {
            let outer = folder.parent().filter(|outer| makes_folder && outer.is_dir());
            match outer.map(system::may_write) {
                Some(Ok(())) => good(STORE, format!("{shown} does not exist yet")),
                _ => bad(
                    STORE,
                    format!("the folder {} is missing", folder.display()),
                    format!("mkdir -p '{}', or give another --db FILE", folder.display()),
                ),
            }
        }
    }
}

type Opened = Result<Database, DbError>;

fn release(database: &mut Opened) -> Precondition {
    let judged = match database {
        Err(error) => Err(error.to_string()),
        Ok(database) => judge_release(database).map_err(|error| error.to_string()),
    };
    judged.unwrap_or_else(|error| {
        let (found, fix) =
            error.split_once("; ").unwrap_or((&error, "restore a backup, or give another --db FILE"));
        bad(RELEASE, found, fix)
    })
}

fn judge_release(database: &Database) -> Result<Precondition, DbError> {
    let Some(survey) = database.survey()? else {
        return Ok(none(RELEASE, "there is no store yet"));
    };
    if let Some(damage) = database.damage()? {
        return Ok(bad(RELEASE, damage, "restore a backup, or move the file away to get a fresh store"));
    }
    let (release, schema) = (survey.identity.release, survey.identity.schema.get(..8).unwrap_or_default());
    let it = format!("Release {release}, schema {schema}");
    Ok(match survey.known {
        KnownAs::MadeFor => good(RELEASE, format!("{it}, which this darkc is made for")),
        KnownAs::Proved => good(RELEASE, format!("{it}, which darkc was proved equal to")),
        KnownAs::New => bad(
            RELEASE,
            format!("{it}, which is new to darkc"),
            "load the sources with Darklang's own `reload-packages` once, then run `darkc reload`, which compares \
             itself with that (docs/compatibility.md)",
        ),
    })
}

fn file_system(path: &Path) -> Precondition {
    match db::shared_file_system(path) {
        None => good(FILE_SYSTEM, "the store is on a disk of this machine"),
        Some(kind) => bad(
            FILE_SYSTEM,
            format!("the store is on {kind}, where SQLite's log can be damaged by users on other machines"),
            "keep the store on a disk of this machine: --db FILE, or DARK_CONFIG_RUNDIR",
        ),
    }
}

fn sqlite() -> Precondition {
    let version = db::sqlite_version();
    if db::sqlite_number() >= OLDEST_SQLITE {
        good(SQLITE, version)
    } else {
        bad(SQLITE, format!("{version} is too old"), "build darkc with the SQLite that comes with it")
    }
}

/// What the repository around the packages says of sidecars and hooks.
fn in_git(settings: &Settings, found: &Found) -> [Precondition; 2] {
    let nothing = |why: String| [none(SIDECARS, why.clone()), none(HOOK, why)];
    let repository = match Repository::around(&settings.packages) {
        Ok(repository) => repository,
        Err(GitError::NoRepository(_)) => return nothing("the packages are in no git repository".to_owned()),
        Err(error) => return nothing(error.to_string()),
    };
    let sidecars = sidecars(&repository, found)
        .unwrap_or_else(|error| bad(SIDECARS, error.to_string(), "mend the repository, then run this again"));
    let hook = HookPlace::of(&repository).map_err(|error| error.to_string());
    let hook = hook.and_then(|place| Ok((place.hook().map_err(|error| error.to_string())?, place)));
    let hook = match hook {
        Err(error) => bad(HOOK, error, "make the hook readable, or remove it"),
        Ok((Hook::None | Hook::Other, _)) => {
            none(HOOK, "none of darkc's is installed; `darkc hook install` does that")
        }
        Ok((Hook::Ours(_), place)) if system::may_run(&place.file) => {
            good(HOOK, format!("{} runs darkc before each commit", place.file.display()))
        }
        Ok((Hook::Ours(_), place)) => bad(
            HOOK,
            format!("{} cannot be run, so git passes it over", place.file.display()),
            format!("chmod +x '{}'", place.file.display()),
        ),
    };
    [sidecars, hook]
}

fn sidecars(repository: &Repository, found: &Found) -> Result<Precondition, GitError> {
    let is_ignored = repository.ignores("any.darkc")?;
    let files = repository.files_in_index()?;
    let of = |suffix: &str| -> BTreeSet<&str> {
        files.iter().filter_map(|file| file.path.strip_suffix(suffix)).collect()
    };
    let (sources, committed) = (of(".dark"), of(".darkc"));
    let is_source = |stem: &&&str| discover::is_source(&format!("{stem}.dark"));
    let lacking = sources.iter().filter(is_source).filter(|stem| !committed.contains(*stem)).count();
    let left = committed.iter().filter(|stem| !sources.contains(*stem)).count();
    Ok(match (committed.len(), is_ignored) {
        (0, true) => good(SIDECARS, "git ignores them"),
        (0, false) if found.sources.is_empty() => none(SIDECARS, "there are no sources"),
        (0, false) => bad(
            SIDECARS,
            "they are neither ignored nor committed",
            "echo '*.darkc' >> .gitignore (docs/darklang.md, Sidecars and git)",
        ),
        (count, true) => bad(
            SIDECARS,
            format!("{} are committed, and git ignores new ones", thousands(count)),
            "git rm --cached -q -- '*.darkc', or take the line out of .gitignore",
        ),
        (count, false) if lacking + left > 0 => bad(
            SIDECARS,
            format!("{} are committed, {lacking} are missing and {left} have no source", thousands(count)),
            "darkc build --staged",
        ),
        (count, false) => good(SIDECARS, format!("{} are committed, one for each source", thousands(count))),
    })
}

fn refs(settings: &Settings, database: &mut Opened) -> Precondition {
    let Some(place) = package_refs::place(settings) else {
        return none(REFS, "there is none: the packages are in no checkout of Darklang");
    };
    let path = checkout::shown(&place.file);
    let Ok(database) = database else { return none(REFS, format!("{path}: the store cannot be read")) };
    if !database.exists() {
        return none(REFS, format!("{path}: there is no store to compare it with"));
    }
    let state = database.stamp().map_err(Failure::from).and_then(|_| {
        let around = Around::decode(database.around());
        refs_state(&place, &around, database)
    });
    match state {
        Ok(RefsState::InStep) => good(REFS, format!("{path} is in step with the store")),
        Ok(RefsState::Unknown) => none(REFS, format!("{path}: there is no store to compare it with")),
        Ok(RefsState::Missing) => bad(REFS, format!("{path} is missing"), "darkc reload"),
        Ok(RefsState::Behind(first)) => {
            bad(REFS, format!("{path} is not what the store says, first at {first}"), "darkc reload")
        }
        Err(error) => bad(REFS, error.to_string(), "darkc reload"),
    }
}

fn clock(path: &Path, database: &Opened) -> Precondition {
    const SET: &str = "set the clock of this machine, for example with `timedatectl set-ntp true`";
    let now = SystemTime::now();
    let shown = Millis::now().datetime();
    if now.duration_since(SystemTime::UNIX_EPOCH).map_or(true, |since| since < EARLIEST_NOW) {
        return bad(CLOCK, format!("it says {shown} UTC, which is long past"), SET);
    }
    let written = system::modified(path);
    if written.is_some_and(|written| written > now + LONGEST_TICK) {
        return bad(CLOCK, format!("it says {shown} UTC, and the store was written after that"), SET);
    }
    let newest = database.as_ref().ok().and_then(|database| database.newest_op().ok().flatten());
    match newest.filter(|newest| newest.0 > Millis::now().0 + CLOCK_TOLERANCE) {
        Some(newest) => bad(
            CLOCK,
            format!("it says {shown} UTC, and the newest op of the store is of {} UTC", newest.datetime()),
            SET,
        ),
        None => good(CLOCK, format!("{shown} UTC")),
    }
}

fn builtins(settings: &Settings) -> Precondition {
    let Some(sources) = builtin_sources(settings) else {
        return none(BUILTINS, "the packages are in no checkout of Darklang; the compiled list counts");
    };
    let mut lookup = BuiltinLookup::new(Some(sources));
    lookup.read_all();
    match lookup.warnings.into_iter().next() {
        Some(warning) => bad(BUILTINS, warning, "use the darkc that is made for this checkout, or update it"),
        None => {
            let files = plural(lookup.files_read, "file");
            good(BUILTINS, format!("{files} read; all that darkc knows are there"))
        }
    }
}

fn space(settings: &Settings) -> Precondition {
    let store = &settings.database;
    let folder = store.ancestors().skip(1).find(|folder| folder.is_dir());
    for folder in folder.into_iter().chain([settings.packages.as_path()]) {
        let Some(free) = system::free_bytes(folder) else { continue };
        if free < ROOM_BYTES {
            let found = format!("{} MB are free below {}", free / 1_000_000, folder.display());
            return bad(SPACE, found, format!("free {} MB", ROOM_BYTES / 1_000_000));
        }
    }
    match folder.and_then(system::free_bytes) {
        Some(free) => good(SPACE, format!("{} GB are free beside the store", free / 1_000_000_000)),
        None => none(SPACE, "the system does not tell"),
    }
}
