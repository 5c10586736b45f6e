//! The bytes of a `.darkc` sidecar and the parsed, unlinked package file that they hold; nothing else.

pub mod model;
