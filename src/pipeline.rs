//! The whole run, one call a stage.
