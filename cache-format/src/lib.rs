//! The bytes of a `.darkc` sidecar and the parsed, unlinked package file that they hold; nothing else.
//!
//! A sidecar is a cache: whatever is wrong with one is a [`MissReason`], never an error. FORMAT.md has the byte
//! tables.

mod codec;
pub mod model;
mod sidecar;
#[expect(clippy::disallowed_types, reason = "the module that touches the disk")]
pub mod store;
mod wire;

pub use sidecar::{
    Decoded, Encoded, Entry, FORMAT_VERSION, Header, MAGIC, MissReason, SidecarBytes, SourceHash, ToolDigest,
    code_fingerprint, decode_code, encode,
};
pub use wire::MAX_NESTING;
