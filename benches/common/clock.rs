//! Times taken in turns, so that whatever else the machine does meets all contestants alike.

use std::time::{Duration, Instant};

/// The times of one contestant.
#[derive(Clone, Debug, Default)]
pub struct Times(Vec<Duration>);

impl Times {
    pub fn push(&mut self, time: Duration) {
        self.0.push(time);
    }

    pub fn median(&self) -> Duration {
        let mut times = self.0.clone();
        times.sort_unstable();
        times.get(times.len() / 2).copied().unwrap_or_default()
    }

    pub fn best(&self) -> Duration {
        self.0.iter().min().copied().unwrap_or_default()
    }

    pub fn millis(&self) -> f64 {
        self.median().as_secs_f64() * 1000.0
    }
}

/// Runs all contestants in turn, `rounds` times. A contestant gets the round's number and times itself, so that
/// what it prepares is not counted; round 0 warms up and does not count either.
pub fn compete<const N: usize>(
    rounds: usize,
    mut contestants: [&mut dyn FnMut(usize) -> Duration; N],
) -> [Times; N] {
    let mut times = [const { Times(Vec::new()) }; N];
    for round in 0..=rounds {
        for (contestant, times) in contestants.iter_mut().zip(&mut times) {
            let time = contestant(round);
            if round > 0 {
                times.push(time);
            }
        }
    }
    times
}

pub fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let started = Instant::now();
    std::hint::black_box(work());
    started.elapsed()
}

/// How often `base` goes into `times`, by their medians.
pub fn ratio(times: &Times, base: &Times) -> f64 {
    times.median().as_secs_f64() / base.median().as_secs_f64()
}
