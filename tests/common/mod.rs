//! What all tests share: temporary package trees, runs of `darkc`, and what its output says.

pub mod compare;
pub mod decode;
pub mod dval;
pub mod edits;
pub mod fold;
pub mod git;
pub mod ground_truth;
pub mod interference;
pub mod invariants;
pub mod loader;
pub mod model;
mod oracle;
pub mod random;
pub mod script;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
pub mod tracer;
pub mod verdicts;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

pub use oracle::oracle;
use tempfile::TempDir;

/// A number from the environment, for tests whose size can be chosen.
pub fn number_from_env(name: &str, default: usize) -> usize {
    std::env::var(name).map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name}={text}")))
}

/// A package tree in a directory of its own, with room for databases beside it.
pub struct Tree {
    directory: TempDir,
}

impl Tree {
    pub fn empty() -> Tree {
        Tree::in_folder(&std::env::temp_dir())
    }

    /// In memory where the system offers that, for small trees that are written all the time: nothing waits for
    /// a disk then.
    pub fn in_memory() -> Tree {
        let memory = Path::new("/dev/shm");
        if memory.is_dir() { Tree::in_folder(memory) } else { Tree::empty() }
    }

    fn in_folder(folder: &Path) -> Tree {
        let directory = TempDir::with_prefix_in("darkc-test-", folder).expect("a temporary directory");
        fs::create_dir(directory.path().join("packages")).expect("packages/");
        Tree { directory }
    }

    /// The sources of `examples/` alone: the tour leaves sidecars beside them.
    pub fn examples() -> Tree {
        let packages = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/packages");
        let tree = Tree::empty();
        for path in files_below(&packages).iter().filter(|path| path.ends_with(".dark")) {
            tree.write(path, &fs::read(packages.join(path)).expect("a readable example"));
        }
        tree
    }

    /// Copies the files, so that they are writable whatever the original is.
    pub fn copy_of(packages: &Path) -> Tree {
        let tree = Tree::empty();
        for path in files_below(packages) {
            tree.write(&path, &fs::read(packages.join(&path)).expect("a readable original"));
        }
        tree
    }

    /// The folder around the packages.
    pub fn root(&self) -> &Path {
        self.directory.path()
    }

    pub fn packages(&self) -> PathBuf {
        self.directory.path().join("packages")
    }

    /// A path beside the packages.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub fn write(&self, path: &str, bytes: &[u8]) {
        let file = self.packages().join(path);
        fs::create_dir_all(file.parent().expect("a file lies in a folder")).expect("folders");
        fs::write(file, bytes).expect("a writable tree");
    }

    pub fn read(&self, path: &str) -> Option<Vec<u8>> {
        fs::read(self.packages().join(path)).ok()
    }

    pub fn remove(&self, path: &str) {
        fs::remove_file(self.packages().join(path)).expect("a file to remove");
    }

    /// Every sidecar with its bytes and the time it was written.
    pub fn sidecars(&self) -> BTreeMap<String, (Vec<u8>, std::time::SystemTime)> {
        let read = |path: String| {
            let file = self.packages().join(&path);
            let written = fs::metadata(&file).and_then(|data| data.modified()).expect("metadata");
            (path, (fs::read(file).expect("a readable sidecar"), written))
        };
        files_below(&self.packages()).into_iter().filter(|path| path.ends_with(".darkc")).map(read).collect()
    }

    /// Runs `darkc COMMAND --packages TREE ARGUMENTS…`.
    pub fn darkc(&self, command: &str, arguments: &[&str]) -> Run {
        let packages = self.packages();
        let mut all = vec![command, "--packages", packages.to_str().expect("a UTF-8 path")];
        all.extend(arguments);
        darkc(&all, &[])
    }

    /// Runs `darkc reload` into a database beside the packages.
    pub fn reload(&self, database: &str, arguments: &[&str]) -> Run {
        let database = self.beside(database);
        let mut all = vec!["--db", database.to_str().expect("a UTF-8 path")];
        all.extend(arguments);
        self.darkc("reload", &all)
    }
}

/// Relative paths of all files below a folder, sorted, `/` between the parts.
pub fn files_below(folder: &Path) -> Vec<String> {
    fn walk(folder: &Path, prefix: &str, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let entry = entry.expect("a folder entry");
            let path = format!("{prefix}{}", entry.file_name().to_str().expect("a UTF-8 name"));
            if entry.file_type().expect("a file type").is_dir() {
                walk(&entry.path(), &format!("{path}/"), found);
            } else {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(folder, "", &mut found);
    found.sort();
    found
}

/// What one run of the program left behind.
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    /// The run itself, if it ended with the code that was expected.
    #[track_caller]
    pub fn expect_code(self, code: i32) -> Run {
        assert_eq!(self.code, code, "exit code; stderr:\n{}", self.stderr);
        self
    }
}

pub fn darkc(arguments: &[&str], environment: &[(&str, &str)]) -> Run {
    darkc_in(Path::new("."), arguments, environment)
}

/// Runs the program in a folder.
pub fn darkc_in(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_darkc"))
        .current_dir(folder)
        .args(arguments)
        .env_remove("DARK_CONFIG_PACKAGES_SOURCE")
        .envs(environment.iter().copied())
        .output()
        .expect("darkc starts");
    Run {
        code: output.status.code().unwrap_or_else(|| {
            panic!("darkc {arguments:?}: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr))
        }),
        stdout: String::from_utf8(output.stdout).expect("UTF-8 on stdout"),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// The numbers of the line that ends a reload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    pub files: u64,
    pub hit: u64,
    pub parsed: u64,
    pub failed: u64,
    pub items: u64,
    pub added: u64,
    pub changed: u64,
    pub removed: u64,
}

/// Reads `reloaded: 449 files (448 hit, 1 parsed, 0 failed), 5817 items (1 added, 2 changed, 0 removed), 12 ms`.
#[track_caller]
pub fn summary(stderr: &str) -> Summary {
    let line = stderr.lines().rev().find(|line| line.starts_with("reloaded: ")).unwrap_or_else(|| {
        panic!("no line starts with 'reloaded: ' in:\n{stderr}");
    });
    let numbers: Vec<u64> = line
        .split(|character: char| !character.is_ascii_digit())
        .filter_map(|number| number.parse().ok())
        .collect();
    let &[files, hit, parsed, failed, items, added, changed, removed, ..] = &numbers[..] else {
        panic!("too few numbers in: {line}");
    };
    let says = format!(
        "reloaded: {files} {} ({hit} hit, {parsed} parsed, {failed} failed), \
         {items} {} ({added} added, {changed} changed, {removed} removed), ",
        if files == 1 { "file" } else { "files" },
        if items == 1 { "item" } else { "items" }
    );
    assert!(line.starts_with(&says), "the summary reads\n{line}\nand not\n{says}…");
    Summary { files, hit, parsed, failed, items, added, changed, removed }
}

/// The lines `name: N` that `--stats` prints.
pub fn counters(stderr: &str) -> BTreeMap<String, u64> {
    let counter = |line: &str| {
        let (name, number) = line.split_once(": ")?;
        Some((name.to_owned(), number.parse().ok()?))
    };
    stderr.lines().filter_map(counter).collect()
}

/// The lines of an `items.tsv`.
pub fn item_lines(text: &str) -> BTreeSet<String> {
    text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

pub fn read_items(file: &Path) -> BTreeSet<String> {
    item_lines(&fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display())))
}

/// What differs between two sets of item lines, at most `limit` lines of it.
pub fn items_differ(expected: &BTreeSet<String>, found: &BTreeSet<String>, limit: usize) -> Option<String> {
    let missing = expected.difference(found).map(|line| format!("  missing    {line}"));
    let unexpected = found.difference(expected).map(|line| format!("  unexpected {line}"));
    let lines: Vec<String> = missing.chain(unexpected).collect();
    let shown = lines.iter().take(limit).cloned().collect::<Vec<_>>().join("\n");
    (!lines.is_empty()).then(|| format!("{} lines differ:\n{shown}", lines.len()))
}

/// Does the same work for every item on all cores and gives the results back in order.
pub fn in_parallel<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = std::sync::atomic::AtomicUsize::new(0);
    let done = std::sync::Mutex::new(Vec::new());
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    let Some(item) = items.get(index) else { return };
                    let result = work(item);
                    done.lock().expect("no worker panics here").push((index, result));
                }
            });
        }
    });
    let mut done = done.into_inner().expect("no worker panics here");
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

#[test]
fn the_summary_line_is_read() {
    let line = "reloaded: 449 files (448 hit, 1 parsed, 0 failed), 5817 items (1 added, 2 changed, 0 removed), 12 ms";
    let expected =
        Summary { files: 449, hit: 448, parsed: 1, failed: 0, items: 5817, added: 1, changed: 2, removed: 0 };
    assert_eq!(summary(&format!("warning: x\n{line}\n")), expected);
    assert_eq!(counters("files hit: 3\nitems hashed: 0\nwarning: x")["files hit"], 3);
}
