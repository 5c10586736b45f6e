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

    /// Visits the file `name` of the open `folder`; `path` is relative to where the walk began.
    fn file(&mut self, folder: &Folder, name: &str, path: &str) -> io::Result<()>;
}

/// Visits what is below `root` in load order: of a folder, first its folders and then its files, both in the
/// order of their bytes.
///
/// With `follow_links` a link counts as what it leads to, as in Darklang. A link that leads nowhere is passed
/// over: Darklang's loader fails on it, but editors make such links (`.#name.dark`) while a file is edited.
/// Sockets, pipes and devices are no files here: reading one might never end.
pub fn tree(root: &Path, follow_links: bool, visitor: &mut dyn Visitor) -> Result<(), DiscoverError> {
    let mut walk = Walk { root, follow_links, visitor, path: String::new() };
    let folder = Folder::open(root).map_err(|error| DiscoverError::io(root, error))?;
    walk.folder(&folder)
}

struct Walk<'w> {
    root: &'w Path,
    follow_links: bool,
    visitor: &'w mut dyn Visitor,
    /// Of what is visited, relative to `root`.
    path: String,
}

/// What a folder holds that the visitor wants.
#[derive(Default)]
struct Wanted {
    /// With whether it is a link.
    folders: Vec<(String, bool)>,
    files: Vec<String>,
}

impl Walk<'_> {
    fn folder(&mut self, folder: &Folder) -> Result<(), DiscoverError> {
        let Wanted { folders, files } = self.wanted(folder)?;
        for (name, is_link) in folders {
            let above = self.push(&name);
            if is_link {
                self.refuse_loop()?;
            }
            let inner = folder.inner(&name).map_err(|error| self.failed(error))?;
            self.folder(&inner)?;
            self.path.truncate(above);
        }
        for name in files {
            let above = self.push(&name);
            let visited = self.visitor.file(folder, &name, &self.path);
            visited.map_err(|error| self.failed(error))?;
            self.path.truncate(above);
        }
        Ok(())
    }

    /// What to enter and to visit, both sorted.
    fn wanted(&self, folder: &Folder) -> Result<Wanted, DiscoverError> {
        let mut wanted = Wanted::default();
        folder.list(|entry| {
            let (name, listed) = entry.map_err(|error| self.failed(error))?;
            let kind = match listed {
                Kind::Link if self.follow_links => folder.target(name).unwrap_or(Kind::Other),
                kind => kind,
            };
            if !matches!(kind, Kind::Folder | Kind::File) {
                return Ok(());
            }
            let Some(text) = name.to_str() else {
                return Err(DiscoverError { path: self.whole().join(name), problem: Problem::NameNotUtf8 });
            };
            match kind {
                _ if !self.visitor.wants(text, kind) => {}
                Kind::Folder => wanted.folders.push((text.to_owned(), listed == Kind::Link)),
                _ => wanted.files.push(text.to_owned()),
            }
            Ok(())
        })?;
        wanted.folders.sort_unstable();
        wanted.files.sort_unstable();
        Ok(wanted)
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

    fn failed(&self, error: io::Error) -> DiscoverError {
        DiscoverError::io(self.whole(), error)
    }

    /// A link is a loop when the folder that it leads to is one that the path has come through.
    fn refuse_loop(&self) -> Result<(), DiscoverError> {
        let real = |path: &Path| fs::canonicalize(path).map_err(|error| DiscoverError::io(path, error));
        let target = real(&self.whole())?;
        for above in Path::new(&self.path).ancestors().skip(1) {
            if real(&self.root.join(above))? == target {
                return Err(DiscoverError { path: self.whole(), problem: Problem::Loop });
            }
        }
        Ok(())
    }
}
