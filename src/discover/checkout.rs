//! The files of a Darklang checkout around the packages: where they are, what they hold, and how one is replaced.

use std::fs::{self, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::base::hash::Fingerprint;

/// Beside the packages, in a checkout of darklang/dark.
const LIB_EXECUTION: &str = "backend/src/LibExecution";
const REFS_FILE: &str = "package-ref-hashes.txt";
const REGISTRY: &str = "PackageRefs.fs";

/// Where F# defines built-ins: a folder, and a file of those for tests.
const BUILTINS: &str = "backend/src/Builtins";
const TEST_BUILTINS: &str = "backend/tests/TestUtils/LibTest.fs";
const SOURCE_SUFFIX: &str = "fs";
/// Folders are looked through to this depth, and for this many files, so that a link cannot make it endless.
const MOST_DEPTH: usize = 8;
const MOST_SOURCES: usize = 4096;

/// A file system whose clock ticks slowly gives two changes one time. No clock in use ticks more slowly than
/// this, so that what is to come changes the times of a file that has lain still for so long.
pub const LONGEST_TICK: Duration = Duration::from_secs(3);

/// Larger files than this are not read: none of those that Darklang has is a hundredth of it.
const MOST_BYTES: u64 = 16 << 20;

/// Before the user's umask.
const MODE: u32 = 0o666;

/// Where Darklang's F# code finds the hashes of package items, and the source that says which ones it needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefsPlace {
    /// `package-ref-hashes.txt`.
    pub file: PathBuf,
    /// `PackageRefs.fs` in the same folder.
    pub registry: PathBuf,
}

impl RefsPlace {
    /// The place in the checkout that a folder of packages belongs to, if it belongs to one.
    pub fn beside(packages: &Path) -> Option<Self> {
        // The system resolves `..` after the links, which the text of a path does not show.
        let folder = packages.join("..").join(LIB_EXECUTION);
        folder.is_dir().then(|| RefsPlace::of_file(&folder.join(REFS_FILE)))
    }

    pub fn of_file(file: &Path) -> Self {
        RefsPlace { file: file.to_owned(), registry: file.with_file_name(REGISTRY) }
    }
}

/// Where the built-ins are defined that a checkout has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BuiltinSources {
    /// F# sources of the checkout whose root this is.
    Checkout(PathBuf),
    /// A table.
    Table(PathBuf),
}

impl BuiltinSources {
    /// The F# sources of the checkout that a folder of packages belongs to, if it belongs to one.
    pub fn beside(packages: &Path) -> Option<Self> {
        let root = packages.join("..");
        root.join(BUILTINS).is_dir().then_some(BuiltinSources::Checkout(root))
    }

    /// The source that says which package types the signatures of built-ins refer to, where there is one.
    pub fn registry(&self) -> Option<PathBuf> {
        match self {
            BuiltinSources::Checkout(root) => Some(root.join(LIB_EXECUTION).join(REGISTRY)),
            BuiltinSources::Table(_) => None,
        }
    }

    /// All files, sorted. What cannot be listed is left out.
    pub fn files(&self) -> Vec<PathBuf> {
        match self {
            BuiltinSources::Table(file) => vec![file.clone()],
            BuiltinSources::Checkout(root) => {
                let mut files = Vec::new();
                collect(&root.join(BUILTINS), MOST_DEPTH, &mut files);
                files.sort();
                files.push(root.join(TEST_BUILTINS));
                files
            }
        }
    }
}

fn collect(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) && depth > 0 {
            collect(&path, depth - 1, files);
        } else if path.extension().is_some_and(|end| end == SOURCE_SUFFIX) && files.len() < MOST_SOURCES {
            files.push(path);
        }
    }
}

/// Of names, sizes and times of files. `None` where one has changed so lately that a change to come might not show.
pub fn state(files: &[PathBuf]) -> Option<Fingerprint> {
    let mut bytes = Vec::new();
    for path in files {
        bytes.extend_from_slice(path.as_os_str().as_encoded_bytes());
        bytes.push(0);
        let Ok(file) = fs::metadata(path) else { continue };
        for number in [file.ino(), file.size(), file.mtime() as u64, file.ctime() as u64] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        for number in [file.mtime_nsec(), file.ctime_nsec()] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        let last = u64::try_from(file.mtime().max(file.ctime())).ok()?;
        let last = SystemTime::UNIX_EPOCH + Duration::from_secs(last + 1);
        if last.elapsed().map_or(true, |age| age <= LONGEST_TICK) {
            return None;
        }
    }
    Some(Fingerprint::of(&bytes))
}

/// A path as the user may write it, without `..` in it.
pub fn shown(path: &Path) -> String {
    let folder = path.parent().and_then(|folder| folder.canonicalize().ok());
    let clean = folder.zip(path.file_name()).map(|(folder, name)| folder.join(name));
    clean.as_deref().unwrap_or(path).display().to_string()
}

/// Returns what a file holds, or `None` where there is none.
///
/// # Errors
/// Where it is no regular file, larger than 16 MB, or cannot be read.
pub fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let file = match fs::File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    let mut bytes = Vec::new();
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(io::Error::other("it is larger than 16 MB"));
    }
    Ok(Some(bytes))
}

/// Replaces a file, or makes it: by a new file that is renamed, so that no reader sees half of it.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // Where the name is a link, the link stays and the file that it leads to is replaced.
    let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new()
        .prefix(".")
        .suffix(".darkc-tmp")
        .permissions(Permissions::from_mode(MODE))
        .tempfile_in(folder)?;
    if let Ok(old) = fs::metadata(&target) {
        file.as_file().set_permissions(old.permissions())?;
    }
    file.write_all(bytes)?;
    file.persist(&target).map(|_| ()).map_err(|error| error.error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkout_is_known_by_its_folders() {
        let root = tempfile::tempdir().expect("a folder");
        let packages = root.path().join("packages");
        fs::create_dir(&packages).expect("a folder");
        assert_eq!(RefsPlace::beside(&packages), None);
        fs::create_dir_all(root.path().join(LIB_EXECUTION)).expect("a folder");
        let place = RefsPlace::beside(&packages).expect("a place");
        assert!(place.file.ends_with("backend/src/LibExecution/package-ref-hashes.txt"), "{place:?}");
        assert!(place.registry.ends_with("backend/src/LibExecution/PackageRefs.fs"), "{place:?}");
    }

    #[test]
    fn only_files_of_a_reasonable_size_are_read() {
        let root = tempfile::tempdir().expect("a folder");
        let path = root.path().join("file");
        assert_eq!(read(&path).expect("no file"), None);
        fs::write(&path, b"text").expect("a file");
        assert_eq!(read(&path).expect("a file"), Some(b"text".to_vec()));
        fs::File::create(&path).and_then(|file| file.set_len(MOST_BYTES + 1)).expect("a sparse file");
        assert!(read(&path).is_err());
        assert!(read(root.path()).is_err());
    }

    #[test]
    fn a_link_stays_and_permissions_stay() {
        let root = tempfile::tempdir().expect("a folder");
        let (file, link) = (root.path().join("file"), root.path().join("link"));
        fs::write(&file, b"old").expect("a file");
        fs::set_permissions(&file, Permissions::from_mode(0o640)).expect("permissions");
        std::os::unix::fs::symlink(&file, &link).expect("a link");
        replace(&link, b"new").expect("a replacement");
        assert!(fs::symlink_metadata(&link).expect("a link").is_symlink());
        assert_eq!(fs::read(&file).expect("a file"), b"new");
        assert_eq!(fs::metadata(&file).expect("a file").permissions().mode() & 0o777, 0o640);
        let names: Vec<_> =
            fs::read_dir(root.path()).expect("a folder").flatten().map(|one| one.file_name()).collect();
        assert_eq!(names.len(), 2, "{names:?}");
        replace(&root.path().join("fresh"), b"first").expect("a new file");
        assert!(replace(&root.path().join("no/such"), b"x").is_err());
    }
}
