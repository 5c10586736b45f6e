//! Whole processes: how long they take from start to end, and how much memory they had at most.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

pub struct Ran {
    pub time: Duration,
    /// Resident set at its peak. A process also counts what its parent had when it was started, so that this
    /// says something only while the benchmark itself is small.
    pub peak_mb: f64,
}

/// Runs a command without output to its end, which must be a good one.
#[expect(unsafe_code, reason = "the standard library does not tell what a child used")]
pub fn run(command: &mut Command) -> Ran {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let started = Instant::now();
    // `wait4` below is the wait; unlike `Child::wait` it tells what was used.
    #[allow(clippy::zombie_processes)]
    let child = command.spawn().expect("the program starts");
    let mut status = 0;
    // SAFETY: all zeroes is a value of this struct of integers.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: both pointers are to live variables; nobody else waits for this child.
    let waited = unsafe { libc::wait4(child.id() as libc::pid_t, &mut status, 0, &mut usage) };
    let time = started.elapsed();
    assert_eq!(waited, child.id() as libc::pid_t, "the child that was waited for");
    if status != 0 {
        // Once more, to be heard.
        let _ = command.stderr(Stdio::inherit()).status();
        panic!("{command:?} ended with status {status}");
    }
    Ran { time, peak_mb: usage.ru_maxrss as f64 / 1024.0 }
}

/// A command of this build over these packages.
pub fn darkc(name: &str, packages: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_darkc"));
    command.arg(name).arg("--packages").arg(packages);
    command.env_remove("DARK_CONFIG_PACKAGES_SOURCE").env_remove("DARKC_THREADS");
    command
}

pub fn reload(packages: &Path, database: &Path) -> Command {
    let mut command = darkc("reload", packages);
    command.arg("--db").arg(database);
    command
}

/// git as it is without anybody's settings.
pub fn git(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(arguments);
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    for who in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{who}_NAME"), "bench").env(format!("GIT_{who}_EMAIL"), "bench@localhost");
    }
    command
}

/// The value of one counter of `--stats`.
pub fn counter(command: &mut Command, name: &str) -> u64 {
    let output = command.arg("--stats").output().expect("the program starts");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")?.parse().ok());
    value.unwrap_or_else(|| panic!("no counter '{name}' in\n{text}"))
}
