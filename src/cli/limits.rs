//! The limits that the system sets for the process, checked before work begins: reaching one later ends a process
//! without a message.

use std::io;
use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rustix::process::{Resource, getrlimit};

use super::settings::UsageError;
use crate::base::limits::STACK_BYTES;
use crate::base::parallel::Threads;

/// Address space for all but the threads' own: the program, its libraries and what is loaded.
const SHARED_BYTES: u64 = 256 << 20;
/// Address space that a thread takes: its stack, and what the allocator sets aside for it.
const THREAD_BYTES: u64 = STACK_BYTES as u64 + (128 << 20);

/// The signal for a write past the limit of a file's size (`signal(7)`); unhandled, it ends the process.
const SIGXFSZ: i32 = 25;

/// Makes a write past the limit of a file's size fail instead of ending the process.
pub fn survive_file_size_limit() -> io::Result<()> {
    if getrlimit(Resource::Fsize).current.is_some() {
        signal_hook::flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)))?;
    }
    Ok(())
}

/// As many of the threads as the limit of address space has room for.
pub fn threads_in_limits(threads: Threads) -> Result<Threads, UsageError> {
    match getrlimit(Resource::As).current {
        None => Ok(threads),
        Some(limit) => within(limit, threads),
    }
}

fn within(limit: u64, threads: Threads) -> Result<Threads, UsageError> {
    let room = limit.saturating_sub(SHARED_BYTES) / THREAD_BYTES;
    let room = usize::try_from(room).ok().and_then(NonZero::new).ok_or_else(|| {
        let (limit, needed) = (limit >> 20, (SHARED_BYTES + THREAD_BYTES) >> 20);
        UsageError(format!("the limit of address space is {limit} MiB; darkc needs {needed} MiB (ulimit -v)"))
    })?;
    let wanted = NonZero::new(threads.count()).unwrap_or(NonZero::<usize>::MIN);
    Ok(Threads::Exactly(wanted.min(room)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_take_no_more_address_space_than_there_is() {
        let exactly = |count| Threads::Exactly(NonZero::new(count).unwrap());
        assert_eq!(within(8 << 30, exactly(4)), Ok(exactly(4)));
        assert_eq!(within(2 << 30, exactly(4)), Ok(exactly(2)));
        assert_eq!(within(1 << 30, exactly(4)), Ok(exactly(1)));
        assert!(within(600 << 20, exactly(1)).is_err());
    }
}
