//! Bounds that keep hostile input from exhausting the process.

/// How deep expressions, types and patterns may nest. Every recursive walk runs on a stack of
/// [`STACK_BYTES`], which this depth cannot overflow.
pub const MAX_DEPTH: u32 = 10_000;

/// The stack of every worker thread that walks trees.
pub const STACK_BYTES: usize = 512 << 20;
