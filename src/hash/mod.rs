//! Darklang's content hashes.
//!
//! An item is brought into canonical form once ([`canonical::canonicalize`]), with its references left open;
//! they also are its dependencies. [`groups`] finds the strongly connected groups of the dependency graph, and
//! [`content`] hashes a group as soon as all that it depends on has been hashed. Everything is a pure function,
//! so groups whose dependencies are done can be hashed side by side.

pub mod canonical;
pub mod cone;
pub mod content;
pub mod groups;
pub mod ops;

#[cfg(test)]
mod tests;
