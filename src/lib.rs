//! Pre-compiled cache sidecars and an incremental loader for Darklang package files.
//!
//! The modules below are the pipeline, in order; each imports only from those above it. `commands` has one file a
//! command, and `commands/reload.rs` shows the whole run.

pub mod base;
pub mod state;
pub mod discover;
pub mod syntax;
pub mod lower;
pub mod load;
pub mod program;
pub mod link;
pub mod binary;
pub mod hash;
pub mod ops;
pub mod compile;
pub mod diff;
pub mod db;
mod incremental;
pub mod commands;
pub mod report;
pub mod cli;
