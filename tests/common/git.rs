//! A git repository with packages in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Run, darkc};

/// The root of a work tree, whose packages are in `packages`.
pub struct Repository(pub PathBuf);

impl Repository {
    /// Makes an empty repository.
    pub fn init(root: PathBuf) -> Self {
        fs::create_dir_all(&root).expect("a folder");
        let repository = Repository(root);
        repository.git(&["init", "-q", "-b", "main"]);
        repository
    }

    /// Runs git, whatever the user has configured; returns whether it went well, and what it said.
    pub fn try_git(&self, arguments: &[&str]) -> (bool, String) {
        let output = git_command(&self.0).args(arguments).output().expect("git is needed for this test");
        let text = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&text).into_owned())
    }

    #[track_caller]
    pub fn git(&self, arguments: &[&str]) -> String {
        let (done, text) = self.try_git(arguments);
        assert!(done, "git {arguments:?}: {text}");
        text
    }

    pub fn commit(&self, message: &str) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", message]);
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
        fs::write(path, text).expect("a writable folder");
    }

    pub fn edit(&self, path: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.0.join(path)).expect("a file");
        assert!(text.contains(from), "{from} is not in {path}");
        self.write(path, &text.replacen(from, to, 1));
    }

    pub fn read(&self, path: &str) -> Vec<u8> {
        fs::read(self.0.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Runs `darkc COMMAND --packages packages ARGUMENTS…` at the root.
    pub fn darkc(&self, command: &str, arguments: &[&str]) -> Run {
        let packages = self.0.join("packages");
        let packages = packages.to_str().expect("a UTF-8 path");
        let mut words: Vec<&str> = command.split(' ').collect();
        words.extend(["--packages", packages]);
        words.extend(arguments);
        darkc(&words, &[])
    }

    pub fn is_clean(&self) -> bool {
        self.git(&["status", "--porcelain"]).is_empty()
    }
}

/// A run of git in a folder, whatever the user has configured.
pub fn git_command(folder: &Path) -> Command {
    let mut git = Command::new("git");
    git.current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .envs(["AUTHOR", "COMMITTER"].map(|who| (format!("GIT_{who}_NAME"), "Test")))
        .envs(["AUTHOR", "COMMITTER"].map(|who| (format!("GIT_{who}_EMAIL"), "test@example.org")));
    git
}
