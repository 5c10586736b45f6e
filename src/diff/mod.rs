//! What a reload has to change.
