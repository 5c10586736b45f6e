//! Decides which write-ahead log stays beside a store when it is closed.
//!
//! SQLite lets the last connection to a store move the log into the store and remove it, which takes four syncs (the
//! log's header and folder, the log, the store). On most disks that is the larger half of a small edit. A short log
//! is left instead. A commit in it needs no sync: after a power cut the store is at the last commit whose frames all
//! reached the disk, or at an earlier one, and the next reload goes on from there (`tests/power_loss.rs`).
//!
//! The next process to open the store reads the whole log to index it, about 1 ms for a MiB. So a longer log is moved
//! at once. A log that has not changed for [`LONGEST_TICK`] is moved by the next reload that finds nothing to do; after
//! that the store can be sealed. Moving a log is safe at any time, so its age decides only what is cheap.

use std::fs;
use std::path::Path;

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use super::place::{LOG_SUFFIX, beside, shared_file_system};
use crate::discover::checkout::LONGEST_TICK;

/// A longer log is not kept. The edit of a leaf adds 0.12 MiB.
const LONGEST: u64 = 1 << 20;

/// Sets whether the log stays when the connection is closed.
pub(super) fn keep(connection: &Connection, keep: bool) {
    // Where this fails the log goes into the store, which is always right.
    let _ = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep);
}

/// Whether the store has a log that is not empty.
pub(super) fn exists(store: &Path) -> bool {
    length(store) > 0
}

/// Whether the log that a reload has written to is to stay. On a file system that machines share it never is: the next
/// one to open the store may be another machine, whose view of two files need not be of one moment.
pub(super) fn is_kept(store: &Path) -> bool {
    (1..=LONGEST).contains(&length(store)) && shared_file_system(store).is_none()
}

/// Whether the log was written to so recently that the next edit is likely to follow soon.
pub(super) fn is_recent(store: &Path) -> bool {
    let written = fs::metadata(beside(store, LOG_SUFFIX)).and_then(|log| log.modified());
    // A time in the future counts as now.
    written.is_ok_and(|written| written.elapsed().unwrap_or_default() <= LONGEST_TICK)
}

fn length(store: &Path) -> u64 {
    fs::metadata(beside(store, LOG_SUFFIX)).map_or(0, |log| log.len())
}
