//! The git repository around a folder, asked through the program `git`.
//!
//! Reading changes nothing in the repository, its index included. What a hook's environment says of the repository
//! counts (`GIT_DIR`, `GIT_WORK_TREE`, `GIT_INDEX_FILE`; githooks(5)).

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// These name files of the repository, and a relative one counts from where the process stands.
const PATHS: [&str; 2] = ["GIT_DIR", "GIT_INDEX_FILE"];
/// Names the work tree, whatever the current folder of git.
const WORK_TREE: &str = "GIT_WORK_TREE";

/// Has git take paths as they are spelled.
const LITERALLY: &str = "--literal-pathspecs";

/// Modes of entries (`git help fast-import`, `M`).
const FILE_MODES: [&str; 2] = ["100644", "100755"];
const LINK_MODE: &str = "120000";
/// How many digits the name of an object has, unless the repository uses SHA-256.
const SHA1_DIGITS: usize = 40;
/// How git calls the index that it makes for `git commit PATH` (`git/git builtin/commit.c`, `prepare_index`).
const NAMED_FILES_INDEX: &[u8] = b"next-index-";

/// A work tree and the repository that it belongs to, seen from a folder in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repository {
    root: PathBuf,
    /// The folder below the root, with `/` at its end unless it is the root.
    prefix: String,
    variables: Vec<(&'static str, OsString)>,
}

/// The name of an object: hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId(String);

impl ObjectId {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A file of a revision or of the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GitFile {
    /// Relative to the folder that the repository is seen from, `/` between its parts.
    pub path: String,
    pub id: ObjectId,
    /// Whether the object holds the target of a symbolic link.
    pub is_link: bool,
}

/// Why git could not be asked, or what it answered.
#[derive(Debug)]
pub enum GitError {
    NoGit(io::Error),
    NoRepository(PathBuf),
    /// A revision that the repository does not have.
    NoRevision(String),
    /// Files of the index whose merge has not been resolved.
    Unmerged(String),
    /// A name that is not UTF-8, as far as it can be shown.
    NotUtf8(String),
    /// What was run, and what git said.
    Failed {
        command: String,
        said: String,
    },
}

impl fmt::Display for GitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            GitError::NoGit(error) => {
                write!(f, "git cannot be run: {error}; install it or put it on the PATH")
            }
            GitError::NoRepository(folder) => {
                write!(f, "{} is in no git work tree; run this in one", folder.display())
            }
            GitError::NoRevision(revision) => {
                write!(f, "the repository has no revision `{revision}`; git log shows those that it has")
            }
            GitError::Unmerged(path) => {
                write!(f, "{path} is unmerged; resolve the conflict and run git add")
            }
            GitError::NotUtf8(path) => write!(f, "{path}: the name is not UTF-8; rename it"),
            GitError::Failed { command, said } => write!(f, "{command}: {said}"),
        }
    }
}

impl std::error::Error for GitError {}

impl Repository {
    /// Returns the repository whose work tree a folder lies in.
    ///
    /// # Errors
    /// Where it lies in none, or git cannot be run.
    pub fn around(folder: &Path) -> Result<Self, GitError> {
        let variables = PATHS.into_iter().filter_map(|name| {
            let value = std::env::var_os(name)?;
            let path = std::path::absolute(&value).map_or(value, PathBuf::into_os_string);
            Some((name, path))
        });
        let mut repository =
            Repository { root: folder.to_owned(), prefix: String::new(), variables: variables.collect() };
        // Where the repository is given and the work tree is not, it is the folder that git stands in.
        if repository.variables.iter().any(|(name, _)| *name == PATHS[0])
            && std::env::var_os(WORK_TREE).is_none()
        {
            repository.root = PathBuf::from(".");
        }
        let said = repository.run(["rev-parse", "--show-toplevel"], None).map_err(|error| match error {
            GitError::Failed { said, .. } if is_outside(&said) => GitError::NoRepository(folder.to_owned()),
            error => error,
        })?;
        let root = path_of(said.strip_suffix(b"\n").unwrap_or(&said));
        let outside = || GitError::NoRepository(folder.to_owned());
        let (whole_root, whole) = (root.canonicalize(), folder.canonicalize());
        let (Ok(whole_root), Ok(whole)) = (whole_root, whole) else { return Err(outside()) };
        let inside = whole.strip_prefix(&whole_root).map_err(|_| outside())?;
        let inside = inside.to_str().ok_or_else(|| GitError::NotUtf8(inside.display().to_string()))?;
        let prefix = if inside.is_empty() { String::new() } else { format!("{inside}/") };
        Ok(Repository { root: whole_root, prefix, ..repository })
    }

    /// Returns the folder that the work tree begins at.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Returns the folder that the repository is seen from, below the root and with `/` at its end; empty for the root.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Returns all files of a revision below the folder, in order of path. `revision` is whatever names a commit or a
    /// tree (gitrevisions(7)).
    ///
    /// # Errors
    /// Where there is no such revision.
    pub fn files_at(&self, revision: &str) -> Result<Vec<GitFile>, GitError> {
        let tree = self.tree(revision)?;
        let arguments = [LITERALLY, "ls-tree", "-r", "-z", "--full-tree", tree.as_str(), "--"];
        let listed = self.run(arguments.into_iter().chain(self.folder()), None)?;
        // `100644 blob ID\tPATH`
        self.files(&listed, |words| match words {
            [mode, "blob", id] => Ok(Some((mode, id))),
            _ => Ok(None),
        })
    }

    /// Returns all files of the index below the folder, in order of path: what the next commit will hold.
    ///
    /// # Errors
    /// Where a merge has left one of them unresolved.
    pub fn files_in_index(&self) -> Result<Vec<GitFile>, GitError> {
        let arguments = [LITERALLY, "ls-files", "-s", "-z", "--full-name", "--"];
        let listed = self.run(arguments.into_iter().chain(self.folder()), None)?;
        // `100644 ID STAGE\tPATH`
        self.files(&listed, |words| match words {
            [mode, id, "0"] => Ok(Some((mode, id))),
            [_, _, _] => Err(()),
            _ => Ok(None),
        })
    }

    /// Returns the contents of objects, in the order of their ids.
    ///
    /// # Errors
    /// Where the repository lacks one of them.
    pub fn contents<'i>(
        &self,
        ids: impl IntoIterator<Item = &'i ObjectId>,
    ) -> Result<Vec<Vec<u8>>, GitError> {
        let ids: Vec<&ObjectId> = ids.into_iter().collect();
        let mut asked = String::new();
        for id in &ids {
            asked.push_str(id.as_str());
            asked.push('\n');
        }
        let answered = self.run(["cat-file", "--batch", "--buffer"], Some(&asked))?;
        let mut answered = BufReader::new(&*answered);
        ids.into_iter().map(|id| one_object(&mut answered, id)).collect()
    }

    /// Whether git is told to leave a path of the folder out.
    ///
    /// # Errors
    /// Where git cannot tell.
    pub fn ignores(&self, path: &str) -> Result<bool, GitError> {
        let path = format!("{}{path}", self.prefix);
        let arguments = ["check-ignore", "-q", "--no-index", "--", &path].map(OsString::from);
        let output = self.output(&arguments, None).map_err(GitError::NoGit)?;
        match output.status.code() {
            Some(0) => Ok(true),
            Some(1) => Ok(false),
            _ => Err(failed(&arguments, &output)),
        }
    }

    /// Whether the index is one that `git commit PATH` makes for the named files alone, which git throws away.
    pub fn is_index_of_named_files(&self) -> bool {
        let index = self.variables.iter().find(|(name, _)| *name == PATHS[1]);
        let name = index.and_then(|(_, path)| Path::new(path).file_name());
        name.is_some_and(|name| name.as_encoded_bytes().starts_with(NAMED_FILES_INDEX))
    }

    /// Puts files of the folder into the index, with their contents, and takes others out: those without content.
    ///
    /// # Errors
    /// Where git cannot write them; the index is as it was then.
    pub fn stage(&self, files: &[(String, Option<Vec<u8>>)]) -> Result<(), GitError> {
        let io = |error: io::Error| GitError::Failed {
            command: "git hash-object".to_owned(),
            said: format!("a temporary file cannot be written: {error}"),
        };
        let folder = tempfile::tempdir().map_err(io)?;
        let mut paths = String::new();
        for (at, content) in files.iter().filter_map(|(_, content)| content.as_ref()).enumerate() {
            let path = folder.path().join(at.to_string());
            std::fs::write(&path, content).map_err(io)?;
            paths.push_str(&format!("{}\n", path.display()));
        }
        let ids = self.run(["hash-object", "-w", "--no-filters", "--stdin-paths"], Some(&paths))?;
        let ids = String::from_utf8_lossy(&ids);
        let mut ids = ids.lines();
        let none = "0".repeat(ids.clone().next().map_or(SHA1_DIGITS, str::len));
        let mut entries = String::new();
        for (path, content) in files {
            let (mode, id) = match content {
                Some(_) => (FILE_MODES[0], ids.next().unwrap_or_default()),
                None => ("0", none.as_str()),
            };
            entries.push_str(&format!("{mode} {id}\t{}{path}\0", self.prefix));
        }
        self.run(["update-index", "-z", "--index-info"], Some(&entries)).map(drop)
    }

    /// Replaces each link to a file of the same list by that file, under the link's own path; other links are left out.
    ///
    /// # Errors
    /// Where the repository lacks the object of a link.
    pub fn follow_links(&self, files: Vec<GitFile>) -> Result<Vec<GitFile>, GitError> {
        let links = files.iter().filter(|file| file.is_link).map(|file| &file.id);
        let mut targets = self.contents(links)?.into_iter();
        let by_path: HashMap<&str, &GitFile> = files.iter().map(|file| (&*file.path, file)).collect();
        let followed = files.iter().filter_map(|file| {
            if !file.is_link {
                return Some(file.clone());
            }
            let target = String::from_utf8(targets.next()?).ok()?;
            let target = by_path.get(&*target_of(&file.path, &target)?).filter(|target| !target.is_link)?;
            Some(GitFile { path: file.path.clone(), ..(*target).clone() })
        });
        Ok(followed.collect())
    }

    /// Returns the tree of a revision. It is asked for on standard input, where nothing counts as an option.
    fn tree(&self, revision: &str) -> Result<ObjectId, GitError> {
        let unknown = || GitError::NoRevision(revision.to_owned());
        if revision.is_empty() || revision.contains(['\n', '\0']) {
            return Err(unknown());
        }
        let said = self.run(["cat-file", "--batch-check"], Some(&format!("{revision}^{{tree}}\n")))?;
        let said = String::from_utf8_lossy(&said);
        match said.trim_end().split(' ').collect::<Vec<_>>()[..] {
            [id, "tree", _] => Ok(ObjectId(id.to_owned())),
            _ => Err(unknown()),
        }
    }

    /// The argument that restricts a listing to the folder.
    fn folder(&self) -> Option<&str> {
        Some(self.prefix.as_str()).filter(|prefix| !prefix.is_empty())
    }

    /// Reads the entries of a listing. `entry` returns mode and id of one, nothing for what is no file, and an error for
    /// what is unmerged.
    fn files<'l>(
        &self,
        listed: &'l [u8],
        entry: impl Fn(&[&'l str]) -> Result<Option<(&'l str, &'l str)>, ()>,
    ) -> Result<Vec<GitFile>, GitError> {
        let mut files = Vec::new();
        for line in listed.split(|byte| *byte == 0).filter(|line| !line.is_empty()) {
            let line = std::str::from_utf8(line)
                .map_err(|_| GitError::NotUtf8(String::from_utf8_lossy(line).into_owned()))?;
            let Some((head, path)) = line.split_once('\t') else { continue };
            let words: Vec<&str> = head.split(' ').collect();
            let entry = entry(&words).map_err(|()| GitError::Unmerged(path.to_owned()))?;
            let (Some((mode, id)), Some(path)) = (entry, path.strip_prefix(&self.prefix)) else { continue };
            if mode == LINK_MODE || FILE_MODES.contains(&mode) {
                let (path, id) = (path.to_owned(), ObjectId(id.to_owned()));
                files.push(GitFile { path, id, is_link: mode == LINK_MODE });
            }
        }
        files.sort_unstable_by(|one, other| one.path.cmp(&other.path));
        Ok(files)
    }

    /// Runs git at the root and returns what it wrote.
    ///
    /// # Errors
    /// Where it cannot be run or exits with another code than 0.
    pub(super) fn run<A: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = A>,
        input: Option<&str>,
    ) -> Result<Vec<u8>, GitError> {
        let arguments: Vec<OsString> =
            arguments.into_iter().map(|argument| argument.as_ref().to_owned()).collect();
        let output = self.output(&arguments, input).map_err(GitError::NoGit)?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        Err(failed(&arguments, &output))
    }

    fn output(&self, arguments: &[OsString], input: Option<&str>) -> io::Result<Output> {
        let mut git = Command::new("git");
        git.current_dir(&self.root)
            .args(arguments)
            .envs(self.variables.iter().map(|(name, path)| (name, path)));
        // Messages are told apart by their text, and reading takes no locks.
        git.env("LC_ALL", "C").env("GIT_OPTIONAL_LOCKS", "0").env_remove("GIT_LITERAL_PATHSPECS");
        git.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
        git.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut running = git.spawn()?;
        let stdin = running.stdin.take();
        // Git answers while it is asked; a full pipe on either side would keep both waiting.
        std::thread::scope(|scope| {
            let asking = stdin.zip(input).map(|(mut stdin, input)| {
                std::thread::Builder::new()
                    .spawn_scoped(scope, move || drop(stdin.write_all(input.as_bytes())))
            });
            let output = running.wait_with_output();
            asking.transpose()?;
            output
        })
    }
}

fn failed(arguments: &[OsString], output: &Output) -> GitError {
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    let words: Vec<String> = arguments.iter().map(|word| word.display().to_string()).collect();
    let said = if said.is_empty() { output.status.to_string() } else { said };
    GitError::Failed { command: format!("git {}", words.join(" ")), said }
}

fn is_outside(said: &str) -> bool {
    said.contains("not a git repository") || said.contains("must be run in a work tree")
}

fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(OsStr::from_bytes(bytes))
}

/// Reads one answer of `git cat-file --batch`: `ID TYPE LENGTH`, a newline, the content and a newline.
fn one_object(answered: &mut BufReader<&[u8]>, id: &ObjectId) -> Result<Vec<u8>, GitError> {
    let failed = |said: String| GitError::Failed { command: format!("git cat-file {}", id.as_str()), said };
    let mut head = String::new();
    answered.read_line(&mut head).map_err(|error| failed(error.to_string()))?;
    let length = head.trim_end().rsplit_once(' ').and_then(|(_, length)| length.parse::<usize>().ok());
    let Some(length) = length else { return Err(failed(head.trim_end().to_owned())) };
    let mut content = vec![0; length + 1];
    answered.read_exact(&mut content).map_err(|error| failed(error.to_string()))?;
    content.truncate(length);
    Ok(content)
}

/// The path that a link leads to, where that is inside of the same tree.
fn target_of(link: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = link.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" if parts.is_empty() || target.starts_with('/') => return None,
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn git(folder: &Path, arguments: &[&str]) {
        let output = Command::new("git")
            .current_dir(folder)
            .args(["-c", "user.name=Test", "-c", "user.email=test@example.org"])
            .args(arguments)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .output()
            .expect("git is needed for this test");
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// A repository of one commit, with an edit that is staged and one that is not.
    fn repository() -> tempfile::TempDir {
        let root = tempfile::tempdir().expect("a folder");
        let write = |path: &str, text: &str| {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
            fs::write(path, text).expect("a file");
        };
        git(root.path(), &["init", "-q", "-b", "main"]);
        write("packages/a/one.dark", "one\n");
        write("packages/two words.dark", "");
        write("elsewhere.txt", "x");
        std::os::unix::fs::symlink("a/one.dark", root.path().join("packages/link.dark")).expect("a link");
        std::os::unix::fs::symlink("/etc", root.path().join("packages/away")).expect("a link");
        git(root.path(), &["add", "-A"]);
        git(root.path(), &["commit", "-q", "-m", "first"]);
        write("packages/a/one.dark", "staged\n");
        git(root.path(), &["add", "-A"]);
        write("packages/a/one.dark", "not staged\n");
        write("packages/new.dark", "");
        root
    }

    fn texts(repository: &Repository, files: Vec<GitFile>) -> Vec<(String, String)> {
        let files = repository.follow_links(files).expect("links");
        let texts = repository.contents(files.iter().map(|file| &file.id)).expect("contents");
        let text = |bytes| String::from_utf8(bytes).expect("text");
        files.into_iter().map(|file| file.path).zip(texts.into_iter().map(text)).collect()
    }

    #[test]
    fn a_revision_and_the_index_are_read_without_the_work_tree() {
        let root = repository();
        let seen = Repository::around(&root.path().join("packages")).expect("a repository");
        assert_eq!(seen.prefix(), "packages/");
        assert_eq!(seen.root(), root.path().canonicalize().expect("a path"));
        let of = |one: &str| {
            [("a/one.dark", one), ("link.dark", one), ("two words.dark", "")]
                .map(|(path, text)| (path.to_owned(), text.to_owned()))
        };
        assert_eq!(texts(&seen, seen.files_at("HEAD").expect("files")), of("one\n"));
        assert_eq!(texts(&seen, seen.files_in_index().expect("files")), of("staged\n"));
        let inner = Repository::around(&root.path().join("packages/a")).expect("a repository");
        let files = inner.files_at("main").expect("files");
        assert_eq!(files.iter().map(|file| &*file.path).collect::<Vec<_>>(), ["one.dark"]);
        let whole = Repository::around(root.path()).expect("a repository");
        assert_eq!(whole.files_at("main").expect("files").len(), 5);
        assert_eq!(whole.prefix(), "");
    }

    #[test]
    fn what_is_no_revision_is_said() {
        let root = repository();
        let seen = Repository::around(root.path()).expect("a repository");
        for revision in ["", "nowhere", "--help", "HEAD~7", "main\nmain"] {
            let error = seen.files_at(revision).expect_err("no revision");
            assert!(matches!(&error, GitError::NoRevision(named) if named == revision), "{error}");
        }
        let outside = tempfile::tempdir().expect("a folder");
        let error = Repository::around(outside.path()).expect_err("no repository");
        assert!(matches!(error, GitError::NoRepository(_)), "{error}");
        let error = seen.contents([&ObjectId("0".repeat(40))]).expect_err("no object");
        assert!(error.to_string().contains("missing"), "{error}");
    }

    #[test]
    fn more_objects_than_a_pipe_holds_are_read() {
        let root = repository();
        let big = "x".repeat(300_000);
        fs::write(root.path().join("big"), &big).expect("a file");
        git(root.path(), &["add", "-A"]);
        let seen = Repository::around(root.path()).expect("a repository");
        let files = seen.files_in_index().expect("files");
        let id = &files.iter().find(|file| file.path == "big").expect("the file").id;
        let contents = seen.contents(std::iter::repeat_n(id, 5000).take(40)).expect("contents");
        assert!(contents.len() == 40 && contents.iter().all(|content| content == big.as_bytes()));
        let asked = std::iter::repeat_n(&files[0].id, 5000);
        assert_eq!(seen.contents(asked).expect("contents").len(), 5000);
    }

    #[test]
    fn a_conflict_is_no_content() {
        let root = repository();
        git(root.path(), &["commit", "-q", "-m", "second"]);
        git(root.path(), &["checkout", "-q", "-f", "-b", "other", "HEAD~1"]);
        fs::write(root.path().join("packages/a/one.dark"), "other\n").expect("a file");
        git(root.path(), &["commit", "-q", "-a", "-m", "other"]);
        let merged =
            Command::new("git").current_dir(root.path()).args(["merge", "-q", "main"]).output().expect("git");
        assert!(!merged.status.success());
        let error =
            Repository::around(root.path()).expect("a repository").files_in_index().expect_err("a conflict");
        assert!(matches!(&error, GitError::Unmerged(path) if path == "packages/a/one.dark"), "{error}");
    }

    #[test]
    fn links_lead_to_files_of_the_same_tree() {
        assert_eq!(target_of("a/b.dark", "c.dark").as_deref(), Some("a/c.dark"));
        assert_eq!(target_of("a/b.dark", "../c/./d.dark").as_deref(), Some("c/d.dark"));
        assert_eq!(target_of("b.dark", "../c.dark"), None);
        assert_eq!(target_of("b.dark", "/etc/passwd"), None);
    }
}
