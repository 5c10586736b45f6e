//! The proof, for a Release of Darklang that is new to darkc, that both make the same of these sources.
//!
//! The whole store is compared with everything, linked, hashed and compiled again. Where that finds nothing to write,
//! every hash, row, name, dependency and op is equal, node ids aside. All values are evaluated too, and compared with the
//! results that the store has.

use super::changes::first_row_difference;
use crate::base::amounts::thousands;
use crate::base::hash::ContentHash;
use crate::db::{Database, DbError, Identity, Proof};
use crate::diff::Plan;
use crate::diff::full::Actual;

const OWN_LOAD: &str = "what it holds was loaded by darkc and not by that Darklang";
const NO_LOAD: &str = "it holds no load of that Darklang to compare with";

/// Whether a store is of a Release that is new to darkc, so that all of it has to be compared.
///
/// # Errors
/// Where it is, and darkc has loaded it itself: that proves nothing.
pub fn is_due(database: &mut Database) -> Result<bool, DbError> {
    if database.new_identity().is_none() {
        return Ok(false);
    }
    match database.stamp()? {
        Some(stamp) if stamp.untouched => Err(refused(database, OWN_LOAD)),
        _ => Ok(true),
    }
}

/// Notes that all items were proved equal, or refuses; does nothing for a Release that darkc knows. `actual` is what
/// loaders have put into the store, `plan` what would make it say what `live` items say, and `other_result` a value that
/// has another result there.
///
/// # Errors
/// Where there is nothing to compare with, or something differs.
pub fn prove(
    database: &Database,
    actual: Option<&Actual>,
    plan: &Plan,
    other_result: Option<ContentHash>,
    live: usize,
    notes: &mut Vec<String>,
) -> Result<(), DbError> {
    if database.new_identity().is_none() {
        return Ok(());
    }
    if live == 0 || actual.is_none_or(|actual| actual.ops.is_empty() || actual.locations.is_empty()) {
        return Err(refused(database, NO_LOAD));
    }
    let other_result =
        || other_result.map(|hash| format!("package_values, {hash}, which has another result"));
    let others = &plan.for_others;
    let difference =
        first_row_difference(plan, |hash| !others.content.contains(hash), |op| !others.ops.contains(op));
    if let Some(difference) = difference.or_else(other_result) {
        return Err(refused(database, &format!("the first difference to what it holds is in {difference}")));
    }
    let count = thousands(live);
    notes.push(format!("this Release of Darklang is new to darkc: {count} of {count} items proved equal"));
    Ok(())
}

/// What is to be remembered once everything has been proved.
pub fn of(database: &Database, items: usize) -> Option<Proof> {
    database.new_identity().map(|identity| Proof { identity: identity.clone(), items })
}

fn refused(database: &Database, why: &str) -> DbError {
    let known = Identity::known();
    let identity = database.new_identity().cloned().unwrap_or_else(Identity::known);
    DbError::NotProved { path: database.path().to_owned(), identity, known, why: why.to_owned() }
}
