//! The memory that one file's items borrow from: the bytes of its sidecar, and an arena for what is read out of them.
//!
//! This is the only module with `unsafe`.
//!
//! **Invariant of [`Room`]**: its memory is lent to one borrower in all, who cannot pass the loan on to another
//! thread.
//!
//! **Invariant of a map**: the bytes of a map do not change and do not go away while it
//! exists. darkc itself only ever replaces a sidecar by a rename, which leaves the mapped file as it is. Against
//! everybody else there is a read lease (`fcntl(2)`, `F_SETLEASE`): the system grants none on a file that
//! anybody has open for writing, and makes whoever wants to write to the file or to truncate it wait until the
//! lease is given back, which is when the map is dropped. Where the system grants no lease, the file is read.

use std::cell::OnceCell;
use std::io::{self, ErrorKind, Read, Seek};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use bumpalo::Bump;

use crate::sidecar::{HEADER_BYTES, Header};
use crate::store::open_regular;

/// From how many bytes on a sidecar is mapped. To open, take in and hash a file of 4 KiB takes 4 µs read and 11 µs
/// mapped, of 128 KiB 15 and 21 µs, of 256 KiB 33 µs both, of 2 MiB 196 and 94 µs (`examples/read_or_map.rs`).
/// Darklang's own sidecars have 5 KiB on average and 48 KiB at most.
pub const MAP_FROM: usize = 256 << 10;

/// A file larger than this is no sidecar of any source that the parser would accept.
const MAX_BYTES: u64 = 1 << 30;

/// From how many bytes on the header is read first, and nothing else where it tells another length.
const LOOKED_AT_FROM: u64 = 1 << 20;

/// How many bytes of nodes a byte of a sidecar is read to, of Darklang's package set nearly all less: an arena with
/// so much room asks for memory once.
const NODES_PER_BYTE: usize = 8;

/// The most room that is asked for at once on that ground: a sidecar that is mostly text is read to no nodes.
const MAX_NODES_AT_ONCE: usize = 16 << 20;

/// Memory that is made on one thread and lent on another.
#[derive(Default)]
pub struct Room {
    lent: AtomicBool,
    memory: Memory,
}

// SAFETY: the memory is reached through `borrow` alone, which gives out one reference in all; being to a type that is
// not `Sync`, that reference stays on the thread that got it.
#[expect(unsafe_code, reason = "see the invariant of the module")]
unsafe impl Sync for Room {}

impl Room {
    /// Lends the memory; `None` where it has been lent before.
    pub fn borrow(&self) -> Option<&Memory> {
        (!self.lent.swap(true, Ordering::Relaxed)).then_some(&self.memory)
    }
}

/// Holds what one loaded file borrows. Nothing in it is freed before the whole of it is.
#[derive(Debug, Default)]
pub struct Memory {
    arena: OnceCell<Bump>,
    #[cfg(all(target_os = "linux", not(miri)))]
    mapped: OnceCell<mapped::Mapped>,
}

impl Memory {
    pub fn arena(&self) -> &Bump {
        self.arena.get_or_init(Bump::new)
    }

    /// The bytes of a file: mapped where it has `map_from` bytes or more and that is safe, else read.
    ///
    /// # Errors
    /// What the system says, and `FileTooLarge` for what can be no sidecar.
    pub fn take_in(&self, path: &Path, map_from: usize) -> io::Result<&[u8]> {
        let (mut file, length) = open_regular(path)?;
        if length > MAX_BYTES {
            return Err(ErrorKind::FileTooLarge.into());
        }
        if length >= LOOKED_AT_FROM {
            let mut header = [0; HEADER_BYTES];
            file.read_exact(&mut header)?;
            file.rewind()?;
            if Header::take(&header).map(|header| header.file_length()) != Ok(Some(length)) {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
        let length = length as usize;
        #[cfg(all(target_os = "linux", not(miri)))]
        if length >= map_from && self.mapped.get().is_none() {
            match mapped::Mapped::new(file) {
                Ok(mapped) => return Ok(self.mapped.get_or_init(|| mapped).bytes()),
                Err(unmapped) => file = unmapped,
            }
        }
        let arena = self
            .arena
            .get_or_init(|| Bump::with_capacity(length + (length * NODES_PER_BYTE).min(MAX_NODES_AT_ONCE)));
        let bytes = arena.alloc_slice_fill_copy(length, 0);
        file.read_exact(bytes)?;
        Ok(bytes)
    }
}

#[cfg(all(target_os = "linux", not(miri)))]
mod mapped {
    use std::fs::File;
    use std::os::fd::AsRawFd;

    use memmap2::Mmap;

    /// Which signal tells that a lease is to be broken: `fcntl(2)`, the same on all processors.
    const F_SETSIG: libc::c_int = 10;

    /// A whole file in memory, and the open file whose lease keeps others from changing it.
    #[derive(Debug)]
    pub struct Mapped {
        map: Mmap,
        _leased: File,
    }

    impl Mapped {
        /// Maps a file that is open for reading alone.
        ///
        /// # Errors
        /// The file itself where it cannot be leased or mapped.
        #[expect(unsafe_code, reason = "see the invariant of the module")]
        pub fn new(file: File) -> Result<Self, File> {
            if !lease(&file) {
                return Err(file);
            }
            // SAFETY: the file is leased, so nobody changes or truncates it before `_leased` is closed; fields are
            // dropped in order, so the map is gone by then.
            match unsafe { Mmap::map(&file) } {
                Ok(map) => Ok(Mapped { map, _leased: file }),
                Err(_) => Err(file),
            }
        }

        pub fn bytes(&self) -> &[u8] {
            &self.map
        }
    }

    /// Takes a read lease on the file. When somebody wants to break it the system sends a signal, by default one
    /// that ends the process; `SIGURG` is ignored unless a program asks for it.
    #[expect(unsafe_code, reason = "the standard library has no leases")]
    fn lease(file: &File) -> bool {
        let file = file.as_raw_fd();
        // SAFETY: the descriptor is open, and neither command takes a pointer.
        unsafe {
            libc::fcntl(file, F_SETSIG, libc::SIGURG) == 0
                && libc::fcntl(file, libc::F_SETLEASE, libc::F_RDLCK) == 0
        }
    }
}
