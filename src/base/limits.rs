//! Bounds that keep hostile input from exhausting the process.

/// How many links all chains of a file (operators, pipes, `::`) may have beyond what nesting allows: each makes
/// the tree deeper by one. Every recursive walk runs on a stack of [`STACK_BYTES`], which this cannot overflow.
pub const MAX_DEPTH: u32 = 10_000;

/// The stack of every worker thread that walks trees.
pub const STACK_BYTES: usize = 512 << 20;
