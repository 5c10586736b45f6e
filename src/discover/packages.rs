//! Where the files of a package set are read from: a folder, or a snapshot in memory.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use darkc_cache_format::store::{self, Lookup};
use darkc_cache_format::{MAGIC, Memory, SidecarBytes, SourceHash, ToolDigest};

use super::{Found, SourceFile, is_source, load_order};

/// The files of a package set.
#[derive(Clone, Debug)]
pub enum Packages {
    Folder(PathBuf),
    Snapshot(Snapshot),
}

/// Files in memory in place of those of a folder: what a revision or the index of a repository holds.
#[derive(Clone, Debug)]
pub struct Snapshot {
    root: PathBuf,
    files: Arc<BTreeMap<String, Vec<u8>>>,
}

impl From<PathBuf> for Packages {
    fn from(root: PathBuf) -> Self {
        Packages::Folder(root)
    }
}

impl From<Snapshot> for Packages {
    fn from(snapshot: Snapshot) -> Self {
        Packages::Snapshot(snapshot)
    }
}

impl Packages {
    /// Returns the bytes of a source.
    pub fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        match self {
            Packages::Folder(root) => super::read(root, path),
            Packages::Snapshot(snapshot) => snapshot.get(path).map(<[u8]>::to_vec),
        }
    }

    /// Looks for a valid sidecar of a source, as [`store::read`] does.
    pub fn sidecar<'a>(
        &self,
        source: &str,
        tool: ToolDigest,
        hash: SourceHash,
        memory: &'a Memory,
    ) -> Lookup<'a> {
        match self {
            Packages::Folder(root) => store::read(&store::path_for(&root.join(source)), tool, hash, memory),
            Packages::Snapshot(snapshot) => {
                let path = store::path_for(Path::new(source));
                let bytes = path.to_str().and_then(|path| snapshot.files.get(path));
                let Some(bytes) = bytes else { return Lookup::Miss(darkc_cache_format::MissReason::Absent) };
                match SidecarBytes::matching(memory.arena().alloc_slice_copy(bytes), tool, hash) {
                    Ok(bytes) => Lookup::Hit(bytes),
                    Err(reason) => Lookup::Miss(reason),
                }
            }
        }
    }

    /// Puts the sidecar of a source in its place and returns whether it was another; a snapshot has none to write.
    pub fn write_sidecar(&self, source: &str, bytes: &[u8]) -> io::Result<bool> {
        match self {
            Packages::Folder(root) => store::write(&store::path_for(&root.join(source)), bytes),
            Packages::Snapshot(_) => Ok(false),
        }
    }

    /// Returns the path by which the user knows a file.
    pub fn shown_path(&self, path: &str) -> String {
        let (Packages::Folder(root) | Packages::Snapshot(Snapshot { root, .. })) = self;
        root.join(path).display().to_string()
    }
}

impl Snapshot {
    /// Returns the snapshot of these paths, which are relative to the folder of packages `root`, and their contents.
    pub fn new(root: PathBuf, files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Self {
        Snapshot { root, files: Arc::new(files.into_iter().collect()) }
    }

    /// Returns the sources, as [`find`](super::find) does of a folder.
    pub fn find(&self) -> Found {
        let sources = self.files.iter().filter(|(path, _)| is_source(path));
        let source = |(path, bytes): (&String, &Vec<u8>)| SourceFile {
            path: path.clone(),
            hash: SourceHash::of(bytes),
        };
        let mut sources: Vec<SourceFile> = sources.map(source).collect();
        sources.sort_by(|one, other| load_order(&one.path, &other.path));
        Found { sources, ..Found::default() }
    }

    /// Returns the paths of all sidecars.
    pub fn sidecars(&self) -> impl Iterator<Item = &str> {
        let is_sidecar = |(path, bytes): &(&String, &Vec<u8>)| {
            super::cleanup::has_sidecar_name(path) && bytes.starts_with(&MAGIC)
        };
        self.files.iter().filter(is_sidecar).map(|(path, _)| path.as_str())
    }

    /// Returns the paths of the sidecars without a source.
    pub fn orphans(&self) -> impl Iterator<Item = &str> {
        self.sidecars().filter(|path| !self.files.contains_key(super::cleanup::source_of(path)))
    }

    fn get(&self, path: &str) -> io::Result<&[u8]> {
        self.files.get(path).map(Vec::as_slice).ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_holds_what_a_folder_of_the_same_files_holds() {
        let folder = tempfile::tempdir().expect("a folder");
        let paths = ["b.dark", "a/z.dark", "a.dark", "a-b/c.dark", "a/_left.dark", "x_y/c.dark", "notes.txt"];
        for path in paths {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
            std::fs::write(path, "text").expect("a file");
        }
        let files = paths.map(|path| (path.to_owned(), b"text".to_vec()));
        let snapshot = Snapshot::new("packages".into(), files);
        let found = super::super::find(folder.path(), crate::base::parallel::Threads::OnePerProcessor);
        assert_eq!(snapshot.find().sources, found.expect("a folder").sources);
        let packages = Packages::from(snapshot);
        assert_eq!(packages.read("a.dark").expect("a file"), b"text");
        assert_eq!(packages.read("gone.dark").expect_err("no file").kind(), io::ErrorKind::NotFound);
        assert_eq!(packages.shown_path("a.dark"), "packages/a.dark");
    }

    #[test]
    fn a_sidecar_without_a_source_is_an_orphan() {
        let files = [("a.dark", &b""[..]), ("a.darkc", &MAGIC), ("b.darkc", &MAGIC), ("c.darkc", b"text")];
        let files = files.map(|(path, bytes)| (path.to_owned(), bytes.to_vec()));
        let snapshot = Snapshot::new(PathBuf::new(), files);
        assert_eq!(snapshot.orphans().collect::<Vec<_>>(), ["b.darkc"]);
        assert_eq!(snapshot.sidecars().count(), 2);
    }
}
