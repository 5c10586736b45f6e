//! Where a store lies: its file, what may lie beside it, and the file system under both.

use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::error::DbError;

/// What SQLite's write-ahead log is called beside its database.
pub(super) const LOG_SUFFIX: &str = "-wal";

/// Which file it is, whatever its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileId {
    device: u64,
    inode: u64,
}

impl FileId {
    pub(super) fn of(file: &Metadata) -> Self {
        FileId { device: file.dev(), inode: file.ino() }
    }
}

/// The file by the store's name with something behind it.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

pub(super) fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The store's own file where `path` is a link to it: SQLite keeps its logs beside the file, not beside the link.
pub(super) fn resolve(path: &Path) -> Result<PathBuf, DbError> {
    match fs::symlink_metadata(path) {
        Ok(file) if file.is_symlink() => fs::canonicalize(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => DbError::DanglingLink {
                path: path.to_owned(),
                target: fs::read_link(path).unwrap_or_default(),
            },
            _ => DbError::io(path, error),
        }),
        _ => Ok(path.to_owned()),
    }
}

/// Returns the URI for a file that does not change while it is open. SQLite then takes no locks and makes no files
/// (<https://sqlite.org/uri.html>).
pub(super) fn immutable_uri(path: &Path) -> PathBuf {
    let mut uri = Vec::from(b"file:");
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'%' | b'?' | b'#' => uri.extend_from_slice(format!("%{byte:02X}").as_bytes()),
            byte => uri.push(*byte),
        }
    }
    uri.extend_from_slice(b"?immutable=1");
    PathBuf::from(OsString::from_vec(uri))
}

/// What is called by name in the warning about it: a file system that several kernels or machines may see at once.
/// SQLite's write-ahead log needs memory that all its users share, which such a file system does not give
/// (<https://sqlite.org/wal.html#overview>).
pub fn shared_file_system(path: &Path) -> Option<&'static str> {
    #[cfg(target_os = "linux")]
    return rustix::fs::statfs(folder(path)).ok().and_then(|system| shared_kind(system.f_type as u32));
    #[cfg(not(target_os = "linux"))]
    return None;
}

/// Names the file system of this magic number (`linux/magic.h`) if machines may share it.
#[cfg_attr(not(target_os = "linux"), expect(dead_code))]
fn shared_kind(magic: u32) -> Option<&'static str> {
    match magic {
        0x6969 => Some("NFS"),
        0x517B | 0xFF53_4D42 | 0xFE53_4D42 => Some("SMB"),
        0x0102_1997 => Some("9p"),
        // virtiofs has the number of FUSE.
        0x6573_5546 => Some("FUSE or virtiofs"),
        0x786F_4256 => Some("vboxsf"),
        0x7C7C_6673 => Some("prl_fs"),
        0x5346_414F => Some("AFS"),
        0x00C3_6400 => Some("Ceph"),
        _ => None,
    }
}

/// A process that holds a lock on the store's file or on the index of its log, where the system tells.
pub fn blocking_process(store: &Path) -> Option<u32> {
    let files = [store.to_owned(), beside(store, "-shm")];
    let inodes: Vec<u64> = files.iter().filter_map(|file| Some(fs::metadata(file).ok()?.ino())).collect();
    let locks = fs::read_to_string("/proc/locks").ok()?;
    let own = std::process::id();
    locks.lines().find_map(|line| lock_holder(line, &inodes).filter(|pid| *pid != own))
}

/// Whose lock a line of `/proc/locks` is about, if it keeps others from writing to one of these files.
fn lock_holder(line: &str, inodes: &[u64]) -> Option<u32> {
    // `1: POSIX  ADVISORY  WRITE 4711 fe:00:1234 120 120`
    let mut words = line.split_ascii_whitespace().skip(1);
    let (kind, _, access, pid, file) =
        (words.next()?, words.next()?, words.next()?, words.next()?, words.next()?);
    let inode = file.rsplit(':').next()?.parse().ok()?;
    (kind == "POSIX" && access == "WRITE" && inodes.contains(&inode)).then(|| pid.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_systems_that_machines_share_are_known_by_their_numbers() {
        assert_eq!(shared_kind(0x6969), Some("NFS"));
        assert_eq!(shared_kind(0xFE53_4D42), Some("SMB"));
        assert_eq!(shared_kind(0x6573_5546), Some("FUSE or virtiofs"));
        assert_eq!(shared_kind(0x0102_1997), Some("9p"));
        // ext4, btrfs, XFS, tmpfs, overlayfs.
        for local in [0xEF53, 0x9123_683E, 0x5846_5342, 0x0102_1994, 0x794C_7630] {
            assert_eq!(shared_kind(local), None, "{local:x}");
        }
    }

    #[test]
    fn the_holder_of_a_lock_is_read_from_the_systems_list() {
        let line = "1: POSIX  ADVISORY  WRITE 4711 fe:00:1234 120 120";
        assert_eq!(lock_holder(line, &[99, 1234]), Some(4711));
        assert_eq!(lock_holder(line, &[99]), None);
        assert_eq!(lock_holder(&line.replace("WRITE", "READ"), &[1234]), None);
        assert_eq!(lock_holder("2: -> POSIX", &[1234]), None);
    }

    #[test]
    fn a_local_folder_is_not_shared() {
        assert_eq!(shared_file_system(&std::env::temp_dir().join("data.db")), None);
    }
}
