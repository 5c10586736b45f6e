//! Waits for other processes, and starts a run over if something changed during it.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use super::{Failure, Wait};
use crate::db::{StoreLock, Tried, blocking_process, try_lock};

/// A shorter wait is not reported.
const ANNOUNCED_AFTER: Duration = Duration::from_millis(300);
/// How often a lock is tried; a reload that has something to do takes ten times as long.
const POLL: Duration = Duration::from_millis(10);

/// How often, and for how long, a run is started over because something changed under it.
const TRIES: u32 = 40;
const LONGEST: Duration = Duration::from_secs(20);

/// How long and how often a command still tries.
pub struct Patience<'a> {
    started: Instant,
    /// For how long locks are waited for.
    lock_timeout: Duration,
    tries: u32,
    announced: bool,
    announce: &'a mut dyn FnMut(&Wait),
}

impl<'a> Patience<'a> {
    pub fn new(lock_timeout: Duration, announce: &'a mut dyn FnMut(&Wait)) -> Self {
        Patience { started: Instant::now(), lock_timeout, tries: 0, announced: false, announce }
    }

    /// Locks the store against other reloads, and returns whether that took waiting; no lock where there are none.
    ///
    /// # Errors
    /// Where the other reload takes too long.
    pub fn lock(&mut self, database: &Path) -> Result<(Option<StoreLock>, bool), Failure> {
        let mut waited = false;
        loop {
            let holder = match try_lock(database) {
                Tried::Locked(lock) => return Ok((Some(lock), waited)),
                Tried::Unavailable => return Ok((None, waited)),
                Tried::HeldBy(holder) => holder,
            };
            waited = true;
            if self.started.elapsed() >= self.lock_timeout {
                return Err(Failure::TooLong(Wait::Darkc(holder)));
            }
            self.announce(&Wait::Darkc(holder));
            thread::sleep(POLL);
        }
    }

    /// Runs `attempt` until it succeeds or fails for good.
    ///
    /// # Errors
    /// That failure, or the last one when time or tries are used up.
    pub fn until_done<T>(
        &mut self,
        mut attempt: impl FnMut(&mut Self) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        loop {
            match attempt(self) {
                Err(failure) if self.tries_again(&failure) => {}
                result => return result,
            }
        }
    }

    fn tries_again(&mut self, failure: &Failure) -> bool {
        let elapsed = self.started.elapsed();
        if let Some(database) = failure.is_locked() {
            let pid = blocking_process(database);
            self.announce(&Wait::Other { database: database.to_owned(), pid, since: elapsed });
            thread::sleep(POLL);
            return elapsed < self.lock_timeout;
        }
        self.tries += 1;
        let again = failure.is_passing() && self.tries < TRIES && elapsed < LONGEST;
        if again {
            // The pauses grow, so that a process that keeps changing files has time to end.
            thread::sleep(POLL * self.tries / 4);
        }
        again
    }

    fn announce(&mut self, wait: &Wait) {
        if !self.announced && self.started.elapsed() >= ANNOUNCED_AFTER {
            self.announced = true;
            (self.announce)(wait);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::Holder;

    #[test]
    fn a_wait_is_announced_with_whom_it_is_for() {
        let holder = Holder { pid: Some(4711), since: Duration::from_millis(12_900) };
        assert_eq!(Wait::Darkc(holder).to_string(), "waiting for another darkc (pid 4711, since 12 s)");
        let other = Wait::Other { database: "a.db".into(), pid: None, since: Duration::from_millis(400) };
        assert_eq!(other.to_string(), "waiting for another process that has locked a.db (since 0 s)");
    }

    #[test]
    fn what_passes_is_tried_again_and_nothing_else() {
        let (mut passing, mut lasting) = (0, 0);
        let mut silent = |_: &Wait| {};
        let mut patience = Patience::new(Duration::ZERO, &mut silent);
        let done = patience.until_done(|_| {
            passing += 1;
            if passing < 4 { Err(Failure::ChangedMeanwhile(String::new())) } else { Ok(passing) }
        });
        assert!(matches!(done, Ok(4)));
        let failed: Result<(), Failure> = patience.until_done(|_| {
            lasting += 1;
            Err(Failure::Thread(std::io::ErrorKind::OutOfMemory.into()))
        });
        assert!(failed.is_err());
        assert_eq!(lasting, 1);
    }
}
