//! What loaders put into a store, read back for comparing it with what ought to be there.

use std::collections::HashMap;

use rusqlite::{Connection, Row};
use uuid::Uuid;

use super::apply::item_type;
use super::schema::{MAIN_BRANCH_TEXT, is_loader_commit};
use crate::base::hash::{ContentHash, Fingerprint};
use crate::base::location::{ItemKind, Location};
use crate::binary::writer::BLOB_HEADER_LENGTH;
use crate::compile::item::CompiledItem;
use crate::diff::full::{Actual, ActualName, ActualOp, ActualRow};
use crate::diff::others::Batch;
use crate::diff::{dependencies_fingerprint, row_fingerprint};
use crate::ops::OpId;
use crate::ops::payload::ADD_TAG_LENGTH;
use crate::ops::read::{OpHead, read_head};
use crate::program::lookup::ItemId;

/// The items that ought to be in a store, by their content hash, for finding what differs in node ids alone. Where
/// there are none, nothing is like anything.
pub type Shapes<'c> = HashMap<ContentHash, Vec<&'c CompiledItem>>;

/// Reads everything that loaders have put into the store.
pub fn read(connection: &Connection, shapes: &Shapes<'_>) -> rusqlite::Result<Actual> {
    let commits = loader_commits(connection)?;
    Ok(Actual {
        ops: ops(connection, &commits, shapes)?,
        batches: batches(&commits),
        locations: locations(connection, &commits)?,
        rows: rows(connection, shapes)?,
        dependencies: dependencies(connection)?.into_iter().collect(),
        ..Actual::default()
    })
}

/// The first of the items by that hash for which `is_like` holds.
fn first_like(
    shapes: &Shapes<'_>,
    hash: ContentHash,
    is_like: impl FnMut(&&&CompiledItem) -> bool,
) -> Option<ItemId> {
    shapes.get(&hash)?.iter().find(is_like).map(|item| item.id)
}

/// Of what a blob holds behind its header; an Add op has a tag in front of it.
fn content(blob: &[u8], tag: usize) -> Fingerprint {
    Fingerprint::of(blob.get(BLOB_HEADER_LENGTH + tag..).unwrap_or_default())
}

const KINDS: [ItemKind; 3] = [ItemKind::Type, ItemKind::Value, ItemKind::Fn];

fn batches(commits: &HashMap<String, usize>) -> Vec<Batch> {
    let mut hashes: Vec<(&usize, &String)> = commits.iter().map(|(hash, number)| (number, hash)).collect();
    hashes.sort_unstable();
    let batch =
        |(_, hash): (_, &String)| Batch { branch: MAIN_BRANCH_TEXT.to_owned(), commit: Some(hash.clone()) };
    hashes.into_iter().map(batch).collect()
}

/// The commits of loaders, numbered.
fn loader_commits(connection: &Connection) -> rusqlite::Result<HashMap<String, usize>> {
    let mut commits = connection.prepare("SELECT hash, account_id, message FROM commits")?;
    let mut rows = commits.query([])?;
    let mut hashes = HashMap::new();
    while let Some(row) = rows.next()? {
        if is_loader_commit(text(row, 1)?, text(row, 2)?) {
            hashes.insert(text(row, 0)?.to_owned(), hashes.len());
        }
    }
    Ok(hashes)
}

fn ops(
    connection: &Connection,
    commits: &HashMap<String, usize>,
    shapes: &Shapes<'_>,
) -> rusqlite::Result<Vec<ActualOp>> {
    let mut table = connection.prepare(
        "SELECT id, op_blob, commit_hash, origin_ts FROM package_ops \
         WHERE branch_id = ?1 AND commit_hash IS NOT NULL ORDER BY rowid",
    )?;
    let mut rows = table.query([MAIN_BRANCH_TEXT])?;
    let mut ops = Vec::new();
    let scratch = &mut Vec::new();
    while let Some(row) = rows.next()? {
        // An id that is none of Darklang's making belongs to nobody here.
        let (Some(commit), Ok(id)) = (commits.get(text(row, 2)?), Uuid::parse_str(text(row, 0)?)) else {
            continue;
        };
        let id = OpId(id.to_bytes_le());
        let blob = row.get_ref(1)?.as_blob()?;
        // Loaders write no other ops.
        let Some(head) = read_head(blob) else { continue };
        let like = match head {
            OpHead::Add(_, hash) => first_like(shapes, hash, |item| item.add_op.id == id)
                .or_else(|| first_like(shapes, hash, |item| item.adds_the_same(blob, scratch))),
            OpHead::SetName(..) => None,
        };
        let content = if like.is_some() { content(blob, ADD_TAG_LENGTH) } else { Fingerprint::default() };
        let origin_ts = row.get(3)?;
        ops.push(ActualOp { id, head, commit: *commit, origin_ts, like, content });
    }
    Ok(ops)
}

fn locations(connection: &Connection, commits: &HashMap<String, usize>) -> rusqlite::Result<Vec<ActualName>> {
    let mut table = connection.prepare(
        "SELECT owner, modules, name, item_type, item_hash, commit_hash, unlisted_at IS NULL FROM locations \
         WHERE branch_id = ?1 AND commit_hash IS NOT NULL ORDER BY rowid",
    )?;
    let mut rows = table.query([MAIN_BRANCH_TEXT])?;
    let mut locations = Vec::new();
    while let Some(row) = rows.next()? {
        let (true, Some(kind), Some(hash)) = (
            commits.contains_key(text(row, 5)?),
            kind_of(text(row, 3)?),
            ContentHash::from_hex(text(row, 4)?),
        ) else {
            continue;
        };
        let location = Location::new(dotted(text(row, 0)?, text(row, 1)?, text(row, 2)?));
        locations.push(ActualName { location, kind, hash, live: row.get(6)? });
    }
    Ok(locations)
}

fn rows(connection: &Connection, shapes: &Shapes<'_>) -> rusqlite::Result<Vec<ActualRow>> {
    const TABLES: [(ItemKind, &str); 3] = [
        (ItemKind::Type, "SELECT hash, pt_def, rt_def, description, 1 FROM package_types"),
        (ItemKind::Value, "SELECT hash, pt_def, x'', description, rt_dval IS NOT NULL FROM package_values"),
        (ItemKind::Fn, "SELECT hash, pt_def, rt_instrs, description, 1 FROM package_functions"),
    ];
    let mut items = Vec::new();
    let scratch = &mut Vec::new();
    for (kind, select) in TABLES {
        let mut table = connection.prepare(select)?;
        let mut rows = table.query([])?;
        while let Some(row) = rows.next()? {
            let Some(hash) = ContentHash::from_hex(text(row, 0)?) else { continue };
            let blob = |column| row.get_ref(column)?.as_blob().map_err(rusqlite::Error::from);
            let (pt_def, runtime, description) = (blob(1)?, blob(2)?, text(row, 3)?);
            let fingerprint = row_fingerprint(pt_def, runtime, description);
            let like = first_like(shapes, hash, |item| {
                item.kind == kind
                    && (item.row == fingerprint
                        || item.has_the_same_row(pt_def, runtime, description, scratch))
            });
            let content = if like.is_some() { content(pt_def, 0) } else { Fingerprint::default() };
            let has_result = row.get(4)?;
            items.push(ActualRow { kind, hash, fingerprint, like, content, has_result });
        }
    }
    Ok(items)
}

/// Returns how many dependencies anybody has added since darkc last wrote to items that loaders have named; an item with
/// several names can count more than once.
pub(super) fn added_dependencies(connection: &Connection) -> rusqlite::Result<i64> {
    let commits = loader_commits(connection)?;
    let mut added = connection.prepare(
        "SELECT l.commit_hash, (SELECT count(*) FROM darkc_dependents d WHERE d.item_hash = l.item_hash) \
         FROM locations l WHERE l.branch_id = ?1 AND l.commit_hash IS NOT NULL \
         AND l.item_hash IN (SELECT item_hash FROM darkc_dependents)",
    )?;
    let mut rows = added.query([MAIN_BRANCH_TEXT])?;
    let mut count = 0;
    while let Some(row) = rows.next()? {
        if commits.contains_key(text(row, 0)?) {
            count += row.get::<_, i64>(1)?;
        }
    }
    Ok(count)
}

/// The dependencies of each item that has any. One that darkc cannot read is none that it would write, so the
/// fingerprint of its item is then one that no item has.
fn dependencies(connection: &Connection) -> rusqlite::Result<Vec<(ContentHash, Fingerprint)>> {
    let mut table = connection.prepare(
        "SELECT item_hash, depends_on_hash, depends_on_item_type, depends_on_owner, depends_on_modules, \
         depends_on_name FROM package_dependencies ORDER BY item_hash",
    )?;
    let mut rows = table.query([])?;
    let mut items: Vec<(ContentHash, Fingerprint)> = Vec::new();
    let mut edges: Vec<(ContentHash, ItemKind, String)> = Vec::new();
    let mut current = None;
    let mut is_readable = true;
    let mut finish = |item: Option<ContentHash>, edges: &[(ContentHash, ItemKind, String)], is_readable| {
        let Some(item) = item else { return };
        let edges = edges.iter().map(|(hash, kind, location)| (*hash, *kind, location.as_str()));
        let read = if is_readable { dependencies_fingerprint(edges) } else { Fingerprint::default() };
        items.push((item, read));
    };
    while let Some(row) = rows.next()? {
        let Some(item) = ContentHash::from_hex(text(row, 0)?) else { continue };
        if current != Some(item) {
            finish(current, &edges, is_readable);
            (current, is_readable) = (Some(item), true);
            edges.clear();
        }
        match edge(row) {
            Some(edge) => edges.push(edge),
            None => is_readable = false,
        }
    }
    finish(current, &edges, is_readable);
    Ok(items)
}

fn edge(row: &Row<'_>) -> Option<(ContentHash, ItemKind, String)> {
    let hash = ContentHash::from_hex(text(row, 1).ok()?)?;
    let kind = kind_of(text(row, 2).ok()?)?;
    let location = match row.get_ref(3).ok()?.as_str_or_null().ok()? {
        Some(owner) => dotted(owner, text(row, 4).ok()?, text(row, 5).ok()?),
        None => String::new(),
    };
    Some((hash, kind, location))
}

pub(super) fn text<'r>(row: &'r Row<'_>, column: usize) -> rusqlite::Result<&'r str> {
    row.get_ref(column)?.as_str().map_err(rusqlite::Error::from)
}

pub(super) fn kind_of(text: &str) -> Option<ItemKind> {
    KINDS.into_iter().find(|kind| item_type(*kind) == text)
}

pub(super) fn dotted(owner: &str, modules: &str, name: &str) -> String {
    if modules.is_empty() { format!("{owner}.{name}") } else { format!("{owner}.{modules}.{name}") }
}
