//! What others than loaders have put into a store, and which content their work reaches.
//!
//! A loader's are the ops and names on main under a loader's commit ([`super::schema::is_loader_commit`]).
//! Everything else is somebody's: other commits, work in progress, other branches, and whatever the tables beside
//! the packages hold. Where there is nothing of that kind, only a few look-ups tell so.

use std::collections::{HashMap, HashSet};

use rusqlite::{Connection, Row, Statement};
use uuid::Uuid;

use super::mentions;
use super::owned::{dotted, text};
use super::schema::{MAIN_BRANCH_TEXT, is_loader_commit};
use crate::base::hash::ContentHash;
use crate::base::location::Location;
use crate::diff::others::{Batch, Bound, Others, Use};
use crate::ops::OpId;
use crate::ops::read::{OpHead, read_head};

/// Tables of Darklang's in which nothing refers to an item, or which are looked at by themselves: those that
/// loaders write, those that name branches, commits and ops alone, and `package_caps`, which remembers what follows
/// from the content of a hash and asks for no row of it.
const APART: [&str; 14] = [
    "accounts_v0",
    "branch_ops",
    "branches",
    "commits",
    "locations",
    "package_caps",
    "package_dependencies",
    "package_functions",
    "package_ops",
    "package_types",
    "package_values",
    "release_state_v0",
    "schema_state_v0",
    "system_migrations_v0",
];

/// Reads what others have put into the store, and which of the `candidates` it reaches; `None` where nobody but
/// loaders wrote.
pub fn read(connection: &Connection, candidates: &[ContentHash]) -> rusqlite::Result<Option<Others>> {
    let commits = commits(connection)?;
    let tables = filled_tables(connection)?;
    let mut wip = connection.prepare(
        "SELECT 1 FROM branches b WHERE EXISTS \
         (SELECT 1 FROM package_ops WHERE branch_id = b.id AND commit_hash IS NULL) OR EXISTS \
         (SELECT 1 FROM locations WHERE branch_id = b.id AND commit_hash IS NULL)",
    )?;
    if commits.is_empty() && tables.is_empty() && !wip.exists([])? {
        return Ok(None);
    }
    let mut others = Others::default();
    read_ops(connection, &commits, &mut others)?;
    let names = read_names(connection, &commits, &mut others)?;
    // What others add is reached by the op that does; it is theirs to change, so it is no use of anything either.
    let (added, candidates): (Vec<_>, Vec<_>) =
        candidates.iter().partition(|candidate| others.adds.contains_key(candidate));
    others.reached.extend::<Vec<ContentHash>>(added);
    if !candidates.is_empty() {
        let mut reach = Reach::of(connection, &candidates)?;
        for_each_op(connection, &commits, |row| {
            reach.root(row.get_ref(OP_BLOB)?.as_blob()?);
            Ok(())
        })?;
        names.iter().for_each(|name| reach.root(name.hash.as_bytes()));
        for table in &tables {
            reach.root_table(connection, table)?;
        }
        reach.spread();
        reach.root_rows(connection)?;
        reach.spread();
        others.uses = reach.uses(&names);
        others.reached.extend(reach.reached.intersection(&reach.candidates));
    }
    Ok(Some(others))
}

/// The commits that are not a loader's.
pub(super) fn commits(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut commits = connection.prepare("SELECT hash, account_id, message FROM commits")?;
    let mut rows = commits.query([])?;
    let mut hashes = Vec::new();
    while let Some(row) = rows.next()? {
        if !is_loader_commit(text(row, 1)?, text(row, 2)?) {
            hashes.push(text(row, 0)?.to_owned());
        }
    }
    Ok(hashes)
}

/// The tables, known to darkc or not, that hold rows of others. A table that a later Darklang adds is among them.
fn filled_tables(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut tables = connection.prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'darkc_*' \
         AND name NOT GLOB 'sqlite_*'",
    )?;
    let names = tables.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    let names: Vec<String> = names.into_iter().filter(|name| !APART.contains(&name.as_str())).collect();
    if names.is_empty() {
        return Ok(names);
    }
    // One statement, for each costs more to prepare than to run.
    let probe =
        |(at, name): (usize, &String)| format!("SELECT {at} WHERE EXISTS (SELECT 1 FROM {})", quoted(name));
    let probes: Vec<String> = names.iter().enumerate().map(probe).collect();
    let mut filled = connection.prepare(&probes.join(" UNION ALL "))?;
    let filled = filled.query_map([], |row| row.get::<_, usize>(0))?.collect::<Result<Vec<_>, _>>()?;
    Ok(filled.into_iter().filter_map(|at| names.get(at).cloned()).collect())
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

const OP_ID: usize = 0;
const OP_BLOB: usize = 1;
const OP_BRANCH: usize = 2;
const OP_COMMIT: usize = 3;

/// Calls `take` with each op of others. There is an index for work in progress and one for commits.
fn for_each_op(
    connection: &Connection,
    commits: &[String],
    mut take: impl FnMut(&Row<'_>) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    let mut wip = connection.prepare(
        "SELECT o.id, o.op_blob, o.branch_id, NULL FROM branches b \
         JOIN package_ops o ON o.branch_id = b.id AND o.commit_hash IS NULL",
    )?;
    let mut rows = wip.query([])?;
    while let Some(row) = rows.next()? {
        take(row)?;
    }
    let mut committed = connection
        .prepare("SELECT id, op_blob, branch_id, commit_hash FROM package_ops WHERE commit_hash = ?1")?;
    for commit in commits {
        let mut rows = committed.query([commit])?;
        while let Some(row) = rows.next()? {
            take(row)?;
        }
    }
    Ok(())
}

fn read_ops(connection: &Connection, commits: &[String], others: &mut Others) -> rusqlite::Result<()> {
    for_each_op(connection, commits, |row| {
        if text(row, OP_BRANCH)? == MAIN_BRANCH_TEXT
            && let Ok(id) = Uuid::parse_str(text(row, OP_ID)?)
        {
            others.ops.insert(OpId(id.to_bytes_le()));
        }
        if let Some(OpHead::Add(_, hash)) = read_head(row.get_ref(OP_BLOB)?.as_blob()?) {
            let batch = Batch { branch: row.get(OP_BRANCH)?, commit: row.get(OP_COMMIT)? };
            let last = others.adds.entry(hash).or_insert_with(|| batch.clone());
            if *last < batch {
                *last = batch;
            }
        }
        Ok(())
    })
}

/// A row of `locations` that is not a loader's.
struct Name {
    row: i64,
    /// As it stands in the row, whatever that is.
    hash: String,
    location: Location,
    /// The name of its branch.
    branch: String,
    live: bool,
}

/// The names of others, oldest first; those that are live on main are noted.
fn read_names(
    connection: &Connection,
    commits: &[String],
    others: &mut Others,
) -> rusqlite::Result<Vec<Name>> {
    const COLUMNS: &str = "l.rowid, l.item_hash, l.owner, l.modules, l.name, l.unlisted_at IS NULL, b.name, \
         b.id, l.origin_ts FROM branches b JOIN locations l ON l.branch_id = b.id";
    let mut names = Vec::new();
    let mut take = |row: &Row<'_>| -> rusqlite::Result<()> {
        let location = Location::new(dotted(text(row, 2)?, text(row, 3)?, text(row, 4)?));
        let name =
            Name { row: row.get(0)?, hash: row.get(1)?, location, live: row.get(5)?, branch: row.get(6)? };
        if name.live
            && text(row, 7)? == MAIN_BRANCH_TEXT
            && let Some(hash) = ContentHash::from_hex(&name.hash)
        {
            others.bound.insert(name.location.clone(), Bound { hash, origin_ts: row.get(8)? });
        }
        names.push(name);
        Ok(())
    };
    let mut run = |statement: &mut Statement<'_>, commit: &[&str]| -> rusqlite::Result<()> {
        let mut rows = statement.query(rusqlite::params_from_iter(commit))?;
        while let Some(row) = rows.next()? {
            take(row)?;
        }
        Ok(())
    };
    run(&mut connection.prepare(&format!("SELECT {COLUMNS} AND l.commit_hash IS NULL"))?, &[])?;
    // Commits lead, for they have an index.
    let mut committed = connection
        .prepare(&format!("SELECT {} WHERE l.commit_hash = ?1", COLUMNS.replace(" JOIN", " CROSS JOIN")))?;
    for commit in commits {
        run(&mut committed, &[commit])?;
    }
    names.sort_by_key(|name| name.row);
    Ok(names)
}

/// Which content is reached. Instead of following all that others' work mentions, the candidates are followed
/// upwards to whatever depends on them: that is no more than the edit that made them candidates has touched.
struct Reach {
    candidates: HashSet<ContentHash>,
    /// Everything that depends on a candidate, and the candidates, each with what it depends on of these.
    below: HashMap<ContentHash, Vec<ContentHash>>,
    reached: HashSet<ContentHash>,
}

impl Reach {
    /// Finds whatever depends on the candidates, through the rows of dependencies and through results of values.
    fn of(connection: &Connection, candidates: &[ContentHash]) -> rusqlite::Result<Self> {
        let results = results(connection)?;
        let mut below: HashMap<ContentHash, Vec<ContentHash>> = HashMap::new();
        let mut due = candidates.to_vec();
        for hash in candidates {
            below.entry(*hash).or_default();
        }
        let mut dependents = connection
            .prepare("SELECT DISTINCT item_hash FROM package_dependencies WHERE depends_on_hash = ?1")?;
        while let Some(hash) = due.pop() {
            let mut above: Vec<ContentHash> = results.get(&hash).cloned().unwrap_or_default();
            let mut rows = dependents.query([&*hash.to_hex()])?;
            while let Some(row) = rows.next()? {
                above.extend(ContentHash::from_hex(text(row, 0)?));
            }
            for item in above {
                let depends_on = below.entry(item).or_insert_with(|| {
                    due.push(item);
                    Vec::new()
                });
                if !depends_on.contains(&hash) {
                    depends_on.push(hash);
                }
            }
        }
        Ok(Reach { candidates: candidates.iter().copied().collect(), below, reached: HashSet::new() })
    }

    /// Notes what bytes of somebody's mention.
    fn root(&mut self, bytes: &[u8]) {
        mentions::find(bytes, |hash| {
            if self.below.contains_key(&hash) {
                self.reached.insert(hash);
            }
        });
    }

    /// Notes what any column of a table mentions.
    fn root_table(&mut self, connection: &Connection, table: &str) -> rusqlite::Result<()> {
        let mut statement = connection.prepare(&format!("SELECT * FROM {}", quoted(table)))?;
        let columns = statement.column_count();
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            for column in 0..columns {
                if let Ok(bytes) = row.get_ref(column)?.as_bytes() {
                    self.root(bytes);
                }
            }
        }
        Ok(())
    }

    /// Notes whatever has a row and is no candidate, though nothing mentions it: discarded work leaves such rows on
    /// a branch, until the next full comparison finds that no op adds them. Until then they are not to dangle.
    fn root_rows(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let mut row = connection.prepare(
            "SELECT 1 FROM package_functions WHERE hash = ?1 UNION ALL \
             SELECT 1 FROM package_values WHERE hash = ?1 UNION ALL \
             SELECT 1 FROM package_types WHERE hash = ?1",
        )?;
        for item in self.below.keys() {
            if !self.candidates.contains(item)
                && !self.reached.contains(item)
                && row.exists([&*item.to_hex()])?
            {
                self.reached.insert(*item);
            }
        }
        Ok(())
    }

    /// Whatever is reached reaches all that it depends on.
    fn spread(&mut self) {
        let mut due: Vec<ContentHash> = self.reached.iter().copied().collect();
        while let Some(hash) = due.pop() {
            for below in self.below.get(&hash).into_iter().flatten() {
                if self.reached.insert(*below) {
                    due.push(*below);
                }
            }
        }
    }

    fn uses(&self, names: &[Name]) -> Vec<Use> {
        let mut uses: Vec<Use> = Vec::new();
        for name in names.iter().filter(|name| name.live) {
            let Some(item) = ContentHash::from_hex(&name.hash).filter(|item| !self.candidates.contains(item))
            else {
                continue;
            };
            for of in self.below.get(&item).into_iter().flatten() {
                if self.candidates.contains(of) {
                    let (item, branch) = (name.location.clone(), name.branch.clone());
                    uses.push(Use { item, branch, of: *of });
                }
            }
        }
        uses
    }
}

/// The values whose results mention a content hash, by that hash. A result can mention what its value does not
/// depend on: a built-in may make it.
fn results(connection: &Connection) -> rusqlite::Result<HashMap<ContentHash, Vec<ContentHash>>> {
    let mut values = connection
        .prepare("SELECT hash, rt_dval, value_type FROM package_values WHERE rt_dval IS NOT NULL")?;
    let mut rows = values.query([])?;
    let mut results: HashMap<ContentHash, Vec<ContentHash>> = HashMap::new();
    while let Some(row) = rows.next()? {
        let Some(value) = ContentHash::from_hex(text(row, 0)?) else { continue };
        for column in [1, 2] {
            if let Ok(bytes) = row.get_ref(column)?.as_bytes() {
                mentions::find(bytes, |hash| {
                    let values = results.entry(hash).or_default();
                    // Its own hash stands in front of each result.
                    if hash != value && values.last() != Some(&value) {
                        values.push(value);
                    }
                });
            }
        }
    }
    Ok(results)
}
