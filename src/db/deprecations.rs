//! Functions that are deprecated as harmful, which Darklang's runtime does not call
//! (`darklang/dark LibDB/Queries.fs`, `getHarmfulFnHashes`).

use std::collections::HashSet;

use super::owned::text;
use super::schema::MAIN_BRANCH_TEXT;
use super::{Database, DbError};
use crate::base::hash::ContentHash;

/// The first byte of an `annotation_blob`
/// (`darklang/dark LibSerialization/Binary/Serializers/PT/PackageOp.fs`, `DeprecationKind`).
const HARMFUL: u8 = 1;

impl Database {
    /// The functions that are deprecated as harmful on main, the branch on which Darklang evaluates values.
    pub fn harmful_functions(&self) -> Result<HashSet<ContentHash>, DbError> {
        let Some(connection) = &self.connection else { return Ok(HashSet::new()) };
        let read = || {
            let mut deprecated = connection.prepare(
                "SELECT item_hash, annotation_blob FROM deprecations WHERE item_kind = 'fn' \
                 AND state = 'deprecated' AND unlisted_at IS NULL AND branch_id = ?1",
            )?;
            let mut rows = deprecated.query([MAIN_BRANCH_TEXT])?;
            let mut harmful = HashSet::new();
            while let Some(row) = rows.next()? {
                // Where there is no blob, or one that says nothing, Darklang makes the call.
                if row.get_ref(1)?.as_bytes().is_ok_and(|blob| blob.first() == Some(&HARMFUL)) {
                    harmful.extend(ContentHash::from_hex(text(row, 0)?));
                }
            }
            Ok(harmful)
        };
        read().map_err(|error| DbError::sqlite(&self.path, error))
    }
}
