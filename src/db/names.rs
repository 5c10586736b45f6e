//! The names of items: binding them to hashes, and which are somebody else's.

use std::collections::HashMap;

use super::apply::{Apply, item_type};
use super::error::DbError;
use super::schema::{MAIN_BRANCH_TEXT, is_loader_commit};
use super::statements::Sql;
use crate::base::hash::Fingerprint;
use crate::base::location::Location;
use crate::diff::Binding;
use crate::ops::OpId;

/// What a SetName op says to the row that it binds.
pub(super) struct Naming {
    pub commit: Option<String>,
    pub origin_ts: Option<String>,
}

/// A row that a name is live by.
struct Live {
    row: i64,
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
        let hash = binding.hash.to_hex();
        let kind = item_type(binding.kind);
        let live =
            if self.in_draft { None } else { self.live_rows(&binding.location, kind)?.into_iter().next() };
        if let Some(Live { row, commit, same_kind }) = live {
            if self.is_loaders(commit)? {
                let parameters = (row, &*hash, &naming.commit, &naming.origin_ts);
                self.statements.run(Sql::MoveLocation, parameters)?;
                if !same_kind {
                    self.statements.run(Sql::RetypeLocation, (row, kind))?;
                }
            } else {
                self.applied.overridden += 1;
            }
            return Ok(());
        }
        let location = &binding.location;
        let parameters = (
            location_id(binding.op, naming.origin_ts.as_deref().unwrap_or_default()),
            &*hash,
            location.owner(),
            location.modules_dotted(),
            location.name(),
            kind,
            MAIN_BRANCH_TEXT,
            &naming.commit,
            &self.created_at,
            &naming.origin_ts,
        );
        self.statements.run(Sql::AddLocation, parameters)?;
        Ok(())
    }

    /// Takes a name away, unless it is somebody else's.
    pub(super) fn unbind(&mut self, location: &Location) -> rusqlite::Result<()> {
        for Live { row, commit, .. } in self.live_rows(location, "")? {
            if self.is_loaders(commit)? {
                self.statements.run(Sql::DropLocation, [row])?;
            } else {
                self.applied.overridden += 1;
            }
        }
        Ok(())
    }

    /// The rows that a name is live by on main, the one of the kind first.
    fn live_rows(&mut self, location: &Location, kind: &str) -> rusqlite::Result<Vec<Live>> {
        let parameters =
            (MAIN_BRANCH_TEXT, location.owner(), location.modules_dotted(), location.name(), kind);
        self.statements.query(Sql::FindLocations, parameters, |row| {
            Ok(Live { row: row.get(0)?, commit: row.get(1)?, same_kind: row.get(2)? })
        })
    }

    /// Whether a row of this commit was bound by a loader; a row of none is a user's work in progress.
    fn is_loaders(&mut self, commit: Option<String>) -> rusqlite::Result<bool> {
        let Some(commit) = commit else { return Ok(false) };
        if let Some(known) = self.loader_commits.get(&commit) {
            return Ok(*known);
        }
        let found = self.statements.first(Sql::FindCommit, [&commit], |row| {
            let (account, message): (String, String) = (row.get(0)?, row.get(1)?);
            Ok(is_loader_commit(&account, &message))
        })?;
        let is_loaders = found.unwrap_or(false);
        self.loader_commits.insert(commit, is_loaders);
        Ok(is_loaders)
    }
}

/// A location's id, in the form of a random one. It follows from the op and its stamp, which no two bindings
/// share, so that equal reloads at equal times leave equal stores.
fn location_id(op: OpId, origin_ts: &str) -> String {
    let seed = [&op.0, origin_ts.as_bytes()].concat();
    let bytes = Fingerprint::of(&seed).0.to_le_bytes();
    uuid::Builder::from_random_bytes(bytes).into_uuid().hyphenated().to_string()
}
