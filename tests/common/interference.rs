//! What others may do to a store and to sidecars between two reloads.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::invariants::{Edited, Fresh};
use super::loader::ReloadOptions;
use super::random::Random;
use super::{compare, files_below};

/// Percent of the steps before which somebody interferes.
const FREQUENCY: usize = 35;
/// How many former states of the store can be restored.
const BACKUPS: usize = 6;

/// The tables that Darklang's fold makes anew, in an order in which their rows may go.
const PROJECTIONS: [&str; 5] =
    ["locations", "package_types", "package_values", "package_functions", "package_dependencies"];
const LOADED: [&str; 6] = [
    "locations",
    "package_types",
    "package_values",
    "package_functions",
    "package_dependencies",
    "package_ops",
];

/// Changes of rows, each of some rows of one table: `?1` is every how many-th, `?2` from which on.
const UPDATES: [&str; 10] = [
    "UPDATE package_functions SET description = description || '!' WHERE rowid % ?1 = ?2",
    "UPDATE package_functions SET rt_instrs = x'00' WHERE rowid % ?1 = ?2",
    "UPDATE package_types SET pt_def = x'0011' WHERE rowid % ?1 = ?2",
    "UPDATE package_types SET rt_def = x'' WHERE rowid % ?1 = ?2",
    "UPDATE package_values SET pt_def = x'' WHERE rowid % ?1 = ?2",
    "UPDATE package_values SET description = 'other' WHERE rowid % ?1 = ?2",
    "UPDATE package_values SET value_type = x'01', rt_dval = x'02' WHERE rt_dval IS NULL AND rowid % ?1 = ?2",
    "UPDATE locations SET item_hash = (SELECT max(hash) FROM package_functions) WHERE rowid % ?1 = ?2",
    "UPDATE locations SET item_type = 'value' WHERE rowid % ?1 = ?2",
    "UPDATE OR REPLACE package_dependencies SET depends_on_name = 'other' WHERE rowid % ?1 = ?2",
];

/// Losses of what darkc remembers.
const FORGET: [&str; 8] = [
    "DELETE FROM darkc_files",
    "DELETE FROM darkc_files WHERE rowid % 3 = 1",
    "UPDATE darkc_files SET items = substr(items, 1, length(items) / 2)",
    "DELETE FROM darkc_state",
    "UPDATE darkc_state SET manifest = x''",
    "DROP TABLE darkc_files",
    "DROP TABLE darkc_state",
    "DROP TRIGGER darkc_functions_deleted; DELETE FROM package_functions",
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sidecar {
    Deleted,
    Truncated,
    /// One bit is another.
    Flipped,
    /// That of another file.
    Foreign,
    /// A folder stands where it ought to be, so that none can be written.
    Blocked,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interference {
    DeleteRows,
    ChangeRows,
    /// A projection is dropped and made again, empty or with its rows in another order.
    Recreate {
        filled: bool,
    },
    Restore,
    /// Another tool loads a former state of the sources, into these tables or into a new file.
    OtherLoad {
        in_place: bool,
    },
    Forget,
    Spoil(Sidecar),
    Unblock,
    Full,
    SwitchNodeIds,
    DryRun,
    Verify,
    DeleteDatabase,
}

impl Interference {
    /// Each is as likely as the others.
    const ALL: [Interference; 19] = [
        Interference::DeleteRows,
        Interference::DeleteRows,
        Interference::ChangeRows,
        Interference::Recreate { filled: true },
        Interference::Recreate { filled: false },
        Interference::Restore,
        Interference::OtherLoad { in_place: true },
        Interference::OtherLoad { in_place: false },
        Interference::Forget,
        Interference::Spoil(Sidecar::Deleted),
        Interference::Spoil(Sidecar::Truncated),
        Interference::Spoil(Sidecar::Flipped),
        Interference::Spoil(Sidecar::Foreign),
        Interference::Spoil(Sidecar::Blocked),
        Interference::Unblock,
        Interference::Full,
        Interference::SwitchNodeIds,
        Interference::DryRun,
        Interference::Verify,
    ];

    /// What comes before the step of this seed.
    pub fn before(seed: u64) -> Option<(Interference, Random)> {
        let mut random = Random::new(!seed);
        if !random.chance(FREQUENCY) {
            return None;
        }
        if random.chance(2) {
            return Some((Interference::DeleteDatabase, random));
        }
        let interference = *random.pick(&Interference::ALL)?;
        Some((interference, random))
    }
}

/// What interferers can fall back on: former stores. Those with other node ids than the options ask for are left out:
/// a reload adopts them as they are, so that the store is right and still not as a fresh one.
#[derive(Default)]
pub struct Past {
    backups: Vec<(bool, Vec<u8>)>,
    loads: Vec<Fresh>,
}

impl Past {
    /// Remembers the state after a step.
    pub fn remember(&mut self, edited: &Edited<'_>, fresh: Fresh) {
        self.backups.extend(
            fs::read(&edited.database).map(|bytes| (edited.options.zero_ids != edited.switched, bytes)),
        );
        self.loads.extend((fresh.code == 0).then_some(fresh));
        if self.backups.len() > BACKUPS {
            self.backups.remove(0);
        }
        if self.loads.len() > BACKUPS {
            self.loads.remove(0);
        }
    }
}

/// Does it to a tree and its store; what the user asks of one reload alone is left in the tree's options.
pub fn interfere(
    (interference, mut random): (Interference, Random),
    edited: &mut Edited<'_>,
    past: &Past,
) -> Result<(), String> {
    let random = &mut random;
    let exists = edited.database.is_file();
    match interference {
        Interference::Spoil(sidecar) => spoil(edited, sidecar, random),
        Interference::Unblock => unblock(edited),
        Interference::Full => edited.options.full = true,
        Interference::SwitchNodeIds => {
            edited.options.zero_ids = !edited.options.zero_ids;
            edited.switched = !edited.switched;
        }
        Interference::DryRun => look(edited, ReloadOptions { dry_run: true, ..edited.options })?,
        Interference::Verify => look(edited, ReloadOptions { verify: true, ..edited.options })?,
        Interference::DeleteDatabase => replace(&edited.database, None),
        Interference::Restore => {
            let zero_ids = edited.options.zero_ids;
            let backups: Vec<_> = past.backups.iter().filter(|(zero, _)| *zero == zero_ids).collect();
            if let Some((_, backup)) = random.pick(&backups) {
                replace(&edited.database, Some(backup));
                edited.switched = false;
                edited.may_lack_sidecars = true;
            }
        }
        Interference::OtherLoad { in_place } => {
            let zero_ids = edited.options.zero_ids;
            let loads: Vec<_> = past.loads.iter().filter(|load| load.zero_ids == zero_ids).collect();
            let Some(load) = random.pick(&loads) else { return Ok(()) };
            if in_place && exists {
                load_into(&compare::open(&edited.database), &load.database());
            } else {
                replace(&edited.database, Some(&fs::read(load.database()).expect("a fresh store")));
                forget_darkc(&compare::open(&edited.database));
                edited.switched = false;
            }
        }
        _ if !exists => {}
        Interference::DeleteRows => {
            let table = LOADED[random.below(LOADED.len())];
            some_rows(&edited.database, &format!("DELETE FROM {table} WHERE rowid % ?1 = ?2"), random);
        }
        Interference::ChangeRows => {
            some_rows(&edited.database, UPDATES[random.below(UPDATES.len())], random);
        }
        Interference::Recreate { filled } => {
            let table = PROJECTIONS[random.below(PROJECTIONS.len())];
            recreate(&compare::open(&edited.database), table, filled);
        }
        // Which ids the store has is forgotten as well, and then they would be adopted.
        Interference::Forget if edited.switched => {}
        Interference::Forget => {
            edited.forgetful = true;
            let forget = FORGET[random.below(FORGET.len())];
            let store = compare::open(&edited.database);
            // Where an earlier one took the table away there is nothing left to forget.
            let _ = store.execute_batch(forget);
        }
    }
    Ok(())
}

/// A run that is only to look must leave everything as it is.
fn look(edited: &Edited<'_>, options: ReloadOptions) -> Result<(), String> {
    let everything = || (super::invariants::bytes_on_disk(&edited.database), edited.tree.sidecars());
    let before = everything();
    let outcome = edited.loader.reload(&edited.tree.packages(), &edited.database, options);
    if outcome.code > 1 {
        return Err(format!("{options:?}: exit code {}\n{}", outcome.code, outcome.message));
    }
    if everything() == before { Ok(()) } else { Err(format!("{options:?} has changed something")) }
}

/// Puts another file in the place of a store.
fn replace(database: &Path, bytes: Option<&[u8]>) {
    for companion in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(PathBuf::from(format!("{}{companion}", database.display())));
    }
    if let Some(bytes) = bytes {
        fs::write(database, bytes).expect("a writable folder");
    }
}

fn some_rows(database: &Path, sql: &str, random: &mut Random) {
    let every = 1 + random.below(5);
    let from = random.below(every);
    let store = compare::open(database);
    store.execute(sql, [every, from]).unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// As after a fold: the same table with other rowids.
fn recreate(store: &Connection, table: &str, filled: bool) {
    let mut made = store
        .prepare(
            "SELECT sql FROM sqlite_schema WHERE tbl_name = ?1 AND type != 'trigger' AND sql IS NOT NULL",
        )
        .expect("a schema");
    let made: Vec<String> =
        made.query_map([table], |row| row.get(0)).expect("rows").map(|sql| sql.expect("text")).collect();
    let mut script = format!("BEGIN; CREATE TEMP TABLE kept AS SELECT * FROM {table}; DROP TABLE {table};");
    made.iter().for_each(|sql| script += &format!("{sql};"));
    if filled {
        script += &format!("INSERT INTO {table} SELECT * FROM kept ORDER BY rowid DESC;");
    }
    script += "DROP TABLE kept; COMMIT;";
    store.execute_batch(&script).unwrap_or_else(|error| panic!("{table} made again: {error}"));
}

/// As Darklang's own loader: everything goes, and one commit holds what is there now.
fn load_into(store: &Connection, load: &Path) {
    store.execute("ATTACH ?1 AS other", [load.to_str().expect("a UTF-8 path")]).expect("a fresh store");
    let mut script = String::from("BEGIN; INSERT OR IGNORE INTO commits SELECT * FROM other.commits;");
    for table in LOADED {
        script += &format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM other.{table};");
    }
    script += "COMMIT; DETACH other;";
    store.execute_batch(&script).unwrap_or_else(|error| panic!("another load: {error}"));
}

/// A store that darkc has never seen.
fn forget_darkc(store: &Connection) {
    let mut own = store
        .prepare("SELECT type, name FROM sqlite_schema WHERE name GLOB 'darkc_*' ORDER BY type DESC")
        .expect("a schema");
    let own: Vec<(String, String)> = own
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .expect("rows")
        .map(|row| row.expect("a name"))
        .collect();
    for (kind, name) in own {
        store.execute_batch(&format!("DROP {kind} {name}")).expect("darkc's own can go");
    }
}

fn spoil(edited: &mut Edited<'_>, how: Sidecar, random: &mut Random) {
    let files = files_below(&edited.tree.packages());
    let sources: Vec<&String> = files.iter().filter(|path| path.ends_with(".dark")).collect();
    let other = random.pick(&sources).map(|path| edited.tree.packages().join(path).with_extension("darkc"));
    let Some(source) = random.pick(&sources) else { return };
    let sidecar = edited.tree.packages().join(source).with_extension("darkc");
    let Ok(mut bytes) = fs::read(&sidecar) else { return };
    edited.spoilt.insert(format!("{source}c"));
    match how {
        Sidecar::Deleted => fs::remove_file(&sidecar).expect("a sidecar to remove"),
        Sidecar::Truncated => {
            bytes.truncate(random.below(bytes.len()));
            fs::write(&sidecar, bytes).expect("a writable sidecar");
        }
        Sidecar::Flipped => {
            let at = random.below(bytes.len());
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << random.below(8);
            }
            fs::write(&sidecar, bytes).expect("a writable sidecar");
        }
        Sidecar::Foreign => {
            if let Some(bytes) = other.and_then(|other| fs::read(other).ok()) {
                fs::write(&sidecar, bytes).expect("a writable sidecar");
            }
        }
        Sidecar::Blocked => {
            fs::remove_file(&sidecar).expect("a sidecar to remove");
            fs::create_dir(&sidecar).expect("a folder in its place");
            fs::write(sidecar.join("kept"), b"so that no rename replaces the folder").expect("a file");
        }
    }
}

fn unblock(edited: &Edited<'_>) {
    for sidecar in &edited.spoilt {
        let sidecar = edited.tree.packages().join(sidecar);
        if sidecar.is_dir() {
            fs::remove_dir_all(sidecar).expect("a folder to remove");
        }
    }
}
