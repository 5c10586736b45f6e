//! Tells that sources, or a store, may have changed: by the events of the file system.
//!
//! An event is a hint and no more. What has changed is found out by discovery, so an event that is lost costs time and
//! one too many costs a look.

use std::fmt;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use notify::event::{AccessKind, AccessMode, CreateKind, ModifyKind, RemoveKind, RenameMode};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use super::SOURCE_SUFFIX;

/// What an event says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hint {
    /// A source is whole: its writer has closed it, or it has got its name.
    Whole,
    /// A source was opened for writing, is being written, or is gone. More is likely to follow.
    Unsettled,
    /// A folder came, went or got another name. Its files may be told of late or not at all.
    Folder,
    /// A file of the store changed.
    Store,
    /// Events were lost.
    Lost,
    /// The system has no more watches to give, so that folders may be unwatched from now on.
    Exhausted,
}

/// Why the file system cannot be watched.
#[derive(Debug)]
pub struct WatchError(notify::Error);

impl WatchError {
    /// As after [`Hint::Exhausted`].
    pub fn exhausted() -> Self {
        WatchError(notify::Error::new(notify::ErrorKind::MaxFilesWatch))
    }
}

impl fmt::Display for WatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.kind {
            notify::ErrorKind::MaxFilesWatch => {
                f.write_str("the system has no more watches to give (fs.inotify.max_user_watches)")
            }
            notify::ErrorKind::Io(error) => write!(f, "{error}"),
            _ => write!(f, "{}", self.0),
        }
    }
}

/// Which folder a path leads to: device and inode.
type FolderId = (u64, u64);

/// Watches a folder of packages and the folder of a store.
pub struct FolderWatch {
    watcher: RecommendedWatcher,
    root: PathBuf,
    watched_root: Option<FolderId>,
    /// The folder of the store, where a store is watched.
    beside: Option<PathBuf>,
    watched_beside: Option<FolderId>,
}

impl FolderWatch {
    /// Begins to watch. `hint` is called on a thread of the watcher's.
    ///
    /// # Errors
    /// Where the system cannot watch these folders.
    pub fn new(
        root: &Path,
        store: Option<&Path>,
        hint: impl Fn(Hint) + Send + 'static,
    ) -> Result<Self, WatchError> {
        let classifier = Classifier::new(root, store);
        let tell = move |event: notify::Result<Event>| match event {
            Ok(event) => classifier.hints(&event).into_iter().for_each(&hint),
            Err(error) => hint(match error.kind {
                notify::ErrorKind::MaxFilesWatch => Hint::Exhausted,
                _ => Hint::Lost,
            }),
        };
        let watcher = notify::recommended_watcher(tell).map_err(WatchError)?;
        let beside = store.map(folder_of);
        let mut watch =
            FolderWatch { watcher, root: root.to_owned(), watched_root: None, beside, watched_beside: None };
        watch.renew()?;
        Ok(watch)
    }

    /// Watches the folders that have the names now, where they are others than those that are watched. Returns whether
    /// the folder of packages is such another one.
    ///
    /// # Errors
    /// Where the system cannot watch them.
    pub fn renew(&mut self) -> Result<bool, WatchError> {
        if let Some(beside) = &self.beside {
            let now = folder_id(beside);
            if now != self.watched_beside {
                let _ = self.watcher.unwatch(beside);
                self.watched_beside = None;
                if now.is_some() {
                    // A store whose folder cannot be watched is looked at from time to time.
                    let watched = self.watcher.watch(beside, RecursiveMode::NonRecursive);
                    self.watched_beside = now.filter(|_| watched.is_ok());
                }
            }
        }
        let now = folder_id(&self.root);
        if now == self.watched_root {
            return Ok(false);
        }
        let _ = self.watcher.unwatch(&self.root);
        self.watched_root = None;
        if now.is_some() {
            self.watcher.watch(&self.root, RecursiveMode::Recursive).map_err(WatchError)?;
            self.watched_root = now;
        }
        Ok(true)
    }
}

/// Whether a path leads to a folder.
pub fn is_folder(path: &Path) -> bool {
    folder_id(path).is_some()
}

fn folder_id(path: &Path) -> Option<FolderId> {
    let folder = fs::metadata(path).ok().filter(fs::Metadata::is_dir)?;
    Some((folder.dev(), folder.ino()))
}

fn folder_of(file: &Path) -> PathBuf {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new(".")).to_owned()
}

/// Tells what an event is about from its kind and its path.
struct Classifier {
    root: PathBuf,
    /// The names of the store's file and its logs, in the folder of the store.
    store: Option<(PathBuf, [String; 3])>,
}

/// What the names of darkc's own files hold, sidecars and temporary files alike.
const OWN: &str = ".darkc";

impl Classifier {
    fn new(root: &Path, store: Option<&Path>) -> Self {
        let store = store.and_then(|store| {
            let name = store.file_name()?.to_str()?;
            Some((folder_of(store), ["", "-wal", "-journal"].map(|suffix| format!("{name}{suffix}"))))
        });
        Classifier { root: root.to_owned(), store }
    }

    fn hints(&self, event: &Event) -> Vec<Hint> {
        if event.need_rescan() {
            return vec![Hint::Lost];
        }
        let mut hints: Vec<Hint> =
            event.paths.iter().filter_map(|path| self.hint(event.kind, path)).collect();
        hints.dedup();
        hints
    }

    fn hint(&self, kind: EventKind, path: &Path) -> Option<Hint> {
        if path == self.root {
            // Nobody writes to a folder itself; it went or got another name.
            return (!matches!(kind, EventKind::Access(_) | EventKind::Modify(ModifyKind::Metadata(_))))
                .then_some(Hint::Folder);
        }
        let name = path.file_name()?.to_string_lossy();
        if path.starts_with(&self.root) {
            return if name.contains(OWN) { None } else { source_hint(kind, path, &name) };
        }
        let (folder, names) = self.store.as_ref()?;
        let is_store =
            names.iter().any(|known| *known == name) && path.parent().is_some_and(|parent| parent == folder);
        let is_change = !matches!(kind, EventKind::Access(AccessKind::Open(_) | AccessKind::Read));
        (is_store && is_change).then_some(Hint::Store)
    }
}

fn source_hint(kind: EventKind, path: &Path, name: &str) -> Option<Hint> {
    let is_source = name.ends_with(SOURCE_SUFFIX);
    match kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => is_source.then_some(Hint::Whole),
        EventKind::Access(_) => None,
        EventKind::Create(CreateKind::Folder) | EventKind::Remove(RemoveKind::Folder) => Some(Hint::Folder),
        EventKind::Modify(ModifyKind::Name(RenameMode::To)) if is_source => Some(Hint::Whole),
        // What lost its name was a folder, as far as one can tell; it may as well get another name at once.
        EventKind::Modify(ModifyKind::Name(RenameMode::From)) | EventKind::Remove(_) if !is_source => {
            Path::new(name).extension().is_none().then_some(Hint::Unsettled)
        }
        _ if is_source => Some(Hint::Unsettled),
        EventKind::Modify(ModifyKind::Name(_)) | EventKind::Create(_) => {
            is_folder(path).then_some(Hint::Folder)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::{Duration, Instant};

    use notify::event::DataChange;

    use super::*;

    #[test]
    fn events_of_sources_folders_and_the_store_are_told_apart() {
        let classifier = Classifier::new(Path::new("/no/packages"), Some(Path::new("/no/rundir/data.db")));
        let hint = |kind, path: &str| classifier.hints(&Event::new(kind).add_path(path.into()));
        let close = EventKind::Access(AccessKind::Close(AccessMode::Write));
        let open = EventKind::Access(AccessKind::Open(AccessMode::Any));
        let data = EventKind::Modify(ModifyKind::Data(DataChange::Any));
        let to = EventKind::Modify(ModifyKind::Name(RenameMode::To));
        let from = EventKind::Modify(ModifyKind::Name(RenameMode::From));
        let cases = [
            (close, "/no/packages/a/b.dark", vec![Hint::Whole]),
            (open, "/no/packages/a/b.dark", vec![]),
            (data, "/no/packages/a/b.dark", vec![Hint::Unsettled]),
            (EventKind::Create(CreateKind::File), "/no/packages/b.dark", vec![Hint::Unsettled]),
            (EventKind::Remove(RemoveKind::File), "/no/packages/b.dark", vec![Hint::Unsettled]),
            (to, "/no/packages/b.dark", vec![Hint::Whole]),
            (from, "/no/packages/b.dark", vec![Hint::Unsettled]),
            (from, "/no/packages/folder", vec![Hint::Unsettled]),
            (from, "/no/packages", vec![Hint::Folder]),
            (EventKind::Create(CreateKind::Folder), "/no/packages/folder", vec![Hint::Folder]),
            (close, "/no/packages/b.txt", vec![]),
            (to, "/no/packages/b.dark~", vec![]),
            (to, "/no/packages/b.darkc", vec![]),
            (EventKind::Create(CreateKind::File), "/no/packages/.b.darkc.ABCDEF.tmp", vec![]),
            (data, "/no/rundir/data.db", vec![Hint::Store]),
            (data, "/no/rundir/data.db-wal", vec![Hint::Store]),
            (data, "/no/rundir/data.db-shm", vec![]),
            (data, "/no/rundir/data.db-darkc", vec![]),
            (open, "/no/rundir/data.db", vec![]),
            (EventKind::Remove(RemoveKind::File), "/no/rundir/data.db", vec![Hint::Store]),
        ];
        for (kind, path, expected) in cases {
            assert_eq!(hint(kind, path), expected, "{kind:?} {path}");
        }
        let rescan = Event::new(EventKind::Other).set_flag(notify::event::Flag::Rescan);
        assert_eq!(classifier.hints(&rescan), [Hint::Lost]);
    }

    #[test]
    fn a_folder_that_takes_the_place_of_another_is_watched() {
        let place = tempfile::tempdir().expect("a folder");
        let root = place.path().join("packages");
        fs::create_dir(&root).expect("a folder");
        let (send, hints) = mpsc::channel();
        let mut watch = FolderWatch::new(&root, None, move |hint| _ = send.send(hint)).expect("a watch");
        assert!(!watch.renew().expect("watched"));
        let wait_for = |expected: Hint| {
            let until = Instant::now() + Duration::from_secs(20);
            while Instant::now() < until {
                if hints.recv_timeout(Duration::from_secs(20)) == Ok(expected) {
                    return;
                }
            }
            panic!("no {expected:?}");
        };
        fs::write(root.join("a.dark"), "").expect("a file");
        wait_for(Hint::Whole);
        fs::rename(&root, place.path().join("away")).expect("a rename");
        wait_for(Hint::Folder);
        assert!(watch.renew().expect("nothing to watch"), "it is gone");
        fs::create_dir(&root).expect("a folder");
        assert!(watch.renew().expect("watched"), "it is another one");
        fs::write(root.join("a.dark"), "").expect("a file");
        wait_for(Hint::Whole);
    }
}
