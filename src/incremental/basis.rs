//! How much of the last reload's result counts: decided once, before anything is loaded.

use crate::base::hash::Fingerprint;
use crate::base::timing::Timings;
use crate::db::{Database, DbError};
use crate::state::{Remembered, Stamp};

/// The digest of all stages. A build with another digest may hash or compile differently, so after it everything is
/// rebuilt and compared.
pub const STATE_DIGEST: Fingerprint = Fingerprint(include!(concat!(env!("OUT_DIR"), "/state_digest.rs")));

/// What a reload starts from.
#[derive(Debug)]
pub enum Basis {
    /// The store has this stamp, which is of these sources.
    Unchanged(Stamp, Remembered),
    /// The store is as a reload left it, and this is what is known of it.
    Trusted(Remembered),
    /// Everything is rebuilt and compared with the store.
    Untrusted(Reason),
}

/// Why nothing of the last reload counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The user asked for a full comparison.
    Asked,
    /// There is no store, or darkc has left nothing in it.
    NoStamp,
    /// Another build of darkc left it, which may hash or compile differently.
    OtherBuild,
    /// Its node ids were made in another way.
    OtherNodeIds,
    /// Somebody has changed what darkc may own.
    Touched,
    /// darkc's own rows cannot be read or do not fit each other.
    Unreadable,
}

impl Basis {
    /// Decides for a reload that is to end at `goal`. `remembered` is from an earlier reload of this process; where
    /// it is of the store's state, the stamp is all that is read. `is_due` is asked once the stamp is trusted, whether
    /// there is something to do though the sources are the same.
    pub fn decide(
        database: &mut Database,
        goal: &Stamp,
        full: bool,
        remembered: Remembered,
        timings: &mut Timings,
        is_due: impl FnOnce(&Database) -> Result<bool, DbError>,
    ) -> Result<Basis, DbError> {
        let stamp = timings.time("stamp", || database.stamp())?;
        let stamp = match trusted(stamp, goal, full) {
            Ok(stamp) => stamp,
            Err(reason) => return Ok(Basis::Untrusted(reason)),
        };
        if !is_due(database)? && stamp.sources == goal.sources {
            return Ok(Basis::Unchanged(stamp, remembered));
        }
        if remembered.is_of(&stamp) {
            return Ok(Basis::Trusted(remembered));
        }
        // Read here and not on the thread that does the work, whose heap grows page by page: the edit of a leaf takes
        // 0.92 of the time.
        let rows = timings.time("state", || database.files())?;
        let manifest = database.manifest()?;
        let remembered = timings.time("decode state", || Remembered::from_rows(stamp, rows, &manifest));
        Ok(remembered.map_or(Basis::Untrusted(Reason::Unreadable), Basis::Trusted))
    }
}

fn trusted(stamp: Option<Stamp>, goal: &Stamp, full: bool) -> Result<Stamp, Reason> {
    match stamp {
        _ if full => Err(Reason::Asked),
        None => Err(Reason::NoStamp),
        Some(stamp) if stamp.tool != goal.tool => Err(Reason::OtherBuild),
        Some(stamp) if stamp.zero_ids != goal.zero_ids => Err(Reason::OtherNodeIds),
        Some(stamp) if !stamp.untouched => Err(Reason::Touched),
        Some(stamp) => Ok(stamp),
    }
}
