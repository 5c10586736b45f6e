//! Darklang's content hashes.
//!
//! An item is brought into canonical form once ([`canonical`]), with its references left open;
//! they also are its dependencies. [`scc`] finds the strongly connected groups of the dependency graph, and
//! [`content`] hashes a group as soon as all that it depends on has been hashed. Everything is a pure function,
//! so groups whose dependencies are done can be hashed side by side. [`transcript`] shows the canonical form as text.

pub mod canonical;
pub mod content;
pub mod graph;
pub mod scc;
pub mod transcript;

#[cfg(test)]
mod tests;
