//! What the system says of a place on the disk: whether it may be written, how much room there is, how old a file is.

use std::fs;
use std::io;
use std::path::Path;
use std::time::SystemTime;

use rustix::fs::{Access, access, statvfs};

/// Whether a file may be written, or whether files may be made in a folder. Nothing is tried out.
///
/// # Errors
/// Why not.
pub fn may_write(path: &Path) -> io::Result<()> {
    let wanted = if path.is_dir() { Access::WRITE_OK | Access::EXEC_OK } else { Access::WRITE_OK };
    Ok(access(path, wanted)?)
}

/// Whether a file may be run.
pub fn may_run(path: &Path) -> bool {
    path.is_file() && access(path, Access::EXEC_OK).is_ok()
}

/// Returns how many bytes can still be written below a folder, where the system tells.
pub fn free_bytes(folder: &Path) -> Option<u64> {
    let system = statvfs(folder).ok()?;
    system.f_bavail.checked_mul(system.f_frsize)
}

/// Returns when a file was last written.
pub fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).ok()?.modified().ok()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_place_is_judged_without_writing() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("file");
        fs::write(&file, "text").expect("a file");
        assert!(may_write(folder.path()).is_ok() && may_write(&file).is_ok() && !may_run(&file));
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("permissions");
        assert!(may_run(&file) && !may_run(folder.path()));
        assert!(may_write(&folder.path().join("gone")).is_err());
        assert!(free_bytes(folder.path()).is_some_and(|free| free > 0));
        assert!(modified(&file).is_some() && modified(&folder.path().join("gone")).is_none());
    }
}
