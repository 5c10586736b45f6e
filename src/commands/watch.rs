//! `--watch`: does something again whenever the sources, or the store, may have changed.
//!
//! One loop handles everything in turn: hints of the file system, the end of a command, and the request to stop. So
//! nothing overlaps, and a change during a run leads to another run.

use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use crate::db::Watched;
use crate::discover::watch::{FolderWatch, Hint, WatchError, is_folder};

/// How often to look without a hint: events can be lost, above all on shared file systems, and while a machine sleeps.
const IDLE_LOOK: Duration = Duration::from_secs(5);
/// The same where the file system is not watched, if nothing else was asked for.
pub const POLL: Duration = Duration::from_secs(1);
/// How often to look for a folder of packages that is gone.
const GONE_LOOK: Duration = Duration::from_millis(100);
/// How long nothing must happen before a source that was not written whole counts.
const SETTLE: Duration = Duration::from_millis(20);
/// The longest wait: a process may write all the time.
const LONGEST_SETTLE: Duration = Duration::from_millis(500);
/// From this many files on that were written whole, something writes many, and its end is waited for.
const BURST: usize = 4;
/// Errors of sources are held back for so long, because the next file of a burst may mend them.
const HOLD: Duration = Duration::from_millis(50);
/// A folder that came is looked at again so long afterwards: what was put into it at once may not have been told of.
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// Others may write to the store all the time; it is not looked at more often than this.
const STORE_PAUSE: Duration = Duration::from_millis(250);

/// What is done again and again.
pub trait Job {
    /// Runs once. `since` is the time of the first hint at a change; `None` if there was none.
    fn run(&mut self, since: Option<Instant>) -> Ran;

    /// Prints how the last run went. Returns false if the output is closed.
    fn tell(&mut self) -> bool;

    /// Whether a run may be due without a hint.
    fn may_be_due(&mut self) -> bool {
        true
    }

    /// Prints a note apart from any run. Returns false if the output is closed.
    fn note(&mut self, note: &Note) -> bool;
}

/// How a run went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ran {
    /// There was nothing to do, and there is nothing to print.
    Idle,
    Done,
    /// There was a change, and it was applied.
    Applied,
    /// Something is wrong, which may be so for a moment alone.
    Broken,
}

/// What a watch reports of itself.
#[derive(Debug)]
pub enum Note {
    /// The folder of packages is gone.
    Gone(PathBuf),
    /// The file system cannot be watched, so it is looked at so often.
    Polling(String, Duration),
    /// The command that follows each change could not be started, or did not end well.
    Command(String),
}

/// What a watch watches.
#[derive(Clone, Debug)]
pub struct WatchSettings {
    pub packages: PathBuf,
    pub store: Option<PathBuf>,
    /// Look so often instead of having the file system watched.
    pub poll: Option<Duration>,
    /// A command that is run, through the shell, after each change that was applied.
    pub exec: Option<String>,
    /// Standard output is for data alone, so that the command's goes to standard error.
    pub data_only: bool,
}

enum Message {
    Hint(Instant, Hint),
    Ended(io::Result<ExitStatus>),
    Stop,
}

/// Ends a watch, from any thread.
#[derive(Clone)]
pub struct Stopper(Sender<Message>);

impl Stopper {
    pub fn stop(&self) {
        // Where nobody takes it, the watch has ended.
        let _ = self.0.send(Message::Stop);
    }
}

/// The end was asked for.
struct Stopped;

/// What has been hinted at and not been looked at yet.
#[derive(Clone, Copy, Debug)]
struct Pending {
    first: Instant,
    last: Instant,
    /// How many files were written whole.
    whole: usize,
    folder: bool,
}

impl Pending {
    fn at(now: Instant) -> Self {
        Pending { first: now, last: now, whole: 0, folder: false }
    }

    /// When it is to be looked at.
    fn due(&self) -> Instant {
        if (1..BURST).contains(&self.whole) {
            return self.first;
        }
        (self.last + SETTLE).min(self.first + LONGEST_SETTLE)
    }
}

pub struct Watch {
    settings: WatchSettings,
    messages: Receiver<Message>,
    sender: Sender<Message>,
    folders: Option<FolderWatch>,
    /// Set while a hint about the store is on its way, so that there is one at most.
    store_hinted: Arc<AtomicBool>,
    /// The store's file and its log, as they were after the last run.
    store: Watched,
    store_due: Option<Instant>,
    pending: Option<Pending>,
    /// When a folder that came is to be looked at again.
    again: Option<Instant>,
    /// When errors that may pass are to be told.
    held: Option<Instant>,
    looked: Instant,
    look_every: Duration,
    is_gone: bool,
    /// The system has no more watches to give.
    exhausted: bool,
}

impl Watch {
    /// Begins to watch, so that no change after this goes unnoticed. Says `Some` note where that takes polling.
    pub fn new(settings: WatchSettings) -> (Self, Option<Note>) {
        let (sender, messages) = mpsc::channel();
        let store_hinted = Arc::new(AtomicBool::new(false));
        let watched = match settings.poll {
            Some(_) => Ok(None),
            None => {
                let (sender, store_hinted) = (sender.clone(), store_hinted.clone());
                let hint = move |hint| {
                    if hint != Hint::Store || !store_hinted.swap(true, Ordering::Relaxed) {
                        let _ = sender.send(Message::Hint(Instant::now(), hint));
                    }
                };
                FolderWatch::new(&settings.packages, settings.store.as_deref(), hint).map(Some)
            }
        };
        let (folders, note) = match watched {
            Ok(folders) => (folders, None),
            Err(error) => (None, Some(Note::Polling(error.to_string(), POLL))),
        };
        let look_every = match &folders {
            Some(_) => IDLE_LOOK,
            None => settings.poll.unwrap_or(POLL),
        };
        let watch = Watch {
            settings,
            messages,
            sender,
            folders,
            store_hinted,
            store: Watched::default(),
            store_due: None,
            pending: None,
            again: None,
            held: None,
            looked: Instant::now(),
            look_every,
            is_gone: false,
            exhausted: false,
        };
        (watch, note)
    }

    pub fn stopper(&self) -> Stopper {
        Stopper(self.sender.clone())
    }

    /// Runs the job now and after each change, until it is stopped or the output is closed.
    pub fn run(mut self, job: &mut dyn Job) {
        // Whichever of the two ends it, there is nothing left to do.
        let _ = self.run_until_stopped(job);
    }

    fn run_until_stopped(&mut self, job: &mut dyn Job) -> Result<(), Stopped> {
        self.run_job(job, None)?;
        loop {
            self.wait()?;
            if std::mem::take(&mut self.exhausted) && self.look_every != POLL {
                self.look_every = POLL;
                listening(job.note(&Note::Polling(WatchError::exhausted().to_string(), POLL)))?;
            }
            let now = Instant::now();
            if self.is_gone {
                self.look_for_folder(job)?;
            } else if let Some(pending) = self.pending.filter(|pending| pending.due() <= now) {
                self.pending = None;
                if pending.folder {
                    self.again = Some(now + LOOK_AGAIN);
                }
                self.run_job(job, Some(pending.first))?;
            } else if self.store_due.is_some_and(|due| due <= now) {
                self.store_due = None;
                if self.store_state() != self.store {
                    self.run_job(job, None)?;
                }
            } else if self.again.is_some_and(|due| due <= now) {
                self.again = None;
                self.run_job(job, None)?;
            } else if self.held.is_some_and(|due| due <= now) {
                self.held = None;
                listening(job.tell())?;
            } else if self.looked + self.look_every <= now {
                self.looked = now;
                let is_other = self.renew(job)?;
                if is_other || job.may_be_due() {
                    self.run_job(job, None)?;
                }
            }
        }
    }

    /// Waits until something is due, and takes all messages that are there.
    fn wait(&mut self) -> Result<(), Stopped> {
        let look = self.looked + if self.is_gone { GONE_LOOK } else { self.look_every };
        let pending = self.pending.filter(|_| !self.is_gone).map(|pending| pending.due());
        let dues = [pending, self.store_due, self.again, self.held, Some(look)];
        let due = dues.into_iter().flatten().min().unwrap_or(look);
        let mut message = self.messages.recv_timeout(due.saturating_duration_since(Instant::now()));
        loop {
            match message {
                Ok(message) => self.take(message)?,
                Err(RecvTimeoutError::Timeout) => return Ok(()),
                Err(RecvTimeoutError::Disconnected) => return Err(Stopped),
            }
            message = self.messages.recv_timeout(Duration::ZERO);
        }
    }

    fn take(&mut self, message: Message) -> Result<(), Stopped> {
        match message {
            Message::Stop => return Err(Stopped),
            Message::Ended(_) => {}
            Message::Hint(_, Hint::Store) => {
                self.store_hinted.store(false, Ordering::Relaxed);
                self.store_due.get_or_insert_with(|| Instant::now() + STORE_PAUSE);
            }
            Message::Hint(_, Hint::Exhausted) => self.exhausted = true,
            Message::Hint(at, hint) => {
                let pending = self.pending.get_or_insert_with(|| Pending::at(at));
                pending.last = at;
                pending.whole += usize::from(hint == Hint::Whole);
                pending.folder |= matches!(hint, Hint::Folder | Hint::Lost);
            }
        }
        Ok(())
    }

    fn run_job(&mut self, job: &mut dyn Job, since: Option<Instant>) -> Result<(), Stopped> {
        let ran = job.run(since);
        self.looked = Instant::now();
        self.store = self.store_state();
        self.held = None;
        match ran {
            Ran::Idle => {}
            Ran::Done => listening(job.tell())?,
            Ran::Applied => {
                listening(job.tell())?;
                if let Some(command) = self.settings.exec.clone() {
                    self.execute(&command, job)?;
                }
            }
            Ran::Broken => {
                if !is_folder(&self.settings.packages) {
                    self.is_gone = true;
                    return listening(job.note(&Note::Gone(self.settings.packages.clone())));
                }
                self.held = Some(self.looked + HOLD);
            }
        }
        self.renew(job).map(|_| ())
    }

    /// Waits for the folder of packages to come back.
    fn look_for_folder(&mut self, job: &mut dyn Job) -> Result<(), Stopped> {
        self.looked = Instant::now();
        if !is_folder(&self.settings.packages) {
            return Ok(());
        }
        self.is_gone = false;
        self.renew(job)?;
        // Whoever makes it fills it, so that a hint or the next look finds it whole.
        self.pending = Some(Pending { folder: true, ..Pending::at(self.looked) });
        Ok(())
    }

    /// Watches the folders that have their names now. Returns whether the packages are in another folder than before.
    fn renew(&mut self, job: &mut dyn Job) -> Result<bool, Stopped> {
        let Some(folders) = &mut self.folders else { return Ok(false) };
        match folders.renew() {
            Ok(is_other) => {
                if is_other && self.pending.is_none() {
                    self.pending = Some(Pending { folder: true, ..Pending::at(Instant::now()) });
                }
                Ok(is_other)
            }
            Err(error) => {
                self.folders = None;
                self.look_every = POLL;
                listening(job.note(&Note::Polling(error.to_string(), POLL)))?;
                Ok(true)
            }
        }
    }

    fn store_state(&self) -> Watched {
        let Some(store) = &self.settings.store else { return Watched::default() };
        let mut log = store.as_os_str().to_owned();
        log.push("-wal");
        Watched::look([store.as_path(), Path::new(&log)])
    }

    /// Runs a command to its end, or to that of the watch. What is hinted at meanwhile waits.
    fn execute(&mut self, command: &str, job: &mut dyn Job) -> Result<(), Stopped> {
        let mut shell = Command::new("sh");
        // A group of its own, so that all that the command has started can be ended with it.
        shell.arg("-c").arg(command).stdin(Stdio::null()).process_group(0);
        if self.settings.data_only {
            shell.stdout(io::stderr());
        }
        let mut child = match shell.spawn() {
            Ok(child) => child,
            Err(error) => {
                return listening(
                    job.note(&Note::Command(format!("`{command}` cannot be started: {error}"))),
                );
            }
        };
        let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        let sender = self.sender.clone();
        let waiter = thread::spawn(move || _ = sender.send(Message::Ended(child.wait())));
        let ended = loop {
            match self.messages.recv() {
                Ok(Message::Ended(status)) => break status,
                Ok(message) => {
                    if let Err(stopped) = self.take(message) {
                        // Where it has ended meanwhile, there is nothing to end.
                        let _ = group.map(|group| kill_process_group(group, Signal::TERM));
                        return Err(stopped);
                    }
                }
                Err(_) => return Err(Stopped),
            }
        };
        // It has sent its only message.
        let _ = waiter.join();
        match ended {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => listening(job.note(&Note::Command(format!("`{command}` failed: {status}")))),
            Err(error) => listening(job.note(&Note::Command(format!("`{command}` is lost: {error}")))),
        }
    }
}

fn listening(is_heard: bool) -> Result<(), Stopped> {
    if is_heard { Ok(()) } else { Err(Stopped) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_that_is_whole_is_looked_at_at_once_and_all_else_when_it_is_quiet() {
        let first = Instant::now();
        let last = first + Duration::from_millis(7);
        let pending = Pending { first, last, whole: 1, folder: false };
        assert_eq!(pending.due(), first);
        assert_eq!(Pending { whole: BURST, ..pending }.due(), last + SETTLE, "a burst");
        assert_eq!(Pending { whole: 0, ..pending }.due(), last + SETTLE, "half written");
        let last = first + Duration::from_secs(9);
        assert_eq!(Pending { whole: 0, last, ..pending }.due(), first + LONGEST_SETTLE, "without end");
    }
}
