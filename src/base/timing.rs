//! How long each stage took, for `--timings`.

use std::time::{Duration, Instant};

/// One timed stage, or a part of one on some thread.
#[derive(Clone, Debug)]
pub struct TimedSpan {
    pub name: &'static str,
    /// Since the start of the run.
    pub start: Duration,
    pub duration: Duration,
}

/// The timed stages of a run, in the order in which they ended.
#[derive(Debug)]
pub struct Timings {
    began: Instant,
    pub spans: Vec<TimedSpan>,
}

impl Default for Timings {
    fn default() -> Self {
        Timings { began: Instant::now(), spans: Vec::new() }
    }
}

impl Timings {
    /// Runs one stage and notes its time.
    pub fn time<T>(&mut self, name: &'static str, stage: impl FnOnce() -> T) -> T {
        let start = self.began.elapsed();
        let result = stage();
        self.spans.push(TimedSpan { name, start, duration: self.began.elapsed() - start });
        result
    }

    pub fn total(&self) -> Duration {
        self.began.elapsed()
    }
}
