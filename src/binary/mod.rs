//! Darklang's binary forms, byte for byte.

pub mod ids;
pub mod writer;
