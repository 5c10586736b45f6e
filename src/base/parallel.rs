//! Work spread over threads whose stacks hold deep trees.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use super::limits::STACK_BYTES;

/// How many threads may work, the calling one included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threads {
    /// As many as there are processors, which the system is asked only once there is work for them: its answer
    /// is in files of the control group, whose reading takes as long as the reading of thirty sources.
    OnePerProcessor,
    Exactly(NonZero<usize>),
}

impl Threads {
    pub fn count(self) -> usize {
        match self {
            Threads::OnePerProcessor => thread::available_parallelism().map_or(1, NonZero::get),
            Threads::Exactly(count) => count.get(),
        }
    }
}

/// Runs `work` on a thread with a stack for deep trees.
///
/// # Errors
/// Where the system refuses another thread.
pub fn on_large_stack<T: Send>(work: impl FnOnce() -> T + Send) -> std::io::Result<T> {
    hand_over(|result| result.give(work()), |result| result).map(|(result, ())| result)
}

/// Where a worker leaves its result before it clears up.
pub struct HandOver<T>(mpsc::SyncSender<T>);

impl<T> HandOver<T> {
    pub fn give(self, result: T) {
        // There is no receiver only if it has panicked, and it reports that itself.
        let _ = self.0.send(result);
    }
}

/// Runs `produce` on a thread with a stack for deep trees, and `consume` on this one as soon as there is a result. What
/// `produce` does after that runs at the same time as `consume`. Returns the results of both.
///
/// # Errors
/// Where the system refuses another thread, or `produce` gave nothing.
pub fn hand_over<T: Send, R, P: Send>(
    produce: impl FnOnce(HandOver<T>) -> P + Send,
    consume: impl FnOnce(T) -> R,
) -> std::io::Result<(R, P)> {
    let (give, take) = mpsc::sync_channel(1);
    thread::scope(|scope| {
        let work = move || produce(HandOver(give));
        let worker = thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, work)?;
        let consumed = take.recv().map(consume);
        let produced = worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        Ok((consumed.map_err(std::io::Error::other)?, produced))
    })
}

/// Maps `work` over `inputs` on up to `threads` threads, in blocks of `block`; the results are in input order
/// whatever the number of threads. The caller's own stack must be large already: it takes its share.
pub fn map<I: Sync, O: Send>(
    threads: usize,
    block: usize,
    inputs: &[I],
    work: impl Fn(&I) -> O + Sync,
) -> Vec<O> {
    let blocks = inputs.len().div_ceil(block.max(1));
    if threads <= 1 || blocks <= 1 {
        return inputs.iter().map(work).collect();
    }
    let cursor = AtomicUsize::new(0);
    let run = || {
        let mut done = Vec::new();
        loop {
            let next = cursor.fetch_add(1, Ordering::Relaxed);
            let Some(inputs) = inputs.chunks(block.max(1)).nth(next) else { return done };
            done.push((next, inputs.iter().map(&work).collect::<Vec<O>>()));
        }
    };
    let mut all = thread::scope(|scope| {
        let helpers: Vec<_> = (1..threads.min(blocks))
            .filter_map(|_| thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, run).ok())
            .collect();
        let mut all = run();
        for helper in helpers {
            all.extend(helper.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        all
    });
    all.sort_unstable_by_key(|(block, _)| *block);
    all.into_iter().flat_map(|(_, outputs)| outputs).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_in_input_order() {
        let inputs: Vec<u32> = (0..1000).collect();
        let squares: Vec<u32> = inputs.iter().map(|n| n * n).collect();
        for threads in [1, 2, 8] {
            assert_eq!(map(threads, 7, &inputs, |n| n * n), squares);
        }
    }

    #[test]
    fn what_is_handed_over_is_used_while_the_worker_clears_up() {
        let cleared = std::sync::Barrier::new(2);
        let produce = |result: HandOver<u32>| {
            result.give(7);
            cleared.wait();
            "cleared"
        };
        let consume = |seven| {
            cleared.wait();
            seven + 1
        };
        assert_eq!(hand_over(produce, consume).ok(), Some((8, "cleared")));
        assert!(hand_over(|_: HandOver<u32>| {}, |seven| seven).is_err());
    }

    #[test]
    fn a_large_stack_holds_a_deep_recursion() {
        fn depth(left: u64) -> u64 {
            let padding = std::hint::black_box([left; 64]);
            if left == 0 { 0 } else { 1 + depth(left - 1) + padding[0] - left }
        }
        assert_eq!(on_large_stack(|| depth(100_000)).ok(), Some(100_000));
    }
}
