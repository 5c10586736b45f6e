//! What the store says of an item, and what darkc remembers of it since the last reload.

use std::path::PathBuf;

use crate::commands::settings::Settings;
use crate::db::{Database, DbError};
use crate::incremental::{PackageSet, STATE_DIGEST};
use crate::program::lookup::{ItemId, ItemLookup};
use crate::state::Remembered;
use crate::state::keys::ItemKey;

/// Whether the store has the item with the hash that the sources give it.
#[derive(Debug, PartialEq, Eq)]
pub enum InStore {
    /// There is no store at this path.
    NoStore(PathBuf),
    /// It cannot be read: why.
    Unreadable(String),
    /// Nothing has the name on the branch `main`.
    Missing,
    Same,
    /// The name has another hash there, in hexadecimal digits.
    Other(String),
}

/// What is other than at the last reload.
#[derive(Debug, PartialEq, Eq)]
pub enum Since {
    /// It is not known: why.
    Unknown(&'static str),
    /// The last reload did not have the item.
    New,
    Unchanged,
    /// What changed, each as the subject of a sentence.
    Changed(Vec<&'static str>),
}

/// Reads the store, if there is one.
pub fn look(settings: &Settings, set: &PackageSet, item: ItemId) -> (InStore, Since) {
    let no_store = || InStore::NoStore(settings.database.clone());
    let mut database = match Database::open_read_only(&settings.database, settings.make_folder) {
        Ok(database) if database.exists() => database,
        Ok(_) | Err(DbError::NoFolder { .. }) => return (no_store(), Since::Unknown("there is no store")),
        Err(error) => {
            return (InStore::Unreadable(error.to_string()), Since::Unknown("the store cannot be read"));
        }
    };
    match look_in(&mut database, set, item) {
        Ok(found) => found,
        Err(error) => (InStore::Unreadable(error.to_string()), Since::Unknown("the store cannot be read")),
    }
}

fn look_in(database: &mut Database, set: &PackageSet, item: ItemId) -> Result<(InStore, Since), DbError> {
    let location = set.inventory.location(item);
    let in_store = match database.live_hash(set.inventory.kind(item), location)? {
        None => InStore::Missing,
        Some(hash) if hash == set.hash(item).to_string() => InStore::Same,
        Some(hash) => InStore::Other(hash),
    };
    let Some(stamp) = database.stamp()? else {
        return Ok((in_store, Since::Unknown("no darkc has loaded the store")));
    };
    if stamp.tool != STATE_DIGEST {
        return Ok((in_store, Since::Unknown("another build of darkc has loaded the store")));
    }
    if !stamp.untouched {
        return Ok((in_store, Since::Unknown("somebody else has changed the store since")));
    }
    let (rows, manifest) = (database.files()?, database.manifest()?);
    let Some(remembered) = Remembered::from_rows(stamp, rows, &manifest) else {
        return Ok((in_store, Since::Unknown("what darkc left in the store cannot be read")));
    };
    Ok((in_store, since(&remembered, set, item)))
}

fn since(remembered: &Remembered, set: &PackageSet, item: ItemId) -> Since {
    let known = remembered
        .find(ItemKey::of(set.inventory.name(item)))
        .filter(|before| remembered.kind(*before) == set.inventory.kind(item))
        .and_then(|before| remembered.known(before));
    let (Some(known), Some(written), Some(fresh)) = (known, set.inventory.written(item), set.fresh(item))
    else {
        return Since::New;
    };
    let mut changed = Vec::new();
    if written.code != known.code() {
        changed.push("its code");
    }
    if written.description() != known.description() {
        changed.push("its description");
    }
    if fresh.links != known.links() {
        changed.push("what its names mean");
    }
    if changed.is_empty() && set.hash(item) != known.hash() {
        changed.push("an item that it depends on");
    }
    if changed.is_empty() { Since::Unchanged } else { Since::Changed(changed) }
}
