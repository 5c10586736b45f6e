//! A `darkc … --watch` that runs, and what it says.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::common::Tree;

/// Far longer than anything takes, on the slowest machine.
pub const LONG: Duration = Duration::from_secs(60);

pub struct Watching {
    child: Child,
    /// Lines of standard error, and those of standard output behind a `>`.
    lines: Receiver<String>,
    /// All that was taken, for messages.
    pub said: Vec<String>,
}

impl Watching {
    /// Starts `darkc COMMAND --packages TREE ARGUMENTS…` and waits until it watches.
    pub fn start(tree: &Tree, command: &str, arguments: &[&str]) -> Watching {
        let mut watching = Watching::spawn(tree, command, arguments);
        watching.wait_for(|line| line.starts_with("watching "));
        watching
    }

    /// `darkc reload --watch` into `store.db`.
    pub fn reload(tree: &Tree, arguments: &[&str]) -> Watching {
        let store = tree.beside("store.db");
        let mut all = vec!["--watch", "--db", store.to_str().expect("a UTF-8 path")];
        all.extend(arguments);
        Watching::start(tree, "reload", &all)
    }

    pub fn spawn(tree: &Tree, command: &str, arguments: &[&str]) -> Watching {
        let mut child = Command::new(env!("CARGO_BIN_EXE_darkc"))
            .args([command, "--packages"])
            .arg(tree.packages())
            .args(arguments)
            .env_remove("DARK_CONFIG_PACKAGES_SOURCE")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("darkc starts");
        let (send, lines) = mpsc::channel();
        let data = child.stdout.take().expect("a pipe");
        let text = child.stderr.take().expect("a pipe");
        for (mark, stream) in [(">", Box::new(data) as Box<dyn Read + Send>), ("", Box::new(text))] {
            let send = send.clone();
            thread::spawn(move || {
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    let _ = send.send(format!("{mark}{line}"));
                }
            });
        }
        Watching { child, lines, said: Vec::new() }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Takes lines until one is the wanted one, and returns that.
    #[track_caller]
    pub fn wait_for(&mut self, is_wanted: impl Fn(&str) -> bool) -> String {
        let until = Instant::now() + LONG;
        loop {
            match self.lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(line) => {
                    self.said.push(line.clone());
                    if is_wanted(&line) {
                        return line;
                    }
                }
                Err(RecvTimeoutError::Timeout) => panic!("not said in time; said: {:#?}", self.said),
                Err(RecvTimeoutError::Disconnected) => panic!("it has ended; said: {:#?}", self.said),
            }
        }
    }

    /// Takes lines until both were there: two streams have no order.
    #[track_caller]
    pub fn wait_for_both(&mut self, one: impl Fn(&str) -> bool, other: impl Fn(&str) -> bool) {
        let first = self.wait_for(|line| one(line) || other(line));
        if one(&first) {
            self.wait_for(other)
        } else {
            self.wait_for(one)
        };
    }

    /// Takes lines until a reload says these amounts.
    #[track_caller]
    pub fn wait_for_reload(&mut self, amounts: &str) -> String {
        let start = format!("reloaded: {amounts}, ");
        self.wait_for(|line| line.starts_with(&start))
    }

    /// Takes lines until `is_so`, which is asked after each of them and every now and then.
    #[track_caller]
    pub fn wait_until(&mut self, mut is_so: impl FnMut() -> bool) {
        let until = Instant::now() + LONG;
        while !is_so() {
            assert!(Instant::now() < until, "not so in time; said: {:#?}", self.said);
            match self.lines.recv_timeout(Duration::from_millis(20)) {
                Ok(line) => self.said.push(line),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => panic!("it has ended; said: {:#?}", self.said),
            }
        }
    }

    pub fn signal(&self, signal: Signal) {
        let id = Pid::from_raw(self.child.id() as i32).expect("a process");
        kill_process(id, signal).expect("it runs");
    }

    /// Asks it to end, and waits for that.
    #[track_caller]
    pub fn stop(mut self, signal: Signal) -> Vec<String> {
        self.signal(signal);
        let status = self.ended();
        assert_eq!(status.code(), Some(0), "{status}; said: {:#?}", self.said);
        std::mem::take(&mut self.said)
    }

    #[track_caller]
    pub fn ended(&mut self) -> ExitStatus {
        let until = Instant::now() + LONG;
        loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                self.said.extend(self.lines.iter());
                return status;
            }
            assert!(Instant::now() < until, "it does not end; said: {:#?}", self.said);
            thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        // Where a test failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
