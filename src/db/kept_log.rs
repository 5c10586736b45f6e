//! Which write-ahead log is left beside a store when it is closed.
//!
//! SQLite has the last connection to a store move the log into it and remove it, for which it syncs four times: on
//! many a disk that takes longer than all else of a small edit. A short log is left instead, and a commit in it needs
//! no sync at all: after a power cut the store is at the last commit whose frames all reached the disk, or an earlier
//! one, and the next reload goes on from there (`tests/power_loss.rs`).
//!
//! Whoever opens the store next reads the log whole, to index it, about 1 ms for a MiB. So a longer one goes into the
//! store at once, and one that has lain still with the next reload that finds nothing to do, which can then seal the
//! store.

use std::fs;
use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use super::place::{LOG_SUFFIX, beside};

/// A longer log is not kept. The edit of a leaf adds 0.12 MiB.
const LONGEST: u64 = 1 << 20;

/// Says whether the log is to stay when the connection is closed.
pub(super) fn keep(connection: &Connection, keep: bool) {
    // Where this fails the log goes into the store, which is as true.
    let _ = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep);
}

/// Whether the log of an open store has something in it, and not too much.
pub(super) fn is_short(store: &Path) -> bool {
    fs::metadata(beside(store, LOG_SUFFIX)).is_ok_and(|log| (1..=LONGEST).contains(&log.len()))
}

/// How long ago the log was written to; `None` where there is none or nothing is in it.
pub(super) fn age(store: &Path) -> Option<Duration> {
    let log = fs::metadata(beside(store, LOG_SUFFIX)).ok().filter(|log| log.len() > 0)?;
    // A time to come is no age: such a log counts as written now.
    Some(log.modified().ok()?.elapsed().unwrap_or_default())
}
