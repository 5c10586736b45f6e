//! The advisory lock by which reloads of one store come one after the other.
//!
//! It is on a file of its own beside the store, `STORE-darkc-lock`, which stays: were it removed, two processes could
//! each hold a lock on a file of that name. The system releases the lock when its process ends, however it ends.
//! Programs other than darkc need not know of it; SQLite's own locks keep the store safe.

use std::fs::{File, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::{Duration, SystemTime};

use rustix::fs::OFlags;

use super::place::{self, beside};

const SUFFIX: &str = "-darkc-lock";
/// More than the two numbers in the file take.
const MAX_BYTES: u64 = 64;

/// Held until it is dropped.
#[derive(Debug)]
pub struct StoreLock {
    _file: File,
}

/// The darkc that holds the lock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Holder {
    pub pid: Option<u32>,
    /// For how long it has had the lock.
    pub since: Duration,
}

#[derive(Debug)]
pub enum Tried {
    Locked(StoreLock),
    HeldBy(Holder),
    /// The folder or its file system has no locks; SQLite's own have to do.
    Unavailable,
}

/// Tries to lock the store at `path`, which need not exist.
pub fn try_lock(path: &Path) -> Tried {
    let path = place::resolve(path).unwrap_or_else(|_| path.to_owned());
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false);
    options.mode(super::draft::MODE).custom_flags(OFlags::NONBLOCK.bits() as i32);
    let Ok(mut file) = options.open(beside(&path, SUFFIX)) else { return Tried::Unavailable };
    match file.try_lock() {
        Ok(()) => {
            // Who holds it matters to those alone that wait.
            let _ = sign(&mut file);
            Tried::Locked(StoreLock { _file: file })
        }
        Err(TryLockError::WouldBlock) => Tried::HeldBy(holder(&mut file).unwrap_or_default()),
        Err(TryLockError::Error(_)) => Tried::Unavailable,
    }
}

/// Writes this process's id, and since when it runs in milliseconds since 1970.
fn sign(file: &mut File) -> io::Result<()> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let line = format!("{} {}\n", std::process::id(), now.as_millis());
    file.rewind()?;
    file.write_all(line.as_bytes())?;
    file.set_len(line.len() as u64)
}

fn holder(file: &mut File) -> Option<Holder> {
    file.rewind().ok()?;
    let mut text = String::new();
    file.take(MAX_BYTES).read_to_string(&mut text).ok()?;
    let (pid, started) = text.trim_end().split_once(' ')?;
    let started = SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(started.parse().ok()?))?;
    Some(Holder { pid: pid.parse().ok(), since: started.elapsed().unwrap_or_default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_lock_has_to_wait_and_knows_for_whom() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("data.db");
        let Tried::Locked(lock) = try_lock(&store) else { panic!("nobody holds it") };
        let Tried::HeldBy(holder) = try_lock(&store) else { panic!("it is held") };
        assert_eq!(holder.pid, Some(std::process::id()));
        assert!(holder.since < Duration::from_secs(60));
        drop(lock);
        assert!(matches!(try_lock(&store), Tried::Locked(_)));
        assert!(matches!(try_lock(&folder.path().join("missing/data.db")), Tried::Unavailable));
    }
}
