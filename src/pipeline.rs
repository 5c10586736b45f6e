//! The whole run, one call a stage.

pub mod outcome;
mod rebuild;
mod sources;
