//! Sidecars on disk: read whole, replaced whole, never touched in place.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use crate::sidecar::{MAGIC, MissReason, SidecarBytes, SourceHash, ToolDigest};

/// What the name of a sidecar ends in.
pub const EXTENSION: &str = "darkc";

/// A file larger than this is no sidecar of any source that the parser would accept.
const MAX_BYTES: u64 = 1 << 30;

/// Temporary files are named `.NAME.darkc.XXXXXX.tmp`.
const TEMPORARY_INFIX: &str = ".darkc.";
const TEMPORARY_SUFFIX: &str = ".tmp";
const TEMPORARY_RANDOM: usize = 6;

/// The answer to: is there a sidecar that stands for this source?
#[derive(Debug)]
pub enum Lookup {
    Hit(SidecarBytes),
    Miss(MissReason),
}

/// The sidecar that stands beside a source: `List.dark` has `List.darkc`.
pub fn path_for(source: &Path) -> PathBuf {
    source.with_extension(EXTENSION)
}

/// Looks for a sound sidecar that this tool made from this source. Never fails: what cannot be used is a miss.
pub fn read(path: &Path, tool: ToolDigest, source: SourceHash) -> Lookup {
    match read_bytes(path).and_then(|bytes| SidecarBytes::matching(bytes, tool, source)) {
        Ok(bytes) => Lookup::Hit(bytes),
        Err(reason) => Lookup::Miss(reason),
    }
}

/// Reads any sound sidecar, whatever it was made from; for looking at one.
pub fn open(path: &Path) -> Result<SidecarBytes, MissReason> {
    read_bytes(path).and_then(SidecarBytes::new)
}

fn read_bytes(path: &Path) -> Result<Vec<u8>, MissReason> {
    read_whole(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => MissReason::Absent,
        kind => MissReason::Unreadable(kind),
    })
}

/// Reads instead of mapping: for the 449 sidecars of Darklang's package set, 2.4 MB, reading and hashing takes
/// 0.8 ms and mapping and hashing 2.3 ms (`examples/read_or_map.rs`), and bytes of our own cannot change or vanish under the decoder.
fn read_whole(path: &Path) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    if length > MAX_BYTES {
        return Err(ErrorKind::FileTooLarge.into());
    }
    let mut bytes = Vec::with_capacity(length as usize + 1);
    file.take(MAX_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Whether the file says that it is a sidecar, of any version; all that deleting one asks for.
pub fn is_sidecar(path: &Path) -> io::Result<bool> {
    let mut start = Vec::with_capacity(MAGIC.len());
    File::open(path)?.take(MAGIC.len() as u64).read_to_end(&mut start)?;
    Ok(start == MAGIC)
}

/// Puts the bytes in place, unless they are there already; says whether it wrote.
///
/// They go to a new file in the same folder that is then renamed, so a reader sees the old file or the new one.
/// Nothing is forced to the disk: what a power cut leaves behind is a sidecar or a miss.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<bool> {
    if read_whole(path).is_ok_and(|present| present == bytes) {
        return Ok(false);
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut prefix = OsString::from(".");
    prefix.push(path.file_stem().unwrap_or(OsStr::new("")));
    prefix.push(TEMPORARY_INFIX);
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).suffix(TEMPORARY_SUFFIX).rand_bytes(TEMPORARY_RANDOM);
    // A temporary file is private by default; a sidecar is an ordinary file, with the rights that the umask leaves.
    #[cfg(unix)]
    let builder = builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    // Dropping the file on an early return removes it.
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(true)
}

/// Whether a file's name is that of a sidecar in the making, which a killed process may leave behind.
pub fn is_temporary_name(name: &str) -> bool {
    let Some(inner) = name.strip_prefix('.').and_then(|name| name.strip_suffix(TEMPORARY_SUFFIX)) else {
        return false;
    };
    inner.rsplit_once(TEMPORARY_INFIX).is_some_and(|(_, random)| {
        random.len() == TEMPORARY_RANDOM && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}
