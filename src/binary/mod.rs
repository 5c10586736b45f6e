//! Darklang's binary forms, byte for byte.

pub mod ids;
pub mod reader;
pub mod stored;
pub mod tags;
pub mod walk;
pub mod writer;

#[cfg(test)]
mod tests;
