//! The one walk over a folder and all that is below it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::folder::{Folder, Kind};
use super::{DiscoverError, Problem};

/// Who walks, and what for.
pub trait Visitor {
    /// Whether to enter a folder of this name, or to visit a file of it.
    fn wants(&self, name: &str, kind: Kind) -> bool;

    /// Whether a file of this name, which is not visited, may be one that darkc has made.
    fn is_ours(&self, _: &str) -> bool {
        false
    }

    /// Visits the file `name` of the open `folder`; `path` is relative to the folder where the visit began.
    fn file(&mut self, folder: &Folder, name: &str, path: &str) -> io::Result<()>;

    /// Receives a file that darkc may have made, with the sorted names of the folder's files that are visited.
    fn ours(&mut self, _name: &str, _path: &dyn Fn() -> String, _files: &[String]) {}
}

/// Visits what is below `root` in load order: of a folder, first its folders and then its files, both in the
/// order of their bytes.
///
/// With `follow_links` a link counts as what it leads to, as in Darklang. A link that leads nowhere is passed
/// over: Darklang's loader fails on it, but editors make such links (`.#name.dark`) while a file is edited.
/// Sockets, pipes and devices are no files here: reading one might never end.
///
/// Returns what could not be visited. What is gone by the time of its visit is passed over.
pub fn tree(
    root: &Path,
    follow_links: bool,
    visitor: &mut dyn Visitor,
) -> Result<Vec<DiscoverError>, DiscoverError> {
    let mut walk = Walk { root, follow_links, visitor, path: String::new(), bad: Vec::new() };
    let folder = Folder::open(root).map_err(|error| DiscoverError::io(root, error))?;
    walk.folder(&folder);
    Ok(walk.bad)
}

struct Walk<'w> {
    root: &'w Path,
    follow_links: bool,
    visitor: &'w mut dyn Visitor,
    /// Of what is visited, relative to `root`.
    path: String,
    bad: Vec<DiscoverError>,
}

/// What a folder holds that the visitor wants.
#[derive(Default)]
struct Wanted {
    /// With whether it is a link.
    folders: Vec<(String, bool)>,
    files: Vec<String>,
    ours: Vec<String>,
}

impl Walk<'_> {
    fn folder(&mut self, folder: &Folder) {
        let Wanted { folders, files, ours } = self.wanted(folder);
        for (name, is_link) in folders {
            let above = self.push(&name);
            let is_loop = is_link && self.is_loop();
            if is_loop {
                self.bad.push(DiscoverError { path: self.whole(), problem: Problem::Loop });
            } else {
                match folder.inner(&name) {
                    Ok(inner) => self.folder(&inner),
                    Err(error) => self.failed(error),
                }
            }
            self.path.truncate(above);
        }
        for name in &files {
            let above = self.push(name);
            let visited = self.visitor.file(folder, name, &self.path);
            visited.unwrap_or_else(|error| self.failed(error));
            self.path.truncate(above);
        }
        for name in &ours {
            let path = || if self.path.is_empty() { name.clone() } else { format!("{}/{name}", self.path) };
            self.visitor.ours(name, &path, &files);
        }
    }

    /// What to enter and to visit, both sorted.
    fn wanted(&mut self, folder: &Folder) -> Wanted {
        let mut wanted = Wanted::default();
        let mut bad = Vec::new();
        let listed = folder.list(|entry| {
            let (name, listed) = entry?;
            let kind = match listed {
                Kind::Link if self.follow_links => folder.target(name).unwrap_or(Kind::Other),
                kind => kind,
            };
            if !matches!(kind, Kind::Folder | Kind::File) {
                return Ok(());
            }
            let Some(text) = name.to_str() else {
                if self.visitor.wants(&name.to_string_lossy(), kind) {
                    bad.push(DiscoverError { path: self.whole().join(name), problem: Problem::NameNotUtf8 });
                }
                return Ok(());
            };
            match kind {
                Kind::File if self.visitor.is_ours(text) => {
                    if listed == Kind::File {
                        wanted.ours.push(text.to_owned());
                    }
                }
                _ if !self.visitor.wants(text, kind) => {}
                Kind::Folder => wanted.folders.push((text.to_owned(), listed == Kind::Link)),
                _ => wanted.files.push(text.to_owned()),
            }
            Ok(())
        });
        self.bad.append(&mut bad);
        listed.unwrap_or_else(|error: io::Error| self.failed(error));
        wanted.folders.sort_unstable();
        wanted.files.sort_unstable();
        wanted
    }

    /// Goes down to `name`; gives the length of the path above it, to come back to.
    fn push(&mut self, name: &str) -> usize {
        let above = self.path.len();
        if above > 0 {
            self.path.push('/');
        }
        self.path.push_str(name);
        above
    }

    fn whole(&self) -> PathBuf {
        if self.path.is_empty() { self.root.to_owned() } else { self.root.join(&self.path) }
    }

    fn failed(&mut self, error: io::Error) {
        // What was listed and is gone was removed meanwhile.
        if error.kind() != io::ErrorKind::NotFound {
            self.bad.push(DiscoverError::io(self.whole(), error));
        }
    }

    /// A link is a loop when the folder that it leads to is one that the path has come through.
    fn is_loop(&self) -> bool {
        let Ok(target) = fs::canonicalize(self.whole()) else { return false };
        let mut above = Path::new(&self.path).ancestors().skip(1);
        above.any(|above| fs::canonicalize(self.root.join(above)).is_ok_and(|above| above == target))
    }
}
