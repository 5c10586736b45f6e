//! The log: new ops under a commit of their own, amended ones, and those that go.

use std::collections::{HashMap, HashSet, VecDeque};

use super::apply::Apply;
use super::commit;
use super::names::Naming;
use super::schema::MAIN_BRANCH_TEXT;
use super::statements::{BoundBlob, Sql, is_taken};
use super::time::{Millis, first_timestamp};
use crate::diff::Plan;
use crate::ops::{Op, OpId};

impl Apply<'_> {
    /// Writes what the plan says of the log; gives what the new SetName ops say to the rows that they bind.
    ///
    /// Darklang folds the ops of a commit in the order of their rows. New ops take the places of those that go,
    /// as item rows do, so the places are given out in order.
    pub(super) fn log(&mut self, plan: &Plan, now: Millis) -> rusqlite::Result<HashMap<OpId, Naming>> {
        let mut places = self.vacate_ops(plan)?;
        let mut namings = HashMap::with_capacity(plan.bind.len());
        if !plan.add_ops.is_empty() {
            let commit = commit::record(&mut self.statements, &plan.add_ops, plan.changed_items, now)?;
            self.applied.commit = Some(commit);
            let commit = commit.to_hex();
            let named: HashSet<OpId> = plan.bind.iter().map(|binding| binding.op).collect();
            let below: HashMap<OpId, &str> =
                plan.bind.iter().filter_map(|name| Some((name.op, name.below.as_deref()?))).collect();
            let first = first_timestamp(now, plan.add_ops.len(), self.newest_timestamp);
            for (op, millis) in plan.add_ops.iter().zip(first.0..) {
                self.newest_timestamp = Millis(millis);
                let millis = match below.get(&op.id) {
                    Some(theirs) => timestamp_below(theirs),
                    None => Millis(millis),
                };
                let timestamp = millis.timestamp();
                let added = self.add_op(op, &commit, &timestamp, &mut places)?;
                if added && named.contains(&op.id) {
                    namings.insert(
                        op.id,
                        Naming { commit: Some(commit.to_string()), origin_ts: Some(timestamp) },
                    );
                }
            }
        }
        for place in places {
            self.statements.run(Sql::DropOpAt, [place])?;
        }
        for (old, op) in &plan.amend_ops {
            let parameters = (old.to_text(), MAIN_BRANCH_TEXT, op.id.to_text(), BoundBlob(&op.blob));
            if self.statements.run(Sql::AmendOp, parameters)? > 0 {
                self.write_op_later(op)?;
            }
        }
        Ok(namings)
    }

    /// The places of the ops that go, in order. An op that moves to the new commit leaves its place at once: it
    /// could not stand in the log twice.
    fn vacate_ops(&mut self, plan: &Plan) -> rusqlite::Result<VecDeque<i64>> {
        let added: HashSet<OpId> = plan.add_ops.iter().map(|op| op.id).collect();
        let mut places = Vec::with_capacity(plan.drop_ops.len());
        for op in &plan.drop_ops {
            let key = (op.to_text(), MAIN_BRANCH_TEXT);
            let place: Option<i64> = self.statements.first(Sql::FindOpAt, key, |row| row.get(0))?;
            match place {
                Some(place) if added.contains(op) => {
                    self.statements.run(Sql::DropOpAt, [place])?;
                }
                place => places.extend(place),
            }
        }
        places.sort_unstable();
        places.dedup();
        Ok(places.into())
    }

    /// Returns whether it was added: one that somebody else has put on the branch stays theirs.
    fn add_op(
        &mut self,
        op: &Op,
        commit: &str,
        timestamp: &str,
        places: &mut VecDeque<i64>,
    ) -> rusqlite::Result<bool> {
        let (id, blob) = (op.id, BoundBlob(&op.blob));
        let added = match places.front() {
            Some(place) => {
                let parameters = (id.to_text(), &blob, commit, &self.created_at, timestamp, place);
                match self.statements.run(Sql::ReplaceOp, parameters) {
                    Err(error) if is_taken(&error) => 0,
                    replaced => replaced?,
                }
            }
            None => {
                let parameters = (id.to_text(), &blob, MAIN_BRANCH_TEXT, commit, &self.created_at, timestamp);
                self.statements.run(Sql::AddOp, parameters)?
            }
        };
        if added > 0 {
            places.pop_front();
            self.write_op_later(op)?;
        }
        Ok(added > 0)
    }

    /// Writes the blob of an op that has its row, if it is written later.
    fn write_op_later(&mut self, op: &Op) -> rusqlite::Result<()> {
        let blob = BoundBlob(&op.blob);
        if !blob.is_written_later() {
            return Ok(());
        }
        let key = (op.id.to_text(), MAIN_BRANCH_TEXT);
        let place = self.statements.first(Sql::FindOpAt, key, |row| row.get(0))?.unwrap_or_default();
        self.statements.write_later("package_ops", "op_blob", place, &blob)
    }
}

/// Returns the timestamp of an op that names what somebody else has bound: theirs is later, so that it wins in the fold
/// too.
fn timestamp_below(theirs: &str) -> Millis {
    Millis::from_timestamp(theirs).map_or(Millis::default(), |theirs| Millis(theirs.0 - 1))
}
