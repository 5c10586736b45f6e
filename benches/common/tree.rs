//! Copies of the package set: as it is, several times over with names of their own, and edited.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;

use super::process;

/// The owners that the package set has, and the name that replaces `Darklang.Stdlib` wherever it is written.
const OWNERS: [&str; 3] = ["Darklang", "Stachu", "Feriel"];
const STDLIB: &str = "Stdlib";

/// By how much files must be older than git's index.
const GIT_CLOCK_TICK: Duration = Duration::from_millis(1100);

/// How long a store must lie still before darkc need not open it again.
const STORE_CLOCK_TICK: Duration = Duration::from_millis(3100);

/// A package tree with room for a database beside it.
pub struct Tree {
    folder: TempDir,
}

impl Tree {
    /// `copies` of the package set. The first is the set itself; names in every other one have a number in them
    /// and mean that copy's own items.
    pub fn new(packages: &Path, copies: usize) -> Tree {
        let tree = Tree { folder: super::scratch() };
        for (path, text) in sources(packages) {
            tree.put(&path, &text);
            let Ok(text) = std::str::from_utf8(&text) else { continue };
            for copy in 1..copies {
                tree.put(&format!("copy{copy}/{path}"), renamed(text, copy).as_bytes());
            }
        }
        tree
    }

    pub fn put(&self, path: &str, bytes: &[u8]) {
        let file = self.packages().join(path);
        fs::create_dir_all(file.parent().expect("a folder")).expect("folders");
        fs::write(file, bytes).expect("a writable tree");
    }

    pub fn remove(&self, path: &str) {
        fs::remove_file(self.packages().join(path)).expect("a file to remove");
    }

    pub fn packages(&self) -> PathBuf {
        self.folder.path().join("packages")
    }

    pub fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn database(&self) -> PathBuf {
        self.beside("data.db")
    }

    pub fn reload(&self) -> process::Ran {
        process::run(&mut process::reload(&self.packages(), &self.database()))
    }

    /// Makes a git repository around the packages, in which all of them but the sidecars are committed.
    pub fn commit(&self) {
        fs::write(self.beside(".gitignore"), "*.darkc\n/data.db*\n").expect("a writable tree");
        // Git reads again whatever is not clearly older than its index, at every look.
        std::thread::sleep(GIT_CLOCK_TICK);
        let git = |arguments: &[&str]| process::run(&mut self.git(arguments));
        git(&["init", "--quiet"]);
        git(&["add", "."]);
        git(&["commit", "--quiet", "--message", "packages"]);
        git(&["status"]);
    }

    pub fn git(&self, arguments: &[&str]) -> Command {
        process::git(self.folder.path(), arguments)
    }

    /// Waits until the store counts as quiet, and has darkc find that it does: the first time it moves the log of
    /// small edits into the store, the second time it seals it.
    pub fn settle(&self) {
        for _ in 0..2 {
            std::thread::sleep(STORE_CLOCK_TICK);
            self.reload();
        }
    }

    pub fn forget_database(&self) {
        for suffix in ["", "-wal", "-shm", "-darkc"] {
            let _ = fs::remove_file(self.beside(&format!("data.db{suffix}")));
        }
    }

    pub fn forget_sidecars(&self) {
        let packages = self.packages();
        for path in files_below(&packages).iter().filter(|path| path.ends_with(".darkc")) {
            fs::remove_file(packages.join(path)).expect("a sidecar to remove");
        }
    }

    /// Sum of the lengths of all sources.
    pub fn source_bytes(&self) -> usize {
        sources(&self.packages()).map(|(_, text)| text.len()).sum()
    }
}

/// A file of a tree that switches between two contents.
pub struct Edit {
    file: PathBuf,
    texts: [String; 2],
}

impl Edit {
    /// The other content has `new` in place of the only `old`.
    pub fn new(tree: &Tree, path: &str, old: &str, new: &str) -> Edit {
        let file = tree.packages().join(path);
        let text = fs::read_to_string(&file).expect("a file to edit");
        assert_eq!(text.matches(old).count(), 1, "{old:?} in {path}");
        let edited = text.replace(old, new);
        Edit { file, texts: [text, edited] }
    }

    /// Odd rounds have the edited text.
    pub fn write(&self, round: usize) {
        fs::write(&self.file, &self.texts[round % 2]).expect("a writable tree");
    }
}

/// The package files, as Darklang picks them, with their bytes.
pub fn sources(packages: &Path) -> impl Iterator<Item = (String, Vec<u8>)> {
    let is_source = |path: &String| path.ends_with(".dark") && !path.contains('_');
    files_below(packages).into_iter().filter(is_source).map(move |path| {
        let bytes = fs::read(packages.join(&path)).expect("a readable source");
        (path, bytes)
    })
}

/// Relative paths of all files below a folder, sorted.
fn files_below(folder: &Path) -> Vec<String> {
    fn walk(folder: &Path, prefix: &str, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).expect("a readable folder") {
            let entry = entry.expect("an entry");
            let path = format!("{prefix}{}", entry.file_name().to_str().expect("a UTF-8 name"));
            match entry.file_type().expect("a type").is_dir() {
                true if path != ".git" => walk(&entry.path(), &format!("{path}/"), found),
                true => {}
                false => found.push(path),
            }
        }
    }
    let mut found = Vec::new();
    walk(folder, "", &mut found);
    found.sort();
    found
}

/// The text with every owner's name numbered, and `Stdlib` at the head of a name leading to the same copy's.
fn renamed(text: &str, copy: usize) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    let mut rest = text;
    let mut before = None;
    while let Some(first) = rest.chars().next() {
        let is_word = |character: char| character.is_alphanumeric() || character == '_';
        let end = match is_word(first) {
            true => rest.find(|character| !is_word(character)).unwrap_or(rest.len()),
            false => first.len_utf8(),
        };
        let (word, after) = rest.split_at(end);
        out.push_str(&match word {
            _ if before == Some('.') => word.to_owned(),
            _ if OWNERS.contains(&word) => format!("{word}{copy}"),
            STDLIB if after.starts_with('.') => format!("Darklang{copy}.{STDLIB}"),
            _ => word.to_owned(),
        });
        before = word.chars().last();
        rest = after;
    }
    out
}
