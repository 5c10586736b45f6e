//! Pre-compiled cache sidecars and an incremental loader for Darklang package files.
//!
//! The modules below are the pipeline, in order; each imports only from those above it. `commands` has one file a
//! command, and `commands/reload.rs` shows the whole run. The stages are private, so that the compiler finds what
//! nothing uses; `internals` lists what tests and benches use of them.

#![cfg_attr(test, allow(clippy::disallowed_methods, clippy::disallowed_types))]

mod base;
mod state;
#[expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "a stage that touches the disk")]
pub mod discover;
mod checkout;
mod syntax;
mod lower;
mod load;
mod program;
mod link;
mod check;
mod binary;
mod hash;
mod ops;
mod compile;
mod evaluate;
mod diff;
#[expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "a stage that touches the disk")]
pub mod db;
mod incremental;
pub mod commands;
pub mod report;
pub mod cli;
#[doc(hidden)]
pub mod internals;
