//! The names of items: binding them to hashes, setting them aside, and which are somebody else's.

use std::collections::HashMap;

use super::apply::{Apply, item_type};
use super::error::DbError;
use super::schema::{MAIN_BRANCH_TEXT, is_loader_commit};
use super::statements::Sql;
use super::time::Millis;
use crate::base::hash::{ContentHash, Fingerprint};
use crate::base::location::Location;
use crate::diff::Binding;
use crate::ops::OpId;

/// What a SetName op says to the row that it binds.
pub(super) struct Naming {
    pub commit: Option<String>,
    pub origin_ts: Option<String>,
}

/// A row of `locations` on main.
struct NameRow {
    row: i64,
    hash: Option<ContentHash>,
    /// `None` for a user's work in progress.
    commit: Option<String>,
    same_kind: bool,
}

impl Apply<'_> {
    /// Binds a name as its SetName op says, be that new or in the log already.
    pub(super) fn bind(
        &mut self,
        binding: &Binding,
        namings: &mut HashMap<OpId, Naming>,
    ) -> Result<(), DbError> {
        let naming = match namings.remove(&binding.op) {
            Some(naming) => naming,
            None => self
                .statements
                .first(Sql::FindOp, (binding.op.to_text(), MAIN_BRANCH_TEXT), |row| {
                    Ok(Naming { commit: row.get(0)?, origin_ts: row.get(1)? })
                })
                .map_err(|error| self.failed(error))?
                .ok_or_else(|| DbError::UnknownOp {
                    path: self.path.to_owned(),
                    location: binding.location.to_string(),
                })?,
        };
        self.bind_as(binding, &naming).map_err(|error| self.failed(error))
    }

    fn bind_as(&mut self, binding: &Binding, naming: &Naming) -> rusqlite::Result<()> {
        if self.in_draft {
            return self.add_name(binding, naming, None);
        }
        let live = self.live_rows(&binding.location, item_type(binding.kind))?.into_iter().next();
        let Some(live) = live else { return self.add_name(binding, naming, None) };
        if self.is_loaders(&live.commit)? {
            if live.hash.is_some_and(|hash| self.retained.contains(&hash)) {
                self.set_aside(&live)?;
                return self.add_name(binding, naming, None);
            }
            return self.move_name(&live, binding, naming);
        }
        if naming.commit == live.commit && live.hash == Some(binding.hash) {
            // Somebody has bound it just so.
            return Ok(());
        }
        self.applied.overridden += 1;
        match self.row_below(&binding.location)? {
            Some(below) => self.move_name(&below, binding, naming),
            None => {
                let now = self.created_at.clone();
                self.add_name(binding, naming, Some(&now))
            }
        }
    }

    fn move_name(&mut self, row: &NameRow, binding: &Binding, naming: &Naming) -> rusqlite::Result<()> {
        let parameters = (row.row, &*binding.hash.to_hex(), &naming.commit, &naming.origin_ts);
        self.statements.run(Sql::MoveLocation, parameters)?;
        if !row.same_kind {
            self.statements.run(Sql::RetypeLocation, (row.row, item_type(binding.kind)))?;
        }
        Ok(())
    }

    fn add_name(
        &mut self,
        binding: &Binding,
        naming: &Naming,
        unlisted_at: Option<&str>,
    ) -> rusqlite::Result<()> {
        let location = &binding.location;
        let parameters = (
            location_id(
                binding.op,
                naming.origin_ts.as_deref().unwrap_or_default(),
                unlisted_at.map(|_| self.now),
            ),
            &*binding.hash.to_hex(),
            location.owner(),
            location.modules_dotted(),
            location.name(),
            item_type(binding.kind),
            MAIN_BRANCH_TEXT,
            &naming.commit,
            &self.created_at,
            &naming.origin_ts,
            unlisted_at,
        );
        self.statements.run(Sql::AddLocation, parameters)?;
        Ok(())
    }

    /// Unlists a name, as Darklang's own update does. It counts as unlisted a second ago: Darklang's `discard`
    /// brings back what was unlisted last, and that is to be what takes its place now
    /// (`darklang/dark LibDB/Inserts.fs`, `discardWipOps`).
    fn set_aside(&mut self, row: &NameRow) -> rusqlite::Result<()> {
        let before = Millis(self.now.0 - 1000).datetime();
        self.statements.run(Sql::SetAsideLocation, (row.row, before))?;
        Ok(())
    }

    /// Takes a name away, unless it is somebody else's; what is retained for others is set aside.
    pub(super) fn unbind(&mut self, location: &Location) -> rusqlite::Result<()> {
        let mut is_theirs = false;
        for live in self.live_rows(location, "")? {
            if !self.is_loaders(&live.commit)? {
                is_theirs = true;
                self.applied.overridden += 1;
            } else if live.hash.is_some_and(|hash| self.retained.contains(&hash)) {
                self.set_aside(&live)?;
            } else {
                self.statements.run(Sql::DropLocation, [live.row])?;
            }
        }
        if is_theirs && let Some(below) = self.row_below(location)? {
            self.statements.run(Sql::DropLocation, [below.row])?;
        }
        Ok(())
    }

    /// Deletes the rows that were set aside when a name stopped to mean some content.
    pub(super) fn drop_name(&mut self, location: &Location, hash: ContentHash) -> rusqlite::Result<()> {
        for row in self.unlisted_rows(location)? {
            if row.hash == Some(hash) && self.is_loaders(&row.commit)? {
                self.statements.run(Sql::DropLocation, [row.row])?;
            }
        }
        Ok(())
    }

    /// The row by which a loader has a name that somebody else has bound: it is what the name means once they
    /// discard theirs.
    fn row_below(&mut self, location: &Location) -> rusqlite::Result<Option<NameRow>> {
        for row in self.unlisted_rows(location)? {
            let is_retained = row.hash.is_some_and(|hash| self.retained.contains(&hash));
            if !is_retained && self.is_loaders(&row.commit)? {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }

    /// The rows that a name is live by on main, the one of the kind first.
    fn live_rows(&mut self, location: &Location, kind: &str) -> rusqlite::Result<Vec<NameRow>> {
        self.name_rows(Sql::FindLocations, location, kind)
    }

    fn unlisted_rows(&mut self, location: &Location) -> rusqlite::Result<Vec<NameRow>> {
        self.name_rows(Sql::FindUnlisted, location, "")
    }

    fn name_rows(&mut self, sql: Sql, location: &Location, kind: &str) -> rusqlite::Result<Vec<NameRow>> {
        let parameters =
            (MAIN_BRANCH_TEXT, location.owner(), location.modules_dotted(), location.name(), kind);
        self.statements.query(sql, parameters, |row| {
            let hash: String = row.get(3)?;
            let hash = ContentHash::from_hex(&hash);
            Ok(NameRow { row: row.get(0)?, commit: row.get(1)?, same_kind: row.get(2)?, hash })
        })
    }

    /// Whether a row of this commit was bound by a loader; a row of none is a user's work in progress.
    fn is_loaders(&mut self, commit: &Option<String>) -> rusqlite::Result<bool> {
        let Some(commit) = commit else { return Ok(false) };
        if let Some(known) = self.loader_commits.get(commit) {
            return Ok(*known);
        }
        let found = self.statements.first(Sql::FindCommit, [&commit], |row| {
            let (account, message): (String, String) = (row.get(0)?, row.get(1)?);
            Ok(is_loader_commit(&account, &message))
        })?;
        let is_loaders = found.unwrap_or(false);
        self.loader_commits.insert(commit.clone(), is_loaders);
        Ok(is_loaders)
    }
}

/// A location's id, in the form of a random one. It follows from the op and its timestamp, which no two bindings
/// share, so that equal reloads at equal times leave equal stores. Names below somebody else's all have the timestamp
/// before theirs, so those follow from the time of the reload too.
fn location_id(op: OpId, origin_ts: &str, below: Option<Millis>) -> String {
    let mut seed = [&op.0, origin_ts.as_bytes()].concat();
    seed.extend(below.iter().flat_map(|now| now.0.to_le_bytes()));
    let bytes = Fingerprint::of(&seed).0.to_le_bytes();
    uuid::Builder::from_random_bytes(bytes).into_uuid().hyphenated().to_string()
}
