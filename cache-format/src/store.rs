//! Sidecars on disk: read whole, replaced whole, never touched in place.

use std::ffi::OsStr;
use std::fs::{File, TryLockError};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use crate::room::{MAP_FROM, Memory};
use crate::sidecar::{MAGIC, MissReason, SidecarBytes, SourceHash, ToolDigest};

/// What the name of a sidecar ends in.
pub const EXTENSION: &str = "darkc";

/// Temporary files are named `.NAME.darkc.XXXXXX.tmp`.
const TEMPORARY_INFIX: &str = ".darkc.";
const TEMPORARY_SUFFIX: &str = ".tmp";
const TEMPORARY_RANDOM: usize = 6;
/// As much of a long `NAME` as leaves room for the rest: a file's name has at most 255 bytes.
const TEMPORARY_STEM: usize = 200;

/// The answer to: is there a valid sidecar of this source?
#[derive(Debug)]
pub enum Lookup<'a> {
    Hit(SidecarBytes<'a>),
    Miss(MissReason),
}

/// The sidecar of a source: `List.dark` has `List.darkc`, and `.dark` has `.darkc`.
pub fn path_for(source: &Path) -> PathBuf {
    match source.as_os_str().as_encoded_bytes().ends_with(b".dark") {
        true => {
            let mut path = source.as_os_str().to_owned();
            path.push("c");
            PathBuf::from(path)
        }
        false => source.with_extension(EXTENSION),
    }
}

/// Looks for a sound sidecar that this tool made from this source, and keeps its bytes in the memory. Never fails: what
/// cannot be used is a miss.
pub fn read<'a>(path: &Path, tool: ToolDigest, source: SourceHash, memory: &'a Memory) -> Lookup<'a> {
    match take_in(path, memory).and_then(|bytes| SidecarBytes::matching(bytes, tool, source)) {
        Ok(bytes) => Lookup::Hit(bytes),
        Err(reason) => Lookup::Miss(reason),
    }
}

/// Reads any sound sidecar, whatever it was made from; for looking at one.
///
/// # Errors
/// Why there is none.
pub fn open<'a>(path: &Path, memory: &'a Memory) -> Result<SidecarBytes<'a>, MissReason> {
    take_in(path, memory).and_then(SidecarBytes::new)
}

fn take_in<'a>(path: &Path, memory: &'a Memory) -> Result<&'a [u8], MissReason> {
    memory.take_in(path, MAP_FROM).map_err(|error| match error.kind() {
        ErrorKind::NotFound => MissReason::Absent,
        ErrorKind::UnexpectedEof => MissReason::Truncated,
        kind => MissReason::Unreadable(kind),
    })
}

/// Opens a regular file, and returns its length. To open a pipe would wait for a writer, and a device may have no end.
pub(crate) fn open_regular(path: &Path) -> io::Result<(File, u64)> {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, rustix::fs::OFlags::NONBLOCK.bits() as i32);
    let file = options.open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_file() { Ok((file, metadata.len())) } else { Err(ErrorKind::InvalidInput.into()) }
}

/// Whether the file says that it is a sidecar, of any version; all that deleting one asks for.
pub fn is_sidecar(path: &Path) -> io::Result<bool> {
    let mut start = Vec::with_capacity(MAGIC.len());
    match open_regular(path) {
        Ok((file, _)) => file.take(MAGIC.len() as u64).read_to_end(&mut start)?,
        Err(error) if error.kind() == ErrorKind::InvalidInput => return Ok(false),
        Err(error) => return Err(error),
    };
    Ok(start == MAGIC)
}

/// Removes a temporary sidecar that no process writes any more: its writer holds it locked. Returns whether it is gone,
/// or with `dry_run` would be.
pub fn remove_abandoned(temporary: &Path, dry_run: bool) -> io::Result<bool> {
    let (file, _) = open_regular(temporary)?;
    // Held until the file is gone, so that its maker cannot lock it in between.
    if file.try_lock().is_err() {
        return Ok(false);
    }
    if !dry_run {
        std::fs::remove_file(temporary)?;
    }
    Ok(true)
}

/// Puts the bytes in place, unless they are there already. Returns whether it wrote.
///
/// They go to a new file in the same folder that is then renamed, so a reader sees the old file or the new one.
/// Nothing is forced to the disk: what a power cut leaves behind is a sidecar or a miss.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<bool> {
    if Memory::default().take_in(path, MAP_FROM).is_ok_and(|present| present == bytes) {
        return Ok(false);
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    let stem = path.file_stem().unwrap_or(OsStr::new("")).to_string_lossy();
    let prefix = format!(".{}{TEMPORARY_INFIX}", &stem[..stem.floor_char_boundary(TEMPORARY_STEM)]);
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).suffix(TEMPORARY_SUFFIX).rand_bytes(TEMPORARY_RANDOM);
    // A temporary file is private by default; a sidecar is an ordinary file, with the rights that the umask leaves.
    #[cfg(unix)]
    let builder = builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    // Dropping the file on an early return removes it.
    let mut file = loop {
        let file = builder.tempfile_in(folder)?;
        // Until it is locked another process may take it for an abandoned one.
        match file.as_file().try_lock() {
            Err(TryLockError::WouldBlock) => {}
            Ok(()) if is_gone(file.path()) => {}
            _ => break file,
        }
    };
    file.write_all(bytes)?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(true)
}

/// Whether the system reports that there is no such file. An answer that it cannot tell does not count.
fn is_gone(path: &Path) -> bool {
    path.symlink_metadata().is_err_and(|error| error.kind() == ErrorKind::NotFound)
}

/// Whether a file's name is that of a temporary sidecar, which a killed process may leave behind.
pub fn is_temporary_name(name: &str) -> bool {
    let Some(inner) = name.strip_prefix('.').and_then(|name| name.strip_suffix(TEMPORARY_SUFFIX)) else {
        return false;
    };
    inner.rsplit_once(TEMPORARY_INFIX).is_some_and(|(_, random)| {
        random.len() == TEMPORARY_RANDOM && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}
