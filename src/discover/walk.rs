//! The one walk over a folder and all that is below it.

use std::fs;
use std::path::Path;

use super::{DiscoverError, Problem};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Folder,
    File,
}

/// Calls `visit` for everything below `root`, with the path relative to it; folders are entered when it says so.
///
/// With `follow_links` a link counts as what it leads to, as in Darklang. A link that leads nowhere is passed
/// over: Darklang's loader fails on it, but editors make such links (`.#name.dark`) while a file is edited.
/// Sockets, pipes and devices are no files here: reading one might never end.
pub fn tree(
    root: &Path,
    follow_links: bool,
    visit: &mut dyn FnMut(&str, Kind) -> bool,
) -> Result<(), DiscoverError> {
    let mut walk = Walk { root, follow_links, visit };
    walk.folder(&mut String::new())
}

struct Walk<'w> {
    root: &'w Path,
    follow_links: bool,
    visit: &'w mut dyn FnMut(&str, Kind) -> bool,
}

impl Walk<'_> {
    /// `path` is the folder's, and the same again at the end.
    fn folder(&mut self, path: &mut String) -> Result<(), DiscoverError> {
        let folder = if path.is_empty() { self.root.to_owned() } else { self.root.join(&path) };
        let entries = fs::read_dir(&folder).map_err(|error| DiscoverError::io(&folder, error))?;
        let mut inner = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|error| DiscoverError::io(&folder, error))?;
            let mut kind = entry.file_type().map_err(|error| DiscoverError::io(entry.path(), error))?;
            let is_link = kind.is_symlink();
            if is_link && self.follow_links {
                match fs::metadata(entry.path()) {
                    Ok(target) => kind = target.file_type(),
                    Err(_) => continue,
                }
            }
            let kind = match kind {
                kind if kind.is_dir() => Kind::Folder,
                kind if kind.is_file() => Kind::File,
                _ => continue,
            };
            let name = entry.file_name();
            let Some(name) = name.to_str() else {
                return Err(DiscoverError { path: entry.path(), problem: Problem::NameNotUtf8 });
            };
            let length = path.len();
            if length > 0 {
                path.push('/');
            }
            path.push_str(name);
            if (self.visit)(path, kind) && kind == Kind::Folder {
                if is_link {
                    self.refuse_loop(path)?;
                }
                inner.push(path.clone());
            }
            path.truncate(length);
        }
        // After the folder itself is closed, so that few are open at a time.
        for mut path in inner {
            self.folder(&mut path)?;
        }
        Ok(())
    }

    /// A link is a loop when the folder that it leads to is one that the path has come through.
    fn refuse_loop(&self, path: &str) -> Result<(), DiscoverError> {
        let link = self.root.join(path);
        let real = |path: &Path| fs::canonicalize(path).map_err(|error| DiscoverError::io(path, error));
        let target = real(&link)?;
        for above in Path::new(path).ancestors().skip(1) {
            if real(&self.root.join(above))? == target {
                return Err(DiscoverError { path: link, problem: Problem::Loop });
            }
        }
        Ok(())
    }
}
