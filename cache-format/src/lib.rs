//! The bytes of a `.darkc` sidecar and the parsed, unlinked package file that they hold; nothing else.
//!
//! A sidecar is a cache: whatever is wrong with one is a [`MissReason`], never an error. FORMAT.md has the byte
//! tables.

mod codec;
pub mod model;
#[expect(clippy::disallowed_types, reason = "it maps and reads sidecars")]
mod room;
mod sidecar;
#[expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "it reads and writes sidecars")]
pub mod store;
mod wire;

pub use room::{MAP_FROM, Memory, Room};
pub use sidecar::{
    CodeBytes, Decoded, Encoded, Entry, FORMAT_VERSION, HEADER_BYTES, Header, MAGIC, MissReason,
    SidecarBytes, SourceHash, ToolDigest, encode,
};
pub use wire::MAX_NESTING;
