//! The rows of items and of what they depend on.
//!
//! A row that goes leaves its place to one that comes. Where an edit changes the hashes of many items and little
//! else, the new rows are as long as the old ones and fit exactly: SQLite then writes only the bytes that differ,
//! and leaves pages alone that it would otherwise give up and fill again. The worst edit of Darklang's set takes
//! 0.92 of the time.

use std::collections::VecDeque;

use rusqlite::Row;

use super::apply::{Apply, item_type};
use super::error::DbError;
use super::statements::{BoundBlob, Sql, is_taken};
use crate::base::hash::ContentHash;
use crate::base::location::{ItemKind, Location};
use crate::diff::{self, Dependencies, DependencyRow};

/// Places of rows that go, in the order of the table, so that rows which come in the order of those that go get
/// the places of their own forerunners.
#[derive(Debug, Default)]
pub(super) struct VacantRows {
    types: VecDeque<i64>,
    functions: VecDeque<i64>,
}

impl Apply<'_> {
    /// Frees the rows' places. The row in a place is deleted when another one takes the place, or else in
    /// [`Apply::drop_vacant_rows`].
    pub(super) fn vacate_rows(&mut self, rows: &[(ItemKind, ContentHash)]) -> rusqlite::Result<()> {
        for (kind, hash) in rows {
            let hash = hash.to_hex();
            let find = match kind {
                ItemKind::Type => Sql::FindType,
                ItemKind::Fn => Sql::FindFunction,
                // Darklang's evaluation of a value lies in its row, and is not the next one's.
                ItemKind::Value => {
                    self.statements.run(Sql::DropValue, [&*hash])?;
                    continue;
                }
            };
            let place = self.statements.first(find, [&*hash], |row| row.get::<_, i64>(0))?;
            self.vacant(*kind).extend(place);
        }
        self.vacant.types.make_contiguous().sort_unstable();
        self.vacant.functions.make_contiguous().sort_unstable();
        Ok(())
    }

    fn vacant(&mut self, kind: ItemKind) -> &mut VecDeque<i64> {
        if kind == ItemKind::Type { &mut self.vacant.types } else { &mut self.vacant.functions }
    }

    pub(super) fn drop_vacant_rows(&mut self) -> rusqlite::Result<()> {
        for place in std::mem::take(&mut self.vacant.types) {
            self.statements.run(Sql::DropType, [place])?;
        }
        for place in std::mem::take(&mut self.vacant.functions) {
            self.statements.run(Sql::DropFunction, [place])?;
        }
        Ok(())
    }

    /// Writes the row of an item; a row with its hash is replaced.
    pub(super) fn put_row(&mut self, row: &diff::Row) -> Result<(), DbError> {
        let place = if row.kind == ItemKind::Value { None } else { self.vacant(row.kind).pop_front() };
        match (self.put_row_at(place, row), place) {
            // The hash has a row, and that is the one to replace.
            (Err(error), Some(place)) if is_taken(&error) => {
                self.vacant(row.kind).push_front(place);
                self.put_row_at(None, row)
            }
            (put, _) => put,
        }
        .map_err(|error| self.failed(error))
    }

    fn put_row_at(&mut self, place: Option<i64>, row: &diff::Row) -> rusqlite::Result<()> {
        let hash = row.hash.to_hex();
        let hash: &str = &hash;
        let diff::Row { pt_def, runtime, result, description, .. } = row;
        let (pt_def, runtime) = (BoundBlob(pt_def), BoundBlob(runtime));
        let rt_dval = result.as_ref().map(|result| BoundBlob(&result.rt_dval));
        let created = &self.created_at;
        match (row.kind, place) {
            (ItemKind::Value, _) => {
                let value_type = result.as_ref().map(|result| &result.value_type);
                let parameters = (hash, &pt_def, &rt_dval, value_type, description, created);
                self.statements.run(Sql::PutValue, parameters)?;
            }
            (kind, None) => {
                let sql = if kind == ItemKind::Type { Sql::PutType } else { Sql::PutFunction };
                self.statements.run(sql, (hash, &pt_def, &runtime, description, created))?;
            }
            (kind, Some(place)) => {
                let sql = if kind == ItemKind::Type { Sql::ReplaceType } else { Sql::ReplaceFunction };
                self.statements.run(sql, (hash, &pt_def, &runtime, description, created, place))?;
            }
        }
        let (table, find, runtime_column) = match row.kind {
            ItemKind::Type => ("package_types", Sql::FindType, "rt_def"),
            ItemKind::Fn => ("package_functions", Sql::FindFunction, "rt_instrs"),
            ItemKind::Value => ("package_values", Sql::FindValue, "rt_dval"),
        };
        let runtime = rt_dval.unwrap_or(runtime);
        if pt_def.is_written_later() || runtime.is_written_later() {
            let place = self.statements.first(find, [hash], |row| row.get(0))?.unwrap_or_default();
            self.statements.write_later(table, "pt_def", place, &pt_def)?;
            self.statements.write_later(table, runtime_column, place, &runtime)?;
        }
        Ok(())
    }

    pub(super) fn has_row(&mut self, hash: ContentHash) -> rusqlite::Result<bool> {
        let hash = hash.to_hex();
        for find in [Sql::FindFunction, Sql::FindType, Sql::FindValue] {
            if self.statements.first(find, [&*hash], |_| Ok(()))?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    pub(super) fn drop_dependencies(&mut self, item: ContentHash) -> rusqlite::Result<()> {
        self.statements.run(Sql::DropDependencies, [&*item.to_hex()]).map(|_| ())
    }

    /// Replaces the dependency rows of an item, and those of the one that it replaces.
    pub(super) fn put_dependencies(&mut self, dependencies: &Dependencies) -> rusqlite::Result<()> {
        let Dependencies { item, instead_of, rows } = dependencies;
        // In a draft no index finds the rows of an item, and hardly ever are there any.
        if !self.in_draft || !self.put_dependencies.insert(*item) {
            self.drop_dependencies(*item)?;
        }
        let item = item.to_hex();
        // The unique index may not be there yet, so the rows must be distinct by themselves.
        let mut rows: Vec<_> = rows.iter().map(columns).collect();
        rows.sort_unstable();
        rows.dedup();
        let mut places = vec![None; rows.len()];
        let mut left = Vec::new();
        if let Some(gone) = instead_of {
            self.statements.query(Sql::FindDependencies, [&*gone.to_hex()], |old| {
                let place: i64 = old.get(0)?;
                // An item names few others, so that each is looked for from the start.
                let new = (0..rows.len()).find(|new| places[*new].is_none() && same_names(old, &rows[*new]));
                match new {
                    Some(new) => places[new] = Some(place),
                    None => left.push(place),
                }
                Ok(())
            })?;
        }
        for ((kind, owner, modules, name, hash), place) in rows.into_iter().zip(places) {
            let hash = hash.to_hex();
            match place {
                Some(place) => self.statements.run(Sql::MoveDependency, (place, &*item, &*hash))?,
                None => {
                    self.statements.run(Sql::PutDependency, (&*item, &*hash, kind, owner, modules, name))?
                }
            };
        }
        for place in left {
            self.statements.run(Sql::DropDependency, [place])?;
        }
        Ok(())
    }
}

/// Whether an old row names what a new one names, by whatever hash.
fn same_names(old: &Row<'_>, (kind, owner, modules, name, _): &Columns<'_>) -> bool {
    let new = [Some(*kind), *owner, *modules, *name];
    // What tells most rows apart comes last.
    new.iter().enumerate().rev().all(|(index, new)| {
        old.get_ref(index + 1).is_ok_and(|old| old.as_str_or_null().is_ok_and(|old| old == *new))
    })
}

/// The columns of a dependency row, but for the item's own.
type Columns<'r> = (&'static str, Option<&'r str>, Option<&'r str>, Option<&'r str>, ContentHash);

fn columns(row: &DependencyRow) -> Columns<'_> {
    let location = row.location.as_ref();
    let (owner, modules, name) =
        (location.map(Location::owner), location.map(Location::modules_dotted), location.map(Location::name));
    (item_type(row.kind), owner, modules, name, row.hash)
}
