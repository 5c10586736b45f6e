//! The pre-commit hook of a repository: the file that git runs, and the one that stood there before.

use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::git::{GitError, Repository};

const HOOK: &str = "pre-commit";
/// Stands behind the name of a hook that was there before.
const KEPT_SUFFIX: &str = ".before-darkc";
/// The line by which a hook of darkc's is known.
pub const MARK: &str = "# Made by `darkc hook install`; `darkc hook uninstall` takes it away.";
/// Before the user's umask.
const MODE: u32 = 0o777;

/// Where git looks for the hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookPlace {
    pub file: PathBuf,
    /// Where a hook that was there before is kept.
    pub kept: PathBuf,
    /// Whether `core.hooksPath` leads outside of the repository, so that other repositories may use the hook too.
    pub is_shared: bool,
}

/// What is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hook {
    None,
    /// darkc's own, with its text.
    Ours(String),
    Other,
}

impl HookPlace {
    /// Returns the place in a repository: `core.hooksPath`, or the hooks that all its work trees share.
    ///
    /// # Errors
    /// Where git cannot tell.
    pub fn of(repository: &Repository) -> Result<Self, GitError> {
        let path = |arguments: &[&str]| -> Result<PathBuf, GitError> {
            let said = repository.run(arguments, None)?;
            let said = OsStr::from_bytes(said.strip_suffix(b"\n").unwrap_or(&said));
            Ok(repository.root().join(said))
        };
        let file = path(&["rev-parse", "--git-path", &format!("hooks/{HOOK}")])?;
        let common = path(&["rev-parse", "--git-common-dir"])?;
        let mut kept = file.as_os_str().to_owned();
        kept.push(KEPT_SUFFIX);
        let whole = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let folder = whole(file.parent().unwrap_or(&file));
        let is_shared = ![whole(&common), whole(repository.root())].iter().any(|own| folder.starts_with(own));
        Ok(HookPlace { file, kept: PathBuf::from(kept), is_shared })
    }

    /// Returns the hook that is there.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn hook(&self) -> io::Result<Hook> {
        match fs::read(&self.file) {
            Ok(text) => match String::from_utf8(text) {
                Ok(text) if text.lines().any(|line| line == MARK) => Ok(Hook::Ours(text)),
                _ => Ok(Hook::Other),
            },
            Err(error) if error.kind() == ErrorKind::NotFound => {
                // A link that leads nowhere is somebody's.
                Ok(if self.file.is_symlink() { Hook::Other } else { Hook::None })
            }
            Err(error) => Err(error),
        }
    }

    /// Whether a hook that was there before is kept.
    pub fn has_kept(&self) -> bool {
        self.kept.is_symlink() || self.kept.exists()
    }

    /// Puts a hook in its place. Another one that stands there is kept beside it, under both names until the new one
    /// is there.
    pub fn install(&self, text: &str) -> io::Result<()> {
        let folder = self.file.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        if self.hook()? == Hook::Other {
            if self.has_kept() {
                return Err(io::Error::new(ErrorKind::AlreadyExists, "a hook is kept there already"));
            }
            fs::hard_link(&self.file, &self.kept).or_else(|_| fs::rename(&self.file, &self.kept))?;
        }
        let permissions = Permissions::from_mode(MODE);
        let mut file =
            tempfile::Builder::new().prefix(".darkc-").permissions(permissions).tempfile_in(folder)?;
        file.write_all(text.as_bytes())?;
        file.persist(&self.file).map(|_| ()).map_err(|error| error.error)
    }

    /// Takes darkc's hook away and puts the one back that stood there before; returns whether there was one.
    pub fn uninstall(&self) -> io::Result<bool> {
        if self.has_kept() {
            fs::rename(&self.kept, &self.file)?;
            return Ok(true);
        }
        fs::remove_file(&self.file)?;
        Ok(false)
    }
}
