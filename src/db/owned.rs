//! What loaders put into a store, read back for comparing it with what ought to be there.

use std::collections::HashSet;

use rusqlite::{Connection, Row};
use uuid::Uuid;

use super::apply::item_type;
use super::schema::{MAIN_BRANCH_TEXT, is_loader_commit};
use crate::base::hash::{ContentHash, Fingerprint};
use crate::base::location::{ItemKind, Location};
use crate::diff::{dependencies_fingerprint, row_fingerprint};
use crate::ops::OpId;
use crate::ops::read::{OpHead, read_head};

/// Everything that a full comparison looks at.
#[derive(Debug, Default)]
pub struct OwnedRows {
    /// The ops of loaders' commits on main, oldest first.
    pub ops: Vec<OwnedOp>,
    /// The live names on main that loaders' commits bound.
    pub locations: Vec<OwnedLocation>,
    /// Every row of the three tables of items; users' items are among them.
    pub rows: Vec<OwnedRow>,
    /// [`dependencies_fingerprint`] of every item that has dependency rows, in order of hash.
    pub dependencies: Vec<(ContentHash, Fingerprint)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnedOp {
    pub id: OpId,
    pub head: OpHead,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnedLocation {
    pub location: Location,
    pub kind: ItemKind,
    pub hash: ContentHash,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnedRow {
    pub kind: ItemKind,
    pub hash: ContentHash,
    /// [`row_fingerprint`] of the row.
    pub fingerprint: Fingerprint,
    /// Whether a value is evaluated; true of all else.
    pub has_result: bool,
}

pub fn read(connection: &Connection) -> rusqlite::Result<OwnedRows> {
    let commits = loader_commits(connection)?;
    Ok(OwnedRows {
        ops: ops(connection, &commits)?,
        locations: locations(connection, &commits)?,
        rows: rows(connection)?,
        dependencies: dependencies(connection)?,
    })
}

const KINDS: [ItemKind; 3] = [ItemKind::Type, ItemKind::Value, ItemKind::Fn];

fn loader_commits(connection: &Connection) -> rusqlite::Result<HashSet<String>> {
    let mut commits = connection.prepare("SELECT hash, account_id, message FROM commits")?;
    let mut rows = commits.query([])?;
    let mut hashes = HashSet::new();
    while let Some(row) = rows.next()? {
        if is_loader_commit(text(row, 1)?, text(row, 2)?) {
            hashes.insert(text(row, 0)?.to_owned());
        }
    }
    Ok(hashes)
}

/// The content that ops of anybody else than loaders add or name, on whatever branch: it must stay.
pub fn kept(connection: &Connection) -> rusqlite::Result<HashSet<ContentHash>> {
    let commits = loader_commits(connection)?;
    let mut foreign = connection.prepare("SELECT hash FROM commits")?;
    let foreign = foreign.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    let mut kept = HashSet::new();
    let mut take = |row: &Row<'_>| match row.get_ref(0)?.as_blob().map(read_head) {
        Ok(Some(OpHead::Add(_, hash) | OpHead::SetName(_, _, hash))) => {
            kept.insert(hash);
            Ok(())
        }
        Ok(_) => Ok(()),
        Err(error) => Err(rusqlite::Error::from(error)),
    };
    // Work in progress has no commit; both questions have an index.
    let mut unfinished = connection.prepare(
        "SELECT o.op_blob FROM branches b JOIN package_ops o ON o.branch_id = b.id AND o.commit_hash IS NULL",
    )?;
    let mut rows = unfinished.query([])?;
    while let Some(row) = rows.next()? {
        take(row)?;
    }
    let mut committed = connection.prepare("SELECT op_blob FROM package_ops WHERE commit_hash = ?1")?;
    for commit in foreign.iter().filter(|commit| !commits.contains(*commit)) {
        let mut rows = committed.query([commit])?;
        while let Some(row) = rows.next()? {
            take(row)?;
        }
    }
    Ok(kept)
}

fn ops(connection: &Connection, commits: &HashSet<String>) -> rusqlite::Result<Vec<OwnedOp>> {
    let mut table = connection.prepare(
        "SELECT id, op_blob, commit_hash FROM package_ops WHERE branch_id = ?1 AND commit_hash IS NOT NULL \
         ORDER BY rowid",
    )?;
    let mut rows = table.query([MAIN_BRANCH_TEXT])?;
    let mut ops = Vec::new();
    while let Some(row) = rows.next()? {
        // An id that is none of Darklang's making belongs to nobody here.
        let (true, Ok(id)) = (commits.contains(text(row, 2)?), Uuid::parse_str(text(row, 0)?)) else {
            continue;
        };
        let head = read_head(row.get_ref(1)?.as_blob()?).unwrap_or(OpHead::Other);
        ops.push(OwnedOp { id: OpId(id.to_bytes_le()), head });
    }
    Ok(ops)
}

fn locations(connection: &Connection, commits: &HashSet<String>) -> rusqlite::Result<Vec<OwnedLocation>> {
    let mut table = connection.prepare(
        "SELECT owner, modules, name, item_type, item_hash, commit_hash FROM locations \
         WHERE branch_id = ?1 AND unlisted_at IS NULL AND commit_hash IS NOT NULL ORDER BY rowid",
    )?;
    let mut rows = table.query([MAIN_BRANCH_TEXT])?;
    let mut locations = Vec::new();
    while let Some(row) = rows.next()? {
        let (true, Some(kind), Some(hash)) =
            (commits.contains(text(row, 5)?), kind_of(text(row, 3)?), ContentHash::from_hex(text(row, 4)?))
        else {
            continue;
        };
        let location = dotted(text(row, 0)?, text(row, 1)?, text(row, 2)?);
        locations.push(OwnedLocation { location: Location::new(location), kind, hash });
    }
    Ok(locations)
}

fn rows(connection: &Connection) -> rusqlite::Result<Vec<OwnedRow>> {
    const TABLES: [(ItemKind, &str); 3] = [
        (ItemKind::Type, "SELECT hash, pt_def, rt_def, description, 1 FROM package_types"),
        (ItemKind::Value, "SELECT hash, pt_def, x'', description, rt_dval IS NOT NULL FROM package_values"),
        (ItemKind::Fn, "SELECT hash, pt_def, rt_instrs, description, 1 FROM package_functions"),
    ];
    let mut items = Vec::new();
    for (kind, select) in TABLES {
        let mut table = connection.prepare(select)?;
        let mut rows = table.query([])?;
        while let Some(row) = rows.next()? {
            let Some(hash) = ContentHash::from_hex(text(row, 0)?) else { continue };
            let blob = |column| row.get_ref(column)?.as_blob().map_err(rusqlite::Error::from);
            let fingerprint = row_fingerprint(blob(1)?, blob(2)?, text(row, 3)?);
            items.push(OwnedRow { kind, hash, fingerprint, has_result: row.get(4)? });
        }
    }
    Ok(items)
}

fn dependencies(connection: &Connection) -> rusqlite::Result<Vec<(ContentHash, Fingerprint)>> {
    let mut table = connection.prepare(
        "SELECT item_hash, depends_on_hash, depends_on_item_type, depends_on_owner, depends_on_modules, \
         depends_on_name FROM package_dependencies ORDER BY item_hash",
    )?;
    let mut rows = table.query([])?;
    let mut items: Vec<(ContentHash, Fingerprint)> = Vec::new();
    let mut edges: Vec<(ContentHash, ItemKind, String)> = Vec::new();
    let mut current = None;
    let mut finish = |item: Option<ContentHash>, edges: &mut Vec<(ContentHash, ItemKind, String)>| {
        if let Some(item) = item {
            let edges = edges.iter().map(|(hash, kind, location)| (*hash, *kind, location.as_str()));
            items.push((item, dependencies_fingerprint(edges)));
        }
        edges.clear();
    };
    while let Some(row) = rows.next()? {
        let (Some(item), Some(hash), Some(kind)) = (
            ContentHash::from_hex(text(row, 0)?),
            ContentHash::from_hex(text(row, 1)?),
            kind_of(text(row, 2)?),
        ) else {
            continue;
        };
        if current != Some(item) {
            finish(current, &mut edges);
            current = Some(item);
        }
        let location = match row.get_ref(3)?.as_str_or_null()? {
            Some(owner) => dotted(owner, text(row, 4)?, text(row, 5)?),
            None => String::new(),
        };
        edges.push((hash, kind, location));
    }
    finish(current, &mut edges);
    Ok(items)
}

fn text<'r>(row: &'r Row<'_>, column: usize) -> rusqlite::Result<&'r str> {
    row.get_ref(column)?.as_str().map_err(rusqlite::Error::from)
}

fn kind_of(text: &str) -> Option<ItemKind> {
    KINDS.into_iter().find(|kind| item_type(*kind) == text)
}

fn dotted(owner: &str, modules: &str, name: &str) -> String {
    if modules.is_empty() { format!("{owner}.{name}") } else { format!("{owner}.{modules}.{name}") }
}
