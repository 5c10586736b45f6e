//! A model of Darklang's fold: what its tables hold once they are dropped and the op log is played again.
//!
//! (`darklang/dark LibDB/Seed.fs` `rebuildProjections`, `LibDB/PackageOpPlayback.fs`, `LibDB/Lww.fs`)
//!
//! Ops are read by `created_at`, then rowid, put into batches by branch and commit, and the batches are played
//! in order of branch and commit hash, *not* of time. Time decides all the same: of two ops for one name the one with the
//! later `origin_ts` holds. A `SetName` whose item was not added in the same batch is a rename and unlists every
//! other name of that hash.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;

use super::decode::{self, Dependency, Kind, Location, Op};

/// The row of an item, as far as the fold says.
#[derive(Clone, PartialEq, Eq)]
struct Item {
    pt_def: Vec<u8>,
    description: String,
}

/// A live row of `locations`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Binding {
    kind: String,
    hash: String,
    commit: Option<String>,
    origin: Option<String>,
}

type BranchName = (String, Location);

/// What the fold leaves behind.
#[derive(Default)]
pub struct Folded {
    items: BTreeMap<(&'static str, String), Item>,
    bindings: BTreeMap<BranchName, Vec<Binding>>,
    dependencies: BTreeMap<String, BTreeSet<Dependency>>,
}

/// One row of the log.
struct Logged {
    id: String,
    branch: String,
    commit: Option<String>,
    op: Op,
}

/// Folds the log of a store and compares with the tables of that store. `None`, or the first difference.
pub fn check(store: &Connection) -> Option<String> {
    let unapplied: u64 = store
        .query_row("SELECT count(*) FROM package_ops WHERE applied = 0", [], |row| row.get(0))
        .expect("a readable log");
    if unapplied > 0 {
        return Some(format!("{unapplied} ops are left to be applied"));
    }
    let folded = fold(store);
    folded
        .differing_item(store)
        .or_else(|| folded.differing_binding(store))
        .or_else(|| folded.differing_dependency(store))
}

pub fn fold(store: &Connection) -> Folded {
    let mut statement = store
        .prepare(
            "SELECT id, branch_id, commit_hash, origin_ts, op_blob FROM package_ops ORDER BY created_at, rowid",
        )
        .expect("a log");
    let mut rows = statement.query([]).expect("a readable log");
    let mut stamps: BTreeMap<(String, String), Option<String>> = BTreeMap::new();
    let mut batches: BTreeMap<(String, Option<String>), Vec<Logged>> = BTreeMap::new();
    while let Some(row) = rows.next().expect("a row of the log") {
        let text = |at| -> String { row.get(at).expect("a text column") };
        let commit: Option<String> = row.get(2).expect("a commit's hash");
        let blob: Vec<u8> = row.get(4).expect("a blob");
        stamps.insert((text(0), text(1)), row.get(3).expect("a stamp"));
        let logged = Logged { id: text(0), branch: text(1), commit: commit.clone(), op: decode::op(&blob) };
        batches.entry((text(1), commit)).or_default().push(logged);
    }

    let mut folded = Folded::default();
    for batch in batches.into_values() {
        let added: BTreeSet<String> = batch
            .iter()
            .filter_map(|logged| match &logged.op {
                Op::Add { hash, .. } => Some(hash.clone()),
                _ => None,
            })
            .collect();
        for logged in batch {
            let stamp = stamps.get(&(logged.id.clone(), logged.branch.clone())).cloned().flatten();
            folded.play(logged, stamp, &added);
        }
    }
    folded
}

impl Folded {
    fn play(&mut self, logged: Logged, stamp: Option<String>, added: &BTreeSet<String>) {
        match logged.op {
            Op::Add { kind, hash, description, pt_def, dependencies, .. } => {
                self.dependencies.insert(hash.clone(), dependencies);
                self.items.insert((table(kind), hash), Item { pt_def, description });
            }
            Op::SetName { location, kind, hash } => {
                let rename = !added.contains(&hash);
                let binding =
                    Binding { kind: kind.as_str().to_owned(), hash, commit: logged.commit, origin: stamp };
                self.bind(logged.branch, location, binding, rename);
            }
            // Deprecations have a table of their own, and a propagation is accompanied by the names it moves.
            Op::Other => {}
        }
    }

    fn bind(&mut self, branch: String, location: Location, binding: Binding, rename: bool) {
        let key = (branch, location);
        if let Some(current) = self.bindings.get(&key).and_then(|live| live.first())
            && let (Some(old), Some(new)) = (&current.origin, &binding.origin)
        {
            let stale = if current.hash == binding.hash {
                new >= old
            } else {
                (new, &binding.hash) < (old, &current.hash)
            };
            if stale {
                return;
            }
        }
        if rename {
            for ((branch, _), live) in &mut self.bindings {
                if *branch == key.0 {
                    live.retain(|other| other.hash != binding.hash);
                }
            }
        }
        self.bindings.insert(key, vec![binding]);
        if rename {
            self.bindings.retain(|_, live| !live.is_empty());
        }
    }

    fn differing_item(&self, store: &Connection) -> Option<String> {
        let mut left: BTreeMap<_, _> = self.items.iter().collect();
        for kind in [Kind::Type, Kind::Value, Kind::Fn] {
            let table = table(kind);
            let mut statement = store
                .prepare(&format!("SELECT hash, pt_def, description FROM {table} ORDER BY hash"))
                .expect("a table of items");
            let mut rows = statement.query([]).expect("a readable table");
            while let Some(row) = rows.next().expect("a row") {
                let hash: String = row.get(0).expect("a hash");
                let found = Item {
                    pt_def: row.get(1).expect("a blob"),
                    description: row.get(2).expect("a description"),
                };
                let Some(expected) = left.remove(&(table, hash.clone())) else {
                    return Some(format!("{table} {hash}: a row that no op of the log adds"));
                };
                if found.description != expected.description {
                    return Some(format!(
                        "{table} {hash}: the description is {:?}, the log says {:?}",
                        found.description, expected.description
                    ));
                }
                if found.pt_def != expected.pt_def {
                    let same = found.pt_def.iter().zip(&expected.pt_def).take_while(|(a, b)| a == b).count();
                    return Some(format!(
                        "{table} {hash}: pt_def is not what the log says, from byte {same} on"
                    ));
                }
            }
        }
        left.keys().next().map(|(table, hash)| format!("{table} {hash}: the log adds it, there is no row"))
    }

    fn differing_binding(&self, store: &Connection) -> Option<String> {
        let mut found: BTreeMap<BranchName, Vec<Binding>> = BTreeMap::new();
        let mut statement = store
            .prepare(
                "SELECT branch_id, owner, modules, name, item_type, item_hash, commit_hash, origin_ts
                 FROM locations WHERE unlisted_at IS NULL AND source = 'op'",
            )
            .expect("locations");
        let mut rows = statement.query([]).expect("readable locations");
        while let Some(row) = rows.next().expect("a row") {
            let text = |at| -> String { row.get(at).expect("a text column") };
            let location = Location { owner: text(1), modules: text(2), name: text(3) };
            let binding = Binding {
                kind: text(4),
                hash: text(5),
                commit: row.get(6).expect("a commit's hash"),
                origin: row.get(7).expect("a stamp"),
            };
            found.entry((text(0), location)).or_default().push(binding);
        }
        first_difference("locations", &self.bindings, &found)
    }

    fn differing_dependency(&self, store: &Connection) -> Option<String> {
        let mut found: BTreeMap<String, BTreeSet<(String, String, Option<Location>)>> = BTreeMap::new();
        let mut statement = store
            .prepare(
                "SELECT item_hash, depends_on_hash, depends_on_item_type, depends_on_owner, depends_on_modules,
                        depends_on_name
                 FROM package_dependencies",
            )
            .expect("dependencies");
        let mut rows = statement.query([]).expect("readable dependencies");
        while let Some(row) = rows.next().expect("a row") {
            let text = |at| -> String { row.get(at).expect("a text column") };
            let owner: Option<String> = row.get(3).expect("an owner");
            let location = owner.map(|owner| Location { owner, modules: text(4), name: text(5) });
            found.entry(text(0)).or_default().insert((text(1), text(2), location));
        }
        let as_rows = |dependencies: &BTreeSet<Dependency>| {
            dependencies
                .iter()
                .map(|one| (one.hash.clone(), one.kind.as_str().to_owned(), one.location.clone()))
                .collect::<BTreeSet<_>>()
        };
        let expected = self
            .dependencies
            .iter()
            .filter(|(_, dependencies)| !dependencies.is_empty())
            .map(|(hash, dependencies)| (hash.clone(), as_rows(dependencies)))
            .collect();
        first_difference("package_dependencies", &expected, &found)
    }
}

fn table(kind: Kind) -> &'static str {
    match kind {
        Kind::Type => "package_types",
        Kind::Value => "package_values",
        Kind::Fn => "package_functions",
    }
}

fn first_difference<K: Ord + std::fmt::Debug, V: PartialEq + std::fmt::Debug>(
    table: &str,
    expected: &BTreeMap<K, V>,
    found: &BTreeMap<K, V>,
) -> Option<String> {
    let wrong = expected.iter().find(|(key, value)| found.get(key) != Some(value));
    if let Some((key, value)) = wrong {
        return Some(format!("{table} {key:?}: the log says {value:?}, the table {:?}", found.get(key)));
    }
    let extra = found.iter().find(|(key, _)| !expected.contains_key(key))?;
    Some(format!("{table} {:?}: {:?} is in the table, not in the log", extra.0, extra.1))
}

#[cfg(test)]
mod tests {
    use super::super::compare::{open, open_immutable};
    use super::*;
    use crate::common;

    #[test]
    fn the_log_of_darklang_folds_to_its_tables() {
        let Some(oracle) = common::oracle() else { return };
        let store = open_immutable(&oracle.join("loaded.db"));
        assert_eq!(check(&store), None);
        let folded = fold(&store);
        assert_eq!(folded.items.len(), 843 + 422 + 4318);
        assert_eq!(folded.bindings.len(), 5817);
    }

    /// Several commits, a branch, work in progress and propagations.
    #[test]
    fn the_log_of_a_store_in_use_folds_to_its_tables() {
        let Some(oracle) = common::oracle() else { return };
        assert_eq!(check(&open_immutable(&oracle.join("lived-in.db"))), None);
    }

    /// Each damage to a copy must be found, else the check says nothing.
    #[test]
    fn damage_is_found() {
        let Some(oracle) = common::oracle() else { return };
        let damages = [
            ("UPDATE package_functions SET description = 'x' WHERE rowid = 3", "description"),
            ("UPDATE package_types SET pt_def = x'0011' WHERE rowid = 3", "pt_def"),
            ("UPDATE locations SET item_hash = 'x' WHERE rowid = 3", "locations"),
            ("UPDATE locations SET origin_ts = 'x' WHERE rowid = 3", "locations"),
            ("DELETE FROM package_dependencies WHERE rowid = 3", "package_dependencies"),
            ("UPDATE package_ops SET applied = 0 WHERE rowid = 3", "applied"),
            ("DELETE FROM package_ops WHERE rowid = 3", "no op of the log"),
        ];
        let tree = common::Tree::empty();
        let path = tree.beside("copy.db");
        std::fs::write(&path, std::fs::read(oracle.join("loaded.db")).unwrap()).unwrap();
        let store = open(&path);
        for (damage, says) in damages {
            store.execute_batch("SAVEPOINT whole").unwrap();
            store.execute(damage, []).unwrap();
            let found = check(&store).unwrap_or_else(|| panic!("not found: {damage}"));
            assert!(found.contains(says), "{damage}: {found}");
            store.execute_batch("ROLLBACK TO whole; RELEASE whole").unwrap();
        }
        assert_eq!(check(&store), None);
    }

    fn binding(hash: &str, stamp: &str) -> Binding {
        Binding { kind: "fn".to_owned(), hash: hash.to_owned(), commit: None, origin: Some(stamp.to_owned()) }
    }

    #[test]
    fn names_follow_the_stamps() {
        let name =
            |name: &str| Location { owner: "A".to_owned(), modules: "B".to_owned(), name: name.to_owned() };
        let mut folded = Folded::default();
        let mut bind = |at: &str, hash, stamp, rename| {
            folded.bind("main".to_owned(), name(at), binding(hash, stamp), rename);
            let live = |(key, live): (&BranchName, &Vec<Binding>)| (key.1.name.clone(), live[0].hash.clone());
            folded.bindings.iter().map(live).collect::<Vec<_>>()
        };
        let pairs = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|(name, hash)| ((*name).to_owned(), (*hash).to_owned())).collect()
        };
        assert_eq!(bind("f", "h1", "2", false), pairs(&[("f", "h1")]));
        assert_eq!(bind("f", "h2", "1", false), pairs(&[("f", "h1")]), "an older op comes too late");
        assert_eq!(bind("g", "h1", "3", false), pairs(&[("f", "h1"), ("g", "h1")]));
        assert_eq!(bind("k", "h1", "4", true), pairs(&[("k", "h1")]), "a rename unlists the other names");
    }
}
