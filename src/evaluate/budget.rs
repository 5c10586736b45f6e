//! How much one value may take, so that none holds a reload up.

use std::cell::Cell;

use super::refusal::{Exhausted, Refusal, Result};

/// What a value may take at most. Each value has its own budget, whichever value needs it first, so that what is
/// evaluated does not depend on the order.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Instructions, and nodes of values and types that built-ins and type checks visit.
    pub steps: u64,
    /// Calls that have not returned yet.
    pub depth: usize,
    /// Bytes that are allocated, whether or not they are freed again.
    pub bytes: u64,
}

/// Two orders of magnitude more than any value of Darklang's own set takes, and less than a second.
pub const LIMITS: Limits = Limits { steps: 2_000_000, depth: 10_000, bytes: 128 << 20 };

/// How deep values may need each other. Each level takes about 1 KB of the native stack.
pub const MAX_VALUE_DEPTH: usize = 10_000;

#[derive(Debug)]
pub struct Budget {
    limits: Limits,
    used: Cell<Used>,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Used {
    pub steps: u64,
    pub bytes: u64,
}

impl Budget {
    pub fn new(limits: Limits) -> Self {
        Budget { limits, used: Cell::default() }
    }

    /// Starts the budget of another value; returns what [`Budget::resume`] goes on with.
    pub fn start(&self) -> Used {
        self.used.take()
    }

    /// Goes on with the budget of the value before; returns what the last one took.
    pub fn resume(&self, used: Used) -> Used {
        self.used.replace(used)
    }

    /// # Errors
    /// Where `count` more steps are too many.
    pub fn step(&self, count: usize) -> Result<()> {
        let mut used = self.used.get();
        used.steps = used.steps.saturating_add(count as u64);
        self.used.set(used);
        if used.steps > self.limits.steps { Err(Refusal::Budget(Exhausted::Steps)) } else { Ok(()) }
    }

    /// # Errors
    /// Where `count` more bytes are too many; they are asked for before they are allocated.
    pub fn allocate(&self, count: usize) -> Result<()> {
        let mut used = self.used.get();
        used.bytes = used.bytes.saturating_add(count as u64);
        self.used.set(used);
        if used.bytes > self.limits.bytes { Err(Refusal::Budget(Exhausted::Memory)) } else { Ok(()) }
    }

    /// # Errors
    /// Where a buffer of `count` bytes is too large.
    pub fn holds(&self, count: usize) -> Result<()> {
        if count as u64 > self.limits.bytes { Err(Refusal::Budget(Exhausted::Memory)) } else { Ok(()) }
    }

    /// # Errors
    /// Where one more call within `depth` calls is too many.
    pub fn call(&self, depth: usize) -> Result<()> {
        if depth >= self.limits.depth { Err(Refusal::Budget(Exhausted::Depth)) } else { Ok(()) }
    }
}
