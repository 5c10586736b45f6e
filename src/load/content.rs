//! The items of a loaded file together with the memory that they borrow from.

use std::{fmt, io};

use darkc_cache_format::model::UnlinkedFile;
use darkc_cache_format::{Memory, Room};
use self_cell::self_cell;

use super::Failure;

/// What a file holds. The memory that its items borrow from is part of it, so it can be kept for as long as anybody
/// needs it.
pub struct FileContent(Owned);

/// What a file holds, in somebody else's memory.
#[derive(Clone, Copy, Debug)]
pub struct Content<'a> {
    pub file: UnlinkedFile<'a>,
    /// One an item: what its code is, whatever its place and comments
    /// ([`CodeBytes::fingerprint`](darkc_cache_format::CodeBytes::fingerprint)).
    pub code_fingerprints: &'a [u128],
}

self_cell!(
    struct Owned {
        owner: Room,
        #[covariant]
        dependent: Content,
    }
);

impl FileContent {
    /// Has new memory filled.
    ///
    /// # Errors
    /// Those of `fill`.
    pub fn new(
        fill: impl for<'a> FnOnce(&'a Memory) -> Result<Content<'a>, Failure>,
    ) -> Result<Self, Failure> {
        let owned = Owned::try_new(Room::default(), |room| {
            // A new room has not been lent yet.
            let lent = || Failure::Unreadable(io::Error::other("the memory of a file has been lent before"));
            fill(room.borrow().ok_or_else(lent)?)
        })?;
        Ok(FileContent(owned))
    }

    /// Returns the file's items.
    pub fn file(&self) -> UnlinkedFile<'_> {
        self.0.borrow_dependent().file
    }

    /// Returns one code fingerprint for each item.
    pub fn code_fingerprints(&self) -> &[u128] {
        self.0.borrow_dependent().code_fingerprints
    }
}

impl fmt::Debug for FileContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.file().fmt(f)
    }
}
