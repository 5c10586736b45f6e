//! What this user may not read or write: an exit code and one line for it, and nothing lost.
//!
//! Nothing is forbidden to root, so that root runs darkc as somebody else here.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::common::{Run, Tree, files_below, summary};

const STORE: &str = "data/store.db";
const A: &str = "garden/a.dark";
const B: &str = "garden/b.dark";
/// Whom root runs darkc as: the number of `nobody`.
const SOMEBODY: u32 = 65_534;

/// A package tree, and who uses it.
struct User {
    tree: Tree,
    program: PathBuf,
    /// `None` where the tests are run by somebody to whom things can be forbidden.
    uid: Option<u32>,
}

impl User {
    /// With two sources and a folder for a store.
    fn new() -> User {
        let tree = Tree::empty();
        tree.write(A, b"module Garden.A\n\nlet f (x: Int64) : Int64 =\n  x + 1L\n");
        tree.write(B, b"module Garden.B\n\nlet f (x: Int64) : Int64 =\n  x + 2L\n");
        fs::create_dir(tree.beside("data")).expect("a folder");
        let uid = rustix::process::geteuid().is_root().then_some(SOMEBODY);
        let built = PathBuf::from(env!("CARGO_BIN_EXE_darkc"));
        let program = match uid {
            None => built,
            // The folders around the tests' own may be closed to others.
            Some(_) => {
                let copy = tree.beside("darkc");
                fs::hard_link(&built, &copy).or_else(|_| fs::copy(&built, &copy).map(drop)).expect("a copy");
                copy
            }
        };
        let user = User { tree, program, uid };
        user.own(Path::new(""));
        user
    }

    /// With sidecars and a store, too.
    fn loaded() -> User {
        let user = User::new();
        user.reload(&[]).expect_code(0);
        user
    }

    /// Makes the user the owner of a path of the tree and of everything below it.
    fn own(&self, path: &Path) {
        let path = self.tree.beside("").join(path);
        if let Some(uid) = self.uid {
            chown(&path, Some(uid), Some(uid)).expect("another owner");
        }
        if path.is_dir() {
            for entry in fs::read_dir(&path).expect("a folder") {
                self.own(&entry.expect("an entry").path());
            }
        }
    }

    fn run(&self, arguments: &[&str]) -> Run {
        let mut command = Command::new(&self.program);
        command.arg(arguments[0]).arg("--packages").arg(self.tree.packages()).args(&arguments[1..]);
        command.env_remove("DARK_CONFIG_PACKAGES_SOURCE").current_dir("/").stdin(Stdio::null());
        if let Some(uid) = self.uid {
            command.uid(uid).gid(uid);
        }
        let output = command.output().expect("darkc starts");
        Run {
            code: output.status.code().unwrap_or_else(|| panic!("{arguments:?}: {}", output.status)),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    fn reload(&self, arguments: &[&str]) -> Run {
        let store = self.tree.beside(STORE);
        self.run(&[&["reload", "--db", store.to_str().expect("text")], arguments].concat())
    }

    /// Sets the permissions of a path; they come back when the guard is dropped, so that the tree can be removed.
    fn forbid(&self, path: &str, mode: u32) -> Forbidden {
        let path = self.tree.beside(path);
        let before = fs::metadata(&path).expect("a path").permissions();
        fs::set_permissions(&path, Permissions::from_mode(mode)).expect("permissions");
        Forbidden { path, before }
    }
}

struct Forbidden {
    path: PathBuf,
    before: Permissions,
}

impl Drop for Forbidden {
    fn drop(&mut self) {
        let _ = fs::set_permissions(&self.path, self.before.clone());
    }
}

#[track_caller]
fn says(run: &Run, what: &str) {
    assert!(run.stderr.contains(what), "'{what}' is not in:\n{}", run.stderr);
}

const UNREADABLE: &str =
    "it cannot be read: Permission denied (os error 13); make it readable or move it away";

#[test]
fn a_sidecar_that_cannot_be_read_is_a_miss_and_is_replaced() {
    let user = User::loaded();
    let sidecar = user.tree.packages().join("garden/a.darkc");
    let sound = fs::read(&sidecar).expect("a sidecar");
    // It is not put back: another file takes the place.
    std::mem::forget(user.forbid("packages/garden/a.darkc", 0));
    let run = user.run(&["build"]).expect_code(0);
    says(&run, "built: 2 sidecars (1 fresh, 1 written), 0 failed");
    assert!(fs::read(&sidecar).expect("a sidecar") == sound);
    assert_ne!(fs::metadata(&sidecar).expect("a sidecar").permissions().mode() & 0o400, 0);
    says(&user.run(&["build"]).expect_code(0), "built: 2 sidecars (2 fresh, 0 written), 0 failed");
}

#[test]
fn a_source_that_cannot_be_read_is_named_and_the_rest_is_checked() {
    let user = User::loaded();
    let store = fs::read(user.tree.beside(STORE)).expect("a store");
    user.tree.write(B, b"module Garden.B\n\nlet f (x: Int64 : Int64 =\n  x\n");
    for path in ["packages/garden/a.dark", "packages/closed"] {
        let _ = fs::create_dir(user.tree.packages().join("closed"));
        user.own(Path::new("packages/closed"));
        let _forbidden = user.forbid(path, 0);
        for run in [user.reload(&[]), user.run(&["build"]), user.run(&["items"])] {
            let run = run.expect_code(1);
            says(&run, UNREADABLE);
            says(&run, path.strip_prefix("packages/").expect("a path of the packages"));
            says(&run, "b.dark:3");
        }
    }
    assert!(fs::read(user.tree.beside(STORE)).expect("a store") == store, "nothing is applied");
    assert_eq!(user.tree.sidecars().len(), 2, "and no sidecar is removed");
}

#[test]
fn packages_that_cannot_be_written_are_loaded_and_reported_in_one_line() {
    let user = User::new();
    let before = files_below(&user.tree.packages());
    {
        let _forbidden = user.forbid("packages/garden", 0o555);
        let run = user.reload(&[]).expect_code(0);
        says(&run, "warning: 2 sidecars were not written; the first, of ");
        says(&run, "Permission denied");
        assert_eq!(run.stderr.lines().count(), 2, "{}", run.stderr);
        assert_eq!(summary(&run.stderr).added, 2);
        let run = user.run(&["build"]).expect_code(1);
        says(&run, "warning: 2 sidecars were not written; the first, of ");
        assert_eq!(run.stderr.lines().count(), 2, "{}", run.stderr);
    }
    assert_eq!(files_below(&user.tree.packages()), before);
}

/// A store on a medium that cannot be written, and one that is somebody else's.
#[test]
fn a_store_that_cannot_be_written_is_compared_and_named() {
    let user = User::loaded();
    let edit = b"module Garden.A\n\nlet f (x: Int64) : Int64 =\n  x + 3L\n";
    let store = fs::read(user.tree.beside(STORE)).expect("a store");
    {
        let (_file, _folder) = (user.forbid(STORE, 0o444), user.forbid("data", 0o555));
        for arguments in [&["--verify"][..], &["--dry-run"], &["--dry-run", "--full"]] {
            user.reload(arguments).expect_code(0);
        }
        user.tree.write(A, edit);
        user.reload(&["--verify"]).expect_code(1);
        let run = user.reload(&["--dry-run"]).expect_code(0);
        assert!(run.stdout.contains("Garden.A.f"), "{}", run.stdout);
        let run = user.reload(&[]).expect_code(2);
        says(&run, "check the permissions");
        says(&run, "store.db");
    }
    assert!(fs::read(user.tree.beside(STORE)).expect("a store") == store);
    assert_eq!(summary(&user.reload(&[]).expect_code(0).stderr).changed, 1);
    {
        let _file = user.forbid(STORE, 0);
        for arguments in [&[][..], &["--verify"], &["--dry-run"]] {
            says(&user.reload(arguments).expect_code(2), "check the permissions");
        }
    }
    user.reload(&["--verify"]).expect_code(0);
}

#[test]
fn a_store_is_not_made_where_nothing_may_be() {
    let user = User::new();
    {
        let _folder = user.forbid("data", 0o555);
        let run = user.reload(&[]).expect_code(2);
        says(&run, "Permission denied");
        says(&run, "check the folder's permissions");
    }
    assert_eq!(files_below(&user.tree.beside("data")), [""; 0]);
    user.reload(&[]).expect_code(0);
}
