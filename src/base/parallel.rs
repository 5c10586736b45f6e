//! Work spread over threads whose stacks hold deep trees.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
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
    thread::scope(|scope| {
        let handle = thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, work)?;
        Ok(handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
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
    fn a_large_stack_holds_a_deep_recursion() {
        fn depth(left: u64) -> u64 {
            let padding = std::hint::black_box([left; 64]);
            if left == 0 { 0 } else { 1 + depth(left - 1) + padding[0] - left }
        }
        assert_eq!(on_large_stack(|| depth(100_000)).ok(), Some(100_000));
    }
}
