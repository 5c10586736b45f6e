//! Pre-compiled cache sidecars and an incremental loader for Darklang package files.
//!
//! The modules below are the pipeline, in order; each imports only from those above it. `pipeline` shows the
//! whole run, one call a stage.

pub mod base;
pub mod discover;
pub mod syntax;
pub mod lower;
pub mod load;
pub mod program;
pub mod link;
pub mod binary;
pub mod hash;
pub mod compile;
pub mod state;
pub mod diff;
pub mod db;
pub mod pipeline;
pub mod report;
pub mod cli;
