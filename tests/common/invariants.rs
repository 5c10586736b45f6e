//! The invariants of the incremental reload: after any edit the store equals that of a fresh reload of the same tree, its
//! log folds to its tables, and what darkc remembers of it is what a fresh reload remembers.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use darkc::commands;
use darkc::internals::state::keys::ItemKey;
use darkc::internals::state::known::{Facts, Known};
use darkc::internals::state::{StoredItem, codec};
use rusqlite::{Connection, Row};

use super::compare::{self, Profile};
use super::loader::{Loader, Outcome, ReloadOptions};
use super::{Tree, files_below, fold};

/// What a store and its log looked like on disk.
pub fn bytes_on_disk(database: &Path) -> Vec<Option<Vec<u8>>> {
    let log = PathBuf::from(format!("{}-wal", database.display()));
    let log = fs::read(log).ok().filter(|bytes| !bytes.is_empty());
    vec![fs::read(database).ok(), log]
}

/// A tree that is edited in place, and the store that follows it.
pub struct Edited<'l> {
    pub loader: &'l dyn Loader,
    pub tree: Tree,
    pub database: PathBuf,
    pub options: ReloadOptions,
    /// Sidecars that somebody else has spoilt; such a one must do no harm, but may stay.
    pub spoilt: BTreeSet<String>,
    /// Whether somebody has taken away some of what darkc remembers, and it may not have noticed yet.
    pub forgetful: bool,
    /// Whether a reload failed, or a former store was put back, since the sidecars were compared: one that went with a
    /// deleted source is not written again where the source comes back as the store was loaded from it.
    pub may_lack_sidecars: bool,
    /// Whether the options ask for other node ids than those that the store was last loaded with.
    pub switched: bool,
}

impl Edited<'_> {
    pub fn new(loader: &dyn Loader, tree: Tree) -> Edited<'_> {
        let database = tree.beside("edited.db");
        Edited {
            loader,
            tree,
            database,
            options: ReloadOptions::default(),
            spoilt: BTreeSet::new(),
            forgetful: false,
            may_lack_sidecars: false,
            switched: false,
        }
    }

    /// Reloads; gives what came of it and what the store had been.
    pub fn reload(&self) -> (Outcome, Vec<Option<Vec<u8>>>) {
        let before = bytes_on_disk(&self.database);
        (self.loader.reload(&self.tree.packages(), &self.database, self.options), before)
    }

    /// Reloads in place and compares with a store that was loaded afresh. True if the load succeeded.
    pub fn check(&mut self, fresh: &Fresh) -> Result<bool, String> {
        let (outcome, before) = self.reload();
        if outcome.code != fresh.code {
            return Err(format!(
                "the reload ended with {}, a fresh one with {}\n{}\n-- fresh:\n{}",
                outcome.code, fresh.code, outcome.message, fresh.message
            ));
        }
        match outcome.code {
            0 => self.switched = false,
            1 if bytes_on_disk(&self.database) == before => {
                self.may_lack_sidecars = true;
                return Ok(false);
            }
            1 => return Err("a reload that failed has changed the database".to_owned()),
            code => return Err(format!("exit code {code}\n{}", outcome.message)),
        }
        self.compare(fresh).map(|()| true)
    }

    /// Holds the store and the sidecars as they are against those of a fresh reload.
    pub fn compare(&mut self, fresh: &Fresh) -> Result<(), String> {
        if !self.database.is_file() {
            return Err("the reload left no database".to_owned());
        }
        let found = compare::open(&self.database);
        let expected = compare::open(&fresh.database());
        if let Some(difference) = compare::compare(&expected, &found, Profile::Fresh) {
            return Err(format!("not as a fresh reload: {difference}"));
        }
        if let Some(difference) = fold::check(&found) {
            return Err(format!("the log does not fold to the tables: {difference}"));
        }
        match differing_memory(&expected, &found) {
            Ok(()) => self.forgetful = false,
            // As long as no source changes, what was taken away is not read.
            Err(_) if self.forgetful => {}
            Err(difference) => return Err(difference),
        }
        self.compare_sidecars(fresh)
    }

    /// A sidecar that would be used must be the one of a fresh build. One of another source may stay: after a load
    /// that failed, a source may be back at what the store was loaded from, and its sidecar is not read then.
    fn compare_sidecars(&mut self, fresh: &Fresh) -> Result<(), String> {
        let edited = self.tree.sidecars();
        let mut missing = false;
        for (path, (expected, _)) in fresh.tree.sidecars() {
            let found = edited.get(&path).map(|(bytes, _)| bytes);
            if found == Some(&expected) {
                self.spoilt.remove(&path);
                continue;
            }
            missing |= found.is_none();
            let is_used = || {
                let inspected = commands::inspect_sidecar(&self.tree.packages().join(&path));
                inspected.is_ok_and(|inspected| inspected.unfit.is_none())
            };
            let is_wrong = match found {
                Some(_) => !self.spoilt.contains(&path) && is_used(),
                None => self.spoilt.is_empty() && !self.may_lack_sidecars,
            };
            if is_wrong {
                return Err(format!("the sidecar {path} is not as a fresh build writes it"));
            }
        }
        self.may_lack_sidecars &= missing;
        Ok(())
    }
}

/// The remembered items of a file, each in words.
fn items(bytes: &[u8]) -> Vec<String> {
    let items = codec::decode_items(bytes).unwrap_or_default();
    let show = |item: StoredItem<'_>| {
        let dependencies: Vec<ItemKey> = item.known.iter().flat_map(Known::dependencies).collect();
        let facts = item.known.map(|known| Facts { dependencies: &[], ..known.facts() });
        format!("{:?} {} {facts:?} {dependencies:?}", item.kind, item.location)
    };
    items.into_iter().map(show).collect()
}

/// What darkc remembers between reloads decides what the next one looks at, so a wrong memory is a wrong result
/// that has not shown yet.
fn differing_memory(expected: &Connection, found: &Connection) -> Result<(), String> {
    let files = |store: &Connection| -> BTreeMap<String, Vec<u8>> {
        let mut statement = store.prepare("SELECT path, items FROM darkc_files").expect("darkc's files");
        let pair = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
        statement.query_map([], pair).expect("rows").map(|row| row.expect("a row")).collect()
    };
    let (left, right) = (files(expected), files(found));
    for path in left.keys().chain(right.keys()) {
        let (left, right) =
            (left.get(path).map(|bytes| items(bytes)), right.get(path).map(|bytes| items(bytes)));
        if left != right {
            let (left, right) = (left.unwrap_or_default(), right.unwrap_or_default());
            let at = left.iter().zip(&right).take_while(|(left, right)| left == right).count();
            let (left, right) = (left.get(at), right.get(at));
            return Err(format!("the memory of {path}, item {at}: expected {left:?}, found {right:?}"));
        }
    }
    type State = (Vec<u8>, Vec<u8>, bool, i64, i64, i64, Vec<u8>);
    let state = |store: &Connection| -> State {
        const STATE: &str =
            "SELECT tool, sources, zero_ids, items, unresolved, findings, manifest FROM darkc_state";
        let row = |row: &Row<'_>| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?))
        };
        store.query_row(STATE, [], row).expect("the state")
    };
    if state(expected) != state(found) {
        return Err(format!("the state: expected {:02x?}\nfound {:02x?}", state(expected), state(found)));
    }
    const TRUE_STILL: &str = "SELECT changes_seen = (SELECT count FROM darkc_changes) \
         AND schema_seen = (SELECT schema_version FROM pragma_schema_version) FROM darkc_state";
    let trusted: bool = found.query_row(TRUE_STILL, [], |row| row.get(0)).expect("the state");
    if trusted {
        Ok(())
    } else {
        Err("the next reload would not trust the state that this one left".to_owned())
    }
}

/// A tree without history and the outcome of its first reload.
pub struct Fresh {
    pub tree: Tree,
    pub code: i32,
    pub message: String,
    pub zero_ids: bool,
}

impl Fresh {
    pub fn load(loader: &dyn Loader, tree: Tree, zero_ids: bool) -> Fresh {
        let options = ReloadOptions { zero_ids, ..ReloadOptions::default() };
        let Outcome { code, message } = loader.reload(&tree.packages(), &tree.beside("fresh.db"), options);
        Fresh { tree, code, message, zero_ids }
    }

    /// A copy of the sources alone.
    pub fn of(loader: &dyn Loader, edited: &Tree) -> Fresh {
        let tree = Tree::empty();
        for path in files_below(&edited.packages()).iter().filter(|path| path.ends_with(".dark")) {
            tree.write(path, &edited.read(path).expect("a readable tree"));
        }
        Fresh::load(loader, tree, false)
    }

    pub fn database(&self) -> PathBuf {
        self.tree.beside("fresh.db")
    }
}
