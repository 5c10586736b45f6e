//! Pre-compiled cache sidecars and an incremental loader for Darklang package files.
//!
//! The modules below are the pipeline, in order; each imports only from those above it. `commands` has one file a
//! command, and `commands/reload.rs` shows the whole run.

#![cfg_attr(test, allow(clippy::disallowed_methods, clippy::disallowed_types))]

pub mod base;
pub mod state;
#[expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "a stage that touches the disk")]
pub mod discover;
pub mod checkout;
pub mod syntax;
pub mod lower;
pub mod load;
pub mod program;
pub mod link;
pub mod check;
pub mod binary;
pub mod hash;
pub mod ops;
pub mod compile;
pub mod evaluate;
pub mod diff;
#[expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "a stage that touches the disk")]
pub mod db;
mod incremental;
pub mod commands;
pub mod report;
pub mod cli;
